package emulator

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// FaultKind is a way to fail.
type FaultKind int

const (
	// FaultKindStatus answers with a status instead of doing the work.
	FaultKindStatus FaultKind = iota
	// FaultKindReset resets the connection instead of doing the work.
	FaultKindReset
	// FaultKindLoseAnswer does the work, stores its answer under the idempotency key, and resets the
	// connection without sending it.
	FaultKindLoseAnswer
	// FaultKindDelay does the work, and sends the answer after [Fault].Delay.
	FaultKindDelay
	// FaultKindTruncate does the work, and closes the connection in the middle of the answer.
	FaultKindTruncate
	// FaultKindSlow does the work, and sends the answer in eight pieces, [Fault].Delay apart.
	FaultKindSlow
	// FaultKindHTML answers with a status and a page of HTML instead of doing the work, as a
	// gateway in front of the service does.
	FaultKindHTML
)

var faultNames = []string{"status", "reset", "loseAnswer", "delay", "truncate", "slow", "html"}

// String returns the kind's name: status, reset, loseAnswer, delay, truncate, slow or html.
func (k FaultKind) String() string {
	if k < 0 || int(k) >= len(faultNames) {
		return "FaultKind(" + strconv.Itoa(int(k)) + ")"
	}
	return faultNames[k]
}

// MarshalText returns the kind's name, and an error for a kind that is not known.
func (k FaultKind) MarshalText() ([]byte, error) {
	if k < 0 || int(k) >= len(faultNames) {
		return nil, fmt.Errorf("emulator: unknown Fault.Kind %d", int(k))
	}
	return []byte(faultNames[k]), nil
}

// UnmarshalText reads what MarshalText writes.
func (k *FaultKind) UnmarshalText(text []byte) error {
	i := slices.Index(faultNames, string(text))
	if i < 0 {
		return fmt.Errorf("emulator: unknown fault kind %q: want one of %s", text, strings.Join(faultNames, ", "))
	}
	*k = FaultKind(i)
	return nil
}

// Fault is what happens to a request instead of its answer, or to its answer.
type Fault struct {
	// Operation is the operation that fails, named as in [Request.Operation]; empty means every one.
	Operation string    `json:"operation"`
	Kind      FaultKind `json:"kind"`
	// Status is the status of FaultKindStatus and FaultKindHTML, from 400 to 599; 0 means 503, and
	// with FaultKindHTML 502.
	Status int `json:"status"`
	// ReasonCode is the reason code of FaultKindStatus. If it is empty, the one that the
	// documentation names for the status is used, or none if it names none (425, 502, 504). It is
	// required for 403 and 422, which have several.
	//
	// A decline, CheckoutSessionCanceled or ProcessingFailure is a result of the work: it waits for a
	// request that passes all checks and is no replay, and the idempotency key then replays it. With
	// CreateCharge and InStoreCharge a decline does to the charge permission what its simulation
	// code does. With CompleteCheckoutSession and FinalizeCheckoutSession it cancels the session
	// (Declined). Elsewhere it changes nothing. Any other fault comes before the checks and leaves
	// no trace.
	ReasonCode string `json:"reasonCode"`
	// RetryAfter of FaultKindStatus and FaultKindHTML is sent as it is, unless it is empty: seconds
	// or an HTTP date.
	RetryAfter string `json:"retryAfter"`
	// Delay is how long the answer waits, for each kind but FaultKindReset and
	// FaultKindLoseAnswer; with FaultKindSlow, each of its pieces. It runs by the machine's clock and
	// ends with the connection. At most an hour.
	Delay time.Duration `json:"delay"` // in JSON nanoseconds
}

// pendingFault is a fault that waits for requests.
type pendingFault struct {
	Fault
	left        int     // how often it will happen yet; 0: for ever
	probability float64 // 0: to each request
	number      uint64  // of the fault since the start
	seen        map[string]uint64
}

// FailNext makes the next n requests with a right signature fail. Faults that already wait for the
// same operation come first. It returns an error for an unknown operation (with the nearest names),
// an unknown kind, a status outside 400 to 599, or a missing reason code.
func (s *Server) FailNext(n int, f Fault) error {
	if n < 1 {
		return fmt.Errorf("emulator: FailNext: n must be positive, not %d", n)
	}
	return s.addFault(f, n, 0)
}

// FailSome makes each request with a right signature fail with a probability above 0 and at most 1,
// until [Server.ClearFaults]. [WithSeed] and the number of earlier requests of the same operation
// decide which ones, so that a run can be repeated. If several faults would happen to one request,
// the first one does. Errors are those of [Server.FailNext].
func (s *Server) FailSome(probability float64, f Fault) error {
	if !(probability > 0 && probability <= 1) {
		return fmt.Errorf("emulator: FailSome: the probability must be above 0 and at most 1, not %v", probability)
	}
	return s.addFault(f, 0, probability)
}

// WithSeed sets the seed that decides which requests [Server.FailSome] makes fail; the default is
// 0.
func WithSeed(seed uint64) Option {
	return func(c *config) error {
		c.seed = seed
		return nil
	}
}

