package webstore

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReturnURL is what Amazon Pay says in the URL to which it sends the buyer back.
type ReturnURL struct {
	// CheckoutSessionID is that of the review, result and cancel pages.
	CheckoutSessionID string
	// BuyerToken is that of the page after a sign-in, for [Client.GetBuyer], which takes what its
	// Reveal returns.
	BuyerToken amazonpay.Secret
}

// ErrNoReturnID is that of a URL to which the buyer did not come from Amazon Pay.
var ErrNoReturnID = errors.New("webstore: the URL has neither amazonCheckoutSessionId nor buyerToken")

// ParseReturnURL reads the id of the checkout session, or the token of the buyer, of a URL to which Amazon Pay has sent the buyer:
// that of the request, or its RequestURI. A URL without either is [ErrNoReturnID], as when somebody opens the page by hand;
// one with an empty id or token, with two of them, with both, or that cannot be read is an error too. That an id is there does not
// mean that the buyer has paid: read or complete the session.
func ParseReturnURL(text string) (ReturnURL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return ReturnURL{}, errors.New("webstore: the return URL cannot be read") // the cause would quote it, and so the token
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return ReturnURL{}, errors.New("webstore: the query of the return URL cannot be read")
	}
	sessions, tokens := query["amazonCheckoutSessionId"], query["buyerToken"]
	switch {
	case len(sessions)+len(tokens) == 0:
		return ReturnURL{}, ErrNoReturnID
	case len(sessions)+len(tokens) > 1:
		return ReturnURL{}, fmt.Errorf("webstore: the return URL has amazonCheckoutSessionId %d times and buyerToken %d times, not one of them once", len(sessions), len(tokens))
	case len(sessions) == 1 && sessions[0] == "":
		return ReturnURL{}, errors.New("webstore: amazonCheckoutSessionId in the return URL is empty")
	case len(tokens) == 1 && tokens[0] == "":
		return ReturnURL{}, errors.New("webstore: buyerToken in the return URL is empty")
	case len(sessions) == 1:
		return ReturnURL{CheckoutSessionID: sessions[0]}, nil
	}
	return ReturnURL{BuyerToken: amazonpay.NewSecret(tokens[0])}, nil
}
