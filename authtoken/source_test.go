package authtoken_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
)

// jwt returns a token that is valid for d. The id makes it unique.
func jwt(id int, d time.Duration) string {
	return payload(fmt.Sprintf(`{"jti":"%d","exp":%d}`, id, time.Now().Add(d).Unix()))
}

func payload(json string) string {
	return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(json)) + ".c2ln"
}

var errDown = errors.New("the service is down")

// requireKeptFor fails unless a source calls for its first token, and again after d.
func requireKeptFor(t *testing.T, d time.Duration, c *caller) {
	t.Helper()
	source := authtoken.New(c).Source(mwsToken, merchantID)
	for _, step := range []struct {
		wait  time.Duration
		calls int
	}{{0, 1}, {d - time.Nanosecond, 1}, {time.Nanosecond, 2}} {
		time.Sleep(step.wait)
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.NotEmpty(t, token)
		synctest.Wait() // for a refresh in the background
		assert.Equal(t, step.calls, c.calls())
	}
}

func TestTokenIsKeptUntilAMinuteBeforeItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, 10*time.Minute), nil }}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		assert.Zero(t, c.calls(), "the source calls before it is asked")

		first, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(9*time.Minute - time.Nanosecond)
		again, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, first, again)
		assert.Equal(t, 1, c.calls())

		time.Sleep(time.Nanosecond)
		again, err = source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, first, again)
		synctest.Wait() // for the refresh in the background
		second, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.NotEqual(t, first, second)
		assert.Equal(t, 2, c.calls())
		assert.Equal(t, []amazonpay.CallOption{amazonpay.WithTokenSource(nil)}, c.opts)
		assert.Equal(t, mwsToken, c.op.PathValues["mwsAuthToken"])
		assert.Equal(t, merchantID, c.op.Query.Get("merchantId"))
	})
}

func TestTokenThatTellsNoEndIsKeptFor5Minutes(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]string{
		"no JWT":         "opaque",
		"two dots":       "a.b.c",
		"not JSON":       payload("exp"),
		"no exp":         payload(`{"iat":1}`),
		"exp is null":    payload(`{"exp":null}`),
		"exp is a text":  payload(`{"exp":"soon"}`),
		"exp is zero":    payload(`{"exp":0}`),
		"exp is below 0": payload(`{"exp":-1}`),
		"exp is endless": payload(`{"exp":1e300}`),
		"four parts":     payload(`{"exp":1}`) + ".d",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requireKeptFor(t, 5*time.Minute, &caller{answer: always(token)})
			})
		})
	}
}

// An expiry may have a fraction, and its base64 may be padded.
func TestOddSpellingsOfTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		end := strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)
		odd := "e30." + base64.URLEncoding.EncodeToString([]byte(`{"a":1,"exp":`+end+`.5}`)) + "."
		require.Contains(t, odd, "=")
		c := &caller{answer: always(odd)}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		for range 2 {
			_, err := source.Token(t.Context())
			require.NoError(t, err)
			time.Sleep(59*time.Minute - time.Nanosecond)
		}
		assert.Equal(t, 1, c.calls())
	})
}

func TestTokenNearItsEndServesFor5Seconds(t *testing.T) {
	t.Parallel()
	for _, left := range []time.Duration{time.Minute, time.Second, 0, -2 * time.Hour} {
		t.Run(left.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, left), nil }}
				source := authtoken.New(c).Source(mwsToken, merchantID)
				var first string
				for _, wait := range []time.Duration{0, time.Second, 4*time.Second - time.Nanosecond} {
					time.Sleep(wait)
					token, err := source.Token(t.Context())
					require.NoError(t, err)
					if first == "" {
						first = token
					}
					assert.Equal(t, first, token)
					assert.Equal(t, 1, c.calls())
				}
				time.Sleep(time.Nanosecond)
				token, err := source.Token(t.Context())
				require.NoError(t, err)
				synctest.Wait()
				assert.Equal(t, 2, c.calls())
				assert.Equal(t, left == time.Minute, token == first, "only a valid token serves during a refresh")
			})
		})
	}
}

// A token of one hour from a service whose clock is ahead of or behind the local one.
func TestLifetimeIsThatOfIssuedAndExpiresWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 2 * time.Hour, -30 * time.Minute, -time.Hour, -2 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &caller{answer: func(context.Context, int) (string, error) {
					issued := time.Now().Add(ahead)
					return payload(fmt.Sprintf(`{"iat":%d,"exp":%d}`, issued.Unix(), issued.Add(time.Hour).Unix())), nil
				}}
				requireKeptFor(t, 59*time.Minute, c)
			})
		})
	}
}

// A service may return a token that it issued earlier. Its exp and the answer's Date give the time
// left, whatever the local clock says.
func TestLifetimeIsWhatIsLeftAtTheDateOfTheAnswer(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 2 * time.Hour, -2 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				there := func() time.Time { return time.Now().Add(ahead) }
				c := &caller{date: there, answer: func(context.Context, int) (string, error) {
					return payload(fmt.Sprintf(`{"iat":%d,"exp":%d}`, there().Add(-50*time.Minute).Unix(), there().Add(10*time.Minute).Unix())), nil
				}}
				requireKeptFor(t, 9*time.Minute, c)
			})
		})
	}
}

