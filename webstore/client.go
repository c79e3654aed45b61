package webstore

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -mock_names API=MockWebstore -destination ../mocks/webstore.go . API

// API is the calls of an online shop: what [Client] does, and what a test of your
// program replaces by a mock.
type API interface {
	GetBuyer(ctx context.Context, buyerToken string, opts ...amazonpay.CallOption) (*BuyerResponse, error)

	CreateCheckoutSession(ctx context.Context, in *CreateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	CompleteCheckoutSession(ctx context.Context, checkoutSessionID string, in *CompleteCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)
	FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*CheckoutSession, error)

	GetChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error)
	UpdateChargePermission(ctx context.Context, chargePermissionID string, in *UpdateChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error)
	CloseChargePermission(ctx context.Context, chargePermissionID string, in *CloseChargePermissionRequest, opts ...amazonpay.CallOption) (*ChargePermission, error)

	CreateCharge(ctx context.Context, in *CreateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	GetCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error)
	UpdateCharge(ctx context.Context, chargeID string, in *UpdateChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CaptureCharge(ctx context.Context, chargeID string, in *CaptureChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)
	CancelCharge(ctx context.Context, chargeID string, in *CancelChargeRequest, opts ...amazonpay.CallOption) (*Charge, error)

	CreateRefund(ctx context.Context, in *CreateRefundRequest, opts ...amazonpay.CallOption) (*Refund, error)
	GetRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error)
}

var _ API = (*Client)(nil)

// Client makes the calls of an online shop. It is safe for concurrent use.
type Client struct{ caller amazonpay.Caller }

// New returns a client that calls through caller, an [*amazonpay.Client] or a mock.
func New(caller amazonpay.Caller) *Client { return &Client{caller} }
