package transport_test

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// Whatever an answer asks for with Retry-After, a wait is as long as it asks for, or none and the answer itself; no wait is
// longer than the policy allows, and what is not understood changes nothing.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "1", " 30 ", "31", "-1", "1.5", "+5", "1e1", "18446744073709551616", "9223372037", "0x10", "\u0661", "Mon, 23 Nov 2026 12:00:10 GMT",
		"Monday, 23-Nov-26 12:00:10 GMT", "Mon Nov 23 12:00:10 2026", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 23 Nov 2026 12:00:10 +0900",
	} {
		f.Add(value, "Mon, 23 Nov 2026 12:00:00 GMT", 503)
	}
	f.Add("Sat, 01 Jan 2000 00:00:20 GMT", "", 429)
	f.Add("7", "Mon, 23 Nov 2026 12:00:00 GMT", 400)
	f.Fuzz(func(t *testing.T, value, date string, status int) {
		if status < 100 || status > 999 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			n := 0
			doer := newDoer(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
				if n++; n == 1 {
					return newAnswer(status, "{}", "Retry-After", value, "Date", date).Response, nil
				}
				return newAnswer(http.StatusOK, "{}").Response, nil
			})})
			start := time.Now()
			resp, err := doer.Do(newRequest(t, http.MethodGet, testURL, ""))
			require.NoError(t, err)
			waited := time.Since(start)

			if !transport.RetryableStatus(status) {
				require.Equal(t, 1, n)
			}
			if n == 1 {
				require.Equal(t, status, resp.StatusCode)
				require.Zero(t, waited)
			} else {
				require.Equal(t, 2, n)
				require.Equal(t, http.StatusOK, resp.StatusCode)
				require.GreaterOrEqual(t, waited, 250*time.Millisecond)
				require.LessOrEqual(t, waited, 30*time.Second+250*time.Millisecond)
			}
			if seconds, err := strconv.ParseUint(value, 10, 64); err == nil && transport.RetryableStatus(status) {
				require.Equal(t, seconds <= 30, n == 2)
				if seconds > 0 && n == 2 {
					require.GreaterOrEqual(t, waited, time.Duration(seconds)*time.Second)
				}
			}
			until, err := http.ParseTime(value)
			from, failed := http.ParseTime(date)
			if asked := until.Sub(from); err == nil && failed == nil && asked > 0 && transport.RetryableStatus(status) {
				require.Equal(t, asked <= 30*time.Second, n == 2)
				if n == 2 {
					require.GreaterOrEqual(t, waited, asked)
				}
			}
		})
	})
}
