package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Events that the service or the buyer causes, on demand.

// Reason codes that a test may ask for.
var (
	Declines = []string{softDeclined, hardDeclined, amazonRejected, processingFailure, transactionTimedOut}
	// RefundDeclines are the reason codes with which a refund is declined.
	RefundDeclines = []string{amazonRejected, processingFailure}
	Closures       = []string{buyerClosed, BuyerCanceled, amazonClosed, AmazonCanceled}
	Cancellations  = []string{AmazonCanceled, BuyerCanceled}
	// chargeCancellations are all with which a charge may be Canceled.
	chargeCancellations = []string{expiredUnused, merchantCanceled, BuyerCanceled, AmazonCanceled, chargePermissionCanceled}
	Suspensions         = []string{
		paymentMethodInvalid, "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired",
		"PaymentMethodNotAllowed", "PaymentMethodNotSet", "MFAFailed",
	}
)

// ResolvePending settles a pending charge or refund now, with the result it would have had after 30
// seconds.
func (l *Ledger) ResolvePending(id string, now time.Time) error {
	return l.onPending(id, now,
		func(ch *Charge) error {
			ch.resolve(now)
			if ch.Status.State == Declined {
				ch.permission.decline(ch.Outcome, now)
			}
			return nil
		},
		func(r *Refund) error {
			r.resolve(now)
			return nil
		})
}

// DeclinePending declines a pending charge or refund now.
func (l *Ledger) DeclinePending(id, reasonCode string, now time.Time) error {
	return l.onPending(id, now,
		func(ch *Charge) error {
			if err := known(reasonCode, Declines); err != nil {
				return err
			}
			ch.Outcome = reasonCode
			ch.resolve(now)
			ch.permission.decline(reasonCode, now)
			return nil
		},
		func(r *Refund) error {
			if err := known(reasonCode, RefundDeclines); err != nil {
				return err
			}
			r.Outcome = reasonCode
			r.resolve(now)
			return nil
		})
}

// Expire makes an open session, an open permission or an authorized charge expire now.
func (l *Ledger) Expire(id string, now time.Time) error {
	l.Age(now)
	if found := l.Sessions[id]; found != nil && found.Status.State == Open {
		found.Expires = now
		found.age(now)
		return nil
	}
	if p := l.Permissions[id]; p != nil && p.Status.State != Closed {
		p.Expires = now
		l.settle(p, now)
		return nil
	}
	if ch := l.Charges[id]; ch != nil && ch.Status.State == Authorized {
		ch.Expires = now
		l.settle(ch.permission, now)
		return nil
	}
	return missing("open session, open permission or authorized charge", id)
}

// EndCharge cancels an authorized or pending charge.
func (l *Ledger) EndCharge(chargeID, reasonCode string, now time.Time) error {
	if err := known(reasonCode, Cancellations); err != nil {
		return err
	}
	return l.onCharge(chargeID, now, func(ch *Charge) error {
		if ch.Status.State != AuthorizationInitiated && ch.Status.State != Authorized {
			return fmt.Errorf("emulator: charge %s is %s", chargeID, ch.Status.State)
		}
		ch.Status.Become(Canceled, reasonCode, now)
		return nil
	})
}

// EndPermission closes a charge permission.
func (l *Ledger) EndPermission(permissionID, reasonCode string, now time.Time) error {
	if err := known(reasonCode, Closures); err != nil {
		return err
	}
	return l.onPermission(permissionID, now, func(p *Permission) error {
		if p.Status.State == Closed {
			return fmt.Errorf("emulator: charge permission %s is Closed", permissionID)
		}
		p.close(reasonCode, now)
		return nil
	})
}

// SuspendPermission makes a Chargeable permission NonChargeable.
func (l *Ledger) SuspendPermission(permissionID, reasonCode string, now time.Time) error {
	if err := known(reasonCode, Suspensions); err != nil {
		return err
	}
	return l.onPermission(permissionID, now, func(p *Permission) error {
		if p.Status.State != Chargeable {
			return fmt.Errorf("emulator: charge permission %s is %s", permissionID, p.Status.State)
		}
		p.Status.Become(nonChargeable, reasonCode, now)
		return nil
	})
}

func known(reasonCode string, these []string) error {
	if slices.Contains(these, reasonCode) {
		return nil
	}
	return fmt.Errorf("emulator: unsupported reason code %q: want one of %s", reasonCode, strings.Join(these, ", "))
}

// onPermission runs a function on a permission that is up to date, and settles it.
func (l *Ledger) onPermission(id string, now time.Time, do func(*Permission) error) error {
	p := l.Permissions[id]
	if p == nil {
		return missing("charge permission", id)
	}
	l.settle(p, now)
	if err := do(p); err != nil {
		return err
	}
	l.settle(p, now)
	return nil
}

func (l *Ledger) onCharge(id string, now time.Time, do func(*Charge) error) error {
	ch := l.Charges[id]
	if ch == nil {
		return missing("charge", id)
	}
	return l.onPermission(ch.permission.ID, now, func(*Permission) error { return do(ch) })
}

// onPending runs a function on a pending charge or refund.
func (l *Ledger) onPending(id string, now time.Time, toCharge func(*Charge) error, toRefund func(*Refund) error) error {
	r := l.Refunds[id]
	if r == nil {
		return l.onCharge(id, now, func(ch *Charge) error {
			if !ch.isPending() {
				return fmt.Errorf("emulator: charge %s is %s, not pending", id, ch.Status.State)
			}
			return toCharge(ch)
		})
	}
	return l.onCharge(r.charge.ID, now, func(*Charge) error {
		if r.Status.State != RefundInitiated {
			return fmt.Errorf("emulator: refund %s is %s, not pending", id, r.Status.State)
		}
		return toRefund(r)
	})
}

// ErrNotFound is the error for an unknown id.
var ErrNotFound = errors.New("emulator: not found")

func missing(kind, id string) error {
	return fmt.Errorf("%w: no %s %q", ErrNotFound, kind, id)
}
