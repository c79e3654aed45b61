package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CompleteOrFetch completes a session, or returns what an earlier completion did: for a result page
// that a buyer reloads, a clean-up job, a process that ended in between. If
// [Client.CompleteCheckoutSession] is refused with InvalidCheckoutSessionStatus, the session is
// read. If it is Completed, its charge is read too (for intent [PaymentIntentConfirm], its charge permission),
// and the session is returned without an error only if the amount and the currency are those that
// in asks for (a TotalOrderAmount is compared with the charge permission's limit) and the charge
// has not failed since, nor been captured in part or refunded; otherwise the error is a
// [*CompletionError]. Everything else is the error of the completion. With AllowOvercharge the
// limit is higher than the order's amount: what is compared with it cannot be found out.
//
// The id of the session comes from the buyer's browser, and a buyer may present a session that has
// paid for another order of the same price. Bind it to the order first:
// [Client.GetCheckoutSessionOfOrder]. An order may have had several sessions, of which each can be
// completed: store the id of the first one that you complete with the order, before you do, and
// complete no other unless that one was refused.
func (c *Client) CompleteOrFetch(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := c.CompleteCheckoutSession(ctx, checkoutSessionID, in, opts...)
	if in == nil || !amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus) || isUncertain(err) { // then it was read
		return session, err
	}
	return c.settleSession(ctx, checkoutSessionID, *in, err, opts)
}

// FinalizeOrFetch finalizes a session, or returns what an earlier completion did, as
// [Client.CompleteOrFetch] does for [Client.CompleteCheckoutSession].
func (c *Client) FinalizeOrFetch(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := c.FinalizeCheckoutSession(ctx, checkoutSessionID, in, opts...)
	if in == nil || !amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus) || isUncertain(err) {
		return session, err
	}
	return c.settleSession(ctx, checkoutSessionID, *askedBy(in), err, opts)
}
