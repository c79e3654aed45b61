package sent_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/sent"
)

var errNoRoute = errors.New("no route")

func send(t *testing.T, w *sent.Watch, base http.RoundTripper) {
	t.Helper()
	w.Body.Reset([]byte("body"))
	r, err := http.NewRequestWithContext(w.Context(t.Context()), http.MethodPost, "http://pay.invalid/", &w.Body)
	require.NoError(t, err)
	_, err = base.RoundTrip(r) //nolint:bodyclose // it fails
	require.Error(t, err)
}

func TestUnsent(t *testing.T) {
	t.Parallel()
	unreachable := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errNoRoute }}
	var w sent.Watch
	assert.False(t, w.Unsent(), "nothing is known yet")
	send(t, &w, unreachable)
	assert.True(t, w.Unsent())
	assert.Zero(t, w.Connections())
	_, err := w.Body.ReadAt(make([]byte, 4), 0)
	require.NoError(t, err)
	assert.True(t, w.Unsent(), "looked at, not read")
	_, err = w.Body.Read(make([]byte, 1))
	require.NoError(t, err)
	assert.False(t, w.Unsent())
}

func TestSent(t *testing.T) {
	t.Parallel()
	var w sent.Watch
	send(t, &w, &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		return near, far.Close()
	}})
	assert.False(t, w.Unsent())
	assert.Equal(t, 1, w.Connections())
}

// A round tripper that knows no trace may have sent anything.
func TestWithoutATrace(t *testing.T) {
	t.Parallel()
	var w sent.Watch
	send(t, &w, roundTrip(func(*http.Request) (*http.Response, error) { return nil, errNoRoute }))
	assert.False(t, w.Unsent())
}

func TestBody(t *testing.T) {
	t.Parallel()
	var body sent.Body
	body.Reset([]byte("content"))
	looked, err := io.ReadAll(io.NewSectionReader(&body, 0, 7))
	require.NoError(t, err)
	read, err := io.ReadAll(&body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.Equal(t, []string{"content", "content"}, []string{string(looked), string(read)})
	_, rewinds := any(&body).(io.Seeker)
	assert.False(t, rewinds, "what was read counts as sent")
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
