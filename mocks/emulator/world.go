package emulator

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/url"
	"slices"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// States and their reasons, as the service spells them.
const (
	open                   = "Open"
	completed              = "Completed"
	canceled               = "Canceled"
	declined               = "Declined"
	chargeable             = "Chargeable"
	nonChargeable          = "NonChargeable"
	closed                 = "Closed"
	authorizationInitiated = "AuthorizationInitiated"
	authorized             = "Authorized"
	captureInitiated       = "CaptureInitiated"
	captured               = "Captured"
	refundInitiated        = "RefundInitiated"
	refunded               = "Refunded"

	buyerCanceled            = "BuyerCanceled"
	amazonCanceled           = "AmazonCanceled"
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

	oneTime   = "OneTime"
	recurring = "Recurring"
	onFile    = "PaymentMethodOnFile"
)

// change is an entry of an object's history.
type change struct {
	State  string    `json:"state"`
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at"`
}

// status is the state of a session, permission, charge, refund or dispute.
type status struct {
	State   string
	Reason  string
	Updated time.Time
	History []change // oldest first
	Count   int      // of all changes
	Told    int      // of how many notifications were made
}

// maxHistory is how much of an object's history is kept.
const maxHistory = 100

func (s *status) become(state, reason string, at time.Time) {
	s.State, s.Reason, s.Updated = state, reason, at
	s.History = append(s.History, change{state, reason, at})
	s.Count++
	if len(s.History) > maxHistory {
		s.History = slices.Delete(s.History, 0, len(s.History)-maxHistory)
	}
}

func (s *status) details() object {
	return object{
		"state":                s.State,
		"reasonCode":           orNull(s.Reason),
		"reasonDescription":    nil,
		"lastUpdatedTimestamp": stamp(s.Updated),
	}
}

// world is all objects. Its methods are the operations; Server.mu guards them.
type world struct {
	sessions    map[string]*session
	permissions map[string]*permission
	charges     map[string]*charge
	refunds     map[string]*refund
	madeCharges []*charge // oldest first
	madeRefunds []*refund
	till        map[tillReference]tillAnswer
	periods     map[scope]*period
	settled     []*settlement // oldest first
	reports     []*report     // oldest first
	schedules   []*schedule
	disputes    map[string]*dispute
	files       map[string]*file
	accounts    map[string]*account
	endpoints   []string    // of notifications
	deliveries  []*delivery // oldest first
}

func newWorld() *world {
	return &world{
		sessions:    make(map[string]*session),
		permissions: make(map[string]*permission),
		charges:     make(map[string]*charge),
		refunds:     make(map[string]*refund),
		till:        make(map[tillReference]tillAnswer),
		periods:     make(map[scope]*period),
		disputes:    make(map[string]*dispute),
		files:       make(map[string]*file),
		accounts:    make(map[string]*account),
	}
}

// call is one verified request.
type call struct {
	scope
	merchant   *merchant // acted for
	caller     *merchant // whose key signed
	strict     bool      // as in Request
	id         string    // of the path, decoded
	sub        string    // the second one
	delegated  bool      // it came with an authorization token
	host       string    // to which it was sent
	pages      string    // where the buyer's pages are, https://host
	about      string    // what the emulator says of itself where an id is not one of its own
	location   string    // where a 303 leads, set by the work
	query      url.Values
	body       object
	simulation string
	notes      []string // what was taken, though this SDK must not send it
	fault      *refusal // the outcome that a fault asks for, or nil
	faulted    bool     // it was given
	now        time.Time
}

// note keeps what people may want to know of a request that was taken, for the window.
func (c *call) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

// demands reports whether a fault asks for an outcome.
func (c *call) demands() bool { return c.fault != nil }

// demanded returns the outcome that a fault asks for, if any. Who calls it has checked all
// that can be checked, and gives that outcome.
func (c *call) demanded() *refusal {
	c.faulted = c.fault != nil
	return c.fault
}

// simulated returns the call's simulation code if it is one of those known for the
// operation.
func (c *call) simulated(known ...string) (string, *refusal) {
	switch {
	case c.simulation == "":
		return "", nil
	case c.Env == live:
		return "", badRequest(invalidSimulation, "Simulation codes work in the sandbox alone.")
	case !slices.Contains(known, c.simulation):
		return "", badRequest(invalidSimulation, "The simulation code %s does not go with this operation.", c.simulation)
	}
	return c.simulation, nil
}

func stamp(t time.Time) string { return t.UTC().Format(signing.DateFormat) }

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// digits returns n random digits.
func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	number, err := rand.Int(rand.Reader, limit)
	if err != nil { // crypto/rand never fails
		number = new(big.Int)
	}
	return fmt.Sprintf("%0*d", n, number)
}

func newUUID() string {
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
