package buynow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	// finalizeTime is how long the payment may take. A buyer who leaves does not end it.
	finalizeTime = 90 * time.Second
	// maxLooks limits how often a checkout is loaded again because another process has changed it.
	maxLooks = 10
)

// ErrUnsettled is the error of [Handler.Resume] if the result of the payment is still not known.
var ErrUnsettled = errors.New("buynow: the result of the payment is not known yet: call Resume again later")

// Resume continues a checkout that a process has left behind, and returns it: if the finalization
// has begun, it finds out the result, by repeating it; if the checkout is paid but
// Config.CompleteCheckout has not heard of it, it is told. A checkout in another status is returned
// as it is.
//
// Call it for each checkout with StatusBegun, or StatusPaid and not Completed, when the shop starts
// and every few minutes, and for the former checkout of a cart before you make another one. The
// buyer has pressed "Pay now" before, so Resume may charge: at most once, and what the buyer saw.
//
// The error is [ErrUnsettled], [ErrUnknownCheckout], or from the Store or CompleteCheckout.
func (h *Handler) Resume(ctx context.Context, checkoutID string) (Checkout, error) {
	ctx, cancel := context.WithTimeout(ctx, finalizeTime)
	defer cancel()
	defer h.busy.lock(checkoutID)()
	for range maxLooks {
		c, err := h.config.Store.Load(ctx, checkoutID)
		if err == nil && c.Status == StatusBegun {
			c, err = h.finalize(ctx, c)
		}
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err == nil && c.Status == StatusPaid {
			c, err = h.tell(ctx, c)
		}
		if err == nil && c.Status == StatusBegun {
			err = ErrUnsettled
		}
		return c, err
	}
	return Checkout{}, ErrUnsettled
}

// complete answers onCompleteCheckout: the buyer has pressed "Pay now".
func (h *Handler) complete(ctx context.Context, checkoutID, sessionID string) answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalizeTime)
	defer cancel()
	defer h.busy.lock(checkoutID)()
	pressed := 0 // the attempt that the buyer has pressed for
	for range maxLooks {
		c, err := h.config.Store.Load(ctx, checkoutID)
		if err != nil {
			return h.notLoaded(ctx, checkoutID, err)
		}
		pressed = cmp.Or(pressed, c.Attempt)
		if c.Status == StatusOpen && c.Attempt != pressed && c.SessionID == sessionID { // settled by another process
			return h.result(ctx, c)
		}
		reply, err := h.advance(ctx, c, sessionID)
		switch {
		case err == nil:
			return reply
		case errors.Is(err, ErrSessionClaimed):
			h.log.WarnContext(ctx, "buynow: a session of another order was presented", slog.String("checkout_id", c.ID), slog.String("checkout_session_id", sessionID))
			return answer{decline, reasonSessionRefused}
		case !errors.Is(err, ErrConflict):
			return h.shopFailed(ctx, c.ID, "Store.Save", err)
		}
	}
	return answer{failure, reasonInProgress}
}

// advance does what the status of a checkout asks for. The error is from the Store. After
// ErrConflict, load the checkout again.
func (h *Handler) advance(ctx context.Context, c Checkout, sessionID string) (answer, error) {
	switch {
	case c.Status == StatusPaid && c.SessionID != sessionID:
		return answer{decline, reasonAlreadyPaid}, nil
	case c.Status.IsFinal():
		return h.result(ctx, c), nil
	case c.Status == StatusOpen:
		ready, refused, err := h.prepare(ctx, c, sessionID)
		if err != nil {
			return answer{}, err
		}
		if refused != nil {
			// Another process may have paid meanwhile, with this very session.
			if stored, err := h.config.Store.Load(ctx, c.ID); err != nil || stored.Version != ready.Version {
				return answer{}, cmp.Or(err, ErrConflict)
			}
			return *refused, nil
		}
		c = ready
	}
	// A payment that has begun is settled first, whichever session is presented now.
	c, err := h.finalize(ctx, c)
	if err != nil {
		return answer{}, err
	}
	if c.SessionID != sessionID && c.Status != StatusBegun {
		return answer{}, ErrConflict // and then look at the one that is presented
	}
	return h.result(ctx, c), nil
}

// result is what the page is told of a checkout after a finalization.
func (h *Handler) result(ctx context.Context, c Checkout) answer {
	switch c.Status {
	case StatusPaid:
		_, _ = h.tell(ctx, c) // logged; the buyer has paid in any case
		return answer{Status: success}
	case StatusOpen, StatusFailed:
		return answer{decline, string(c.ReasonCode)}
	case StatusReview:
		return answer{failure, reasonCheckoutOver}
	case StatusBegun:
	}
	return answer{failure, reasonServiceError}
}

