package transport_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/transport"
)

// Whatever an answer asks for with Retry-After, a wait is as long as it asks for, or none and the
// answer itself; no wait is longer than the policy allows, and what is not understood changes
// nothing.
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
			client := newClient(t, transport.Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
				if n++; n == 1 {
					return newAnswer(status, "{}", "Retry-After", value, "Date", date).Response, nil
				}
				return newAnswer(http.StatusOK, "{}").Response, nil
			})})
			start := time.Now()
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.NoError(t, err)
			waited := time.Since(start)

			if !slices.Contains(retryable, status) {
				require.Equal(t, 1, n)
			}
			if n == 1 {
				require.Equal(t, status, result.Answer.Status)
				require.Zero(t, waited)
			} else {
				require.Equal(t, 2, n)
				require.Equal(t, http.StatusOK, result.Answer.Status)
				require.GreaterOrEqual(t, waited, 250*time.Millisecond)
				require.LessOrEqual(t, waited, 30*time.Second+250*time.Millisecond)
			}
			if seconds, err := strconv.ParseUint(value, 10, 64); err == nil && slices.Contains(retryable, status) {
				require.Equal(t, seconds <= 30, n == 2)
				if seconds > 0 && n == 2 {
					require.GreaterOrEqual(t, waited, time.Duration(seconds)*time.Second)
				}
			}
			until, err := http.ParseTime(value)
			from, failed := http.ParseTime(date)
			if asked := until.Sub(from); err == nil && failed == nil && asked > 0 && slices.Contains(retryable, status) {
				require.Equal(t, asked <= 30*time.Second, n == 2)
				if n == 2 {
					require.GreaterOrEqual(t, waited, asked)
				}
			}
		})
	})
}

// Callers that were all told the same time must not come back at the same instant, and none may
// come back sooner.
func TestRetryAfterHasJitter(t *testing.T) {
	t.Parallel()
	const asked, rounds = 7 * time.Second, 200
	waits := func(t *testing.T, jitter time.Duration) (lowest, highest time.Duration, different int) {
		t.Helper()
		seen := make(map[time.Duration]bool)
		lowest = time.Hour
		for range rounds {
			client := newClient(t, transport.Config{
				Retry: transport.RetryPolicy{MinWait: jitter},
				Base:  script(t, newAnswer(http.StatusTooManyRequests, "", "Retry-After", "7"), newAnswer(http.StatusOK, "")),
			})
			result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
			require.NoError(t, err)
			require.Len(t, result.Attempts, 2)
			wait := result.Attempts[1].Start.Sub(result.Attempts[0].Start)
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

// Trap: go-retryablehttp sleeps for as long as Retry-After says, at once on 0, a past date or
// an overflow, and looks at it for 429 and 503 only.
func TestTrapRetryAfterIsNotCapped(t *testing.T) {
	t.Parallel()
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	normal := [2]time.Duration{250 * time.Millisecond, time.Second}
	never := [2]time.Duration{-1, -1}
	seconds := func(asked float64) [2]time.Duration {
		wait := time.Duration(asked * float64(time.Second))
		return [2]time.Duration{wait, wait + normal[0]}
	}
	for value, want := range map[string][2]time.Duration{
		"":                              normal,
		"0":                             normal,
		"-5":                            normal,
		"soon":                          normal,
		"1.5":                           normal,
		"+5":                            normal,
		"9999999999":                    never, // longer than a time.Duration
		"18446744073709551615":          never,
		"99999999999999999999":          never, // longer than 64 bits
		strings.Repeat("9", 400):        never,
		"1":                             seconds(1),
		" 7 ":                           seconds(7),
		"30":                            seconds(30),
		"31":                            never,
		"3600":                          never,
		"9000000000":                    never,
		"Mon, 23 Nov 2026 12:00:05 GMT": seconds(5), // by the answer's Date, whatever the clock says
		"Mon, 23 Nov 2026 12:00:00 GMT": normal,
		"Mon, 23 Nov 2026 11:59:00 GMT": normal,
		"Mon, 23 Nov 2026 12:01:00 GMT": never,
		"Fri, 31 Dec 9999 23:59:59 GMT": never,
	} {
		for _, status := range []int{408, 425, 429, 500, 502, 503, 504} {
			t.Run(value+"/"+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					client := newClient(t, transport.Config{Base: script(t,
						newAnswer(status, "busy", "Retry-After", value, "Date", date), newAnswer(200, ""))})
					result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
					require.NoError(t, err)
					if want == never {
						assert.Zero(t, time.Since(start))
						assert.Equal(t, status, result.Answer.Status)
						assert.Equal(t, "busy", string(result.Answer.Body))
						return
					}
					assert.Equal(t, 200, result.Answer.Status)
					assert.GreaterOrEqual(t, time.Since(start), want[0])
					assert.LessOrEqual(t, time.Since(start), want[1])
				})
			})
		}
	}
}

func TestRetryAfterDateWithoutADateIsMeasuredByTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		later := start.Add(time.Hour + 10*time.Second).UTC().Format(http.TimeFormat)
		client := newClient(t, transport.Config{
			Base: script(t, newAnswer(503, "", "Retry-After", later), newAnswer(200, "")),
			Now:  func() time.Time { return time.Now().Add(time.Hour) },
		})
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.InDelta(t, 10*time.Second, time.Since(start), float64(250*time.Millisecond))
	})
}

func TestRetryAfterIsOfItsOwnAnswerOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, transport.Config{Base: script(t, newAnswer(503, "", "Retry-After", "20"), syscall.ECONNRESET, newAnswer(200, ""))})
		result, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.LessOrEqual(t, result.Attempts[2].Start.Sub(result.Attempts[1].Start), 2*time.Second)
	})
}

func TestRetryAfterPastTheDeadlineReturnsTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		client := newClient(t, transport.Config{Base: script(t, newAnswer(429, "later", "Retry-After", "6"))})
		result, err := client.Send(ctx, newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.Equal(t, "later", string(result.Answer.Body))
		assert.Zero(t, time.Since(start))
	})
}

// The highest policy is added up without an overflow.
func TestRetryAfterWithTheHighestPolicy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, day := time.Now(), 24*time.Hour
		client := newClient(t, transport.Config{
			Base:  script(t, newAnswer(503, "", "Retry-After", "86400"), newAnswer(200, "")),
			Retry: transport.RetryPolicy{MaxRetries: 100, MinWait: day, MaxWait: day, MaxRetryAfter: day},
		})
		_, err := client.Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(start), day)
		assert.LessOrEqual(t, time.Since(start), 2*day)
	})
}
