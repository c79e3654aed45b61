package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CompleteOrFetch completes a session, or returns what an earlier completion did: for a result page that a buyer reloads, a
// clean-up job, a process that ended in between. Where [Client.CompleteCheckoutSession] is refused with
// InvalidCheckoutSessionStatus, or its outcome is not certain, the session is read; if it is Completed it is returned without an
// error, with the ids of its charge permission and charge. Everything else is the error of the completion.
//
// A session that was completed long ago shows no amounts any more; read the charge for them.
func (c *Client) CompleteOrFetch(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	session, err := c.CompleteCheckoutSession(ctx, checkoutSessionID, in, opts...)
	if !amazonpay.HasReason(err, amazonpay.ReasonInvalidCheckoutSessionStatus) {
		return session, err
	}
	found, readErr := c.GetCheckoutSession(ctx, checkoutSessionID, forReading(opts)...)
	if readErr != nil || found.StatusDetails.State != amazonpay.StateCompleted {
		return nil, err
	}
	return found, nil
}
