package webstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// FoundError is the refusal of a call, together with the object that was read after it. The
// object's state does not match what the call would have done, or is not known to match. The reason
// code is from the refusal. The outcome of the [*amazonpay.CallError] around it is refused; it is
// unknown if the object could not be read, and done if one of its amounts was not understood, since
// another call may then have done the work.
type FoundError struct {
	Charge           *Charge           // of [Client.CaptureOrFetch] and [Client.CancelOrFetch]; nil if it could not be read
	ChargePermission *ChargePermission // of [Client.CloseOrFetch]; nil if it could not be read

	found   string
	refusal error
}

// Error returns the refusal and what was found.
func (e *FoundError) Error() string { return fmt.Sprint(e.refusal, "; found: ", e.found) }

// Unwrap returns the refusal, an [*amazonpay.APIError].
func (e *FoundError) Unwrap() error { return e.refusal }

// CaptureOrFetch captures a charge, or returns the result of an earlier capture: for example in a
// worker that replaces a crashed one and has another idempotency key. If [Client.CaptureCharge] is
// refused because of the charge's state, the charge is read. It is returned without an error only
// if it is Captured or CaptureInitiated with the amount and the currency of in, and none of it was
// refunded. Otherwise the refusal is a [*FoundError] with the charge. A CaptureInitiated charge may
// still be declined: see [Client.WaitForCharge].
func (c *Client) CaptureOrFetch(ctx context.Context, chargeID string, in *CaptureChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	charge, err := c.CaptureCharge(ctx, chargeID, in, opts...)
	return c.chargeAfter(ctx, chargeID, charge, err, opts, func(found *Charge) bool { return isCaptured(found, in) })
}

// CancelOrFetch cancels a charge, or returns the result of an earlier cancellation. If
// [Client.CancelCharge] is refused because of the charge's state, the charge is read. It is
// returned without an error if it is Canceled, whoever canceled it: no money is held or taken.
// Otherwise the refusal is a [*FoundError] with the charge.
func (c *Client) CancelOrFetch(ctx context.Context, chargeID string, in *CancelChargeRequest, opts ...amazonpay.CallOption) (*Charge, error) {
	charge, err := c.CancelCharge(ctx, chargeID, in, opts...)
	return c.chargeAfter(ctx, chargeID, charge, err, opts, isCanceled)
}

// CloseOrFetch closes a charge permission, or returns the result of an earlier closure. If
// [Client.CloseChargePermission] is refused because of the permission's state, the permission is
// read. It is returned without an error if it is Closed, whoever closed it. With
// CancelPendingCharges it is not, since a permission does not show whether its charges were
// cancelled too. The refusal is then a [*FoundError] with the permission: cancel the charges that
// the shop knows of with [Client.CancelOrFetch].
func (c *Client) CloseOrFetch(ctx context.Context, chargePermissionID string, in *CloseChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	permission, err := c.CloseChargePermission(ctx, chargePermissionID, in, opts...)
	if !refusedFor(err, amazonpay.ReasonCodeInvalidChargePermissionStatus, amazonpay.ReasonCodeChargePermissionNotModifiable) {
		return permission, err
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	found, readErr := c.GetChargePermission(ctx, chargePermissionID, forReading(opts)...)
	switch {
	case readErr != nil:
		return nil, notRead(err, readErr)
	case found.StatusDetails.State == amazonpay.StateClosed && !cancels(in):
		return found, nil
	}
	text := fmt.Sprintf("the charge permission is %s", found.StatusDetails.State)
	if found.StatusDetails.State == amazonpay.StateClosed {
		text += ", but its charges may still be pending"
	}
	return nil, refusedWith(err, &FoundError{ChargePermission: found, found: text}, amazonpay.OutcomeRefused)
}

// chargeAfter reads a charge after a call that was refused because of the charge's state. It
// returns the charge if isDone, and the result of the call after any other error.
func (c *Client) chargeAfter(ctx context.Context, chargeID string, charge *Charge, failed error, opts []amazonpay.CallOption, isDone func(*Charge) bool) (*Charge, error) {
	if !refusedFor(failed, amazonpay.ReasonCodeInvalidChargeStatus, amazonpay.ReasonCodeInvalidChargePermissionStatus, amazonpay.ReasonCodeTransactionCountExceeded) {
		return charge, failed
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	found, err := c.GetCharge(ctx, chargeID, forReading(opts)...)
	switch {
	case err != nil:
		return nil, notRead(failed, err)
	case isDone(found):
		return found, nil
	}
	outcome := amazonpay.OutcomeRefused
	if !amountsUnderstood(found) {
		outcome = amazonpay.OutcomeDone
	}
	text := fmt.Sprintf("the charge is %s", found.StatusDetails.State) +
		foundAmount(found.Meta, "captureAmount", found.CaptureAmount, "captured") + foundAmount(found.Meta, "refundedAmount", found.RefundedAmount, "refunded")
	return nil, refusedWith(failed, &FoundError{Charge: found, found: text}, outcome)
}

// notRead is a refusal after which the object could not be read. Another call may have done the
// work.
func notRead(failed, err error) error {
	return refusedWith(failed, &FoundError{found: fmt.Sprintf("nothing, since the object could not be read (%v)", err)}, amazonpay.OutcomeUnknown)
}

// refusedFor reports whether a call was certainly refused, with one of the codes. If it is not
// certain, the object was read already.
func refusedFor(err error, codes ...amazonpay.ReasonCode) bool {
	return amazonpay.HasReason(err, codes...) && !isUncertain(err)
}

func foundAmount(meta *amazonpay.Meta, member string, amount amazonpay.Price, done string) string {
	switch {
	case !meta.Understood(member):
		return "; the " + done + " amount was not understood"
	case amount == amazonpay.Price{}:
		return ""
	}
	return fmt.Sprintf("; %s: %s", done, amount)
}

// refusedWith adds what was found to a refusal.
func refusedWith(failed error, found *FoundError, outcome amazonpay.Outcome) error {
	found.refusal = failed
	if call, ok := errors.AsType[*amazonpay.CallError](failed); ok {
		found.refusal = call.Err
	}
	return settled(failed, found, outcome)
}
