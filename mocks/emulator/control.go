package emulator

import (
	"cmp"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// order is the body of a control request.
type order struct {
	ReasonCode  string  `json:"reasonCode"`
	Card        string  `json:"card"`
	Address     Address `json:"address"`
	Advance     string  `json:"advance"` // a duration as time.ParseDuration reads it
	Count       int     `json:"count"`   // of a fault
	Probability float64 `json:"probability"`
	Fault       Fault   `json:"fault"`
	URL         string  `json:"url"` // of an endpoint for notifications
}

// controls are what other processes and the window can do, below /_emulator/.
func (s *Server) controls() {
	read := s.site.Read
	do := func(pattern string, what func(id string, o order) error) {
		s.site.Do(pattern, func(id string, decode func(any) error) (any, error) {
			var o order
			if err := decode(&o); err != nil {
				return nil, err
			}
			return ledger.Object{}, what(id, o)
		})
	}
	read("description", func() any { return s.Description() })
	read("requests", func() any { return s.Requests() })
	read("state", func() any { return s.view() })
	read("notifications", func() any { return s.Notifications() })
	b := s.Buyer()
	do("sessions/{id}/signIn", func(id string, _ order) error { return b.SignIn(id) })
	do("sessions/{id}/approve", func(id string, _ order) error { return b.Approve(id) })
	do("sessions/{id}/abandon", func(id string, _ order) error { return b.Abandon(id) })
	do("sessions/{id}/decline", func(id string, _ order) error { return b.Decline(id) })
	do("sessions/{id}/changeAddress", func(id string, o order) error { return b.ChangeAddress(id, o.Address) })
	do("sessions/{id}/changeCard", func(id string, o order) error { return b.ChangeCard(id, o.Card) })
	do("sessions/{id}/cancel", func(id string, _ order) error { return s.CancelSession(id) })
	do("sessions/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("permissions/{id}/changePaymentMethod", func(id string, o order) error { return b.ChangePaymentMethod(id, o.Card) })
	do("permissions/{id}/close", func(id string, o order) error { return s.ClosePermission(id, o.ReasonCode) })
	do("permissions/{id}/suspend", func(id string, o order) error { return s.SuspendPermission(id, o.ReasonCode) })
	do("permissions/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("charges/{id}/resolve", func(id string, _ order) error { return s.ResolvePending(id) })
	do("charges/{id}/decline", func(id string, o order) error { return s.DeclinePending(id, o.ReasonCode) })
	do("charges/{id}/cancel", func(id string, o order) error { return s.CancelCharge(id, o.ReasonCode) })
	do("charges/{id}/expire", func(id string, _ order) error { return s.Expire(id) })
	do("refunds/{id}/resolve", func(id string, _ order) error { return s.ResolvePending(id) })
	do("refunds/{id}/decline", func(id string, o order) error { return s.DeclinePending(id, o.ReasonCode) })
	do("settle", func(string, order) error { s.Settle(); return nil })
	do("reset", func(string, order) error { s.Reset(); return nil })
	do("faults/clear", func(string, order) error { s.ClearFaults(); return nil })
	do("faults", func(_ string, o order) error {
		if o.Probability != 0 {
			return s.FailSome(o.Probability, o.Fault)
		}
		return s.FailNext(cmp.Or(o.Count, 1), o.Fault)
	})
	do("notifications", func(_ string, o order) error { return s.NotifyAt(o.URL) })
	do("notifications/stop", func(_ string, o order) error { s.StopNotifying(o.URL); return nil })
	do("clock", func(_ string, o order) error {
		by, err := time.ParseDuration(o.Advance)
		if err != nil {
			return errors.New("emulator: advance is not a duration such as 36h or 90s")
		}
		return s.Advance(by)
	})
	s.site.Do("charges/{id}/dispute", func(id string, _ func(any) error) (any, error) {
		disputeID, err := b.Dispute(id)
		return ledger.Object{"disputeId": disputeID}, err
	})
}

// Reset forgets all objects, idempotency keys, faults, requests and notifications. The keys, the
// tokens, the clock and the URLs of [Server.NotifyAt] stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	endpoints := s.world.Endpoints
	s.world = ledger.New()
	s.world.Endpoints = endpoints
	s.world.Learn(ledger.Facts(s.facts))
	s.answers = wire.NewAnswers()
	clear(s.buckets)
	s.site.Forget()
	s.faults, s.faultCount, s.log = nil, 0, nil
	s.changed()
}
