package ledger

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"slices"
	"time"
)

// States and their reasons, as the service spells them.
const (
	Open                   = "Open"
	completed              = "Completed"
	Canceled               = "Canceled"
	Declined               = "Declined"
	Chargeable             = "Chargeable"
	nonChargeable          = "NonChargeable"
	Closed                 = "Closed"
	AuthorizationInitiated = "AuthorizationInitiated"
	Authorized             = "Authorized"
	CaptureInitiated       = "CaptureInitiated"
	Captured               = "Captured"
	RefundInitiated        = "RefundInitiated"
	refunded               = "Refunded"

	BuyerCanceled            = "BuyerCanceled"
	AmazonCanceled           = "AmazonCanceled"
	amazonClosed             = "AmazonClosed"
	merchantCanceled         = "MerchantCanceled"
	merchantClosed           = "MerchantClosed"
	buyerClosed              = "BuyerClosed"
	expired                  = "Expired"
	expiredUnused            = "ExpiredUnused"
	chargePermissionCanceled = "ChargePermissionCanceled"
	paymentMethodInvalid     = "PaymentMethodInvalid"
	chargeInProgress         = "ChargeInProgress"

	// Simulation codes that are no reason codes. What the service calls the first three of these is
	// not documented.
	pendingCode     = "Pending" // before the reason, or Authorized
	captureDeclined = "CaptureDeclined"
	refundDeclined  = "RefundDeclined"

	OneTime   = "OneTime"
	Recurring = "Recurring"
	OnFile    = "PaymentMethodOnFile"
)

// Change is an entry of an object's history.
type Change struct {
	State  string    `json:"state"`
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at"`
}

// Status is the state of a session, permission, charge, refund or dispute.
type Status struct {
	State   string
	Reason  string
	Updated time.Time
	History []Change // oldest first
	Count   int      // of all changes
	Told    int      // of how many notifications were made
}

// maxHistory is how many changes of an object are kept.
const maxHistory = 100

// Become changes the state.
func (s *Status) Become(state, reason string, at time.Time) {
	s.State, s.Reason, s.Updated = state, reason, at
	s.History = append(s.History, Change{state, reason, at})
	s.Count++
	if len(s.History) > maxHistory {
		s.History = slices.Delete(s.History, 0, len(s.History)-maxHistory)
	}
}

func (s *Status) details() Object {
	return Object{
		"state":                s.State,
		"reasonCode":           OrNull(s.Reason),
		"reasonDescription":    nil,
		"lastUpdatedTimestamp": stamp(s.Updated),
	}
}

// Ledger holds all objects. Its methods are the operations; Server.mu guards it.
type Ledger struct {
	Sessions    map[string]*Session
	Permissions map[string]*Permission
	Charges     map[string]*Charge
	Refunds     map[string]*Refund
	// What was made, oldest first.
	MadePermissions []*Permission
	MadeCharges     []*Charge
	MadeRefunds     []*Refund

	due        dueHeap
	touched    []*Permission // that may have changes without a notification; only with endpoints
	till       map[tillReference]tillAnswer
	books      map[Scope]*book
	reports    []*Report // oldest first
	schedules  []*schedule
	Disputes   map[string]*Dispute
	Files      map[string]*file
	Accounts   map[string]*account
	Endpoints  []string    // of notifications
	Deliveries []*Delivery // oldest first
	unsigned   int         // bytes that clicks on Buy Now buttons have brought
	facts      Facts
}

// New returns an empty ledger.
func New() *Ledger {
	return &Ledger{
		Sessions:    make(map[string]*Session),
		Permissions: make(map[string]*Permission),
		Charges:     make(map[string]*Charge),
		Refunds:     make(map[string]*Refund),
		till:        make(map[tillReference]tillAnswer),
		books:       make(map[Scope]*book),
		Disputes:    make(map[string]*Dispute),
		Files:       make(map[string]*file),
		Accounts:    make(map[string]*account),
	}
}

// Call is one verified request.
type Call struct {
	Scope
	Shop       Shop   // acted for
	Caller     string // the id of the merchant whose key signed
	Strict     bool   // it comes from this SDK, so that only one spelling is accepted
	ID         string // of the path, decoded
	Sub        string // the second id of the path
	Delegated  bool   // it came with an authorization token
	Query      url.Values
	Body       Object
	Simulation string
	Now        time.Time
	Facts      Facts

	// Presign returns a URL at which a file can be fetched or uploaded.
	Presign func(kind, id string, lifetime time.Duration) string
	// Delegate returns a token with which the caller may act for the merchant.
	Delegate func(merchantID, mwsToken string) (token string, ok bool)
	PayPage  string // where the buyer pays, up to the session's id
	About    string // a refusal's description of the emulator, for an unknown id

	Location string   // where a 303 leads, set by the work
	Notes    []string // what was accepted, though this SDK must not send it
	Fault    *Refusal // the outcome that a fault asks for, or nil
	Faulted  bool     // that outcome was given
}

// Note records something about an accepted request, for the window.
func (c *Call) Note(format string, args ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, args...))
}

// demands reports whether a fault requires an outcome.
func (c *Call) demands() bool { return c.Fault != nil }

// Demanded returns the outcome that a fault requires, or nil. Call it after all checks, and return
// what it returns.
func (c *Call) Demanded() *Refusal {
	c.Faulted = c.Fault != nil
	return c.Fault
}

// Simulated returns the call's simulation code. It refuses a code that the operation does not know.
func (c *Call) Simulated(known ...string) (string, *Refusal) {
	switch {
	case c.Simulation == "":
		return "", nil
	case c.Env == Live:
		return "", BadRequest(invalidSimulation, "Simulation codes work only in the sandbox.")
	case !slices.Contains(known, c.Simulation):
		return "", BadRequest(invalidSimulation, "This operation does not support the simulation code %s.", c.Simulation)
	}
	return c.Simulation, nil
}

func stamp(t time.Time) string { return t.UTC().Format(basicTime) }

// OrNull returns nil for an empty text.
func OrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// digits returns n random digits.
func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	return string(b)
}

// NewUUID returns a random UUID.
func NewUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// newID calls propose until it returns an id that is not taken.
func newID[V any](taken map[string]V, propose func() string) string {
	for {
		id := propose()
		if _, there := taken[id]; !there {
			return id
		}
	}
}

// Age brings all objects up to date.
func (l *Ledger) Age(now time.Time) {
	for id, found := range l.Sessions {
		if found.age(now); found.deleted(now) {
			delete(l.Sessions, id)
		}
	}
	l.settleDue(now)
	for _, d := range l.Disputes {
		d.age(now)
	}
	l.ageReports(now)
}
