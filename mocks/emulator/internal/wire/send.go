package wire

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// pieces is the number of pieces of a slow answer.
const pieces = 8

// Send sends an answer, or what a fault leaves of it. It stops waiting when closing is closed.
func Send(w http.ResponseWriter, r *http.Request, out Reply, closing <-chan struct{}) {
	if out.HangUp {
		hangUp(w, out.Reset)
		return
	}
	if out.Delay > 0 && !sleep(w, r, out.Delay, closing) {
		hangUp(w, false) // else net/http would answer 200 with nothing
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if out.HTML {
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	if out.RetryAfter != "" {
		h.Set("Retry-After", out.RetryAfter)
	}
	if out.Location != "" {
		h.Set("Location", out.Location)
	}
	if bodyAllowed := out.Status != http.StatusNoContent; bodyAllowed {
		h.Set("Content-Length", strconv.Itoa(len(out.Body)))
	}
	if out.Truncate && len(out.Body) == 0 { // a whole answer, after which the connection is gone: no other request must meet that
		h.Set("Connection", "close")
	}
	w.WriteHeader(out.Status)
	switch {
	case out.Truncate:
		_, _ = w.Write(out.Body[:len(out.Body)/2])
		_ = http.NewResponseController(w).Flush()
		hangUp(w, false)
	case out.Slow > 0:
		trickle(w, r, out, closing)
	default:
		_, _ = w.Write(out.Body)
	}
}

// trickle sends the body a piece at a time.
func trickle(w http.ResponseWriter, r *http.Request, out Reply, closing <-chan struct{}) {
	for i := range pieces {
		if !sleep(w, r, out.Slow, closing) {
			return
		}
		from, to := i*len(out.Body)/pieces, (i+1)*len(out.Body)/pieces
		_, _ = w.Write(out.Body[from:to])
		_ = http.NewResponseController(w).Flush()
	}
}

// sleep waits, unless the connection or the emulator ends first: then it returns false.
func sleep(w http.ResponseWriter, r *http.Request, d time.Duration, closing <-chan struct{}) bool {
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // else the context ends with it
	_ = out.SetWriteDeadline(time.Now().Add(d + WriteTime))
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-closing:
	}
	return false
}

// hangUp ends the connection without an answer, with a reset if reset is true.
func hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // not a connection of HTTP/1.1: net/http's own way to cut it
		panic(http.ErrAbortHandler)
	}
	if secure, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = secure.NetConn() // no closing alert, which would be a polite end
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// WriteTime is the maximum time for writing an answer.
const WriteTime = 30 * time.Second
