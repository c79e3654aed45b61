package button_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// counting is a key that counts its signatures.
type counting struct {
	*rsa.PrivateKey

	signatures atomic.Int64
}

func (c *counting) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	c.signatures.Add(1)
	return c.PrivateKey.Sign(random, digest, opts)
}

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// shop is a shop in a region: its key, and the maker of its buttons.
type shop struct {
	*button.Maker

	key    *counting
	client *amazonpay.Client
}

func newShop(tb testing.TB, change ...func(*amazonpay.Config, *button.Config)) shop {
	tb.Helper()
	key, err := testKey()
	require.NoError(tb, err)
	s := shop{key: &counting{PrivateKey: key}}
	config := amazonpay.Config{PublicKeyID: "SANDBOX-AEXAMPLE", PrivateKey: s.key, Region: amazonpay.RegionUS}
	buttons := button.Config{MerchantID: "A1EXAMPLE", StoreID: "amzn1.application-oa2-client.1"}
	for _, c := range change {
		c(&config, &buttons)
	}
	s.client, err = amazonpay.New(config)
	require.NoError(tb, err)
	buttons.Client = s.client
	s.Maker, err = button.New(buttons)
	require.NoError(tb, err)
	return s
}

func inRegion(r amazonpay.Region) func(*amazonpay.Config, *button.Config) {
	return func(c *amazonpay.Config, _ *button.Config) { c.Region = r }
}

func live(c *amazonpay.Config, _ *button.Config) { c.PublicKeyID = "LIVE-AEXAMPLE" }

var cart = button.Options{Placement: button.PlacementCart}

func monthly() *webstore.RecurringMetadata {
	return &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}, Amount: amazonpay.USD.Price("9.99")}
}

func review() *webstore.WebCheckoutDetails {
	return &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"}
}

func result() *webstore.WebCheckoutDetails {
	return &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"}
}

func order() *webstore.PaymentDetails {
	return &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: amazonpay.USD.Price("14.00")}
}

func home() *webstore.AddressDetails {
	return &webstore.AddressDetails{
		Name: "Susie Smith", AddressLine1: "10 Ditka Ave", City: "Chicago", StateOrRegion: "IL", PostalCode: "60602", CountryCode: "US",
		PhoneNumber: "800-000-0000",
	}
}

// kinds are the least payload of each kind, and what a button for it has.
type row struct {
	payload button.Payload
	wire    string // as it is signed
	call    string
	product webstore.ProductType
}

const store = `"storeId":"amzn1.application-oa2-client.1"`

func kinds() map[string]row {
	signIn := &webstore.WebCheckoutDetails{SignInReturnURL: "https://shop.example/in"}
	monthly := monthly()
	const (
		reviewed = `"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review"},` + store
		paid     = `"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/result"},` + store
		apb      = `"webCheckoutDetails":{"checkoutResultReturnUrl":"https://shop.example/result","checkoutMode":"ProcessOrder"},` + store
		month    = `"recurringMetadata":{"frequency":{"unit":"Month","value":"1"},"amount":{"amount":"9.99","currencyCode":"USD"}}`
		pays     = `"paymentDetails":{"paymentIntent":"Authorize","chargeAmount":{"amount":"14.00","currencyCode":"USD"}}`
		setup    = `"paymentMethodOnFileMetadata":{"setupOnly":true},"paymentDetails":{"paymentIntent":"Confirm"}`
	)
	return map[string]row{
		"OneTime": {button.OneTime{WebCheckoutDetails: review()}, `{` + reviewed + `}`, "renderButton", "PayAndShip"},
		"ProcessOrder": {
			button.ProcessOrder{WebCheckoutDetails: result(), PaymentDetails: order()}, `{` + apb + `,` + pays + `}`, "renderButton", "PayOnly",
		},
		"ProcessOrder that ships": {
			button.ProcessOrder{WebCheckoutDetails: result(), PaymentDetails: order(), AddressDetails: home()},
			`{` + apb + `,` + pays + `,"addressDetails":{"name":"Susie Smith","addressLine1":"10 Ditka Ave","city":"Chicago","stateOrRegion":"IL",` +
				`"postalCode":"60602","countryCode":"US","phoneNumber":"800-000-0000"}}`, "renderButton", "PayAndShip",
		},
		"ProcessOrder of a subscription": {
			button.ProcessOrder{WebCheckoutDetails: result(), PaymentDetails: order(), RecurringMetadata: monthly},
			`{` + apb + `,"chargePermissionType":"Recurring",` + month + `,` + pays + `}`, "renderButton", "PayOnly",
		},
		"ProcessOrder that saves": {
			button.ProcessOrder{
				WebCheckoutDetails: result(), PaymentDetails: order(), PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)},
			},
			`{` + apb + `,"chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":false},` + pays + `}`, "renderButton", "PayOnly",
		},
		"Recurring": {
			button.Recurring{WebCheckoutDetails: review(), RecurringMetadata: monthly},
			`{` + reviewed + `,"chargePermissionType":"Recurring",` + month + `}`, "renderButton", "PayAndShip",
		},
		"SavedWallet": {
			button.SavedWallet{WebCheckoutDetails: result(), PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)}},
			`{` + paid + `,"chargePermissionType":"PaymentMethodOnFile",` + setup + `}`, "renderButton", "PayAndShip",
		},
		"SavedWallet with a payment": {
			button.SavedWallet{WebCheckoutDetails: review(), PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)}},
			`{` + reviewed + `,"chargePermissionType":"PaymentMethodOnFile","paymentMethodOnFileMetadata":{"setupOnly":false}}`, "renderButton", "PayAndShip",
		},
		"SignIn": {
			button.SignIn{SignInReturnURL: "https://shop.example/in", SignInScopes: []webstore.Scope{webstore.ScopeName}},
			`{"signInReturnUrl":"https://shop.example/in",` + store + `,"signInScopes":["name"]}`, "renderButton", "SignIn",
		},
		"SignInAndSetUp": {
			button.SignInAndSetUp{WebCheckoutDetails: signIn, SignInScopes: []webstore.Scope{webstore.ScopeName}},
			`{"webCheckoutDetails":{"signInReturnUrl":"https://shop.example/in"},` + store + `,"signInScopes":["name"]}`, "renderButton", "SignIn",
		},
		"UpdateSavedWallet": {
			button.UpdateSavedWallet{WebCheckoutDetails: result(), ChargePermissionID: "B01-0000000-0000000"},
			`{` + paid + `,"chargePermissionType":"PaymentMethodOnFile","chargePermissionId":"B01-0000000-0000000",` + setup + `}`, "initCheckout", "PayAndShip",
		},
		"Upgrade": {
			button.Upgrade{WebCheckoutDetails: result(), ChargePermissionID: "S01-0000000-0000000", RecurringMetadata: monthly},
			`{` + paid + `,"merchantId":"A1EXAMPLE","ledgerCurrency":"USD","productType":"PayAndShip","chargePermissionId":"S01-0000000-0000000",` +
				`"chargePermissionType":"Recurring",` + month + `}`, "bindUpgradeAction", "",
		},
		"MultiAddress": {button.MultiAddress{WebCheckoutDetails: review()}, `{` + reviewed + `}`, "renderButton", "PayAndShipMultiAddress"},
		"Donation":     {button.Donation{WebCheckoutDetails: review()}, `{` + reviewed + `}`, "renderButton", "Donation"},
	}
}

