package button_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// nasty are texts that break pages and signatures.
var nasty = []string{
	"例の店 <A&B>", `"quotes" 'and' \back\slashes/`, "</script><script>alert(1)</script>", "<!-- <script>", "line\nend\r\n\ttab", "\u2028\u2029",
	"😀 é\u0301", "]]>", "{{.}} ${x} `y`", "\x00\x01\x7f\u0080\u009f\ufeff", "&lt;&amp;&#x27;", `\u003c`, "a+b%20c",
}

func TestEachKind(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for name, row := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := s.Button(row.payload, cart)
			require.NoError(t, err)
			assert.Equal(t, row.wire, b.Signed().PayloadJSON)
			requireSigned(t, b.Signed(), s.key.PrivateKey)
			d := read(t, string(b.HTML("")))
			assert.Equal(t, row.call, d.call)
			assert.Equal(t, b.Signed(), d.signed())
			assert.Equal(t, row.product, d.config.ProductType)
			if row.call == "bindUpgradeAction" {
				assert.Equal(t, "recurringUpgrade", d.config.UpgradeAction)
				return
			}
			assert.Equal(t, "A1EXAMPLE", d.config.MerchantID)
			assert.Equal(t, "USD", d.config.LedgerCurrency)
			assert.Equal(t, "Cart", d.config.Placement)
			assert.True(t, d.config.Sandbox, "initCheckout does not see it by the key id")
			assert.Equal(t, row.product == webstore.ProductTypeSignIn, d.config.SignInConfig != nil)

			// A pointer to a payload is one too.
			p := reflect.New(reflect.TypeOf(row.payload))
			p.Elem().Set(reflect.ValueOf(row.payload))
			pointer, ok := reflect.TypeAssert[button.Payload](p)
			require.True(t, ok)
			again, err := s.Button(pointer, cart)
			require.NoError(t, err)
			assert.Same(t, b, again)
			none, ok := reflect.TypeAssert[button.Payload](reflect.Zero(p.Type()))
			require.True(t, ok)
			_, err = s.Button(none, cart)
			require.ErrorContains(t, err, "nil")
		})
	}
}

// What the maker fills in is not written to the caller's structs.
func TestThePayloadIsNotChanged(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	details, payment := result(), &webstore.PaymentDetails{}
	setup := button.SavedWallet{WebCheckoutDetails: details, PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)}, PaymentDetails: payment}
	_, err := s.Button(setup, cart)
	require.NoError(t, err)
	_, err = s.Button(&button.ProcessOrder{WebCheckoutDetails: details, PaymentDetails: order()}, cart)
	require.NoError(t, err)
	assert.Equal(t, result(), details)
	assert.Equal(t, &webstore.PaymentDetails{}, payment)
	assert.Empty(t, setup.StoreID)
}

// The official Node SDK signed these payloads.
func TestPayloadsOfTheOfficialSDK(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../signing/testdata/node-sdk-2.3.4.json")
	require.NoError(t, err)
	var vectors struct {
		PublicKeyPEM string `json:"publicKeyPEM"`
		Buttons      []struct {
			Algorithm string `json:"algorithm"`
			Payload   string `json:"payload"`
			Signature string `json:"signature"`
		} `json:"buttons"`
	}
	require.NoError(t, json.Unmarshal(text, &vectors))
	block, _ := pem.Decode([]byte(vectors.PublicKeyPEM))
	require.NotNil(t, block)
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(t, err)
	public, ok := parsed.(*rsa.PublicKey)
	require.True(t, ok)
	require.Len(t, vectors.Buttons, 25)
	same := 0
	for _, v := range vectors.Buttons {
		algorithm, err := signing.ParseAlgorithm(v.Algorithm)
		require.NoError(t, err)
		require.NoError(t, signing.VerifyPayload(algorithm, []byte(v.Payload), v.Signature, public))
		p, err := button.Parse("OneTime", []byte(v.Payload))
		if err != nil || strings.Contains(v.Payload, "\n") {
			continue
		}
		encoded, err := amazonpay.EncodeJSON(p)
		require.NoError(t, err, v.Payload)
		require.Equal(t, v.Payload, string(encoded))
		same++
	}
	assert.GreaterOrEqual(t, same, 5)
}

func TestParse(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	covered := make(map[string]bool)
	for name, row := range kinds() {
		kind, _, _ := strings.Cut(name, " ")
		covered[kind] = true
		p, err := button.Parse(kind, []byte(row.wire))
		require.NoError(t, err, name)
		assert.IsType(t, row.payload, p)
		b, err := s.Button(p, cart)
		require.NoError(t, err, name)
		assert.Equal(t, row.wire, b.Signed().PayloadJSON, name)
	}
	assert.Len(t, covered, len(button.Kinds()))
	for text, words := range map[string][]string{
		`{"storeID2":"x"}`: {"storeID2: is not a member"},
		`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/","colour":"red"}}`: {"webCheckoutDetails.colour: is not a member"},
		`{"paymentDetails":{"chargeAmount":{"amount":"1","currencyCode":"USD","tax":1}}}`:           {"paymentDetails.chargeAmount.tax: is not a member"},
		`{"addressDetails":{"name":"Susie"}}`:                                                       {"addressDetails: is not a member"},
		`{"chargePermissionId":"B01-1"}`:                                                            {"chargePermissionId: is not a member"},
		`[]`:                                                                                        {"OneTime"},
		`{"storeId":1}`:                                                                             {"OneTime"},
		``:                                                                                          {"OneTime"},
		`{"scopes":["name"],"scopes2":["name"],"empty":null}`: {"scopes2"},
	} {
		_, err := button.Parse("OneTime", []byte(text))
		for _, word := range words {
			require.ErrorContains(t, err, word, text)
		}
	}
	_, err := button.Parse("OneTime", []byte(`{"storeId":"","scopes":[],"merchantMetadata":null,"deliverySpecifications":{}}`))
	require.NoError(t, err, "empty members are as good as none")
	_, err = button.Parse("Onetime", []byte(`{}`))
	require.ErrorContains(t, err, "use one of Donation, MultiAddress, OneTime")
}

func FuzzParse(f *testing.F) {
	for name, row := range kinds() {
		kind, _, _ := strings.Cut(name, " ")
		f.Add(kind, row.wire)
	}
	f.Add("OneTime", `{"webCheckoutDetails":{"x":1}}`)
	f.Fuzz(func(t *testing.T, kind, text string) {
		p, err := button.Parse(kind, []byte(text))
		if err != nil {
			require.Nil(t, p)
			return
		}
		encoded, err := json.Marshal(p)
		require.NoError(t, err)
		again, err := button.Parse(kind, encoded)
		require.NoError(t, err, "%s", encoded)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(encoded), string(twice))
	})
}
