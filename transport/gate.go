package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

const (
	gateWidth = 16
	gateWait  = 500 * time.Millisecond
)

// gate lets few attempts at a time look for a connection, so that callers who come all at once to a client that has
// none do not all dial: one, until the first connection shows whether they can share it (HTTP/2), then gateWidth. Those
// who wait take what has become free in the meantime. A connection that is there is taken in microseconds, and a
// network that does not answer holds nobody up for longer than gateWait. A nil gate lets everyone through.
type gate struct {
	turns chan struct{}
	open  sync.Once
}

// newGate returns a gate for an http.Transport, which is known to tell when it has a connection, and nil for any other.
func newGate(base http.RoundTripper) *gate {
	if _, ok := base.(*http.Transport); !ok {
		return nil
	}
	g := &gate{turns: make(chan struct{}, gateWidth)}
	g.turns <- struct{}{}
	return g
}

// enter waits for a turn, and reports whether it got one, which leave gives back.
func (g *gate) enter(ctx context.Context) bool {
	select {
	case <-g.turns:
		return true
	default:
	}
	wait := time.NewTimer(gateWait)
	defer wait.Stop()
	select {
	case <-g.turns:
		return true
	case <-wait.C:
	case <-ctx.Done():
	}
	return false
}

func (g *gate) leave() { g.turns <- struct{}{} }

// connected says that a connection was had.
func (g *gate) connected() {
	g.open.Do(func() {
		for range gateWidth - 1 {
			g.leave()
		}
	})
}

// connection is what is seen of one attempt's way to a connection. Its hooks are called where Base leads to an
// http.Transport, perhaps by several goroutines, and more than once where a kept connection turns out to be closed. None
// waits: net/http may hold a lock.
type connection struct {
	trace   httptrace.ClientTrace
	gate    *gate
	wished  atomic.Bool // a connection was wished for
	had     atomic.Bool // and had: the request may have gone out
	turn    atomic.Bool // holds a turn at the gate
	lent    atomic.Bool // the turn is that of a dial which may outlast the attempt
	dialled atomic.Bool // the dial is done
}

// watch returns the context of the request to send.
func (c *connection) watch(ctx context.Context) context.Context {
	c.trace.GetConn, c.trace.GotConn, c.trace.TLSHandshakeDone = c.getConn, c.gotConn, c.handshakeDone
	return httptrace.WithClientTrace(ctx, &c.trace)
}

// begin waits for a turn at the gate; end is the end of the attempt.
func (c *connection) begin(ctx context.Context) {
	if c.gate != nil {
		c.wished.Store(true)
		c.turn.Store(c.gate.enter(ctx))
	}
}

func (c *connection) end() {
	if !c.lent.Load() {
		c.leave()
	}
}

// leave gives the turn back, if there is one.
func (c *connection) leave() {
	if c.turn.Swap(false) {
		c.gate.leave()
	}
}

func (c *connection) getConn(string) { c.wished.Store(true) }

func (c *connection) gotConn(info httptrace.GotConnInfo) {
	c.had.Store(true)
	if c.gate == nil {
		return
	}
	c.gate.connected()
	// One that comes from another call while this one dials was in use until now; a shared one is always so.
	if secure, ok := info.Conn.(*tls.Conn); ok && info.Reused && !info.WasIdle && secure.ConnectionState().NegotiatedProtocol != "h2" {
		c.lent.Store(true)
		if !c.dialled.Load() {
			time.AfterFunc(gateWait, c.leave)
			return
		}
	}
	c.leave()
}

func (c *connection) handshakeDone(tls.ConnectionState, error) {
	c.dialled.Store(true)
	if c.lent.Load() {
		c.leave()
	}
}