// An impossible iat is ignored, and exp counts.
func TestOddIssuedTimes(t *testing.T) {
	t.Parallel()
	for _, issued := range []string{`null`, `"soon"`, `0`, `-1`, `1e300`, `4102444800`, `{}`} {
		t.Run(issued, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &caller{answer: func(context.Context, int) (string, error) {
					return payload(fmt.Sprintf(`{"iat":%s,"exp":%d}`, issued, time.Now().Add(time.Hour).Unix())), nil
				}}
				requireKeptFor(t, 59*time.Minute, c)
			})
		})
	}
}

func TestValidTokenServesWhileItsRefreshHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			if n > 1 {
				time.Sleep(80 * time.Second)
			}
			return jwt(n, 10*time.Minute), nil
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		first, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(9 * time.Minute)
		refreshed := time.Now()
		for range 4 {
			asked := time.Now()
			token, err := source.Token(t.Context())
			require.NoError(t, err)
			assert.Equal(t, first, token)
			assert.Zero(t, time.Since(asked), "a caller with a valid token waited")
			time.Sleep(15 * time.Second)
		}
		assert.Equal(t, 2, c.calls(), "one refresh at a time")

		token, err := source.Token(t.Context()) // the end has come: this one waits
		require.NoError(t, err)
		assert.NotEqual(t, first, token)
		assert.Equal(t, 80*time.Second, time.Since(refreshed))
		assert.Equal(t, 2, c.calls())
	})
}

func TestOneRefreshServesAllAndOneMayCancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(ctx context.Context, n int) (string, error) {
			time.Sleep(10 * time.Second)
			return jwt(n, time.Hour), ctx.Err()
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		start, reason := time.Now(), errors.New("the order was given up")

		var wg sync.WaitGroup
		first, cancel := context.WithCancelCause(t.Context()) // the one who starts the refresh
		wg.Go(func() {
			_, err := source.Token(first)
			assert.Equal(t, time.Second, time.Since(start))
			assert.ErrorIs(t, err, reason)
		})
		synctest.Wait()
		hurried, stop := context.WithTimeout(t.Context(), 2*time.Second)
		defer stop()
		wg.Go(func() {
			_, err := source.Token(hurried)
			assert.Equal(t, 2*time.Second, time.Since(start))
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		for range 20 {
			wg.Go(func() {
				token, err := source.Token(t.Context())
				assert.Equal(t, 10*time.Second, time.Since(start))
				assert.NotEmpty(t, token)
				assert.NoError(t, err)
			})
		}
		time.Sleep(time.Second)
		cancel(reason)
		wg.Wait()
		assert.Equal(t, 1, c.calls())
	})
}

func TestCancelledCallerStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: always("token")}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errDown)
		_, err := authtoken.New(c).Source(mwsToken, merchantID).Token(ctx)
		synctest.Wait()
		require.ErrorIs(t, err, errDown)
		assert.Zero(t, c.calls())
	})
}

func TestRefreshIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(ctx context.Context, _ int) (string, error) {
			<-ctx.Done()
			return "", context.Cause(ctx)
		}}
		source, start := authtoken.New(c).Source(mwsToken, merchantID), time.Now()
		_, err := source.Token(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "no authorization token within 1m30s")
		assert.Equal(t, 90*time.Second, time.Since(start))
	})
}

func TestFailureIsToldToAllAndNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			time.Sleep(time.Second)
			switch n {
			case 1:
				return "", errDown
			case 2:
				return "", nil // no token in the answer
			}
			return jwt(n, time.Hour), nil
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := source.Token(t.Context())
				assert.ErrorIs(t, err, errDown)
			})
		}
		wg.Wait()
		assert.Equal(t, 1, c.calls())
		_, err := source.Token(t.Context())
		require.ErrorContains(t, err, "has no authorization token")
		_, err = source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, c.calls())
	})
}

func TestValidTokenServesWhereARefreshFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			if n > 1 {
				return "", errDown
			}
			return jwt(n, 10*time.Minute), nil
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		first, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(9 * time.Minute)
		for _, step := range []struct {
			wait  time.Duration
			calls int
		}{{0, 2}, {0, 2}, {5*time.Second - time.Nanosecond, 2}, {time.Nanosecond, 3}, {time.Second, 3}, {50 * time.Second, 4}} {
			time.Sleep(step.wait)
			token, err := source.Token(t.Context())
			require.NoError(t, err)
			assert.Equal(t, first, token)
			synctest.Wait()
			assert.Equal(t, step.calls, c.calls())
		}
		time.Sleep(4 * time.Second) // the token has ended: no pause, and the failure is told
		for i := 5; i <= 6; i++ {
			_, err = source.Token(t.Context())
			require.ErrorIs(t, err, errDown)
			assert.Equal(t, i, c.calls())
		}
	})
}

func TestInvalidateDropsTheCurrentTokenOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, time.Hour), nil }}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		first, err := source.Token(t.Context())
		require.NoError(t, err)
		source.Invalidate(first)
		second, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.NotEqual(t, first, second)

		source.Invalidate(first) // of a call that was slower
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, second, token)
		assert.Equal(t, 2, c.calls())
	})
}

func TestInvalidatedTokenDoesNotServeWhereARefreshFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			if n == 1 {
				return jwt(n, 10*time.Minute), nil
			}
			time.Sleep(time.Second)
			return "", errDown
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		first, err := source.Token(t.Context())
		require.NoError(t, err)
		time.Sleep(9 * time.Minute)
		_, err = source.Token(t.Context()) // starts a refresh
		require.NoError(t, err)
		synctest.Wait()
		source.Invalidate(first) // while it runs
		_, err = source.Token(t.Context())
		require.ErrorIs(t, err, errDown)
		assert.Equal(t, 2, c.calls(), "the running refresh was waited for")
	})
}

// A mock that fails its test ends the goroutine of the refresh.
func TestRefreshThatNeverReturnsLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			if n == 1 {
				runtime.Goexit()
			}
			return "token", nil
		}}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		_, err := source.Token(t.Context())
		require.ErrorContains(t, err, "did not return")
		_, err = source.Token(t.Context())
		require.NoError(t, err)
	})
}

func TestSourceShowsNoToken(t *testing.T) {
	t.Parallel()
	source := authtoken.New(&caller{answer: always("secret-token")}).Source(mwsToken, merchantID)
	_, err := source.Token(t.Context())
	require.NoError(t, err)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		_, _ = fmt.Fprintf(&out, verb, source)
	}
	_, _ = fmt.Fprintln(&out, amazonpay.WithTokenSource(source))
	_, _ = fmt.Fprintf(&out, "%#v", struct{ Source amazonpay.TokenSource }{source})
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", slog.Any("source", source))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", slog.Any("source", source))
	assert.Contains(t, out.String(), merchantID)
	for _, secret := range []string{"secret-token", "amzn.mws", fmt.Sprintf("%x", "secret-token"), fmt.Sprintf("%x", "amzn.mws")} {
		assert.NotContains(t, out.String(), secret)
	}
}

// A source's own calls use no source, even if its client does. A token that the service refuses is
// replaced once.
func TestSourceOfADerivedClient(t *testing.T) {
	t.Parallel()
	var gave, used []string
	d := doer(func(r *http.Request) (int, string) {
		token := r.Header.Get("X-Amz-Pay-Authtoken")
		if strings.Contains(r.URL.Path, "authorizationTokens") {
			assert.Empty(t, token)
			assert.Equal(t, "merchantId="+merchantID, r.URL.RawQuery)
			gave = append(gave, fmt.Sprintf("token-%d", len(gave)+1))
			return http.StatusOK, `{"authorizationToken":"` + gave[len(gave)-1] + `"}`
		}
		used = append(used, token)
		if token == "token-1" {
			return http.StatusForbidden, `{"reasonCode":"InvalidAuthorizationToken","message":"token-1 is no good"}`
		}
		return http.StatusOK, `{"chargeId":"C1"}`
	})
	provider := newClient(t, d)
	source := authtoken.New(provider.With(amazonpay.WithAuthToken("another"))).Source(mwsToken, merchantID)
	merchant := provider.With(amazonpay.WithTokenSource(source))
	op := amazonpay.Operation{Name: "GetCharge", Method: http.MethodGet, Path: "charges/{chargeId}", Returns: "chargeId", PathValues: map[string]string{"chargeId": "C1"}}
	for range 2 {
		_, err := merchant.Call(t.Context(), op, nil, nil)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"token-1", "token-2"}, gave)
	assert.Equal(t, []string{"token-1", "token-2", "token-2"}, used)
}

// Whatever a token contains, it is returned unchanged, and kept for a while.
func FuzzSource(f *testing.F) {
	f.Add("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.x", "Mon, 23 Nov 2026 20:00:00 GMT")
	for _, claims := range []string{`{"exp":1e11}`, `{"exp":-1}`, `{"exp":1,"iat":"x"}`, `{"exp":253402300799,"iat":0.5}`, `{"exp":1e400}`, `[]`} {
		f.Add("a."+base64.RawURLEncoding.EncodeToString([]byte(claims))+".b", "")
	}
	f.Add("..", "Thu, 01 Jan 1970 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, token, date string) {
		if !utf8.ValidString(token) { // JSON cannot hold it
			return
		}
		c := &caller{answer: always(token)}
		if at, err := http.ParseTime(date); err == nil {
			c.date = func() time.Time { return at }
		}
		source := authtoken.New(c).Source(mwsToken, merchantID)
		for range 2 {
			got, err := source.Token(t.Context())
			if token == "" {
				require.ErrorContains(t, err, "no authorization token")
				return
			}
			require.NoError(t, err)
			require.Equal(t, token, got)
		}
		require.Equal(t, 1, c.calls())
	})
}
