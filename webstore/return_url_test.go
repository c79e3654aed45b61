package webstore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1161: a return URL without the
// session's id.
func TestParseReturnURL(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]webstore.ReturnURL{
		"https://shop.example/result?amazonCheckoutSessionId=b1": {CheckoutSessionID: "b1"},
		"/review?cart=7&amazonCheckoutSessionId=b1#x":            {CheckoutSessionID: "b1"},
		"https://shop.example/account?buyerToken=eyJ.a-b_c%3D":   {BuyerToken: amazonpay.NewSecret("eyJ.a-b_c=")},
		// A sign-in that also saves a payment method. A parameter of the shop's own never wins.
		"https://shop.example/account?checkoutSessionId=b1":        {CheckoutSessionID: "b1"},
		"/?checkoutSessionId=cart-7&amazonCheckoutSessionId=b1":    {CheckoutSessionID: "b1"},
		"/?checkoutSessionId=cart-7&buyerToken=eyJ.a":              {BuyerToken: amazonpay.NewSecret("eyJ.a")},
		"/?checkoutSessionId=cart-7&x=1&amazonCheckoutSessionId=b": {CheckoutSessionID: "b"},
	} {
		got, err := webstore.ParseReturnURL(url)
		require.NoError(t, err, url)
		assert.Equal(t, want, got, url)
		assert.NotContains(t, fmt.Sprintf("%+v", got), "eyJ", "a token")
	}
	for url, word := range map[string]string{
		"": "neither", "https://shop.example/result": "neither", "/?AmazonCheckoutSessionId=b1": "neither", "/?amazonCheckoutSessionId=": "has an empty",
		"/?checkoutSessionId=": "has an empty", "/?checkoutSessionId=a&checkoutSessionId=b": "2 times", "/?checkoutsessionid=b1": "neither",
		"/?buyerToken=": "has an empty", "/?amazonCheckoutSessionId=a&amazonCheckoutSessionId=b": "2 times", "/?amazonCheckoutSessionId=a&buyerToken=secret": "1 times",
		"/?a=%zz&buyerToken=secret": "query", "https://shop.example:x/?buyerToken=secret": "cannot be parsed",
	} {
		_, err := webstore.ParseReturnURL(url)
		require.ErrorContains(t, err, word, url)
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, word == "neither", errors.Is(err, webstore.ErrNoReturnID), url)
	}
}

func FuzzParseReturnURL(f *testing.F) {
	f.Add("https://shop.example/?amazonCheckoutSessionId=b1")
	f.Add("/?buyerToken=a&buyerToken=b")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := webstore.ParseReturnURL(text)
		if err != nil {
			require.Equal(t, webstore.ReturnURL{}, got)
			return
		}
		require.NotEqual(t, got.CheckoutSessionID == "", got.BuyerToken == amazonpay.Secret{}, "one of them")
	})
}
