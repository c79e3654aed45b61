package button

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// Signer signs payloads. [*amazonpay.Client] is one. Region must return [amazonpay.RegionNA],
// [amazonpay.RegionEU] or [amazonpay.RegionJP].
type Signer interface {
	ButtonSignature(payload []byte) (amazonpay.SignedButton, error)
	Environment() amazonpay.Environment
	Region() amazonpay.Region
}

// Config is the configuration of a [Maker]. Client and MerchantID are required.
type Config struct {
	// Client signs the payloads. The buttons have its region and environment.
	Client Signer
	// MerchantID is the id of the shop's account, as Seller Central shows it.
	MerchantID string `log:"merchant_id"`
	// StoreID is for payloads without a store id: amzn1.application-oa2-client.…
	StoreID string `log:"store_id"`
	// ScriptURL replaces the checkout.js of the region, for tests: the emulator's is its BaseURL with
	// /checkout.js at the end.
	ScriptURL string
	// Environment is what the page is for. If it is set and Client signs for the other environment,
	// New returns an error: a live page then never shows a button of the sandbox.
	Environment amazonpay.Environment `log:"environment"`
}

// Maker makes the buttons of one shop. It is safe for concurrent use. Keep one, since it caches
// signatures.
type Maker struct {
	client   Signer
	defaults defaults
	script   string // the URL of checkout.js
	env      amazonpay.Environment
	region   region
	buttons  cache
}

