package emulator

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// shownObjects is how many of a kind the window shows, the latest.
const shownObjects = 100

// view is all that the window shows.
type view struct {
	Now         time.Time       `json:"now"`
	Advanced    string          `json:"advanced"` // how far the clock is ahead
	Region      string          `json:"region"`
	Throttling  bool            `json:"throttling"`
	Operations  []string        `json:"operations"`
	FaultKinds  []string        `json:"faultKinds"`
	Faults      []faultView     `json:"faults"`
	Sessions    []seen          `json:"sessions"`
	Permissions []seen          `json:"permissions"`
	Charges     []seen          `json:"charges"`
	Refunds     []seen          `json:"refunds"`
	Disputes    []seen          `json:"disputes"`
	Sent        []seen          `json:"notifications"`
	Requests    []Request       `json:"requests"` // the latest first
	Buttons     []refusedButton `json:"buttons"`
}

type faultView struct {
	Fault
	Left        int     `json:"left"`
	Probability float64 `json:"probability"`
}

// seen is an object as the window shows it.
type seen struct {
	ID       string      `json:"id"`
	State    string      `json:"state"`
	Reason   string      `json:"reason"`
	Merchant string      `json:"merchant"`
	Env      environment `json:"environment"`
	Region   string      `json:"region"`
	Created  time.Time   `json:"created"`
	Amount   string      `json:"amount"`
	Note     string      `json:"note"`
	Actions  []action    `json:"actions"`
	History  []change    `json:"history"`
}

// action is something that can be done to an object, and what there is to choose from.
type action struct {
	Name    string   `json:"name"`
	Member  string   `json:"member,omitzero"` // of the order
	Choices []string `json:"choices,omitzero"`
}

func reasons(name string, codes []string) action { return action{name, "reasonCode", codes} }

func cardChoice(name string) action {
	var all []string
	for _, c := range cards {
		all = append(all, c.digits)
	}
	return action{name, "card", all}
}

func look(id string, of scope, s status, created time.Time) seen {
	return seen{
		ID: id, State: s.State, Reason: s.Reason, Merchant: of.MerchantID, Env: of.Env, Region: of.Region, Created: created,
		Actions: []action{}, History: slices.Clone(s.History),
	}
}

// view shows the emulator as it is now.
func (s *Server) view() view {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := s.world, s.Now()
	w.age(now)
	v := view{
		Now: now, Advanced: time.Duration(s.ahead.Load()).String(), Region: s.region.name, Throttling: s.throttling,
		Operations: operations(), FaultKinds: faultNames, Faults: []faultView{},
	}
	for _, f := range s.faults {
		v.Faults = append(v.Faults, faultView{f.Fault, f.left, f.probability})
	}
	v.Sessions = latest(w.sessions, (*session).look)
	v.Permissions = latest(w.permissions, (*permission).look)
	v.Charges = latest(w.charges, (*charge).look)
	v.Refunds = latest(w.refunds, (*refund).look)
	v.Disputes = latest(w.disputes, func(d *dispute) seen {
		o := look(d.ID, d.Scope, d.Status, d.Created)
		o.Amount, o.Note = d.Amount.String(), d.FilingReason
		return o
	})
	v.Sent = []seen{}
	for _, d := range slices.Backward(w.deliveries[max(0, len(w.deliveries)-shownObjects):]) {
		o := look(d.MessageID, scope{d.Region, d.Notification.MerchantID, d.Env}, d.Status, d.At)
		o.Amount, o.Note = d.Notification.ObjectType+" "+d.Notification.ObjectID, d.Endpoint
		v.Sent = append(v.Sent, o)
	}
	v.Requests = append([]Request{}, s.log[max(0, len(s.log)-shownObjects):]...) // in JSON never null
	slices.Reverse(v.Requests)
	v.Buttons = append([]refusedButton{}, s.buttons...)
	slices.Reverse(v.Buttons)
	return v
}

// latest returns the objects that were made last, the last one first.
func latest[T any](all map[string]*T, show func(*T) seen) []seen {
	shown := make([]seen, 0, len(all))
	for _, o := range all {
		shown = append(shown, show(o))
	}
	slices.SortFunc(shown, func(a, b seen) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return shown[:min(len(shown), shownObjects)]
}

func (s *session) look() seen {
	o := look(s.ID, s.Scope, s.Status, s.Created)
	if amount := s.Details.at("paymentDetails").moneyAt("chargeAmount"); amount.Currency != "" {
		o.Amount = amount.String()
	}
	switch {
	case s.Approved:
		o.Note = "approved by the buyer"
	case s.SignedIn:
		o.Note = "the buyer has signed in"
	}
	if s.Status.State == open {
		o.Actions = []action{
			{Name: "signIn"}, {Name: "approve"}, cardChoice("changeCard"), {Name: "abandon"}, {Name: "decline"}, {Name: "cancel"}, {Name: "expire"},
		}
	}
	return o
}

func (p *permission) look() seen {
	o := look(p.ID, p.Scope, p.Status, p.Created)
	o.Note = p.Kind
	if p.Limit.Currency != "" {
		taken, held := p.spent()
		o.Amount = money{taken + held, p.Limit.Currency}.String() + " of " + p.Limit.String()
	}
	if p.Status.State == closed {
		return o
	}
	if p.Status.State == chargeable {
		o.Actions = append(o.Actions, reasons("suspend", suspensions))
	}
	o.Actions = append(o.Actions, cardChoice("changePaymentMethod"), reasons("close", closures), action{Name: "expire"})
	return o
}

func (ch *charge) look() seen {
	o := look(ch.ID, ch.Scope, ch.Status, ch.Created)
	o.Amount = ch.Amount.String()
	if ch.Captured.Currency != "" {
		o.Note = "captured " + ch.Captured.String()
	}
	if ch.Refunded > 0 {
		o.Note += ", refunded " + money{ch.Refunded, ch.Captured.Currency}.String()
	}
	switch ch.Status.State {
	case authorizationInitiated:
		o.Actions = []action{{Name: "resolve"}, reasons("decline", declines), reasons("cancel", cancellations)}
	case captureInitiated:
		o.Actions = []action{{Name: "resolve"}, reasons("decline", declines)}
	case authorized:
		o.Actions = []action{reasons("cancel", cancellations), {Name: "expire"}}
	case captured:
		o.Actions = []action{{Name: "dispute"}}
	}
	return o
}

func (r *refund) look() seen {
	o := look(r.ID, r.Scope, r.Status, r.Created)
	o.Amount = r.Amount.String()
	if r.Status.State == refundInitiated {
		o.Actions = []action{{Name: "resolve"}, reasons("decline", refundDeclines)}
	}
	return o
}

// serveWindow shows the window. Its script fills it.
func (s *Server) serveWindow(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	show(w, http.StatusOK, "window.html", nil)
}

// serveEvents sends an event at each change, and every few seconds besides, since things happen by
// themselves.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	const between, atMost = 100 * time.Millisecond, 5 * time.Second
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	_ = out.SetReadDeadline(time.Time{})
	for {
		news := s.news.watch()
		_ = out.SetWriteDeadline(time.Now().Add(writeTime))
		if _, err := io.WriteString(w, "data: changed\n\n"); err != nil || out.Flush() != nil {
			return
		}
		if !s.pause(r, between, nil) || !s.pause(r, atMost, news) {
			return
		}
	}
}

// pause waits until wake is closed or the time is over. It returns false once the connection or the
// emulator ends.
func (s *Server) pause(r *http.Request, most time.Duration, wake <-chan struct{}) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-wake:
		return true
	case <-r.Context().Done():
	case <-s.leaving:
	}
	return false
}
