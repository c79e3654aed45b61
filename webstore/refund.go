package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Refund is money that goes back to the buyer. It starts as RefundInitiated and becomes Refunded,
// or Declined with AmazonRejected or ProcessingFailure.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html
type Refund struct {
	amazonpay.Response

	RefundID           string                       `json:"refundId,omitzero"`
	ChargeID           string                       `json:"chargeId,omitzero"`
	RefundAmount       amazonpay.Price              `json:"refundAmount,omitzero"`
	SoftDescriptor     string                       `json:"softDescriptor,omitzero"`
	CreationTimestamp  amazonpay.Time               `json:"creationTimestamp,omitzero"`
	StatusDetails      amazonpay.StatusDetails      `json:"statusDetails,omitzero"`
	ReleaseEnvironment amazonpay.ReleaseEnvironment `json:"releaseEnvironment,omitzero"`
}

// CreateRefundRequest is the request of [Client.CreateRefund]. ChargeID and RefundAmount are
// required.
type CreateRefundRequest struct {
	ChargeID     string          `json:"chargeId,omitzero" pay:"required"`
	RefundAmount amazonpay.Price `json:"refundAmount,omitzero" pay:"required,transaction"`
	// SoftDescriptor follows "AMZ* " on the buyer's statement: up to 16 characters.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
}

// CreateRefund refunds a Captured charge, in full or in part, also several times. All refunds of a
// charge together may exceed the captured amount by 15 %, but by no more than 75 USD, EUR or GBP or
// 8,400 JPY ([RefundLimit]). The result is RefundInitiated: see [Client.WaitForRefund].
//
// Give an idempotency key ([amazonpay.IdempotencyKey]): it is the only protection against refunding
// twice. Reading cannot tell whether a refund was made, since a charge shows only the sum of its
// refunds. If an answer is lost, repeat the refund under its key.
//
// Reason codes: InvalidChargeStatus if the charge is not Captured, TransactionAmountExceeded,
// TransactionCountExceeded, AmazonRejected, ProcessingFailure.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html#create-refund
func (c *Client) CreateRefund(ctx context.Context, in *CreateRefundRequest, opts ...amazonpay.CallOption) (*Refund, error) {
	return amazonpay.Do[Refund](ctx, c.caller, amazonpay.Operation{
		Name: "CreateRefund", Method: http.MethodPost, Path: "refunds", Returns: "refundId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// GetRefund returns a refund. [Client.WaitForRefund] reads one until Amazon has decided.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html#get-refund
func (c *Client) GetRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error) {
	return amazonpay.Do[Refund](ctx, c.caller, amazonpay.Operation{
		Name: "GetRefund", Method: http.MethodGet, Path: "refunds/{refundId}", Returns: "refundId",
		PathValues: map[string]string{"refundId": refundID},
	}, nil, opts...)
}