// tell tells the shop that a checkout is paid, unless it knows.
func (h *Handler) tell(ctx context.Context, c Checkout) (Checkout, error) {
	if c.Completed {
		return c, nil
	}
	if err := h.config.CompleteCheckout(ctx, c); err != nil {
		h.shopFailed(ctx, c.ID, "CompleteCheckout", err)
		return c, fmt.Errorf("buynow: CompleteCheckout: %w", err)
	}
	told := c
	told.Completed = true
	if err := h.save(ctx, &told); err != nil && !errors.Is(err, ErrConflict) {
		h.shopFailed(ctx, c.ID, "Store.Save", err)
		return c, err
	}
	return told, nil
}

// save saves a checkout and keeps its version right.
func (h *Handler) save(ctx context.Context, c *Checkout) error {
	err := h.config.Store.Save(ctx, *c)
	if err == nil {
		c.Version++
	}
	return err
}

// prepare checks that a session may pay the checkout and computes the cart for what Amazon has. It
// returns the checkout ready to be finalized, or what the page is told. The error is from the
// Store.
func (h *Handler) prepare(ctx context.Context, c Checkout, sessionID string) (Checkout, *answer, error) {
	log := h.log.With(slog.String("checkout_id", c.ID), slog.String("checkout_session_id", sessionID))
	refuse := func(why string) (Checkout, *answer, error) {
		log.WarnContext(ctx, "buynow: a session was refused", slog.String("why", why))
		return c, &answer{decline, reasonSessionRefused}, nil
	}
	if c.Calls > 0 && c.SessionID != sessionID {
		return refuse("the payment of this checkout was tried with another session, which can still be completed")
	}
	session, err := h.config.Client.GetCheckoutSession(ctx, sessionID)
	if _, malformed := errors.AsType[*amazonpay.FieldError](err); malformed || amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound) {
		return refuse("no session of this shop has the id")
	}
	if err != nil {
		log.ErrorContext(ctx, "buynow: a session cannot be read", slog.Any("error", err))
		return c, &answer{failure, reasonServiceError}, nil
	}
	if session.StatusDetails.State == amazonpay.StateCanceled && c.Calls > 0 { // it was the one that could pay
		c.Status, c.ReasonCode = StatusFailed, session.StatusDetails.ReasonCode
		return c, &answer{decline, string(c.ReasonCode)}, h.save(ctx, &c)
	}
	if why := h.misfit(session, c, sessionID); why != "" {
		return refuse(why)
	}

	c.ShippingAddress, c.BillingAddress, c.Buyer = session.ShippingAddress, session.BillingAddress, session.Buyer
	c.PaymentDescriptor = ""
	if len(session.PaymentPreferences) > 0 {
		c.PaymentDescriptor = session.PaymentPreferences[0].PaymentDescriptor
	}
	seen := c.Cart
	cart, refused := h.priceFinally(ctx, &c, session)
	if refused != nil {
		return c, refused, nil
	}
	c.Cart = *cart
	if why := amountChanged(session, seen, c.Cart); why != "" {
		log.WarnContext(ctx, "buynow: the total has changed", slog.String("why", why))
		return c, &answer{decline, reasonAmountChanged}, nil
	}

	c.SessionID = sessionID
	if session.MerchantMetadata != nil && session.MerchantMetadata.MerchantReferenceID == c.Reference {
		return c, nil, nil
	}
	if err := h.save(ctx, &c); err != nil { // claims the session, before it gets the reference of this checkout
		return c, nil, err
	}
	if _, err := h.config.Client.UpdateCheckoutSession(ctx, sessionID, &webstore.UpdateCheckoutSessionRequest{MerchantMetadata: h.metadata(c)}); err != nil {
		log.ErrorContext(ctx, "buynow: the session could not be given the reference of the checkout", slog.Any("error", err))
		return c, &answer{failure, reasonServiceError}, nil
	}
	return c, nil, nil
}

