package instore

import (
	"context"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -mock_names API=MockInstore -destination ../mocks/instore.go . API

// API is the interface of [Client], for mocks.
type API interface {
	MerchantScan(ctx context.Context, in *MerchantScanRequest, opts ...amazonpay.CallOption) (*MerchantScanResponse, error)
	Charge(ctx context.Context, in *ChargeRequest, opts ...amazonpay.CallOption) (*ChargeResponse, error)
	Refund(ctx context.Context, in *RefundRequest, opts ...amazonpay.CallOption) (*RefundResponse, error)
}

var _ API = (*Client)(nil)

// Client makes the calls of a till. It is safe for concurrent use.
type Client struct{ caller amazonpay.Caller }

// New returns a client that calls through caller: an [*amazonpay.Client] or a mock.
func New(caller amazonpay.Caller) *Client { return &Client{caller} }

// MerchantScan turns what the till scanned from the buyer's app into a charge permission. The
// service recognizes a repeated scan by its ScanReferenceID.
func (c *Client) MerchantScan(ctx context.Context, in *MerchantScanRequest, opts ...amazonpay.CallOption) (*MerchantScanResponse, error) {
	return amazonpay.Do[MerchantScanResponse](ctx, c.caller, amazonpay.Operation{
		Name: "MerchantScan", Method: http.MethodPost, Path: "in-store/merchantScan", Returns: "chargePermissionId", IdempotencyKey: true,
	}, in, opts...)
}

// Charge takes an amount on the charge permission of a scan. The service recognizes a repeated
// charge by its ChargeReferenceID: if an outcome is uncertain, repeat the charge with the same one.
//
// A declined charge can be an error, with a reason code such as SoftDeclined or HardDeclined, or an
// answer whose state is Declined: check both.
func (c *Client) Charge(ctx context.Context, in *ChargeRequest, opts ...amazonpay.CallOption) (*ChargeResponse, error) {
	return amazonpay.Do[ChargeResponse](ctx, c.caller, amazonpay.Operation{
		Name: "InStoreCharge", Method: http.MethodPost, Path: "in-store/charge", Returns: "chargeId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}

// Refund refunds a charge of a till, in full or in part. The service recognizes a repeated refund
// by its RefundReferenceID: if an outcome is uncertain, repeat the refund with the same one. The
// result is normally RefundInitiated.
func (c *Client) Refund(ctx context.Context, in *RefundRequest, opts ...amazonpay.CallOption) (*RefundResponse, error) {
	return amazonpay.Do[RefundResponse](ctx, c.caller, amazonpay.Operation{
		Name: "InStoreRefund", Method: http.MethodPost, Path: "in-store/refund", Returns: "refundId", Replays: true, IdempotencyKey: true,
	}, in, opts...)
}
