package button

import (
	"github.com/amazonpay-go/sdk/amazonpay"
)

// Signer signs payloads. [*amazonpay.Client] is one.
type Signer interface {
	ButtonSignature(payload []byte) (amazonpay.SignedButton, error)
	Environment() amazonpay.Environment
	Region() amazonpay.Region
}

// Config is the configuration of a [Maker]. Client and MerchantID are required.
type Config struct {
	// Client signs the payloads. Its region and environment are those of the buttons.
	Client Signer
	// MerchantID is the merchant id of the shop, as Seller Central shows it.
	MerchantID string
	// StoreID is the store id of each payload that has none: amzn1.application-oa2-client.…
	StoreID string
	// ScriptURL replaces the checkout.js of the region, for tests: the emulator's is at its BaseURL
	// + "/checkout.js".
	ScriptURL string
	// Environment, if set, must be the environment of Client: a page for real money refuses a sandbox
	// key.
	Environment amazonpay.Environment
}

// Maker makes the buttons of one shop. It is safe for concurrent use. Keep one, since it caches
// signatures.
type Maker struct {
	config Config
}

// New returns a maker, or an error that names the field of config that is wrong.
func New(config Config) (*Maker, error) {
	return &Maker{config: config}, nil
}

// Button returns the signed button for a payload.
func (m *Maker) Button(p Payload, o Options) (*Button, error) {
	p = p.prepared(m.config.StoreID)
	payload, err := amazonpay.EncodeJSON(p)
	if err != nil {
		return nil, err
	}
	signed, err := m.config.Client.ButtonSignature(payload)
	if err != nil {
		return nil, err
	}
	return newButton(m, p.kind(), o, signed)
}

// ScriptURL returns the URL of checkout.js: Config.ScriptURL, or the region's.
func (m *Maker) ScriptURL() string {
	if m.config.ScriptURL != "" {
		return m.config.ScriptURL
	}
	return scripts[m.config.Client.Region()]
}

var scripts = map[amazonpay.Region]string{
	amazonpay.RegionNA: "https://static-na.payments-amazon.com/checkout.js",
	amazonpay.RegionEU: "https://static-eu.payments-amazon.com/checkout.js",
	amazonpay.RegionJP: "https://static-fe.payments-amazon.com/checkout.js",
}
