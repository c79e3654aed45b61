package transport_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// doerFunc is a Doer.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// A Doer sees the call once, whole and unsigned. It may change and read what it is given.
func TestDoerSeesTheCallUnsigned(t *testing.T) {
	t.Parallel()
	req := newRequest(http.MethodPost, testURL, `{"a":1}`)
	var judged []transport.Attempt
	result, err := transport.FromDoer(doerFunc(func(r *http.Request) (*http.Response, error) {
		assert.Equal(t, testURL, r.URL.String())
		assert.Equal(t, "pay-api.invalid", r.Host)
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.Equal(t, req.Header, r.Header)
		for range 2 {
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)
			assert.JSONEq(t, `{"a":1}`, string(body))
			r.Body, err = r.GetBody()
			require.NoError(t, err)
		}
		r.Header.Set("Accept", "spoilt")
		return newAnswer(503, "busy", "X-Seen", "yes").Response, nil
	}), 100).Send(t.Context(), req, rules{
		admit: func(context.Context) error { return errors.New("never asked") },
		judge: func(a transport.Attempt, answer *transport.Answer, mayRepeat bool) {
			assert.False(t, mayRepeat)
			assert.Equal(t, "busy", string(answer.Body))
			judged = append(judged, a)
		},
	})
	require.NoError(t, err)
	assert.Equal(t, &transport.Answer{Status: 503, Header: http.Header{"X-Seen": {"yes"}}, Body: []byte("busy")}, result.Answer)
	assert.Empty(t, result.Attempts)
	assert.Equal(t, []transport.Attempt{{StatusCode: 503}}, judged)
	assert.Equal(t, "application/json", req.Header.Get("Accept"))
	assert.Zero(t, transport.FromDoer(doerFunc(nil), 1).ClockOffset())
}

func TestDoerFails(t *testing.T) {
	t.Parallel()
	respond := func(body io.Reader) doerFunc {
		return func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(body)}, nil
		}
	}
	fail := func(err error) doerFunc {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	for name, row := range map[string]struct {
		doer   doerFunc
		want   string
		judged int
	}{
		"an error":          {fail(syscall.ECONNRESET), "connection reset by peer", 1},
		"with the address":  {fail(&url.Error{Op: "Get", URL: testURL, Err: syscall.ECONNRESET}), "connection reset by peer", 1},
		"not signed":        {fail(&transport.SigningError{Err: io.EOF}), "request not signed: EOF", 0},
		"interrupted":       {fail(&transport.InterruptedError{Cause: context.Canceled}), "context canceled", 1},
		"nothing":           {fail(nil), "neither an answer nor an error", 1},
		"no body":           {func(*http.Request) (*http.Response, error) { return &http.Response{StatusCode: 200}, nil }, "neither an answer nor an error", 1},
		"a body breaks off": {respond(io.MultiReader(strings.NewReader(`{}`), iotest.ErrReader(io.ErrUnexpectedEOF))), "the response body is truncated: unexpected EOF", 1},
		"too large":         {respond(strings.NewReader(strings.Repeat("x", 101))), "(status 200) has more than 100 bytes", 1},
	} {
		judged := 0
		result, err := transport.FromDoer(row.doer, 100).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{judge: func(a transport.Attempt, answer *transport.Answer, _ bool) {
			judged++
			assert.Nil(t, answer)
			assert.Error(t, a.Err)
		}})
		require.ErrorContains(t, err, row.want, name)
		assert.NotContains(t, err.Error(), "secret", name)
		assert.Equal(t, row.judged, judged, name)
		assert.Nil(t, result.Answer, name)
		assert.Empty(t, result.Attempts, name)
	}
	_, err := transport.FromDoer(fail(nil), 100).Send(t.Context(), newRequest("", testURL, ""), rules{})
	require.ErrorContains(t, err, "not an HTTP method")
}

// A Doer may send through another Client of this package. If that one cannot sign its second
// attempt, the first one may have done the work.
func TestDoerSignsTooLate(t *testing.T) {
	t.Parallel()
	for fails, judged := range map[int]int{1: 0, 2: 1} {
		signed := 0
		inner := newClient(t, transport.Config{
			Signer: signFunc(func(*http.Request, signing.PayloadHash, time.Time) error {
				if signed++; signed == fails {
					return io.EOF
				}
				return nil
			}),
			Base:  roundTrip(func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET }),
			Retry: quick,
		})
		doer := doerFunc(func(r *http.Request) (*http.Response, error) {
			result, err := inner.Send(r.Context(), transport.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header, Retry: true}, rules{})
			assert.Len(t, result.Attempts, fails-1)
			return nil, err
		})
		told := 0
		_, err := transport.FromDoer(doer, 100).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{judge: func(a transport.Attempt, _ *transport.Answer, _ bool) {
			told++
			assert.Error(t, a.Err)
		}})
		_, unsigned := errors.AsType[*transport.SigningError](err)
		assert.True(t, unsigned)
		assert.Equal(t, judged, told, "attempt %d", fails)
	}
}

func TestDoerWithoutALimit(t *testing.T) {
	t.Parallel()
	result, err := transport.FromDoer(doerFunc(func(*http.Request) (*http.Response, error) {
		return newAnswer(200, "whole").Response, nil
	}), math.MaxInt64).Send(t.Context(), newRequest(http.MethodGet, testURL, ""), rules{})
	require.NoError(t, err)
	assert.Equal(t, "whole", string(result.Answer.Body))
}
