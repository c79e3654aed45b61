package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What the service does by itself, on demand.

// Reason codes that a test may ask for.
var (
	declines = []string{softDeclined, hardDeclined, amazonRejected, processingFailure, transactionTimedOut}
	// refundDeclines are those of refunds.
	refundDeclines = []string{amazonRejected, processingFailure}
	closures       = []string{buyerClosed, buyerCanceled, amazonClosed, amazonCanceled}
	cancellations  = []string{amazonCanceled, buyerCanceled}
	// chargeCancellations are all with which a charge may be Canceled.
	chargeCancellations = []string{expiredUnused, merchantCanceled, buyerCanceled, amazonCanceled, chargePermissionCanceled}
	suspensions         = []string{
		paymentMethodInvalid, "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired",
		"PaymentMethodNotAllowed", "PaymentMethodNotSet", "MFAFailed",
	}
)

// ResolvePending has a charge that is AuthorizationInitiated or CaptureInitiated, or a refund that is
// RefundInitiated, end now as it would half a minute after it began: well, unless a card or a
// simulation code decided otherwise. One that is unknown or not pending is an error.
func (s *Server) ResolvePending(id string) error {
	return s.onPending(id,
		func(ch *charge, now time.Time) error {
			ch.resolve(now)
			if ch.Status.State == declined {
				ch.permission.decline(ch.Outcome, now)
			}
			return nil
		},
		func(r *refund, now time.Time) error {
			r.resolve(now)
			return nil
		})
}

// DeclinePending has a charge that is AuthorizationInitiated or CaptureInitiated, or a refund that
// is RefundInitiated, end Declined now. The reason code of a charge is SoftDeclined, HardDeclined
// (its charge permission becomes NonChargeable), AmazonRejected (it becomes Closed),
// ProcessingFailure or TransactionTimedOut; that of a refund AmazonRejected or ProcessingFailure.
// Another one, and one that is unknown or not pending, are errors.
func (s *Server) DeclinePending(id, reasonCode string) error {
	return s.onPending(id,
		func(ch *charge, now time.Time) error {
			if err := known(reasonCode, declines); err != nil {
				return err
			}
			ch.Outcome = reasonCode
			ch.resolve(now)
			ch.permission.decline(reasonCode, now)
			return nil
		},
		func(r *refund, now time.Time) error {
			if err := known(reasonCode, refundDeclines); err != nil {
				return err
			}
			r.Outcome = reasonCode
			r.resolve(now)
			return nil
		})
}

// Expire has an open checkout session, an open charge permission or an authorized charge expire
// now. One that is unknown, or in another state, is an error.
func (s *Server) Expire(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := s.world, s.Now()
	w.age(now)
	defer s.changed()
	if found := w.sessions[id]; found != nil && found.Status.State == open {
		found.Expires = now
		found.age(now)
		return nil
	}
	if p := w.permissions[id]; p != nil && p.Status.State != closed {
		p.Expires = now
		w.settle(p, now)
		return nil
	}
	if ch := w.charges[id]; ch != nil && ch.Status.State == authorized {
		ch.Expires = now
		w.settle(ch.permission, now)
		return nil
	}
	return missing("open session, open permission or authorized charge", id)
}

// CancelSession has Amazon cancel an open checkout session, with AmazonCanceled. One that is
// unknown or over is an error.
func (s *Server) CancelSession(sessionID string) error {
	return s.Buyer().act(sessionID, func(found *session, now time.Time) error {
		found.Status.become(canceled, amazonCanceled, now)
		return nil
	})
}

// CancelCharge has Amazon (AmazonCanceled) or the buyer (BuyerCanceled) cancel a charge that is
// AuthorizationInitiated or Authorized. Another reason, and a charge that is unknown or in another
// state, are errors.
func (s *Server) CancelCharge(chargeID, reasonCode string) error {
	if err := known(reasonCode, cancellations); err != nil {
		return err
	}
	return s.onCharge(chargeID, func(ch *charge, now time.Time) error {
		if ch.Status.State != authorizationInitiated && ch.Status.State != authorized {
			return fmt.Errorf("emulator: charge %s is %s", chargeID, ch.Status.State)
		}
		ch.Status.become(canceled, reasonCode, now)
		return nil
	})
}

// ClosePermission has the buyer (BuyerClosed, or BuyerCanceled as older documents have it) or Amazon
// (AmazonClosed, AmazonCanceled) close a charge permission. Another reason, and a permission that is
// unknown or closed, are errors.
func (s *Server) ClosePermission(permissionID, reasonCode string) error {
	if err := known(reasonCode, closures); err != nil {
		return err
	}
	return s.onPermission(permissionID, func(p *permission, now time.Time) error {
		if p.Status.State == closed {
			return fmt.Errorf("emulator: charge permission %s is Closed", permissionID)
		}
		p.close(reasonCode, now)
		return nil
	})
}

// SuspendPermission makes a Chargeable charge permission NonChargeable, for one of
// PaymentMethodInvalid, PaymentMethodDeleted, BillingAddressDeleted, PaymentMethodExpired,
// PaymentMethodNotAllowed, PaymentMethodNotSet and MFAFailed, until
// [Buyer.ChangePaymentMethod]. Another reason, and a permission that is unknown or in another
// state, are errors.
func (s *Server) SuspendPermission(permissionID, reasonCode string) error {
	if err := known(reasonCode, suspensions); err != nil {
		return err
	}
	return s.onPermission(permissionID, func(p *permission, now time.Time) error {
		if p.Status.State != chargeable {
			return fmt.Errorf("emulator: charge permission %s is %s", permissionID, p.Status.State)
		}
		p.Status.become(nonChargeable, reasonCode, now)
		return nil
	})
}

func known(reasonCode string, these []string) error {
	if slices.Contains(these, reasonCode) {
		return nil
	}
	return fmt.Errorf("emulator: there is no such end with %q: want one of %s", reasonCode, strings.Join(these, ", "))
}

// onPermission does something to a permission that is up to date, and settles it.
func (s *Server) onPermission(id string, do func(p *permission, now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, now := s.world.permissions[id], s.Now()
	if p == nil {
		return missing("charge permission", id)
	}
	s.world.settle(p, now)
	defer s.changed()
	if err := do(p, now); err != nil {
		return err
	}
	s.world.settle(p, now)
	return nil
}

func (s *Server) onCharge(id string, do func(ch *charge, now time.Time) error) error {
	s.mu.Lock()
	ch := s.world.charges[id]
	s.mu.Unlock()
	if ch == nil {
		return missing("charge", id)
	}
	return s.onPermission(ch.permission.ID, func(_ *permission, now time.Time) error { return do(ch, now) })
}

// onPending does something to a charge or refund that is pending.
func (s *Server) onPending(id string, toCharge func(*charge, time.Time) error, toRefund func(*refund, time.Time) error) error {
	s.mu.Lock()
	r := s.world.refunds[id]
	s.mu.Unlock()
	if r == nil {
		return s.onCharge(id, func(ch *charge, now time.Time) error {
			if !ch.isPending() {
				return fmt.Errorf("emulator: charge %s is %s, not pending", id, ch.Status.State)
			}
			return toCharge(ch, now)
		})
	}
	return s.onCharge(r.charge.ID, func(_ *charge, now time.Time) error {
		if r.age(now); r.Status.State != refundInitiated {
			return fmt.Errorf("emulator: refund %s is %s, not pending", id, r.Status.State)
		}
		return toRefund(r, now)
	})
}
