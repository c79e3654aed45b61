package buynow

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// Client is the part of [webstore.API] that a [Handler] calls. [*webstore.Client] is one.
type Client interface {
	GetCheckoutSession(ctx context.Context, checkoutSessionID string, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	GetCheckoutSessionOfOrder(ctx context.Context, checkoutSessionID, merchantReferenceID string, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	UpdateCheckoutSession(ctx context.Context, checkoutSessionID string, in *webstore.UpdateCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	FinalizeCheckoutSession(ctx context.Context, checkoutSessionID string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
	FinalizeOrFetch(ctx context.Context, checkoutSessionID string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error)
}

// Config is the configuration of a [Handler]. Client, Store, InitCheckout, CompleteCheckout and
// Session.StoreID are required. SelectShippingAddress and SelectDeliveryOption are required if
// something is shipped, Maker and HandlerURL for [Handler.Button].
//
// The functions that return a cart are called for each event of the page, and again before the
// payment. They find the cart by the id of the checkout, compute it, and change nothing that
// another call would notice. Their context is the request's, so they can check that the checkout
// belongs to the shopper who is logged in.
type Config struct {
	Client Client
	Store  Store

	// InitCheckout returns the first cart. If nothing is shipped, it is also called before the
	// payment.
	InitCheckout func(context.Context, InitCheckout) (*webstore.CartDetails, error)
	// SelectShippingAddress returns the cart for an address, with the delivery options that it has and
	// the total for the default option.
	SelectShippingAddress func(context.Context, ShippingAddressSelection) (*webstore.CartDetails, error)
	// SelectDeliveryOption returns the cart for an address and a delivery option.
	SelectDeliveryOption func(context.Context, DeliveryOptionSelection) (*webstore.CartDetails, error)
	// CompleteCheckout is told that a checkout is paid. It is called at least once for each paid
	// checkout, and again until it has returned nil: it must tolerate a second call. The buyer has
	// paid whatever it returns. If the checkout is Pending, do not deliver yet.
	CompleteCheckout func(context.Context, Checkout) error
	// Cancel is told that the buyer has closed Amazon's page. Fail is told of an error of Amazon's
	// page. Both are optional: the events are logged in any case. Anybody can cause them.
	Cancel func(ctx context.Context, checkoutID string)
	Fail   func(ctx context.Context, checkoutID, code, message string)

	// Session is what a click on the button creates at Amazon.
	Session Session

	// Maker makes the page's button. HandlerURL is the path at which the shop serves the handler, such
	// as /buynow.
	Maker      *button.Maker
	HandlerURL string

	// Logger receives what a person should know. The default is [slog.Default].
	Logger *slog.Logger
}

// Session is the checkoutSessionConfig of the button. It is not signed, so a browser may change it.
// The handler checks what matters before it finalizes. StoreID is required.
//
// https://developer.amazon.com/docs/amazon-pay-buy-now-checkout/add-the-amazon-pay-button.html
type Session struct {
	StoreID string `log:"store_id"`
	// ProductType is PayAndShip, the default, or PayOnly.
	ProductType webstore.ProductType
	// PaymentIntent is what the payment does. The default is
	// [webstore.PaymentIntentAuthorizeWithCapture].
	PaymentIntent webstore.PaymentIntent
	// CanHandlePendingAuthorization allows an authorization that takes up to 24 hours:
	// [Checkout].Pending.
	CanHandlePendingAuthorization bool
	// PresentmentCurrency is the currency in which the buyer pays, in the EU and the UK, if it is not
	// the ledger currency.
	PresentmentCurrency amazonpay.CurrencyCode
	// Scopes are the parts of the buyer's data that the shop receives.
	Scopes                 []webstore.Scope
	DeliverySpecifications *webstore.DeliverySpecifications
	// MerchantMetadata are shown to the buyer. The handler sets the MerchantReferenceID.
	MerchantMetadata        webstore.MerchantMetadata
	ProcessorSpecifications *webstore.ProcessorSpecifications
	AddOnFeatures           []webstore.AddOnFeature
}

// Handler answers the events of Amazon's page. It is safe for concurrent use, in several processes
// with one [Store] too.
type Handler struct {
	config Config
	log    *slog.Logger
	guard  *http.CrossOriginProtection
	busy   keyedLock
}

// New returns a handler, or an error that names the field of config that is wrong.
func New(config Config) (*Handler, error) {
	config.Session.ProductType = cmp.Or(config.Session.ProductType, webstore.ProductTypePayAndShip)
	config.Session.PaymentIntent = cmp.Or(config.Session.PaymentIntent, webstore.PaymentIntentAuthorizeWithCapture)
	s := config.Session
	ships := s.ProductType == webstore.ProductTypePayAndShip
	for _, rule := range []struct {
		broken bool
		text   string
	}{
		{nilcheck.IsNil(config.Client), "Client is nil: set a *webstore.Client"},
		{nilcheck.IsNil(config.Store), "Store is nil: set the shop's, or a MemoryStore in a test"},
		{config.InitCheckout == nil, "InitCheckout is nil: set a function that returns the first cart"},
		{ships && config.SelectShippingAddress == nil, "SelectShippingAddress is nil: set a function that returns the cart for an address"},
		{ships && config.SelectDeliveryOption == nil, "SelectDeliveryOption is nil: set a function that returns the cart for a delivery option"},
		{config.CompleteCheckout == nil, "CompleteCheckout is nil: set a function that is told of each paid checkout"},
		{strings.TrimSpace(s.StoreID) == "", "Session.StoreID is empty: set the store id, amzn1.application-oa2-client.…"},
		{!ships && s.ProductType != webstore.ProductTypePayOnly, fmt.Sprintf("Session.ProductType is %.40q: use PayAndShip or PayOnly", s.ProductType)},
		{
			s.PaymentIntent != webstore.PaymentIntentAuthorizeWithCapture && s.PaymentIntent != webstore.PaymentIntentAuthorize && s.PaymentIntent != webstore.PaymentIntentConfirm,
			fmt.Sprintf("Session.PaymentIntent is %.40q: use AuthorizeWithCapture, Authorize or Confirm", s.PaymentIntent),
		},
		{s.CanHandlePendingAuthorization && s.PaymentIntent != webstore.PaymentIntentAuthorize, "Session.CanHandlePendingAuthorization requires PaymentIntent Authorize"},
		{s.MerchantMetadata.MerchantReferenceID != "", "Session.MerchantMetadata.MerchantReferenceID is set: it differs by checkout, pass it to NewCheckout"},
		{config.HandlerURL != "" && !isPath(config.HandlerURL), fmt.Sprintf("HandlerURL is %.80q: it must be a path on the shop's own host, such as /buynow", config.HandlerURL)},
	} {
		if rule.broken {
			return nil, errors.New("buynow: Config." + rule.text)
		}
	}
	return &Handler{config: config, log: cmp.Or(config.Logger, slog.Default()), guard: http.NewCrossOriginProtection()}, nil
}

// isPath reports whether a URL is an absolute path on the same origin.
func isPath(url string) bool {
	return strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") && !strings.ContainsAny(url, "\\\t\r\n ")
}

func (h *Handler) ships() bool {
	return h.config.Session.ProductType == webstore.ProductTypePayAndShip
}

// NewCheckout saves a new checkout and returns its id, for a page that shows the button. The id is
// random, so that others cannot post events for the checkout. Store it with the cart and the
// shopper.
//
// reference is the shop's order number, which the buyer sees at Amazon, up to 256 characters. It
// must be unique in the shop. If it is empty, the id is the reference.
//
// Before you make another checkout for the same cart, call [Handler.Resume] for the former one: it
// may be paid, although the buyer was told of an error.
func (h *Handler) NewCheckout(ctx context.Context, reference string) (checkoutID string, err error) {
	checkoutID = rand.Text()
	c := Checkout{ID: checkoutID, Reference: cmp.Or(reference, checkoutID), Status: StatusOpen, Attempt: 1}
	if _, err := amazonpay.EncodeJSON(h.metadata(c)); err != nil {
		return "", fmt.Errorf("buynow: NewCheckout: %w", err)
	}
	if err := h.config.Store.Save(ctx, c); err != nil {
		return "", fmt.Errorf("buynow: NewCheckout: %w", err)
	}
	return checkoutID, nil
}

// metadata is what a session of a checkout has as merchant metadata.
func (h *Handler) metadata(c Checkout) *webstore.MerchantMetadata {
	m := h.config.Session.MerchantMetadata
	m.MerchantReferenceID = c.Reference
	return &m
}

// answer is what the page gets if it does not get a cart. The script passes both on to Amazon's
// page.
type answer struct {
	Status     string `json:"status"`
	ReasonCode string `json:"reasonCode,omitzero"`
}

// The statuses of an answer.
const (
	success = "success"
	decline = "decline" // nothing was charged, and the buyer can change something
	failure = "error"
)

// ServeHTTP answers an event: POST, application/json, from a page of the shop's own origin.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
		return
	}
	if err := h.guard.Check(r); err != nil {
		h.refuse(w, http.StatusForbidden, "CrossOrigin")
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		h.refuse(w, http.StatusUnsupportedMediaType, "NotJSON")
		return
	}
	e, err := decode(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		h.refuse(w, http.StatusRequestEntityTooLarge, "TooLarge")
		return
	}
	if err != nil {
		h.refuse(w, http.StatusBadRequest, "MalformedEvent")
		return
	}
	reply := h.handle(r.Context(), e)
	if a, ok := reply.(answer); ok && a.ReasonCode == reasonUnknownCheckout {
		h.send(w, http.StatusNotFound, reply)
		return
	}
	h.send(w, http.StatusOK, reply)
}

func (h *Handler) refuse(w http.ResponseWriter, status int, reason string) {
	h.send(w, status, answer{failure, reason})
}

func (h *Handler) send(w http.ResponseWriter, status int, reply any) {
	text, err := amazonpay.EncodeJSON(reply)
	if err != nil { // a cart was checked before
		h.log.Error("buynow: an answer cannot be encoded", slog.Any("error", err))
		status, text = http.StatusInternalServerError, []byte(`{"status":"error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

// The handler's own reason codes. An answer can also have Amazon's, or one of the shop's
// [DeclineError].
const (
	reasonUnknownCheckout = "UnknownCheckout" // or it is too old: reload the page
	reasonCheckoutOver    = "CheckoutOver"    // paid, failed or under review: reload the page
	reasonInProgress      = "InProgress"      // "Pay now" was pressed, and the result is not known yet
	reasonShopError       = "ShopError"       // a function or the Store of the shop failed
	reasonServiceError    = "ServiceError"    // a call to Amazon failed, or its result is not known
	reasonSessionRefused  = "SessionRefused"  // the session is not for this checkout, or over
	reasonAmountChanged   = "AmountChanged"   // the total is not the one that the buyer saw
	reasonAlreadyPaid     = "AlreadyPaid"     // by another session
)

// handle returns the answer to an event: an answer or a cart.
func (h *Handler) handle(ctx context.Context, e event) any {
	switch e.Name {
	case onCompleteCheckout:
		return h.complete(ctx, e.CheckoutID, e.Data.SessionID)
	case onCancel:
		h.log.InfoContext(ctx, "buynow: the buyer closed Amazon's page", slog.String("checkout_id", e.CheckoutID))
		if h.config.Cancel != nil {
			h.config.Cancel(ctx, e.CheckoutID)
		}
		return answer{Status: success}
	case onError:
		code, message := clip(e.Data.Code), clip(e.Data.Message)
		h.log.WarnContext(ctx, "buynow: the browser reports an error of Amazon's page", slog.String("checkout_id", e.CheckoutID), slog.String("code", code), slog.String("message", message))
		if h.config.Fail != nil {
			h.config.Fail(ctx, e.CheckoutID, code, message)
		}
		return answer{Status: success}
	}
	return h.show(ctx, e)
}

// clip shortens a text of a browser for a log.
func clip(text string) string {
	const most = 200
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

// show computes the cart after an event, and saves it with what it was computed for.
func (h *Handler) show(ctx context.Context, e event) any {
	const tries = 5
	for range tries {
		c, err := h.config.Store.Load(ctx, e.CheckoutID)
		switch {
		case err != nil:
			return h.notLoaded(ctx, e.CheckoutID, err)
		case c.Status == StatusBegun:
			return answer{failure, reasonInProgress}
		case c.Status != StatusOpen:
			return answer{failure, reasonCheckoutOver}
		}
		cart, refused := h.priceEvent(ctx, &c, e)
		if refused != nil {
			return *refused
		}
		c.Cart = *cart
		if err = h.config.Store.Save(ctx, c); err == nil {
			return cart
		}
		if !errors.Is(err, ErrConflict) { // another event of the same checkout came in between
			return h.shopFailed(ctx, c.ID, "Store.Save", err)
		}
	}
	return h.shopFailed(ctx, e.CheckoutID, "Store.Save", ErrConflict)
}

// priceEvent returns the cart after an event, and writes to c what it was computed for.
func (h *Handler) priceEvent(ctx context.Context, c *Checkout, e event) (*webstore.CartDetails, *answer) {
	c.Language = cmp.Or(e.Data.CheckoutLanguage, c.Language)
	if e.Name == onDeliveryOptionSelection {
		c.DeliveryOptionID = e.Data.DeliveryOptions.ID
		return h.priceOption(ctx, *c)
	}
	c.ShippingAddress = e.Data.ShippingAddress
	var cart *webstore.CartDetails
	var refused *answer
	if e.Name == onInitCheckout {
		cart, refused = h.priceInit(ctx, *c, e.Data.BillingAddress, e.Data.Buyer.Value)
	} else {
		cart, refused = h.priceAddress(ctx, *c)
	}
	if refused == nil {
		c.DeliveryOptionID = defaultOption(cart)
	}
	return cart, refused
}

func (h *Handler) priceInit(ctx context.Context, c Checkout, billing *amazonpay.Address, buyer *webstore.Buyer) (*webstore.CartDetails, *answer) {
	cart, err := h.config.InitCheckout(ctx, InitCheckout{
		CheckoutID: c.ID, ShippingAddress: c.ShippingAddress, BillingAddress: billing, Buyer: buyer, CheckoutLanguage: c.Language,
	})
	return h.checked(ctx, c.ID, "InitCheckout", cart, err)
}

func (h *Handler) priceAddress(ctx context.Context, c Checkout) (*webstore.CartDetails, *answer) {
	if !h.ships() || c.ShippingAddress == nil {
		return nil, &answer{failure, "MalformedEvent"}
	}
	cart, err := h.config.SelectShippingAddress(ctx, ShippingAddressSelection{
		CheckoutID: c.ID, ShippingAddress: c.ShippingAddress, CheckoutLanguage: c.Language,
	})
	return h.checked(ctx, c.ID, "SelectShippingAddress", cart, err)
}

func (h *Handler) priceOption(ctx context.Context, c Checkout) (*webstore.CartDetails, *answer) {
	if !h.ships() || c.DeliveryOptionID == "" {
		return nil, &answer{failure, "MalformedEvent"}
	}
	cart, err := h.config.SelectDeliveryOption(ctx, DeliveryOptionSelection{
		CheckoutID: c.ID, DeliveryOptionID: c.DeliveryOptionID, ShippingAddress: c.ShippingAddress, CheckoutLanguage: c.Language,
	})
	return h.checked(ctx, c.ID, "SelectDeliveryOption", cart, err)
}

// checked returns what a function of the shop returned, if the buyer may see it.
func (h *Handler) checked(ctx context.Context, checkoutID, function string, cart *webstore.CartDetails, err error) (*webstore.CartDetails, *answer) {
	if declined, ok := errors.AsType[*DeclineError](err); ok {
		h.log.InfoContext(ctx, "buynow: the shop declined", slog.String("checkout_id", checkoutID), slog.String("function", function), slog.Any("error", err))
		return nil, &answer{decline, declined.ReasonCode}
	}
	switch {
	case err != nil:
	case cart == nil:
		err = errors.New("the cart is nil: return a cart or an error")
	case h.ships() && function != "SelectDeliveryOption" && len(cart.DeliveryOptions) == 0:
		err = &amazonpay.FieldError{Field: "deliveryOptions", Rule: "is required, since something is shipped"}
	default:
		_, err = amazonpay.EncodeJSON(cart)
	}
	if err != nil {
		refused := h.shopFailed(ctx, checkoutID, function, err)
		return nil, &refused
	}
	return cart, nil
}

func defaultOption(cart *webstore.CartDetails) string {
	for _, option := range cart.DeliveryOptions {
		if option.IsDefault {
			return option.ID
		}
	}
	return ""
}

func (h *Handler) notLoaded(ctx context.Context, checkoutID string, err error) answer {
	if errors.Is(err, ErrUnknownCheckout) {
		return answer{failure, reasonUnknownCheckout}
	}
	return h.shopFailed(ctx, checkoutID, "Store.Load", err)
}

func (h *Handler) shopFailed(ctx context.Context, checkoutID, function string, err error) answer {
	h.log.ErrorContext(ctx, "buynow: a function of the shop failed", slog.String("checkout_id", checkoutID), slog.String("function", function), slog.Any("error", err))
	return answer{failure, reasonShopError}
}
