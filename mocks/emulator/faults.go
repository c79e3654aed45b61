package emulator

import (
	"fmt"
	"net"
	"net/http"
	"slices"
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
	// Status is that of FaultStatus, from 400 to 599; 0 means 503.
	Status int
	// ReasonCode is that of FaultStatus; empty means the one that the documentation names for
	// the status, or none in the answer where it names none (425, 502, 504). For 403 and 422 it
	// names several: there it must be given.
	//
	// A decline, CheckoutSessionCanceled or ProcessingFailure counts as the result of the
	// work: it waits for a request that passes all checks and is no replay, and the idempotency key
	// then replays it. With createCharge and the in-store charge a decline does to the charge
	// permission what its simulation code does, with completeCheckoutSession and
	// finalizeCheckoutSession it cancels the session (Declined), and elsewhere it changes nothing.
	// Any other fault comes before the checks and leaves no trace.
	ReasonCode string
	// RetryAfter is sent as it is, where it is not empty: seconds or an HTTP date.
	RetryAfter string
}

type pendingFault struct {
	Fault
	left int
}

// FailNext makes the next n requests fail whose signature is right. Faults that are
// already waiting for the same operation come first. An unknown operation, kind or status, or
// a reason code that is missing, is an error.
func (s *Server) FailNext(n int, f Fault) error {
	if f.Operation != "" {
		if err := checkOperation(f.Operation); err != nil {
			return err
		}
	}
	if f.Status == 0 {
		f.Status = http.StatusServiceUnavailable
	}
	switch {
	case n < 1:
		return fmt.Errorf("emulator: FailNext: n is %d, not positive", n)
	case f.Kind < FaultStatus || f.Kind > FaultLoseAnswer:
		return fmt.Errorf("emulator: Fault.Kind %d is not known", f.Kind)
	case f.Status < 400 || f.Status > 599:
		return fmt.Errorf("emulator: Fault.Status %d is not between 400 and 599", f.Status)
	}
	if ambiguous := f.Status == http.StatusForbidden || f.Status == http.StatusUnprocessableEntity; ambiguous && f.Kind == FaultStatus && f.ReasonCode == "" {
		return fmt.Errorf("emulator: Fault.ReasonCode is needed: status %d has several", f.Status)
	}
	if f.ReasonCode == "" {
		f.ReasonCode = usualReasons[f.Status]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, pendingFault{f, n})
	return nil
}

func checkOperation(name string) error {
	if slices.ContainsFunc(routes, func(rt route) bool { return rt.operation == name }) {
		return nil
	}
	return fmt.Errorf("emulator: there is no operation %q: they are named as in the Node SDK", name)
}

// ClearFaults forgets the faults that have not happened yet.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// usualReasons has the reason codes of the statuses that have but one, or one for all
// else.
var usualReasons = map[int]string{
	http.StatusBadRequest:          invalidRequest,
	http.StatusUnauthorized:        unauthorizedAccess,
	http.StatusNotFound:            resourceNotFound,
	http.StatusMethodNotAllowed:    unsupportedOperation,
	http.StatusRequestTimeout:      requestTimeout,
	http.StatusConflict:            amountMismatch,
	http.StatusUpgradeRequired:     tlsVersionNotSupported,
	http.StatusTooManyRequests:     tooManyRequests,
	http.StatusInternalServerError: internalServerError,
	http.StatusServiceUnavailable:  serviceUnavailable,
}

// nextFault returns the fault that waits for an operation, and what to call once it
// has happened. The caller holds the lock until then.
func (s *Server) nextFault(operation string) (f *Fault, happened func()) {
	i := slices.IndexFunc(s.faults, func(p pendingFault) bool {
		return p.Operation == "" || p.Operation == operation
	})
	if i < 0 {
		return nil, nil
	}
	next := s.faults[i].Fault
	return &next, func() {
		if s.faults[i].left--; s.faults[i].left == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
	}
}

// beforeWork reports whether the fault comes before anything is looked at.
func (f *Fault) beforeWork() bool {
	return f.Kind == FaultReset || f.Kind == FaultStatus && !isOutcome(f.ReasonCode)
}

// name is the fault as the log shows it.
func (f *Fault) name() string {
	switch f.Kind {
	case FaultReset:
		return "connection reset"
	case FaultLoseAnswer:
		return "answer lost"
	default:
		return "status " + strconv.Itoa(f.Status)
	}
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

func (f *Fault) refusal() *refusal {
	return &refusal{f.Status, f.ReasonCode, "This failure was asked for.", isOutcome(f.ReasonCode)}
}
