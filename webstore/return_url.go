package webstore

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReturnURL is what Amazon Pay adds to the URL to which it sends the buyer back. One of its fields
// is set. What each kind of button brings back:
//
//   - To the review, result, cancel and error pages of a checkout: CheckoutSessionID. This also
//     holds for a saved wallet, its update and an upgrade to a subscription. A buyer who canceled
//     comes to the cancel page: the session has its state and the reason.
//   - A button that signs the buyer in: BuyerToken. A buyer who canceled comes to signInCancelUrl,
//     or to signInReturnUrl if there is none, without a token: [ErrNoReturnID].
//   - A button that signs the buyer in and saves a payment method: CheckoutSessionID, and no token.
type ReturnURL struct {
	// CheckoutSessionID is what [Client.GetCheckoutSession] takes.
	CheckoutSessionID string
	// BuyerToken is a token whose Reveal [Client.GetBuyer] takes.
	BuyerToken amazonpay.Secret
}

// ErrNoReturnID reports a URL that has neither: the buyer canceled a sign-in, or did not come from
// Amazon Pay.
var ErrNoReturnID = errors.New("webstore: the URL has neither amazonCheckoutSessionId nor buyerToken")

// ParseReturnURL reads the id of the checkout session, or the token of the buyer, from the URL or
// the RequestURI of a request to which Amazon Pay has sent the buyer. If the URL has neither, for
// example because somebody opened the page by hand, the error is [ErrNoReturnID]. A URL with an
// empty id or token, with two of them, or that cannot be parsed is an error too. An id does not
// mean that the buyer has paid: read or complete the session.
//
// The id is the parameter amazonCheckoutSessionId. If there is none, checkoutSessionId is read
// instead, which the documentation names for the button that signs in and saves a payment method.
func ParseReturnURL(text string) (ReturnURL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return ReturnURL{}, errors.New("webstore: the return URL cannot be parsed") // the cause would quote the token
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return ReturnURL{}, errors.New("webstore: the query of the return URL cannot be parsed")
	}
	sessions, tokens := query["amazonCheckoutSessionId"], query["buyerToken"]
	if len(sessions)+len(tokens) == 0 {
		sessions = query["checkoutSessionId"]
	}
	switch {
	case len(sessions)+len(tokens) == 0:
		return ReturnURL{}, ErrNoReturnID
	case len(sessions)+len(tokens) > 1:
		return ReturnURL{}, fmt.Errorf("webstore: the return URL has amazonCheckoutSessionId %d times and buyerToken %d times: expected one of them, once", len(sessions), len(tokens))
	case len(sessions) == 1 && sessions[0] == "":
		return ReturnURL{}, errors.New("webstore: the return URL has an empty amazonCheckoutSessionId")
	case len(tokens) == 1 && tokens[0] == "":
		return ReturnURL{}, errors.New("webstore: the return URL has an empty buyerToken")
	case len(sessions) == 1:
		return ReturnURL{CheckoutSessionID: sessions[0]}, nil
	}
	return ReturnURL{BuyerToken: amazonpay.NewSecret(tokens[0])}, nil
}
