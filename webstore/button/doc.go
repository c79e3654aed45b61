// Package button signs and renders the Amazon Pay buttons of a shop.
//
//	maker, err := button.New(button.Config{Client: client, MerchantID: merchantID, StoreID: storeID})
//	…
//	b, err := maker.Button(button.OneTime{
//		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: reviewURL},
//	}, button.Options{Placement: button.PlacementCart})
//	…
//	page.Execute(w, map[string]any{"Button": b, "Nonce": nonce})
//
// and in the template of package html/template:
//
//	{{.Button.HTML .Nonce}}
//
// # Kinds of buttons
//
// Each kind is a struct with the members that Amazon Pay takes for it:
//
//   - [OneTime]: one order, with a review page on which the shop shows address, delivery and total.
//   - [ProcessOrder]: one order that is complete, without a review page (additional payment
//     button). It can also begin a subscription or save the payment method.
//   - [Recurring]: a subscription, with a review page.
//   - [SavedWallet]: saves a payment method for later charges, with or without a payment.
//   - [UpdateSavedWallet]: the buyer changes a saved payment method, on a page of Amazon.
//   - [Upgrade]: a paid order becomes a subscription, on a page of Amazon.
//   - [SignIn]: signs the buyer in to the shop.
//   - [SignInAndSetUp]: signs the buyer in and saves a payment method.
//   - [MultiAddress]: one order that is shipped to several addresses.
//   - [Donation]: a donation.
//
// The button of "Buy Now", whose payload is not signed, is in package
// [github.com/amazonpay-go/sdk/webstore/buynow].
//
// [Maker.Button] checks the payload and the [Options] before it signs: a member that is missing, or
// does not belong to the kind, a URL that is not https on a live page, an amount with too many
// decimals, a language or a currency of another region, a key of the sandbox on a live page. The
// error is an [*amazonpay.FieldError] with the path of the member, the rule, and what to do.
//
// # What is signed is what the page has
//
// A [Button] holds the payload, its signature, the algorithm and the public key id, made from the
// same bytes. HTML and JSON contain these bytes and no others, whatever the texts in the payload
// are: they are written in ASCII, with escapes that every browser reads back byte for byte, in
// pages of any encoding. There is one public key id in a page, so no second one can contradict it.
//
// # In a page
//
// [Button.HTML] works with a Content-Security-Policy: give it the nonce of the page. The policy
// must allow the nonce for scripts, and what checkout.js itself loads. Buttons load checkout.js
// once for the page; [Maker.Script] loads it earlier. If it cannot be loaded, or throws, the
// container shows a text for the buyer in the button's language, and the console says why. The
// container has a text for browsers without JavaScript. Its CSS class is amazon-pay-button, and the
// element in it, which Amazon Pay draws into, gets the id AmazonPayButton, AmazonPayButton2 and so
// on.
//
// On the review page, [Maker.ChangeAction] lets the buyer change the address or the payment method.
// The page to which the buyer returns reads the URL with [webstore.ParseReturnURL].
//
// # In a single-page application
//
// A [Button] encodes to JSON as the configuration that the function of checkout.js takes. The page
// loads the script at [Maker.ScriptURL] itself:
//
//	const config = await (await fetch('/button')).json();
//	amazon.Pay.renderButton('#AmazonPayButton', config);
//
// The answer holds what is in the payload, such as an address: send it to its buyer only.
//
// # Signatures and the cache
//
// A signature with an RSA key takes about a millisecond, or a call to a key service. A Maker signs
// each content once and keeps the newest buttons in a few megabytes. Concurrent requests for the
// same content make one signature. A payload with an order number or an amount is a new content for
// each order.
//
// # What is not certain
//
// The documentation leaves some facts open. This package assumes the following; none of it is
// verified against the live service.
//
//   - [SignInAndSetUp] has the product type SignIn and is passed as signInConfig. Its members are
//     known from the beginning of the documented example; signInCancelUrl and signInErrorUrl from
//     answers. The buyer returns with the parameter amazonCheckoutSessionId or checkoutSessionId:
//     [webstore.ParseReturnURL] reads both.
//   - SignIn.SignInCancelURL: sources disagree on whether the service knows it.
//   - [Upgrade]: checkout.js reads merchantId, ledgerCurrency, productType and checkoutLanguage in
//     the payload. That the other members have the names of a checkout session is an assumption.
//   - [UpdateSavedWallet]: chargePermissionId, chargePermissionType and the result page are
//     documented, setupOnly and the intent Confirm are assumed, as for a saved wallet without a
//     payment.
//   - [ProcessOrder] with PaymentMethodOnFileMetadata: the documentation has a page for it, and
//     setupOnly false is assumed.
//   - [MultiAddress] and [Donation]: the product types are in checkout.js. The payload is assumed
//     to be the one for one order.
//   - EstimatedOrderAmount takes the currencies of the European script, in each region.
//   - The colors, placements, languages and product types come from a checkout.js of about 2022.
package button