// misfit says why a session cannot pay a checkout, or returns "". The button's configuration is not
// signed: a browser may have changed all of it, or present a session of another order.
func (h *Handler) misfit(session *webstore.CheckoutSession, c Checkout, sessionID string) string {
	for _, member := range []string{
		"checkoutSessionId", "statusDetails", "storeId", "productType", "chargePermissionType", "merchantMetadata", "paymentDetails", "shippingAddress", "cartDetails",
	} {
		if !session.Meta.Understood(member) {
			return "its member " + member + " was not understood"
		}
	}
	reference := ""
	if session.MerchantMetadata != nil {
		reference = session.MerchantMetadata.MerchantReferenceID
	}
	s := h.config.Session
	switch {
	case session.CheckoutSessionID != sessionID: // two spellings of one id would be two claims
		return "its id is spelled differently at Amazon"
	case session.StatusDetails.State != amazonpay.StateOpen:
		return fmt.Sprintf("it is %s, not Open", session.StatusDetails.State)
	case session.StoreID != "" && session.StoreID != s.StoreID:
		return "it was made for another store"
	case session.ChargePermissionType != "" && session.ChargePermissionType != webstore.ChargePermissionTypeOneTime:
		return fmt.Sprintf("its charge permission type is %s, not OneTime", session.ChargePermissionType)
	case session.ProductType != "" && session.ProductType != s.ProductType:
		return fmt.Sprintf("its product type is %s, not %s", session.ProductType, s.ProductType)
	case h.ships() && session.ShippingAddress == nil:
		return "it has no shipping address"
	case reference != "" && reference != c.Reference:
		return fmt.Sprintf("it belongs to order %.256q", reference)
	}
	return ""
}

// priceFinally computes the cart for the address and the delivery option that Amazon has, and
// writes the option to c.
func (h *Handler) priceFinally(ctx context.Context, c *Checkout, session *webstore.CheckoutSession) (*webstore.CartDetails, *answer) {
	if !h.ships() {
		c.DeliveryOptionID = ""
		return h.priceInit(ctx, *c, c.BillingAddress, c.Buyer)
	}
	cart, refused := h.priceAddress(ctx, *c)
	if refused != nil {
		return nil, refused
	}
	if session.CartDetails != nil && len(session.CartDetails.DeliveryOptions) == 1 {
		c.DeliveryOptionID = session.CartDetails.DeliveryOptions[0].ID
	}
	for _, option := range cart.DeliveryOptions {
		switch {
		case option.ID != c.DeliveryOptionID:
		case bool(option.IsDefault):
			return cart, nil
		default:
			return h.priceOption(ctx, *c)
		}
	}
	h.log.WarnContext(ctx, "buynow: the delivery option is not offered for the address", slog.String("checkout_id", c.ID), slog.String("delivery_option_id", c.DeliveryOptionID))
	return nil, &answer{decline, reasonAmountChanged}
}

// amountChanged says why the buyer has not seen the amounts of the cart, or returns "". Amazon
// tells what its page showed; otherwise it is what the handler answered last.
func amountChanged(session *webstore.CheckoutSession, seen, cart webstore.CartDetails) string {
	charge, order := seen.TotalChargeAmount, seen.TotalOrderAmount
	if p := session.PaymentDetails; p != nil && p.ChargeAmount != (amazonpay.Price{}) {
		charge, order = p.ChargeAmount, p.TotalOrderAmount
	}
	switch {
	case !charge.Equal(cart.TotalChargeAmount):
		return fmt.Sprintf("the buyer saw %s, the cart costs %s", charge, cart.TotalChargeAmount)
	case !order.Equal(cart.TotalOrderAmount):
		return fmt.Sprintf("the buyer saw %s for the whole order, the cart costs %s", order, cart.TotalOrderAmount)
	}
	return ""
}

// finalize calls Amazon and saves the result. The error is from the Store.
//
// That the payment has begun is saved before the call. Only if an earlier call had begun may
// reading the session prove that it is paid: otherwise another order would have paid with it.
func (h *Handler) finalize(ctx context.Context, c Checkout) (Checkout, error) {
	call, earlier := h.config.Client.FinalizeCheckoutSession, c.Unsettled
	if c.Calls > 0 {
		call = h.config.Client.FinalizeOrFetch
	}
	c.Status, c.Unsettled, c.Calls = StatusBegun, true, c.Calls+1
	if err := h.save(ctx, &c); err != nil {
		return c, err
	}
	session, err := call(ctx, c.SessionID, h.request(c),
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("buynow", c.ID, c.SessionID, strconv.Itoa(c.Attempt))),
		amazonpay.WithUnsettled(earlier))
	if err == nil {
		return h.verify(ctx, c, session)
	}
	return h.failed(ctx, c, err)
}

func (h *Handler) request(c Checkout) *webstore.FinalizeCheckoutSessionRequest {
	in := &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent:                 h.config.Session.PaymentIntent,
		CanHandlePendingAuthorization: new(h.config.Session.CanHandlePendingAuthorization),
		ChargeAmount:                  c.Cart.TotalChargeAmount,
		TotalOrderAmount:              c.Cart.TotalOrderAmount,
		ShippingAddress:               c.ShippingAddress,
	}
	if !h.ships() {
		in.BillingAddress = c.BillingAddress
	}
	return in
}

