package emulator

import (
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// What the service does by itself, on demand.

// ResolvePending settles a pending charge or refund now, with the result it would have had after 30
// seconds: success, unless a card or a simulation code decided otherwise. It returns an error if
// the id is unknown or the charge or refund is not pending.
func (s *Server) ResolvePending(id string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.ResolvePending(id, now) })
}

// DeclinePending declines a pending charge or refund now. For a charge, the reason code is
// SoftDeclined, HardDeclined (its charge permission becomes NonChargeable), AmazonRejected (its
// permission is Closed), ProcessingFailure or TransactionTimedOut; for a refund, AmazonRejected or
// ProcessingFailure. It returns an error if the reason code or the id is unknown, or the charge or
// refund is not pending.
func (s *Server) DeclinePending(id, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.DeclinePending(id, reasonCode, now) })
}

// Expire makes an open checkout session, an open charge permission or an authorized charge expire
// now. It returns an error if the id is unknown or the state does not allow it.
func (s *Server) Expire(id string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.Expire(id, now) })
}

// CancelSession makes Amazon cancel an open checkout session, with AmazonCanceled. It returns an
// error if the id is unknown or the session is over.
func (s *Server) CancelSession(sessionID string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error {
		return w.EndSession(sessionID, ledger.AmazonCanceled, now)
	})
}

// CancelCharge makes Amazon (AmazonCanceled) or the buyer (BuyerCanceled) cancel a charge that is
// AuthorizationInitiated or Authorized. It returns an error for another reason code, an unknown id
// or another state.
func (s *Server) CancelCharge(chargeID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndCharge(chargeID, reasonCode, now) })
}

// ClosePermission makes the buyer (BuyerClosed, or BuyerCanceled as in older documents) or Amazon
// (AmazonClosed, AmazonCanceled) close a charge permission. It returns an error for another reason
// code, an unknown id or a closed permission.
func (s *Server) ClosePermission(permissionID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.EndPermission(permissionID, reasonCode, now) })
}

// SuspendPermission makes a Chargeable charge permission NonChargeable until
// [Buyer.ChangePaymentMethod]. The reason code is PaymentMethodInvalid, PaymentMethodDeleted,
// BillingAddressDeleted, PaymentMethodExpired, PaymentMethodNotAllowed, PaymentMethodNotSet or
// MFAFailed. It returns an error for another reason code, an unknown id or another state.
func (s *Server) SuspendPermission(permissionID, reasonCode string) error {
	return s.change(func(w *ledger.Ledger, now time.Time) error { return w.SuspendPermission(permissionID, reasonCode, now) })
}

// Settle ends the settlement period of every account that has captured or refunded something since
// the last one. Its payment becomes a disbursement, and a live account gets a settlement report.
// The service does this about daily. Anything at this very instant, by the emulator's clock, waits
// for the next time.
func (s *Server) Settle() {
	_ = s.change(func(w *ledger.Ledger, now time.Time) error {
		w.Settle(now)
		return nil
	})
}
