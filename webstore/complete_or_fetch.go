package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CompleteOrFetch completes a session, or returns the result of an earlier completion: for a result
// page that a buyer reloads, a clean-up job, or a process that died. If
// [Client.CompleteCheckoutSession] is refused with InvalidCheckoutSessionStatus, the session is
// read. If it is Completed, its charge is read too (for intent [PaymentIntentConfirm], its charge
// permission).
//
// The session is returned without an error only if its amount and currency match in, and the charge
// has not failed, been captured in part or been refunded since. A TotalOrderAmount is compared with
// the limit of the charge permission; with AllowOvercharge that limit is higher, so the comparison
// cannot succeed. Otherwise the error is a [*CompletionError]. In all other cases the error is the
// completion's.
//
// A buyer may present a session that has paid for another order of the same price: call
// [Client.GetCheckoutSessionOfOrder] first. An order may have had several sessions, each of which
// can be completed. Before you complete the first one, store its id with the order, and complete no
// other unless that one was refused.
func (c *Client) CompleteOrFetch(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := c.CompleteCheckoutSession(ctx, checkoutSessionID, in, opts...)
	if in == nil || !amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus) || isUncertain(err) { // if it is, the session was read
		return session, err
	}
	return c.settleSession(ctx, checkoutSessionID, *in, err, opts)
}

// FinalizeOrFetch finalizes a session, or returns the result of an earlier completion. It is to
// [Client.FinalizeCheckoutSession] what [Client.CompleteOrFetch] is to
// [Client.CompleteCheckoutSession].
func (c *Client) FinalizeOrFetch(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := c.FinalizeCheckoutSession(ctx, checkoutSessionID, in, opts...)
	if in == nil || !amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus) || isUncertain(err) {
		return session, err
	}
	return c.settleSession(ctx, checkoutSessionID, *askedBy(in), err, opts)
}
