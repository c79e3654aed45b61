package button_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
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

// fake is a signer without a key.
type fake struct {
	region amazonpay.Region
	env    amazonpay.Environment
	sign   func(payload []byte) (amazonpay.SignedButton, error)
	calls  atomic.Int64
}

func (f *fake) ButtonSignature(payload []byte) (amazonpay.SignedButton, error) {
	f.calls.Add(1)
	if f.sign != nil {
		return f.sign(payload)
	}
	return amazonpay.SignedButton{PayloadJSON: string(payload), Signature: "c2ln", Algorithm: "AMZN-PAY-RSASSA-PSS-V2", PublicKeyID: "AEXAMPLE"}, nil
}

func (f *fake) Environment() amazonpay.Environment { return f.env }

func (f *fake) Region() amazonpay.Region { return f.region }

func newFake() *fake { return &fake{region: amazonpay.RegionNA, env: amazonpay.EnvironmentSandbox} }

func makerOf(tb testing.TB, f *fake) *button.Maker {
	tb.Helper()
	m, err := button.New(button.Config{Client: f, MerchantID: "A1EXAMPLE", StoreID: "amzn1.application-oa2-client.1"})
	require.NoError(tb, err)
	return m
}

func TestNew(t *testing.T) {
	t.Parallel()
	const na, eu = "https://static-na.payments-amazon.com/checkout.js", "https://static-eu.payments-amazon.com/checkout.js"
	config := func(region amazonpay.Region, env, page amazonpay.Environment, script string) button.Config {
		return button.Config{Client: &fake{region: region, env: env}, MerchantID: "A1EXAMPLE", ScriptURL: script, Environment: page}
	}
	for name, row := range map[string]struct {
		config button.Config
		script string
		words  string
	}{
		"na":                      {config("na", "live", "live", ""), na, ""},
		"eu":                      {config("eu", "sandbox", "", ""), eu, ""},
		"jp":                      {config("jp", "sandbox", "SANDBOX", ""), "https://static-fe.payments-amazon.com/checkout.js", ""},
		"another script":          {config("na", "sandbox", "", "https://127.0.0.1:1/checkout.js"), "https://127.0.0.1:1/checkout.js", ""},
		"http in the sandbox":     {config("na", "sandbox", "", "http://127.0.0.1:1/checkout.js"), "http://127.0.0.1:1/checkout.js", ""},
		"the region's own":        {config("na", "live", "", na), na, ""},
		"http, live":              {config("na", "live", "", "http://127.0.0.1:1/checkout.js"), "", "Config.ScriptURL: is not https"},
		"a path":                  {config("na", "sandbox", "", "/checkout.js"), "", "Config.ScriptURL: is not an absolute URL"},
		"another region's script": {config("na", "live", "", eu), "", "Config.ScriptURL is checkout.js of the region eu"},
		"sandbox on a live page":  {config("na", "sandbox", "live", ""), "", "Config.Environment is live, but the key of Config.Client belongs to sandbox"},
		"live on a test page":     {config("na", "live", "sandbox", ""), "", "Config.Environment is sandbox"},
		"an unknown region":       {config("us", "live", "", ""), "", `the region "us"`},
		"an unknown environment":  {config("na", "", "", ""), "", "the environment"},
		"no client":               {button.Config{MerchantID: "A1EXAMPLE"}, "", "Config.Client is nil"},
		"a nil client":            {button.Config{MerchantID: "A1EXAMPLE", Client: (*amazonpay.Client)(nil)}, "", "Config.Client is nil"},
		"no merchant":             {button.Config{MerchantID: " ", Client: newFake()}, "", "Config.MerchantID is empty"},
	} {
		m, err := button.New(row.config)
		if row.words != "" {
			require.ErrorContains(t, err, row.words, name)
			assert.Nil(t, m, name)
			continue
		}
		require.NoError(t, err, name)
		assert.Equal(t, row.script, m.ScriptURL(), name)
	}
	assert.Equal(t, amazonpay.RegionEU, newShop(t, inRegion(amazonpay.RegionUK)).client.Region())
}