// requireField fails unless err is about the field, and says the words.
func requireField(t *testing.T, err error, field string, words ...string) {
	t.Helper()
	var wrong *amazonpay.FieldError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, field, wrong.Field, "%v", err)
	for _, word := range words {
		assert.Contains(t, wrong.Rule, word, field)
	}
}

// drawn are the arguments of the function in a rendered script.
type drawn struct {
	script, unavailable, call, element string
	config                             struct {
		MerchantID                  string                  `json:"merchantId"`
		ProductType                 webstore.ProductType    `json:"productType"`
		LedgerCurrency              string                  `json:"ledgerCurrency"`
		Placement                   string                  `json:"placement"`
		CheckoutLanguage            string                  `json:"checkoutLanguage"`
		ButtonColor                 string                  `json:"buttonColor"`
		EstimatedOrderAmount        *amazonpay.Price        `json:"estimatedOrderAmount"`
		Sandbox                     bool                    `json:"sandbox"`
		CreateCheckoutSessionConfig *amazonpay.SignedButton `json:"createCheckoutSessionConfig"`
		SignInConfig                *amazonpay.SignedButton `json:"signInConfig"`
		UpgradeAction               string                  `json:"upgradeAction"`
		AmazonCheckoutSessionID     string                  `json:"amazonCheckoutSessionId"`
		ChangeAction                string                  `json:"changeAction"`

		amazonpay.SignedButton
	}
}

// signed is what checkout.js gets to send.
func (d drawn) signed() amazonpay.SignedButton {
	switch {
	case d.config.CreateCheckoutSessionConfig != nil:
		return *d.config.CreateCheckoutSessionConfig
	case d.config.SignInConfig != nil:
		return *d.config.SignInConfig
	}
	return d.config.SignedButton
}

// read takes a rendered script apart as a browser does.
func read(tb testing.TB, html string) (d drawn) {
	tb.Helper()
	_, script, found := strings.Cut(html, "<script")
	require.True(tb, found)
	body, rest, found := strings.Cut(script, "</script>")
	require.True(tb, found)
	require.Empty(tb, rest, "the first end tag ends the script")
	require.NotContains(tb, body, "<", "nothing in a script begins a comment or a tag")
	at := strings.Index(body, "\n})(")
	require.Positive(tb, at)
	arguments, found := strings.CutSuffix(body[at+len("\n})("):], ");")
	require.True(tb, found)
	var list []json.RawMessage
	require.NoError(tb, json.Unmarshal([]byte("["+arguments+"]"), &list))
	require.Len(tb, list, 5)
	for i, text := range []*string{&d.script, &d.unavailable, &d.call, &d.element} {
		require.NoError(tb, json.Unmarshal(list[i], text))
	}
	require.NoError(tb, json.Unmarshal(list[4], &d.config))
	return d
}

// requireSigned fails unless the payload has the signature of the key.
func requireSigned(tb testing.TB, s amazonpay.SignedButton, key *rsa.PrivateKey) {
	tb.Helper()
	algorithm, err := signing.ParseAlgorithm(s.Algorithm)
	require.NoError(tb, err)
	require.NoError(tb, signing.VerifyPayload(algorithm, []byte(s.PayloadJSON), s.Signature, &key.PublicKey))
}
