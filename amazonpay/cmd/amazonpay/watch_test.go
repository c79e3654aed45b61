package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screen is what a running command prints.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// starts runs a command until the test stops it.
func (p *person) starts(args ...string) (out *screen, stop func() int) {
	out = new(screen)
	ctx, cancel := context.WithCancel(p.t.Context())
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, append([]string{"--emulator-file", p.file}, args...), nil, out, out) }()
	return out, func() int {
		cancel()
		return <-ended
	}
}

func (s *screen) shows(t *testing.T, texts ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, text := range texts {
			if !strings.Contains(s.String(), text) {
				return false
			}
		}
		return true
	}, 10*time.Second, 5*time.Millisecond, "%v in %s", texts, s)
}

func TestLogs(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	shown, stop := p.starts("emulator", "logs", "--last", "1")
	shown.shows(t, "200  POST  /v2/checkoutSessions/", "signature right")
	require.Equal(t, 1, strings.Count(shown.String(), "\n"), shown)
	p.types("charges", "get", "nobody")
	shown.shows(t, "404  GET  /v2/charges/nobody", "ResourceNotFound")
	p.types("charges", "get", charge)
	shown.shows(t, "200  GET  /v2/charges/"+charge)
	assert.Zero(t, stop())
	assert.Equal(t, 1, strings.Count(shown.String(), "/v2/charges/nobody"), "each once")
	past := p.types("emulator", "logs", "--no-follow", "--json", "--last", "2")
	assert.Equal(t, 2, strings.Count(past.out, `"canonicalRequest"`))
}

func TestListen(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	var status atomic.Int64
	status.Store(http.StatusOK)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(int(status.Load()))
	}))
	defer shop.Close()
	shown, stop := p.starts("emulator", "listen", "--forward-to", shop.URL)
	shown.shows(t, "Notifications go to "+shop.URL)
	made := p.gets("emulator", "trigger", "charge.declined")
	shown.shows(t, "CHARGE "+text(t, made, "chargeId"), "Delivered")
	status.Store(http.StatusForbidden)
	p.gets("emulator", "trigger", "charge.declined")
	shown.shows(t, "403")
	assert.Zero(t, stop())
	p.paid()
	for _, n := range p.server.Notifications() {
		assert.NotEqual(t, "Pending", n.State, "nothing is sent to it any more")
	}
	p.refuses(exitRefused, []string{"loopback"}, "emulator", "listen", "--forward-to", "https://shop.example/")
}
