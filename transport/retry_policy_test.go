package transport_test

import (
	"math"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// Trap: go-retryablehttp's back-off has no jitter, so clients that failed together come back
// together.
func TestTrapBackoffHasNoJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const rounds = 200
		ceilings := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second, 8 * time.Second}
		seen := make([]map[time.Duration]bool, len(ceilings))
		lowest, highest := make([]time.Duration, len(ceilings)), make([]time.Duration, len(ceilings))
		for i := range seen {
			seen[i], lowest[i] = make(map[time.Duration]bool), time.Hour
		}
		client := newClient(t, transport.Config{
			Retry: transport.RetryPolicy{MaxRetries: len(ceilings)},
			Base:  roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }),
		})
		for range rounds {
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.Error(t, err)
			require.Len(t, result.Attempts, len(ceilings)+1)
			for i := range ceilings {
				wait := result.Attempts[i+1].Start.Sub(result.Attempts[i].Start)
				seen[i][wait] = true
				lowest[i], highest[i] = min(lowest[i], wait), max(highest[i], wait)
			}
		}
		for i, ceiling := range ceilings {
			assert.GreaterOrEqual(t, lowest[i], 250*time.Millisecond)
			assert.LessOrEqual(t, highest[i], ceiling)
			assert.Less(t, lowest[i], ceiling/2, "retry %d: the whole range is drawn from", i)
			assert.Greater(t, highest[i], ceiling*8/10, "retry %d: the whole range is drawn from", i)
			assert.Greater(t, len(seen[i]), rounds*9/10, "retry %d: waits are drawn anew", i)
		}
	})
}

func TestRetryPolicyBoundsAreKept(t *testing.T) {
	t.Parallel()
	for name, policy := range map[string]transport.RetryPolicy{
		"one value":            {MaxRetries: 80, MinWait: time.Second, MaxWait: time.Second},
		"a minimum above 8 s":  {MaxRetries: 80, MinWait: 20 * time.Second},
		"a maximum below 0.25": {MaxRetries: 80, MaxWait: time.Millisecond},
		"a day":                {MaxRetries: 80, MinWait: time.Second, MaxWait: 24 * time.Hour},
		"all at their highest": {MaxRetries: 80, MinWait: 24 * time.Hour, MaxWait: 24 * time.Hour, MaxRetryAfter: 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, transport.Config{Retry: policy, Base: roundTrip(func(*http.Request) (*http.Response, error) { return newAnswer(503, "").Response, nil })})
				result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
				require.NoError(t, err)
				require.Len(t, result.Attempts, 81)
				for i, a := range result.Attempts[1:] {
					wait := a.Start.Sub(result.Attempts[i].Start)
					assert.Positive(t, wait)
					assert.GreaterOrEqual(t, wait, policy.MinWait)
					if policy.MaxWait > 0 {
						assert.LessOrEqual(t, wait, policy.MaxWait)
					}
				}
			})
		})
	}
}

func TestMaxRetries(t *testing.T) {
	t.Parallel()
	for max, attempts := range map[int]int{0: 4, 1: 2, 7: 8, -1: 1, math.MinInt: 1} {
		synctest.Test(t, func(t *testing.T) {
			client := newClient(t, transport.Config{Retry: transport.RetryPolicy{MaxRetries: max}, Base: roundTrip(func(*http.Request) (*http.Response, error) {
				return newAnswer(503, "").Response, nil
			})})
			for range 2 { // a Call that is used again starts anew
				result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
				require.NoError(t, err)
				assert.Len(t, result.Attempts, attempts)
			}
		})
	}
}
