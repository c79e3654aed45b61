package emulator

import (
	"net"
	"net/http"
	"strconv"
)

// FaultKind is a way to fail.
type FaultKind int

const (
	// FaultStatus answers with a status in place of doing the work.
	FaultStatus FaultKind = iota
	// FaultReset resets the connection in place of doing the work.
	FaultReset
	// FaultLoseAnswer does the work, stores its answer under the idempotency key, and closes the
	// connection without sending it.
	FaultLoseAnswer
)

// Fault is what happens to a request in place of its answer.
type Fault struct {
	// Operation is the one that fails, named as in [Request.Operation]; empty means each.
	Operation string
	Kind      FaultKind
	// Status is that of FaultStatus; 503 if it is not between 400 and 599.
	Status int
	// ReasonCode is that of FaultStatus; empty means the usual one of the status. A decline or
	// ProcessingFailure counts as the result of the work: the idempotency key replays it. Any
	// other fault leaves no trace.
	ReasonCode string
	// RetryAfter is sent as it is, where it is not empty: seconds or an HTTP date.
	RetryAfter string
}

type pendingFault struct {
	Fault
	left int
}

// FailNext makes the next n requests fail whose signature is right. Faults that are
// already waiting for the same operation come first.
func (s *Server) FailNext(n int, f Fault) {
	if f.Status < 400 || f.Status > 599 {
		f.Status = http.StatusServiceUnavailable
	}
	if f.ReasonCode == "" {
		f.ReasonCode = usualReason(f.Status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n > 0 {
		s.faults = append(s.faults, pendingFault{f, n})
	}
}

// ClearFaults forgets the faults that have not happened yet.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func usualReason(status int) string {
	switch status {
	case http.StatusRequestTimeout:
		return requestTimeout
	case http.StatusTooManyRequests:
		return tooManyRequests
	case http.StatusServiceUnavailable:
		return serviceUnavailable
	}
	if status >= 500 {
		return internalServerError
	}
	return invalidRequest
}

// nextFault returns the fault that waits for an operation, and what to call once it
// has happened. The caller holds the lock.
func (s *Server) nextFault(operation string) (f *Fault, happened func()) {
	for i := range s.faults {
		waiting := &s.faults[i]
		if waiting.left == 0 || waiting.Operation != "" && waiting.Operation != operation {
			continue
		}
		return &waiting.Fault, func() { waiting.left-- }
	}
	return nil, nil
}

// beforeWork reports whether the fault comes before anything is looked at.
func (f *Fault) beforeWork() bool {
	return f.Kind == FaultReset || f.Kind == FaultStatus && !isOutcome(f.ReasonCode)
}

func (f *Fault) String() string {
	switch f.Kind {
	case FaultReset:
		return "connection reset"
	case FaultLoseAnswer:
		return "answer lost"
	}
	return "status " + strconv.Itoa(f.Status)
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
