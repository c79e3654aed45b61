package instore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -mock_names API=MockInstore -destination ../mocks/instore.go . API

// API is the calls of a till: what [Client] does, and what a test of your program
// replaces by a mock.
type API interface {
	MerchantScan(ctx context.Context, in *MerchantScanRequest, opts ...amazonpay.CallOption) (*MerchantScanResponse, error)
	Charge(ctx context.Context, in *ChargeRequest, opts ...amazonpay.CallOption) (*ChargeResponse, error)
	Refund(ctx context.Context, in *RefundRequest, opts ...amazonpay.CallOption) (*RefundResponse, error)
}

var _ API = (*Client)(nil)

// Client makes the calls of a till. It is safe for concurrent use.
type Client struct{ caller amazonpay.Caller }

// New returns a client that calls through caller, an [*amazonpay.Client] or a mock.
func New(caller amazonpay.Caller) *Client { return &Client{caller} }

// MerchantScan turns what the till scanned from the buyer's app into a charge permission.
// Amazon Pay knows a repeated scan by its ScanReferenceID; an idempotency key, which is made
// where none is given, is not known to do the same at a till.
func (c *Client) MerchantScan(ctx context.Context, in *MerchantScanRequest, opts ...amazonpay.CallOption) (*MerchantScanResponse, error) {
	return amazonpay.Do[MerchantScanResponse](ctx, c.caller, amazonpay.Operation{
		Name: "MerchantScan", Method: http.MethodPost, Path: "in-store/merchantScan", Returns: "chargePermissionId", IdempotencyKey: true,
	}, in, opts...)
}

// Charge takes an amount on the charge permission of a scan. Amazon Pay knows a repeated
// charge by its ChargeReferenceID, which is the one documented protection against a double
// charge: repeat a charge whose outcome is uncertain with the same one. An idempotency key,
// which is made where none is given, is not known to do the same at a till.
//
// A declined charge may be an error with the reason codes of the charges of an online
// shop, such as SoftDeclined and HardDeclined, or have state Declined in the answer: look at
// both.
func (c *Client) Charge(ctx context.Context, in *ChargeRequest, opts ...amazonpay.CallOption) (*ChargeResponse, error) {
	return amazonpay.Do[ChargeResponse](ctx, c.caller, amazonpay.Operation{
		Name: "InStoreCharge", Method: http.MethodPost, Path: "in-store/charge", Returns: "chargeId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// Refund pays a charge of a till back, in full or in part. Amazon Pay knows a repeated
// refund by its RefundReferenceID, which is the one documented protection against a double
// refund; an idempotency key, which is made where none is given, is not known to do the same
// at a till. The answer is normally RefundInitiated.
func (c *Client) Refund(ctx context.Context, in *RefundRequest, opts ...amazonpay.CallOption) (*RefundResponse, error) {
	return amazonpay.Do[RefundResponse](ctx, c.caller, amazonpay.Operation{
		Name: "InStoreRefund", Method: http.MethodPost, Path: "in-store/refund", Returns: "refundId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}
