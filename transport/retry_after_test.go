package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// Callers that were all told the same time must not come back at the same instant, and none may come back sooner.
func TestRetryAfterHasJitter(t *testing.T) {
	t.Parallel()
	const asked, rounds = 7 * time.Second, 200
	waits := func(t *testing.T, jitter time.Duration) (lowest, highest time.Duration, different int) {
		t.Helper()
		seen := make(map[time.Duration]bool)
		lowest = time.Hour
		for range rounds {
			call := new(transport.Call)
			doer := newDoer(t, transport.Config{
				Retry: transport.RetryPolicy{MinWait: jitter},
				Base:  script(t, newAnswer(http.StatusTooManyRequests, "", "Retry-After", "7"), newAnswer(http.StatusOK, "")),
			})
			_, err := doer.Do(withCall(newRequest(t, http.MethodGet, testURL, ""), call))
			require.NoError(t, err)
			require.Len(t, call.Attempts, 2)
			wait := call.Attempts[1].Start.Sub(call.Attempts[0].Start)
			seen[wait] = true
			lowest, highest = min(lowest, wait), max(highest, wait)
		}
		return lowest, highest, len(seen)
	}
	synctest.Test(t, func(t *testing.T) {
		const jitter = 2 * time.Second
		lowest, highest, different := waits(t, jitter)
		assert.GreaterOrEqual(t, lowest, asked, "never sooner than asked")
		assert.LessOrEqual(t, highest, asked+jitter)
		assert.Less(t, lowest, asked+jitter/5, "the whole range is drawn from")
		assert.Greater(t, highest, asked+jitter*4/5, "the whole range is drawn from")
		assert.Greater(t, different, rounds*9/10, "each wait is drawn anew")

		lowest, highest, _ = waits(t, 1)
		assert.Equal(t, asked, lowest, "the lower bound, to the nanosecond")
		assert.Equal(t, asked+1, highest, "the upper bound, to the nanosecond")
	})
}
