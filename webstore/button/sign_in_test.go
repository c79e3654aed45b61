package button_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	requireRefusals(t, map[string]refusal{
		"no page":              {button.SignIn{}, "signInReturnUrl", []string{"required"}},
		"a relative page":      {button.SignIn{SignInReturnURL: "https://shop.example/", SignInCancelURL: "no"}, "signInCancelUrl", []string{"absolute"}},
		"a long page":          {button.SignIn{SignInReturnURL: "https://shop.example/" + strings.Repeat("x", 512)}, "signInReturnUrl", []string{"more than 512"}},
		"set-up without page":  {button.SignInAndSetUp{}, "webCheckoutDetails.signInReturnUrl", []string{"required"}},
		"set-up with checkout": {button.SignInAndSetUp{WebCheckoutDetails: &webstore.WebCheckoutDetails{SignInReturnURL: "https://shop.example/", CheckoutReviewReturnURL: "https://shop.example/"}}, "webCheckoutDetails.checkoutReviewReturnUrl", []string{"does not belong"}},
	})
	s := newShop(t)
	_, err := s.Button(button.SignIn{SignInReturnURL: "https://shop.example/"}, button.Options{Placement: button.PlacementHome, ProductType: webstore.ProductTypePayOnly})
	requireField(t, err, "Options.ProductType", "only be SignIn")
	_, err = s.Button(button.SignInAndSetUp{WebCheckoutDetails: &webstore.WebCheckoutDetails{
		SignInReturnURL: "https://shop.example/", SignInCancelURL: "https://shop.example/", SignInErrorURL: "https://shop.example/",
	}}, cart)
	require.NoError(t, err)
}
