package httpheader_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/httpheader"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const longest = math.MaxInt64 - math.MaxInt64%time.Second
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "soon": 0, "1.5": 0, "+5": 0, "1": time.Second, " 7 ": 7 * time.Second, "86400": 24 * time.Hour,
		"9999999999": longest, "99999999999999999999": longest, strings.Repeat("9", 400): longest,
		"Mon, 23 Nov 2026 12:00:05 GMT": 5 * time.Second, "Mon, 23 Nov 2026 12:00:00 GMT": 0, "Mon, 23 Nov 2026 11:59:00 GMT": 0,
	} {
		h := http.Header{"Retry-After": {value}, "Date": {"Mon, 23 Nov 2026 12:00:00 GMT"}}
		wait, ok := httpheader.RetryAfter(h, now)
		assert.Equal(t, want > 0, ok, value)
		if ok {
			assert.Equal(t, want, wait, value)
		}
	}
	wait, ok := httpheader.RetryAfter(http.Header{"Retry-After": {"Mon, 23 Nov 2026 13:00:10 GMT"}}, now)
	assert.True(t, ok)
	assert.Equal(t, 10*time.Second, wait, "without a Date, by the clock")
}