func TestLivePagesAreHTTPS(t *testing.T) {
	t.Parallel()
	plain := button.OneTime{WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "http://shop.example/"}}
	_, err := newShop(t).Button(plain, cart)
	require.NoError(t, err)
	for _, p := range []button.Payload{plain, button.SignIn{SignInReturnURL: "HTTP://shop.example/"}} {
		s := newShop(t, live)
		_, err = s.Button(p, cart)
		require.ErrorContains(t, err, "is not https: only the sandbox accepts http")
		assert.Zero(t, s.key.signatures.Load())
	}
	b, err := newShop(t, live).Button(button.OneTime{WebCheckoutDetails: review()}, cart)
	require.NoError(t, err)
	assert.False(t, read(t, string(b.HTML(""))).config.Sandbox)
}

// The signer is somebody else's code.
func TestSignersThatLie(t *testing.T) {
	t.Parallel()
	good := amazonpay.SignedButton{Signature: "c2ln", Algorithm: "AMZN-PAY-RSASSA-PSS-V2", PublicKeyID: "AEXAMPLE"}
	for words, lie := range map[string]func(*amazonpay.SignedButton){
		"another payload":             func(s *amazonpay.SignedButton) { s.PayloadJSON = "{}" },
		"no signature":                func(s *amazonpay.SignedButton) { s.Signature = "" },
		"algorithm or public key id":  func(s *amazonpay.SignedButton) { s.Algorithm = "" },
		"no signature, algorithm or":  func(s *amazonpay.SignedButton) { s.PublicKeyID = "" },
		"publicKeyId: belongs to liv": func(s *amazonpay.SignedButton) { s.PublicKeyID = "LIVE-AEXAMPLE" },
	} {
		f := newFake()
		f.sign = func(payload []byte) (amazonpay.SignedButton, error) {
			s := good
			s.PayloadJSON = string(payload)
			clear(payload)
			lie(&s)
			return s, nil
		}
		_, err := makerOf(t, f).Button(button.OneTime{WebCheckoutDetails: review()}, cart)
		require.ErrorContains(t, err, words)
	}
}

// An error is not kept, and neither is a panic.
func TestSigningFails(t *testing.T) {
	t.Parallel()
	f := newFake()
	m := makerOf(t, f)
	p := button.OneTime{WebCheckoutDetails: review()}
	down := errors.New("the key is out of reach")
	f.sign = func([]byte) (amazonpay.SignedButton, error) { return amazonpay.SignedButton{}, down }
	_, err := m.Button(p, cart)
	require.ErrorIs(t, err, down)
	f.sign = func([]byte) (amazonpay.SignedButton, error) { panic("broken") }
	require.Panics(t, func() { _, _ = m.Button(p, cart) })
	f.sign = nil
	_, err = m.Button(p, cart)
	require.NoError(t, err)
	_, err = m.Button(nil, cart)
	require.ErrorContains(t, err, "the payload is nil")
	for _, m := range []*button.Maker{nil, {}} {
		_, err = m.Button(p, cart)
		require.ErrorContains(t, err, "not made by New")
		assert.Empty(t, string(m.Script("x")+m.ChangeAction("x", button.Change{Action: button.ActionChangeAddress, ElementID: "a", CheckoutSessionID: "b"}))+m.ScriptURL())
	}
}

