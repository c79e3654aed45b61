// Package buynow serves a "Buy Now" checkout: the buyer pays on one page of Amazon, opened from a
// product page or a cart, and that page asks the shop for totals while the buyer chooses. The shop
// writes four functions. The package does the rest: the button and its script, an [http.Handler]
// for the events, the checks, and a payment that happens at most once.
//
//	maker, err := button.New(button.Config{Client: client, MerchantID: "A…"})
//	handler, err := buynow.New(buynow.Config{
//		Client: webstore.New(client), Store: store, Maker: maker, HandlerURL: "/buynow",
//		InitCheckout: …, SelectShippingAddress: …, SelectDeliveryOption: …, CompleteCheckout: …,
//		Session: buynow.Session{StoreID: "amzn1.application-oa2-client.…"},
//	})
//	mux.Handle("POST /buynow", handler)
//
// And for a page with a button:
//
//	id, err := handler.NewCheckout(ctx, "order-1042") // stored with the cart and the shopper
//	b, err := handler.Button(ctx, id, buynow.Page{
//		Options:   button.Options{Placement: button.PlacementProduct},
//		ResultURL: "/orders/1042", CancelURL: "/cart",
//	})
//	… {{.Button.HTML .Nonce}}
//
// # How a checkout proceeds
//
//	event of Amazon's page        | handler                        | answer
//	------------------------------|--------------------------------|---------------------------
//	onInitCheckout                | InitCheckout                   | the first cart
//	onShippingAddressSelection    | SelectShippingAddress          | the cart for the address
//	onDeliveryOptionSelection     | SelectDeliveryOption           | the cart with the option
//	onCompleteCheckout            | checks, payment, CompleteCheckout | success, decline or error
//	onCancel, onError             | Cancel, Fail                   | none
//
// A cart is a [webstore.CartDetails]. If it does not add up, it is not shown: the log names the
// member. A function declines with a [*DeclineError].
//
// # What is believed
//
// Of the browser, nothing about money. The session is read from Amazon. It must be open, for this
// store, for one payment, with the reference of this checkout, and belong to no other checkout. The
// cart is computed again, by the functions of the shop, for the address and the delivery option
// that Amazon has. Its total must be the one that the buyer saw. Only then is that total charged.
// Declined for one of these reasons, the buyer has paid nothing.
//
// # One payment
//
// Before each call that can move money, the [Store] has what the call is about. A process that dies
// loses nothing: the page repeats the event, or [Handler.Resume] goes on. What happens after an
// error is decided by [amazonpay.Advise] alone. A checkout that has been tried with one session
// accepts no other session, since the first can still be completed. A session that turns out to be
// completed pays a checkout only if an earlier call of that checkout had begun, the amount is
// right, and the charge has the reference of the checkout.
//
// If the shop also has pages that complete sessions, such as the result page of a one-time button,
// these must claim the session in the same unique column as [Store].Save, and check its reference
// with [webstore.Client.GetCheckoutSessionOfOrder].
//
// # The wire
//
// A page that does not use the button's script posts each event as JSON to the handler, from the
// shop's own origin, and gives the answer to Amazon's page:
//
//	{"checkoutId": "…", "event": "onDeliveryOptionSelection", "data": {…}}
//
// data has the members of the event: shippingAddress, billingAddress, buyer, checkoutLanguage,
// deliveryOptions or amazonCheckoutSessionId. The answer is a cart, or {"status", "reasonCode"}
// with the status success, decline or error. After decline nothing was charged, and the buyer may
// change something. After error on onCompleteCheckout the result may be unknown: send the event
// again, or let the buyer look at the orders.
//
// A reason code is Amazon's, the shop's (of a [*DeclineError]), or one of:
//
//	SessionRefused   the session is not open, or not for this checkout
//	AmountChanged    the total is not the one that the buyer saw, or the option is not offered
//	AlreadyPaid      the checkout was paid by another session
//	CheckoutOver     the checkout is paid, failed or under review: reload the page
//	InProgress       the result of the payment is not known yet
//	UnknownCheckout  no checkout has the id: reload the page
//	ShopError        a function or the Store of the shop failed: see the log
//	ServiceError     a call to Amazon failed, or its result is not known: see the log
//
// # Uncertain facts
//
// The members of the events and the answers with a status are from the documentation and from
// public samples. Whether Amazon's page distinguishes decline from error is not known. The
// documentation does not say whether a session of this checkout can be updated; the handler does so
// only if the session lacks the reference that the button's configuration has.
//
// https://developer.amazon.com/docs/amazon-pay-buy-now-checkout/provide-event-handlers.html
package buynow