func (s *Server) addFault(f Fault, n int, probability float64) error {
	if f.Operation != "" {
		if err := wire.CheckOperation(f.Operation); err != nil {
			return err
		}
	}
	if f.Status == 0 {
		f.Status = http.StatusServiceUnavailable
		if f.Kind == FaultKindHTML {
			f.Status = http.StatusBadGateway
		}
	}
	switch {
	case f.Kind < FaultKindStatus || f.Kind > FaultKindHTML:
		return fmt.Errorf("emulator: unknown Fault.Kind %d", int(f.Kind))
	case f.Status < 400 || f.Status > 599:
		return fmt.Errorf("emulator: Fault.Status %d is not between 400 and 599", f.Status)
	case f.Delay < 0 || f.Delay > time.Hour:
		return fmt.Errorf("emulator: Fault.Delay %v is not between 0 and an hour", f.Delay)
	case f.Delay == 0 && (f.Kind == FaultKindDelay || f.Kind == FaultKindSlow):
		return fmt.Errorf("emulator: Fault.Delay is required for a fault of kind %v", f.Kind)
	}
	if ambiguous := f.Status == http.StatusForbidden || f.Status == http.StatusUnprocessableEntity; ambiguous && f.Kind == FaultKindStatus && f.ReasonCode == "" {
		return fmt.Errorf("emulator: Fault.ReasonCode is required: status %d has several", f.Status)
	}
	if f.ReasonCode == "" {
		f.ReasonCode = usualReasons[f.Status]
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faultCount++
	s.faults = append(s.faults, pendingFault{Fault: f, left: n, probability: probability, number: s.faultCount, seen: make(map[string]uint64)})
	s.changed()
	return nil
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults, s.faultCount = nil, 0 // so that what comes next happens as after a start
	s.changed()
}

// usualReasons has the reason codes of the statuses that have but one, or one for all
// else.
var usualReasons = map[int]string{
	http.StatusBadRequest:          ledger.InvalidRequest,
	http.StatusUnauthorized:        ledger.UnauthorizedAccess,
	http.StatusNotFound:            ledger.ResourceNotFound,
	http.StatusMethodNotAllowed:    ledger.UnsupportedOperation,
	http.StatusRequestTimeout:      ledger.RequestTimeout,
	http.StatusConflict:            ledger.AmountMismatch,
	http.StatusUpgradeRequired:     ledger.TLSVersionNotSupported,
	http.StatusTooManyRequests:     ledger.TooManyRequests,
	http.StatusInternalServerError: ledger.InternalServerError,
	http.StatusServiceUnavailable:  ledger.ServiceUnavailable,
}

// nextFault returns the fault that waits for an operation, and what to call once it
// has happened. The caller holds the lock until then.
func (s *Server) nextFault(operation string) (f *Fault, happened func()) {
	chosen := -1
	for i := range s.faults {
		p := &s.faults[i]
		if p.Operation != "" && p.Operation != operation {
			continue
		}
		if happens := p.draw(s.seed, operation); happens && chosen < 0 { // each draws, whatever the others do
			chosen = i
		}
	}
	if chosen < 0 {
		return nil, nil
	}
	next := s.faults[chosen].Fault
	return &next, func() {
		if s.faults[chosen].left == 0 {
			return
		}
		if s.faults[chosen].left--; s.faults[chosen].left == 0 {
			s.faults = slices.Delete(s.faults, chosen, chosen+1)
		}
	}
}

// draw decides whether the fault happens to the next request of an operation: by that request's
// number alone, so that requests of other operations in between change nothing.
func (p *pendingFault) draw(seed uint64, operation string) bool {
	if p.probability == 0 {
		return true
	}
	p.seen[operation]++
	h := fnv.New64a()
	_, _ = h.Write([]byte(operation))
	random := rand.New(rand.NewPCG(seed+p.number, h.Sum64()+p.seen[operation])) //nolint:gosec // it must be the same each time
	return random.Float64() < p.probability
}

// beforeWork reports whether the fault comes before anything is looked at.
func (f *Fault) beforeWork() bool {
	return f.Kind == FaultKindReset || f.Kind == FaultKindHTML || f.Kind == FaultKindStatus && !ledger.IsOutcome(f.ReasonCode)
}

// afterWork reports whether the fault changes how the answer is sent, whatever it is.
func (f *Fault) afterWork() bool { return f.Kind != FaultKindStatus && !f.beforeWork() }

// name is the fault as the log shows it.
func (f *Fault) name() string {
	switch f.Kind {
	case FaultKindReset:
		return "connection reset"
	case FaultKindLoseAnswer:
		return "answer lost"
	case FaultKindDelay:
		return "answer delayed"
	case FaultKindTruncate:
		return "answer truncated"
	case FaultKindSlow:
		return "answer slow"
	case FaultKindHTML:
		return "status " + strconv.Itoa(f.Status) + " with HTML"
	default:
		return "status " + strconv.Itoa(f.Status)
	}
}

// reply is the answer of a fault that comes before the work.
func (f *Fault) reply() wire.Reply {
	var out wire.Reply
	switch f.Kind {
	case FaultKindReset:
		return wire.Reply{HangUp: true, Reset: true}
	case FaultKindHTML:
		out = wire.Reply{Status: f.Status, HTML: true, Body: []byte("<!DOCTYPE html>\n<html><head><title>" + http.StatusText(f.Status) +
			"</title></head>\n<body><h1>" + http.StatusText(f.Status) + "</h1><p>This failure was requested.</p></body></html>\n")}
	default:
		out = wire.ReplyTo(f.refusal())
	}
	out.RetryAfter, out.Delay = f.RetryAfter, f.Delay
	return out
}

func (f *Fault) refusal() *ledger.Refusal {
	return &ledger.Refusal{
		Status: ledger.Code(f.Status), Reason: f.ReasonCode, Message: "This failure was requested.", Outcome: ledger.IsOutcome(f.ReasonCode),
	}
}
