package buynow

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Client is the part of [webstore.API] that a [Handler] calls. [*webstore.Client] is one.
type Client interface {
	GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *webstore.UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	FinalizeOrFetch(ctx context.Context, checkoutSessionID string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	GetCheckoutSessionOfOrder(ctx context.Context, checkoutSessionID, merchantReferenceID string, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
}

// Config is the configuration of a [Handler]. Client, Store and the four functions are required.
type Config struct {
	Client Client
	Store  Store

	InitCheckout          func(context.Context, InitCheckout) (*webstore.CartDetails, error)
	SelectShippingAddress func(context.Context, ShippingAddressSelection) (*webstore.CartDetails, error)
	SelectDeliveryOption  func(context.Context, DeliveryOptionSelection) (*webstore.CartDetails, error)
	// CompleteCheckout is told that the checkout is paid.
	CompleteCheckout func(context.Context, Checkout) error

	// Button is what the page's button is made of.
	Button Button

	Logger *slog.Logger // default: slog.Default()
}

// Handler answers the events of the page. It is safe for concurrent use.
type Handler struct{ config Config }

// New returns a handler, or an error that names the field of config that is wrong.
func New(config Config) (*Handler, error) { return &Handler{config: config}, nil }

// NewCheckout stores a new checkout and returns its id, for the page that shows the button.
// reference is the shop's order number, or empty for the id.
func (h *Handler) NewCheckout(ctx context.Context, reference string) (checkoutID string, err error) {
	return "", errors.New("buynow: not implemented")
}

// Resume continues a checkout whose finalization has begun, and returns it.
func (h *Handler) Resume(ctx context.Context, checkoutID string) (Checkout, error) {
	return Checkout{}, errors.New("buynow: not implemented")
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	http.Error(w, "not implemented", http.StatusNotImplemented)
}