func TestOneSignatureForConcurrentCalls(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	const contents, callers = 4, 32
	var all sync.WaitGroup
	buttons := make([]*button.Button, contents*callers)
	for i := range buttons {
		all.Go(func() {
			var err error
			buttons[i], err = s.Button(button.OneTime{
				WebCheckoutDetails: review(), MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: strconv.Itoa(i % contents)},
			}, cart)
			if assert.NoError(t, err) {
				assert.NotEmpty(t, buttons[i].HTML("abc"))
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, contents, s.key.signatures.Load())
	for i, b := range buttons {
		assert.Same(t, buttons[i%contents], b)
	}
	_, err := s.Button(button.OneTime{WebCheckoutDetails: review(), MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "0"}}, button.Options{Placement: button.PlacementHome})
	require.NoError(t, err)
	assert.EqualValues(t, contents+1, s.key.signatures.Load(), "other options are another content")
}

// A shop that puts the order number into each payload does not fill the memory, and the button that
// every page shows stays.
func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	f := newFake()
	m := makerOf(t, f)
	show := func(id string) {
		_, err := m.Button(button.OneTime{
			WebCheckoutDetails: review(), MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: id, CustomInformation: strings.Repeat("x", 4000)},
		}, cart)
		require.NoError(t, err)
	}
	for i := range 2000 {
		show("every page")
		show(strconv.Itoa(i))
	}
	assert.EqualValues(t, 2001, f.calls.Load(), "each once")
	show("1999")
	assert.EqualValues(t, 2001, f.calls.Load(), "kept")
	show("0")
	assert.EqualValues(t, 2002, f.calls.Load(), "dropped")
}

// The options may have texts of visitors too, such as the amount of a donation.
func TestTheCacheIsBoundedByOptions(t *testing.T) {
	t.Parallel()
	f := newFake()
	m := makerOf(t, f)
	show := func(amount int) {
		estimate := amazonpay.USD.Price(amazonpay.Decimal(strings.Repeat("0", 1<<20) + strconv.Itoa(amount)))
		_, err := m.Button(button.OneTime{WebCheckoutDetails: review()}, button.Options{Placement: button.PlacementCart, EstimatedOrderAmount: estimate})
		require.NoError(t, err)
	}
	for i := range 5 {
		show(i + 1)
	}
	show(1)
	assert.EqualValues(t, 6, f.calls.Load(), "dropped")
}

func TestBothAlgorithms(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		s := newShop(t, func(c *amazonpay.Config, _ *button.Config) { c.Algorithm = algorithm })
		for name, row := range kinds() {
			b, err := s.Button(row.payload, cart)
			require.NoError(t, err, name)
			assert.Equal(t, algorithm.String(), b.Signed().Algorithm)
			requireSigned(t, read(t, string(b.HTML("x"))).signed(), s.key.PrivateKey)
		}
	}
}

// Prints and logs show neither a payload, which can hold an address, nor a signature.
func TestNothingPersonalIsPrinted(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	p := button.ProcessOrder{WebCheckoutDetails: result(), PaymentDetails: order(), AddressDetails: home(), MerchantMetadata: &webstore.MerchantMetadata{NoteToBuyer: "for Susie Smith"}}
	b, err := s.Button(p, cart)
	require.NoError(t, err)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	for _, v := range []any{p, &p, b, b.Signed(), s.Maker} {
		text := fmt.Sprintf("%v %+v %#v %s", v, v, v, v)
		logger.Info("made", slog.Any("value", v))
		for _, secret := range []string{"Susie", "Ditka", "60602", b.Signed().Signature} {
			assert.NotContains(t, text, secret, "%T", v)
			assert.NotContains(t, log.String(), secret, "%T", v)
		}
	}
	assert.Equal(t, "button.Button(renderButton) button.Maker(A1EXAMPLE sandbox)", fmt.Sprintf("%v %s", b, s.Maker))
	assert.Equal(t, "button.Button(nil) button.Maker(nil)", fmt.Sprintf("%v %v", (*button.Button)(nil), (*button.Maker)(nil)))
}

func BenchmarkMakerButton(b *testing.B) {
	s := newShop(b)
	p := benchPayload()
	_, err := s.Button(p, cart)
	require.NoError(b, err)
	before := s.key.signatures.Load()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Button(p, cart); err != nil {
			b.Fatal(err)
		}
	}
	require.Equal(b, before, s.key.signatures.Load(), "a cached button costs no signature")
}

func benchPayload() button.Payload {
	return button.OneTime{
		WebCheckoutDetails: review(), Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail},
		MerchantMetadata: &webstore.MerchantMetadata{MerchantStoreName: "例の店 <A&B>", NoteToBuyer: "ご注文ありがとうございます"},
	}
}
