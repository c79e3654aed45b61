package emulator

import (
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// What the service does by itself, on demand.

// ResolvePending has a charge that is AuthorizationInitiated or CaptureInitiated, or a refund that is
// RefundInitiated, end now as it would half a minute after it began: well, unless a card or a
// simulation code decided otherwise. One that is unknown or not pending is an error.
func (s *Server) ResolvePending(id string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.ResolvePending(id, now) })
}

// DeclinePending has a charge that is AuthorizationInitiated or CaptureInitiated, or a refund that
// is RefundInitiated, end Declined now. The reason code of a charge is SoftDeclined, HardDeclined
// (its charge permission becomes NonChargeable), AmazonRejected (it becomes Closed),
// ProcessingFailure or TransactionTimedOut; that of a refund AmazonRejected or ProcessingFailure.
// Another one, and one that is unknown or not pending, are errors.
func (s *Server) DeclinePending(id, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.DeclinePending(id, reasonCode, now) })
}

// Expire has an open checkout session, an open charge permission or an authorized charge expire
// now. One that is unknown, or in another state, is an error.
func (s *Server) Expire(id string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.Expire(id, now) })
}

// CancelSession has Amazon cancel an open checkout session, with AmazonCanceled. One that is
// unknown or over is an error.
func (s *Server) CancelSession(sessionID string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error {
		return w.EndSession(sessionID, ledger.AmazonCanceled, now)
	})
}

// CancelCharge has Amazon (AmazonCanceled) or the buyer (BuyerCanceled) cancel a charge that is
// AuthorizationInitiated or Authorized. Another reason, and a charge that is unknown or in another
// state, are errors.
func (s *Server) CancelCharge(chargeID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndCharge(chargeID, reasonCode, now) })
}

// ClosePermission has the buyer (BuyerClosed, or BuyerCanceled as older documents have it) or Amazon
// (AmazonClosed, AmazonCanceled) close a charge permission. Another reason, and a permission that is
// unknown or closed, are errors.
func (s *Server) ClosePermission(permissionID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndPermission(permissionID, reasonCode, now) })
}

// SuspendPermission makes a Chargeable charge permission NonChargeable, for one of
// PaymentMethodInvalid, PaymentMethodDeleted, BillingAddressDeleted, PaymentMethodExpired,
// PaymentMethodNotAllowed, PaymentMethodNotSet and MFAFailed, until
// [Buyer.ChangePaymentMethod]. Another reason, and a permission that is unknown or in another
// state, are errors.
func (s *Server) SuspendPermission(permissionID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.SuspendPermission(permissionID, reasonCode, now) })
}

// Settle ends the settlement period of every account that has captured or refunded something
// since the last one: its payment is then a disbursement, and a live account has a
// settlement report. Amazon does so about daily, by itself. What happened at this very instant,
// by the emulator's clock, waits for the next time.
func (s *Server) Settle() {
	_ = s.change(func(w *ledger.Ledger, now time.Time) error {
		var ids []string
		for _, m := range s.gate.Merchants {
			ids = append(ids, m.ID)
		}
		w.Settle(ids, now)
		return nil
	})
}
