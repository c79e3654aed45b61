package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

const (
	gateStep  = 16
	gatePause = 250 * time.Millisecond
	gateTime  = time.Second
)

// errAtGate says that the context ended before the attempt had its turn.
var errAtGate = errors.New("the context ended while the attempt waited for a connection of another")

// gate stands before a client that has just begun, so that callers who come all at once do not all dial. One goes first. If its
// connection can be shared (HTTP/2) the gate is done with; else gateStep attempts may run at a time, and gateStep more after
// each gatePause, and those who wait take the connections of those that end. It is done with gateTime after the first caller
// came. A nil gate lets everyone through.
type gate struct {
	turns chan struct{}
	over  chan struct{}

	begun, had, ended sync.Once
}

// newGate returns a gate for an http.Transport that keeps connections and sets no bound of its own, and nil for any other.
func newGate(base http.RoundTripper) *gate {
	t, ok := base.(*http.Transport)
	if !ok || t.DisableKeepAlives || t.MaxConnsPerHost > 0 {
		return nil
	}
	g := &gate{turns: make(chan struct{}, 1+gateStep*(1+gateTime/gatePause)), over: make(chan struct{})}
	g.leave() // the one that goes first
	return g
}

// enter waits for a turn, and returns what gives it back, or errAtGate.
func (g *gate) enter(ctx context.Context) (leave func(), err error) {
	if g == nil {
		return func() {}, nil
	}
	select { // the usual case
	case <-g.over:
		return func() {}, nil
	default:
	}
	g.begun.Do(func() { time.AfterFunc(gateTime, g.end) })
	select {
	case <-g.over:
		return func() {}, nil
	case <-g.turns:
		return g.leave, nil
	case <-ctx.Done():
		return nil, errAtGate
	}
}

// leave gives a turn, or one more. It never waits: there is room for as many as the gate's time allows.
func (g *gate) leave() {
	select {
	case g.turns <- struct{}{}:
	default:
	}
}

func (g *gate) end() { g.ended.Do(func() { close(g.over) }) }

// connected says that there is a connection.
func (g *gate) connected(info httptrace.GotConnInfo) {
	if g == nil {
		return
	}
	g.had.Do(func() {
		if secure, ok := info.Conn.(*tls.Conn); ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
			g.end()
			return
		}
		g.widen()
	})
}

// widen adds turns, now and again until the gate is over.
func (g *gate) widen() {
	select {
	case <-g.over:
	default:
		for range gateStep {
			g.leave()
		}
		time.AfterFunc(gatePause, g.widen)
	}
}

// connection is what is seen of one attempt's way to a connection, where Base leads to an http.Transport. net/http may hold a
// lock while it calls, so that nothing here waits.
type connection struct {
	trace  httptrace.ClientTrace
	gate   *gate
	wished atomic.Bool  // a connection was wished for
	had    atomic.Int32 // connections that were had: on each the request may have gone out
}

// watch returns the context of the request to send.
func (c *connection) watch(ctx context.Context) context.Context {
	c.trace.GetConn = func(string) { c.wished.Store(true) }
	c.trace.GotConn = func(info httptrace.GotConnInfo) {
		c.had.Add(1)
		c.gate.connected(info)
	}
	return httptrace.WithClientTrace(ctx, &c.trace)
}
