package button

import (
	"cmp"

	"github.com/amazonpay-go/sdk/webstore"
)

// SignIn is the payload of a button that signs the buyer in to the shop, without a checkout.
// SignInReturnURL is required. It gets the buyer token with which [webstore.Client.GetBuyer] reads
// what SignInScopes allow.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/amazon-sign-in.html
type SignIn struct {
	SignInReturnURL string           `json:"signInReturnUrl,omitzero" pay:"max=512"`
	SignInCancelURL string           `json:"signInCancelUrl,omitzero" pay:"max=512"`
	StoreID         string           `json:"storeId,omitzero" log:"store_id"`
	SignInScopes    []webstore.Scope `json:"signInScopes,omitzero"`
}

func (p SignIn) pages() []page {
	return []page{{"signInReturnUrl", p.SignInReturnURL}, {"signInCancelUrl", p.SignInCancelURL}}
}

// Validate returns an error for a member that the kind requires.
func (p SignIn) Validate() error {
	return cmp.Or(
		pageRules{"signInReturnUrl": true, "signInCancelUrl": false}.check(p.pages()),
		checkStore(p.StoreID),
	)
}

func (p SignIn) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	return p
}

func (p SignIn) kind() kind {
	return kind{name: "SignIn", call: callRender, config: signInConfig, products: signInOnly, pages: p.pages()}
}

var signInOnly = []webstore.ProductType{webstore.ProductTypeSignIn}

// SignInAndSetUp is the payload of a button that signs the buyer in to the shop and saves a payment
// method at once. WebCheckoutDetails.SignInReturnURL is required. It gets the id of a checkout
// session, not a buyer token: [webstore.Client.GetCheckoutSession] reads the buyer, and
// [webstore.Client.CompleteCheckoutSession] saves the payment method.
//
// https://developer.amazon.com/docs/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html
type SignInAndSetUp struct {
	WebCheckoutDetails *webstore.WebCheckoutDetails `json:"webCheckoutDetails,omitzero"`
	StoreID            string                       `json:"storeId,omitzero" log:"store_id"`
	SignInScopes       []webstore.Scope             `json:"signInScopes,omitzero"`
}

// Validate returns an error for a member that the kind requires or refuses.
func (p SignInAndSetUp) Validate() error {
	return cmp.Or(
		pageRules{signInPage: true, signInCancelPage: false, signInErrorPage: false}.check(pagesOf(p.WebCheckoutDetails)),
		checkMode(p.WebCheckoutDetails, ""),
		checkStore(p.StoreID),
	)
}

func (p SignInAndSetUp) prepared(d defaults) Payload {
	p.StoreID = cmp.Or(p.StoreID, d.storeID)
	return p
}

func (p SignInAndSetUp) kind() kind {
	return kind{name: "SignInAndSetUp", call: callRender, config: signInConfig, products: signInOnly, pages: pagesOf(p.WebCheckoutDetails)}
}
