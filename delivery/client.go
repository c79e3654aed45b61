package delivery

import (
	"context"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

//go:generate go tool -modfile=../internal/tools/go.mod mockgen -typed -package mocks -write_package_comment=false -mock_names API=MockDelivery -destination ../mocks/delivery.go . API
//go:generate go run ../internal/redactgen

// API is the interface of [Client], for mocks.
type API interface {
	DeliveryTrackers(ctx context.Context, in *TrackersRequest, opts ...amazonpay.CallOption) (*TrackersResponse, error)
}

var _ API = (*Client)(nil)

// Client sends delivery notifications. It is safe for concurrent use.
type Client struct{ caller amazonpay.Caller }

// New returns a client that calls through caller: an [*amazonpay.Client] or a mock.
func New(caller amazonpay.Caller) *Client { return &Client{caller} }

// TrackersRequest is the request of [Client.DeliveryTrackers]. One of the two ids and
// DeliveryDetails are required.
type TrackersRequest struct {
	// AmazonOrderReferenceID is the order's id. The samples of the official SDKs use the id of a
	// charge permission here.
	AmazonOrderReferenceID string `json:"amazonOrderReferenceId,omitzero" log:"amazon_order_reference_id"`
	// ChargePermissionID is the order's charge permission, instead of AmazonOrderReferenceID.
	ChargePermissionID string    `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	DeliveryDetails    []Details `json:"deliveryDetails,omitzero"`
}

// Validate returns a [*amazonpay.FieldError] if there is no id or no parcel.
func (r TrackersRequest) Validate() error {
	if strings.TrimSpace(r.AmazonOrderReferenceID+r.ChargePermissionID) == "" {
		return &amazonpay.FieldError{Field: "chargePermissionId", Rule: "is required if there is no amazonOrderReferenceId"}
	}
	if len(r.DeliveryDetails) == 0 {
		return &amazonpay.FieldError{Field: "deliveryDetails", Rule: "is required"}
	}
	return nil
}

// Details is one parcel. In a request both fields are required.
type Details struct {
	TrackingNumber string `json:"trackingNumber,omitzero" pay:"required"`
	CarrierCode    string `json:"carrierCode,omitzero" pay:"required" log:"carrier_code"` // such as UPS or FEDEX
}

// TrackersResponse is the answer of [Client.DeliveryTrackers].
type TrackersResponse struct {
	amazonpay.Response

	AmazonOrderReferenceID string    `json:"amazonOrderReferenceId,omitzero" log:"amazon_order_reference_id"`
	ChargePermissionID     string    `json:"chargePermissionId,omitzero" log:"charge_permission_id"`
	DeliveryDetails        []Details `json:"deliveryDetails,omitzero"`
}

// DeliveryTrackers sends the tracking numbers of an order's parcels. It works live only, for
// merchants whom Amazon has enabled. If no idempotency key is given, one is generated.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/delivery-tracker.html
func (c *Client) DeliveryTrackers(ctx context.Context, in *TrackersRequest, opts ...amazonpay.CallOption) (*TrackersResponse, error) {
	return amazonpay.Do[TrackersResponse](ctx, c.caller, amazonpay.Operation{
		Name: "DeliveryTrackers", Method: http.MethodPost, Path: "deliveryTrackers", IdempotencyKey: true,
	}, in, opts...)
}