// verify saves that a checkout is paid, if the charge has its reference. A page of the shop that
// completes sessions, and does not claim them in the Store, may have given this one to its own
// order meanwhile: then that order has been paid, and not this one.
func (h *Handler) verify(ctx context.Context, c Checkout, session *webstore.CheckoutSession) (Checkout, error) {
	c.ChargeID, c.ChargePermissionID, c.Pending = session.ChargeID, session.ChargePermissionID, session.Pending
	_, err := h.config.Client.GetCheckoutSessionOfOrder(ctx, c.SessionID, c.Reference)
	if other, ok := errors.AsType[*webstore.OtherOrderError](err); ok {
		return h.review(ctx, c, other)
	}
	if err != nil {
		h.logOf(c).ErrorContext(ctx, "buynow: the session is completed, but its order cannot be read: the checkout stays begun", slog.Any("error", err))
		return c, nil
	}
	if c.ChargeID == "" && h.config.Session.PaymentIntent != webstore.PaymentIntentConfirm {
		return h.review(ctx, c, errors.New("the session is completed, but has no charge"))
	}
	c.Status, c.Unsettled, c.ReasonCode = StatusPaid, false, ""
	for range maxLooks {
		err = h.save(ctx, &c)
		if !errors.Is(err, ErrConflict) {
			break
		}
		// Another process has tried the same session. Whatever it believes, this one knows.
		stored, loadErr := h.config.Store.Load(ctx, c.ID)
		if loadErr != nil {
			return c, loadErr
		}
		if stored.Status == StatusPaid {
			return stored, nil
		}
		c.Version = stored.Version
	}
	if err != nil {
		h.log.ErrorContext(ctx, "buynow: a paid checkout could not be saved: it stays begun until Resume", slog.Any("checkout", c), slog.Any("error", err))
	}
	return c, err
}

// failed saves what a failed call means, as [amazonpay.Advise] says.
func (h *Handler) failed(ctx context.Context, c Checkout, err error) (Checkout, error) {
	advice := amazonpay.Advise(err)
	c.Unsettled, c.ReasonCode = advice.Unsettled, advice.ReasonCode
	h.logOf(c).WarnContext(ctx, "buynow: the payment failed", slog.String("outcome", amazonpay.OutcomeOf(err).String()), slog.String("step", advice.Step.String()), slog.Any("error", err))
	completion, completed := errors.AsType[*webstore.CompletionError](err)
	switch {
	case completed && amazonpay.OutcomeOf(err) != amazonpay.OutcomeUnknown:
		c.ChargeID, c.ChargePermissionID = completion.Session.ChargeID, completion.Session.ChargePermissionID
		return h.review(ctx, c, completion)
	case advice.Unsettled, advice.Step == amazonpay.StepRepeat: // with the same key: the next event, or Resume
	case advice.Class == amazonpay.DeclineClassClosed, advice.Step == amazonpay.StepRead:
		return h.look(ctx, c)
	default: // nothing was charged: the buyer may pay in another way
		c.Status, c.Attempt = StatusOpen, c.Attempt+1
	}
	return c, h.save(ctx, &c)
}

// look reads a session that was refused because of its state.
func (h *Handler) look(ctx context.Context, c Checkout) (Checkout, error) {
	session, err := h.config.Client.GetCheckoutSession(ctx, c.SessionID)
	if err != nil {
		h.logOf(c).ErrorContext(ctx, "buynow: a session cannot be read", slog.Any("error", err))
		return c, h.save(ctx, &c)
	}
	switch session.StatusDetails.State {
	case amazonpay.StateOpen: // the buyer has changed something since, or has not pressed "Pay now"
		c.Status, c.Attempt = StatusOpen, c.Attempt+1
	case amazonpay.StateCanceled:
		c.Status = StatusFailed
	case amazonpay.StateCompleted: // but not by a call of this checkout, as far as is known
		c.ChargeID, c.ChargePermissionID = session.ChargeID, session.ChargePermissionID
		return h.review(ctx, c, errors.New("the session was completed by another call"))
	default:
	}
	return c, h.save(ctx, &c)
}

// review saves that a person must look at the checkout.
func (h *Handler) review(ctx context.Context, c Checkout, why error) (Checkout, error) {
	c.Status = StatusReview
	h.log.ErrorContext(ctx, "buynow: a person must look at this checkout: do not deliver", slog.Any("checkout", c), slog.Any("why", why))
	return c, h.save(ctx, &c)
}

func (h *Handler) logOf(c Checkout) *slog.Logger {
	return h.log.With(slog.String("checkout_id", c.ID), slog.String("checkout_session_id", c.SessionID))
}
