package buynow

import (
	"html/template"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// Button is what the button of the page is made of. MerchantID, StoreID and the three URLs are
// required.
type Button struct {
	MerchantID  string
	StoreID     string
	Region      amazonpay.Region
	Environment amazonpay.Environment
	ScriptURL   string // empty: checkout.js of the region

	HandlerURL string // path of the Handler on the shop's own origin, such as /buynow
	ResultURL  string // where the buyer gets after paying
	CancelURL  string // where the buyer gets after canceling

	Options button.Options

	PaymentIntent                 webstore.PaymentIntent // default: AuthorizeWithCapture
	CanHandlePendingAuthorization bool
	Scopes                        []webstore.Scope
	DeliverySpecifications        *webstore.DeliverySpecifications
	MerchantMetadata              *webstore.MerchantMetadata
	ProcessorSpecifications       *webstore.ProcessorSpecifications
}

// PageButton is the page's part of one checkout.
type PageButton struct{ config []byte }

// Button returns the page's part of a checkout.
func (h *Handler) Button(checkoutID string) (*PageButton, error) { return &PageButton{}, nil }

// HTML returns the button for a page.
func (b *PageButton) HTML(nonce string) template.HTML { return "" }

// MarshalJSON returns the configuration for a page that calls renderJSButton itself.
func (b *PageButton) MarshalJSON() ([]byte, error) { return b.config, nil }