// New returns a maker, or an error that names the field of config that is wrong.
func New(config Config) (*Maker, error) {
	if nilcheck.IsNil(config.Client) {
		return nil, errors.New("button: Config.Client is nil: set the *amazonpay.Client of the shop")
	}
	m := &Maker{
		client:   config.Client,
		defaults: defaults{merchantID: config.MerchantID, storeID: config.StoreID},
		env:      config.Client.Environment(),
	}
	var known bool
	if m.region, known = regions[config.Client.Region()]; !known {
		return nil, fmt.Errorf("button: Config.Client is for the region %.40q: it must be na, eu or jp", config.Client.Region())
	}
	if m.env != amazonpay.EnvironmentLive && m.env != amazonpay.EnvironmentSandbox {
		return nil, fmt.Errorf("button: Config.Client is for the environment %.40q: it must be sandbox or live", m.env)
	}
	if config.Environment != "" && !strings.EqualFold(string(config.Environment), string(m.env)) {
		return nil, fmt.Errorf("button: Config.Environment is %.40s, but the key of Config.Client belongs to %s: use the key of the environment", config.Environment, m.env)
	}
	if strings.TrimSpace(config.MerchantID) == "" {
		return nil, errors.New("button: Config.MerchantID is empty: set the merchant id that Seller Central shows")
	}
	m.script = cmp.Or(config.ScriptURL, m.region.script)
	if err := m.checkScript(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Maker) checkScript() error {
	script := page{"Config.ScriptURL", m.script}
	err := checkURL(script)
	if err == nil && m.env == amazonpay.EnvironmentLive {
		err = checkLive([]page{script})
	}
	if err != nil {
		return fmt.Errorf("button: %w", err)
	}
	for name, r := range regions {
		if m.script == r.script && r.script != m.region.script {
			return fmt.Errorf("button: Config.ScriptURL is checkout.js of the region %s, but Config.Client is for %s: leave it empty", name, m.client.Region())
		}
	}
	return nil
}

// ScriptURL returns the URL of checkout.js: Config.ScriptURL, or the script of the region.
func (m *Maker) ScriptURL() string {
	if !m.made() {
		return ""
	}
	return m.script
}

// Button returns the signed button for a payload. It checks everything before it signs: the error
// is an [*amazonpay.FieldError] that names the member of the payload or the field of the options,
// or it comes from the key.
//
// Buttons are cached by content, up to a few megabytes: a button that was made before costs no
// signature, and concurrent calls for one content make one signature. An order number or an amount
// in the payload makes a new content.
func (m *Maker) Button(p Payload, o Options) (*Button, error) {
	if !m.made() {
		return nil, errNotMade
	}
	if nilcheck.IsNil(p) {
		return nil, errors.New("button: the payload is nil")
	}
	fail := func(err error) (*Button, error) {
		return nil, fmt.Errorf("button: %s: %w", p.kind().name, err)
	}
	k := p.kind()
	o, err := o.complete(m.region, k)
	if err != nil {
		return fail(err)
	}
	d := m.defaults
	d.options = o
	p = p.prepared(d)
	k = p.kind()
	payload, err := amazonpay.EncodeJSON(p)
	if err == nil && m.env == amazonpay.EnvironmentLive {
		err = checkLive(k.pages)
	}
	if err == nil {
		err = m.region.checkCurrencies(k.currencies)
	}
	if err == nil {
		err = m.checkUpgrade(p, o)
	}
	if err != nil {
		return fail(err)
	}
	b, err := m.buttons.get(key{k.name, k.action, o, string(payload)}, func() (*Button, error) {
		return m.sign(k, o, payload)
	})
	if err != nil {
		return fail(err)
	}
	return b, nil
}

// checkUpgrade compares what an Upgrade repeats in its payload with what the maker knows.
func (m *Maker) checkUpgrade(p Payload, o Options) error {
	u, ok := p.(Upgrade)
	switch {
	case !ok:
		return nil
	case u.MerchantID != m.defaults.merchantID:
		return broken("merchantId", "differs from Config.MerchantID: leave it empty")
	case u.LedgerCurrency != o.LedgerCurrency:
		return broken("ledgerCurrency", fmt.Sprintf("is %.40q, but Options.LedgerCurrency is %s: leave it empty, and set the option", u.LedgerCurrency, o.LedgerCurrency))
	case u.ProductType != o.ProductType:
		return broken("productType", fmt.Sprintf("is %.40q, but Options.ProductType is %s: leave it empty, and set the option", u.ProductType, o.ProductType))
	case u.CheckoutLanguage != o.Language:
		return broken("checkoutLanguage", fmt.Sprintf("is %.40q, but Options.Language is %.40q: leave it empty, and set the option", u.CheckoutLanguage, o.Language))
	}
	return nil
}

func (m *Maker) sign(k kind, o Options, payload []byte) (*Button, error) {
	signed, err := m.client.ButtonSignature(slices.Clone(payload))
	switch {
	case err != nil:
		return nil, err
	case signed.PayloadJSON != string(payload):
		return nil, errors.New("the signer returned another payload than it was given")
	case signed.Signature == "" || signed.Algorithm == "" || signed.PublicKeyID == "":
		return nil, errors.New("the signer returned no signature, algorithm or public key id")
	}
	for prefix, env := range map[string]amazonpay.Environment{"LIVE": amazonpay.EnvironmentLive, "SANDBOX": amazonpay.EnvironmentSandbox} {
		if env != m.env && strings.HasPrefix(strings.ToUpper(signed.PublicKeyID), prefix) {
			return nil, fmt.Errorf("publicKeyId: belongs to %s, but the signer's environment is %s: use the key of the environment", env, m.env)
		}
	}
	return newButton(m, k, o, signed)
}

var errNotMade = errors.New("button: the Maker was not made by New")

// made reports whether New made the maker.
func (m *Maker) made() bool { return m != nil && m.client != nil }

// String returns the merchant id and the environment.
func (m *Maker) String() string {
	if !m.made() {
		return "button.Maker(nil)"
	}
	return "button.Maker(" + m.defaults.merchantID + " " + string(m.env) + ")"
}

// Format prints the same as String for every verb.
func (m *Maker) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue returns the same as String.
func (m *Maker) LogValue() slog.Value { return slog.StringValue(m.String()) }

// Script returns the script tag of checkout.js alone. A page does not require it, since the buttons
// load the script themselves, once for all of them. In the head of a page it loads the script
// earlier. nonce is the nonce of the page's Content-Security-Policy, or empty.
func (m *Maker) Script(nonce string) template.HTML {
	if !m.made() {
		return ""
	}
	return template.HTML(`<script` + nonceAttribute(nonce) + htmlText(` src="`, m.script, `"></script>`)) //nolint:gosec // escaped
}
