package webstore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Refund is money that goes back to the buyer. It begins as RefundInitiated and becomes Refunded,
// or Declined with AmazonRejected or ProcessingFailure. Members that have no field here, such as
// disbursementDetails, are in the Raw of its Meta.
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

// CreateRefundRequest is the request of [Client.CreateRefund]. ChargeID and
// RefundAmount are needed.
type CreateRefundRequest struct {
	ChargeID     string          `json:"chargeId,omitzero" pay:"required"`
	RefundAmount amazonpay.Price `json:"refundAmount,omitzero" pay:"required,transaction"`
	// SoftDescriptor stands behind "AMZ* " on the buyer's statement: up to 16 characters.
	SoftDescriptor string `json:"softDescriptor,omitzero" pay:"max=16"`
}

// CreateRefund pays a Captured charge back, in full or in part, also several times. All
// refunds of a charge may exceed what was captured by 15 %, or by 75 USD, EUR or GBP or 8,400 JPY,
// whichever is less ([RefundLimit]). The answer is RefundInitiated: read the refund later.
//
// Reason codes: InvalidChargeStatus where the charge is not Captured, TransactionAmountExceeded,
// TransactionCountExceeded, AmazonRejected, ProcessingFailure. An idempotency key is made where
// none is given; give one ([amazonpay.IdempotencyKey]), so that a repeated order is not refunded twice.
// The key is the only protection, and there is no RefundOrFetch: reading cannot tell whether a
// refund was made, since a charge shows the sum of its refunds, and two refunds of the same amount
// are alike. If a refund's answer is lost, repeat it under its key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html#create-refund
func (c *Client) CreateRefund(ctx context.Context, in *CreateRefundRequest, opts ...amazonpay.CallOption) (*Refund, error) {
	return amazonpay.Do[Refund](ctx, c.caller, amazonpay.Operation{
		Name: "CreateRefund", Method: http.MethodPost, Path: "refunds", Returns: "refundId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// GetRefund returns a refund. Read one that is RefundInitiated until it is not, about
// hourly or when a notification says so.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html#get-refund
func (c *Client) GetRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error) {
	return amazonpay.Do[Refund](ctx, c.caller, amazonpay.Operation{
		Name: "GetRefund", Method: http.MethodGet, Path: "refunds/{refundId}", Returns: "refundId",
		PathValues: map[string]string{"refundId": refundID},
	}, nil, opts...)
}
