package webstore_test

import "github.com/amazonpay-go/sdk/webstore"

// Values with every field set, and their JSON.
var (
	webDetails = webstore.WebCheckoutDetails{
		CheckoutReviewReturnURL: "https://shop.example/review?a=1&b=2", CheckoutResultReturnURL: "https://shop.example/result",
		CheckoutCancelURL: "https://shop.example/cancel", CheckoutErrorURL: "https://shop.example/error",
		SignInReturnURL: "https://shop.example/in", SignInCancelURL: "https://shop.example/out", SignInErrorURL: "https://shop.example/lost",
		AuthorizeResultReturnURL: "https://shop.example/a", AmazonPayDeclineURL: "https://payments.example/no",
		AmazonPayRedirectURL: "https://payments.example/", CheckoutMode: webstore.CheckoutModeProcessOrder,
	}

	webDetailsJSON = `{"checkoutReviewReturnUrl":"https://shop.example/review?a=1&b=2","checkoutResultReturnUrl":"https://shop.example/result",` +
		`"checkoutCancelUrl":"https://shop.example/cancel","checkoutErrorUrl":"https://shop.example/error",` +
		`"signInReturnUrl":"https://shop.example/in","signInCancelUrl":"https://shop.example/out","signInErrorUrl":"https://shop.example/lost",` +
		`"authorizeResultReturnUrl":"https://shop.example/a","amazonPayDeclineUrl":"https://payments.example/no","amazonPayRedirectUrl":"https://payments.example/","checkoutMode":"ProcessOrder"}`

	several = []webstore.MultiAddressesCheckoutMetadata{{AddressID: "amzn1.address.ONE", Price: usd("7.00")}}

	severalJSON = `[{"addressId":"amzn1.address.ONE","price":{"amount":"7.00","currencyCode":"USD"}}]`
)

var webDetailsRules = ruleSet{
	"checkoutReviewReturnUrl":  "512",
	"checkoutResultReturnUrl":  "512",
	"checkoutCancelUrl":        "512",
	"checkoutErrorUrl":         "512",
	"signInReturnUrl":          "512",
	"signInCancelUrl":          "512",
	"signInErrorUrl":           "512",
	"authorizeResultReturnUrl": "512",
	"amazonPayDeclineUrl":      "512",
}
