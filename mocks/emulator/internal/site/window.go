package site

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// ShownObjects is how many objects of a kind the window shows, latest first.
const ShownObjects = 100

// Shown is the part of the window that shows the ledger and the buttons.
type Shown struct {
	Sessions    []seen          `json:"sessions"`
	Permissions []seen          `json:"permissions"`
	Charges     []seen          `json:"charges"`
	Refunds     []seen          `json:"refunds"`
	Disputes    []seen          `json:"disputes"`
	Sent        []seen          `json:"notifications"`
	Buttons     []refusedButton `json:"buttons"`
}

// seen is an object as the window shows it.
type seen struct {
	ID       string             `json:"id"`
	State    string             `json:"state"`
	Reason   string             `json:"reason"`
	Merchant string             `json:"merchant"`
	Env      ledger.Environment `json:"environment"`
	Region   string             `json:"region"`
	Created  time.Time          `json:"created"`
	Amount   string             `json:"amount"`
	Note     string             `json:"note"`
	Actions  []action           `json:"actions"`
	History  []ledger.Change    `json:"history"`
}

// action is an action on an object, with its choices.
type action struct {
	Name    string   `json:"name"`
	Member  string   `json:"member,omitzero"` // of the order
	Choices []string `json:"choices,omitzero"`
}

func reasons(name string, codes []string) action { return action{name, "reasonCode", codes} }

func cardChoice(name string) action {
	var all []string
	for _, c := range ledger.Cards {
		all = append(all, c.Digits)
	}
	return action{name, "card", all}
}

func look(id string, of ledger.Scope, s ledger.Status, created time.Time) seen {
	return seen{
		ID: id, State: s.State, Reason: s.Reason, Merchant: of.MerchantID, Env: of.Env, Region: of.Region, Created: created,
		Actions: []action{}, History: slices.Clone(s.History),
	}
}

// Show returns the objects that the window shows. The caller holds the lock.
func (p *Site) Show(w *ledger.Ledger, now time.Time) Shown {
	w.Age(now)
	v := Shown{
		Sessions:    latest(slices.Collect(maps.Values(w.Sessions)), lookAtSession),
		Permissions: latest(ledger.Last(w.MadePermissions, ShownObjects), lookAtPermission),
		Charges:     latest(ledger.Last(w.MadeCharges, ShownObjects), lookAtCharge),
		Refunds:     latest(ledger.Last(w.MadeRefunds, ShownObjects), lookAtRefund),
		Disputes: latest(slices.Collect(maps.Values(w.Disputes)), func(d *ledger.Dispute) seen {
			o := look(d.ID, d.Scope, d.Status, d.Created)
			o.Amount, o.Note = d.Amount.String(), d.FilingReason
			return o
		}),
		Sent: []seen{},
	}
	for _, d := range slices.Backward(ledger.Last(w.Deliveries, ShownObjects)) {
		o := look(d.MessageID, ledger.Scope{Region: d.Region, MerchantID: d.Notification.MerchantID, Env: d.Env}, d.Status, d.At)
		o.Amount, o.Note = d.Notification.ObjectType+" "+d.Notification.ObjectID, d.Endpoint
		v.Sent = append(v.Sent, o)
	}
	v.Buttons = append([]refusedButton{}, p.buttons...)
	slices.Reverse(v.Buttons)
	return v
}

// latest returns the newest objects, newest first.
func latest[T any](all []*T, show func(*T) seen) []seen {
	found := make([]seen, 0, len(all))
	for _, o := range all {
		found = append(found, show(o))
	}
	slices.SortFunc(found, func(a, b seen) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return found[:min(len(found), ShownObjects)]
}

func lookAtSession(s *ledger.Session) seen {
	o := look(s.ID, s.Scope, s.Status, s.Created)
	if amount := s.Details.At("paymentDetails").MoneyAt("chargeAmount"); amount.Currency != "" {
		o.Amount = amount.String()
	}
	switch {
	case s.Approved:
		o.Note = "approved by the buyer"
	case s.SignedIn:
		o.Note = "the buyer has signed in"
	}
	if s.Status.State == ledger.Open {
		o.Actions = []action{
			{Name: "signIn"}, {Name: "approve"}, cardChoice("changeCard"), {Name: "abandon"}, {Name: "decline"}, {Name: "cancel"}, {Name: "expire"},
		}
	}
	return o
}

func lookAtPermission(p *ledger.Permission) seen {
	o := look(p.ID, p.Scope, p.Status, p.Created)
	o.Note = p.Kind
	if p.Limit.Currency != "" {
		o.Amount = p.Used().String() + " of " + p.Limit.String()
	}
	if p.Status.State == ledger.Closed {
		return o
	}
	if p.Status.State == ledger.Chargeable {
		o.Actions = append(o.Actions, reasons("suspend", ledger.Suspensions))
	}
	o.Actions = append(o.Actions, cardChoice("changePaymentMethod"), reasons("close", ledger.Closures), action{Name: "expire"})
	return o
}

func lookAtCharge(ch *ledger.Charge) seen {
	o := look(ch.ID, ch.Scope, ch.Status, ch.Created)
	o.Amount = ch.Amount.String()
	if ch.Captured.Currency != "" {
		o.Note = "captured " + ch.Captured.String()
	}
	if ch.Refunded > 0 {
		o.Note += ", refunded " + ch.RefundedAmount().String()
	}
	switch ch.Status.State {
	case ledger.AuthorizationInitiated:
		o.Actions = []action{{Name: "resolve"}, reasons("decline", ledger.Declines), reasons("cancel", ledger.Cancellations)}
	case ledger.CaptureInitiated:
		o.Actions = []action{{Name: "resolve"}, reasons("decline", ledger.Declines)}
	case ledger.Authorized:
		o.Actions = []action{reasons("cancel", ledger.Cancellations), {Name: "expire"}}
	case ledger.Captured:
		o.Actions = []action{{Name: "dispute"}}
	}
	return o
}

func lookAtRefund(r *ledger.Refund) seen {
	o := look(r.ID, r.Scope, r.Status, r.Created)
	o.Amount = r.Amount.String()
	if r.Status.State == ledger.RefundInitiated {
		o.Actions = []action{{Name: "resolve"}, reasons("decline", ledger.RefundDeclines)}
	}
	return o
}

// serveWindow shows the window. Its script fills it.
func (p *Site) serveWindow(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	show(w, http.StatusOK, "window.html", nil)
}

// serveEvents sends an event at each change, and every few seconds besides, since things happen by
// themselves.
func (p *Site) serveEvents(w http.ResponseWriter, r *http.Request) {
	const between, atMost = 100 * time.Millisecond, 5 * time.Second
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_ = out.SetReadDeadline(time.Time{})
	for {
		news := p.News()
		_ = out.SetWriteDeadline(time.Now().Add(wire.WriteTime))
		if _, err := io.WriteString(w, "data: changed\n\n"); err != nil || out.Flush() != nil {
			return
		}
		if !p.pause(r, between, nil) || !p.pause(r, atMost, news) {
			return
		}
	}
}

// pause waits until wake is closed or the time is over. It returns false once the connection or the
// emulator ends.
func (p *Site) pause(r *http.Request, most time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-wake:
		return true
	case <-r.Context().Done():
	case <-p.Leaving:
	}
	return false
}
