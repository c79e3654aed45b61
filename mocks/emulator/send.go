package emulator

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// pieces is into how many a slow answer is cut.
const pieces = 8

// send sends an answer, or what a fault leaves of it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, out reply) {
	if out.hangUp {
		hangUp(w, out.reset)
		return
	}
	if out.delay > 0 && !s.sleep(w, r, out.delay) {
		hangUp(w, false) // else net/http would answer 200 with nothing
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if out.html {
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	if out.retryAfter != "" {
		h.Set("Retry-After", out.retryAfter)
	}
	if out.Location != "" {
		h.Set("Location", out.Location)
	}
	if bodyAllowed := out.Status != http.StatusNoContent; bodyAllowed {
		h.Set("Content-Length", strconv.Itoa(len(out.Body)))
	}
	if out.truncate && len(out.Body) == 0 { // a whole answer, after which the connection is gone: no other request must meet that
		h.Set("Connection", "close")
	}
	w.WriteHeader(out.Status)
	switch {
	case out.truncate:
		_, _ = w.Write(out.Body[:len(out.Body)/2])
		_ = http.NewResponseController(w).Flush()
		hangUp(w, false)
	case out.slow > 0:
		s.trickle(w, r, out)
	default:
		_, _ = w.Write(out.Body)
	}
}

// trickle sends the body a piece at a time.
func (s *Server) trickle(w http.ResponseWriter, r *http.Request, out reply) {
	for i := range pieces {
		if !s.sleep(w, r, out.slow) {
			return
		}
		from, to := i*len(out.Body)/pieces, (i+1)*len(out.Body)/pieces
		_, _ = w.Write(out.Body[from:to])
		_ = http.NewResponseController(w).Flush()
	}
}

// sleep waits, unless the connection or the emulator ends first: then it returns false.
func (s *Server) sleep(w http.ResponseWriter, r *http.Request, d time.Duration) bool {
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // else the context ends with it
	_ = out.SetWriteDeadline(time.Now().Add(d + writeTime))
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.closing:
	}
	return false
}

// hangUp ends the connection without an answer, with a reset if told so.
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
