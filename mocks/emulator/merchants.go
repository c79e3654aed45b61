package emulator

import (
	"crypto/rsa"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// region is one of the three the service has.
type region struct {
	name     string // as it is signed
	host     string
	script   string // the host of checkout.js
	digits   string // in the ids of charge permissions
	currency string // of the ledger
	aliases  []string
}

var regions = []region{
	{"na", "pay-api.amazon.com", "static-na.payments-amazon.com", "01", "USD", []string{"na", "us"}},
	{"eu", "pay-api.amazon.eu", "static-eu.payments-amazon.com", "02", "EUR", []string{"eu", "de", "uk"}},
	{"jp", "pay-api.amazon.jp", "static-fe.payments-amazon.com", "03", "JPY", []string{"jp"}},
}

func regionNamed(name string) (region, bool) {
	for _, r := range regions {
		if r.has(name) {
			return r, true
		}
	}
	return region{}, false
}

// has reports whether name is the region's or an alias, in any case.
func (r region) has(name string) bool {
	for _, alias := range r.aliases {
		if strings.EqualFold(alias, name) {
			return true
		}
	}
	return false
}

type environment string

const (
	live    environment = "live"
	sandbox environment = "sandbox"
)

// release is the environment as answers name it.
func (e environment) release() string {
	if e == live {
		return "Live"
	}
	return "Sandbox"
}

// scope is where an object lives: it is unknown to any other merchant, in the other
// environment and in the other regions.
type scope struct {
	Region     string      `json:"region"` // its name
	MerchantID string      `json:"merchantId"`
	Env        environment `json:"environment"`
}

// region returns the one that the scope names.
func (of scope) region() region {
	found, _ := regionNamed(of.Region)
	return found
}

type merchant struct {
	id         string
	storeID    string
	keyIDs     KeyIDs
	key        *rsa.PrivateKey
	keyPEM     string
	mwsToken   string
	buyerToken string
	delegate   string // the merchant that may act for this one
}

// newMerchants returns a shop that is also a solution provider, and a client of it.
func newMerchants(id identity) []*merchant {
	return []*merchant{
		{
			id:      "A1EMULATEDSHOPA",
			storeID: "amzn1.application-oa2-client.emulated0shop0a",
			keyIDs: KeyIDs{
				Live:    "LIVE-AEMULATEDSHOPALIVEKEY001",
				Sandbox: "SANDBOX-AEMULATEDSHOPASANDBOX01",
				Plain:   "AEMULATEDSHOPAPLAINKEY01",
			},
			key: id.keys[0], keyPEM: id.keyPEM[0],
			buyerToken: "eyJhbGciOiJBMjU2S1cifQ.a2V5.ZW11bGF0ZWQ.YnV5ZXItb2Ytc2hvcC1h.AAAA_-aa",
		},
		{
			id:      "A2EMULATEDSHOPB",
			storeID: "amzn1.application-oa2-client.emulated0shop0b",
			keyIDs: KeyIDs{
				Live:    "LIVE-AEMULATEDSHOPBLIVEKEY001",
				Sandbox: "SANDBOX-AEMULATEDSHOPBSANDBOX01",
				Plain:   "AEMULATEDSHOPBPLAINKEY01",
			},
			key: id.keys[1], keyPEM: id.keyPEM[1],
			mwsToken:   "amzn.mws.0e3b7a52-1d1c-4d0a-9b52-6d0a5f2c7e11",
			buyerToken: "eyJhbGciOiJBMjU2S1cifQ.a2V5.ZW11bGF0ZWQ.YnV5ZXItb2Ytc2hvcC1i.BBBB_-bb",
			delegate:   "A1EMULATEDSHOPA",
		},
	}
}

// scanData is what a buyer's app shows at the till.
const scanData = "UKhrmatMeKdlfY6b"

// buyerTokenOf returns the token under which the shop reads its region's i-th buyer, as far as the
// scopes go.
func (m *merchant) buyerTokenOf(i int, scopes []string) string {
	return m.buyerToken + "-" + strconv.Itoa(i) + "-" + strings.Join(scopes, "_")
}

// readBuyerToken reads what buyerTokenOf wrote. The merchant's own token is of the first buyer, with all
// scopes.
func (m *merchant) readBuyerToken(token string) (buyer int, scopes []string, ok bool) {
	if token == m.buyerToken {
		return 0, slices.Sorted(maps.Keys(buyerScopes)), true
	}
	more, ok := strings.CutPrefix(token, m.buyerToken+"-")
	number, names, _ := strings.Cut(more, "-")
	i, err := strconv.Atoi(number)
	return i, strings.Split(names, "_"), ok && err == nil && i >= 0
}

// Description is all that a client of the emulator is made from. It encodes to JSON.
type Description struct {
	BaseURL string `json:"baseUrl"` // https://127.0.0.1:port; empty where [New] made the emulator
	Region  string `json:"region"`  // na, eu or jp
	// ProxyURL is that of [WithProxy]: http://127.0.0.1:port; empty without it.
	ProxyURL string `json:"proxyUrl,omitzero"`
	// WindowURL is where a person sees what the emulator holds. It has the control token.
	WindowURL    string `json:"windowUrl"`
	ScriptURL    string `json:"scriptUrl"` // of checkout.js
	CAPEM        string `json:"caPem"`     // the CA to trust
	ControlToken string `json:"controlToken"`
	// TopicAccount is the AWS account whose topic sends the notifications of [Server.NotifyAt].
	TopicAccount string `json:"topicAccount"`
	// Merchants are two: the first is a shop and a solution provider, the second a client
	// of it.
	Merchants []Merchant `json:"merchants"`
}

// Merchant is one of the emulator's merchants.
type Merchant struct {
	MerchantID    string `json:"merchantId"`
	StoreID       string `json:"storeId"`
	KeyIDs        KeyIDs `json:"keyIds"`
	PrivateKeyPEM string `json:"privateKeyPem"` // PKCS#8, of all three key ids
	// AuthToken, as x-amz-pay-authtoken, lets the first merchant act for this one. It does not
	// expire. Empty for the first merchant.
	AuthToken string `json:"authToken,omitzero"`
	// MWSAuthToken is what the first merchant gives to getAuthorizationToken to get such a
	// token. Empty for the first merchant.
	MWSAuthToken string `json:"mwsAuthToken,omitzero"`
	BuyerToken   string `json:"buyerToken"` // for getBuyer
	ScanData     string `json:"scanData"`   // for merchantScan; may be scanned more than once
}

// KeyIDs are the public key ids of one key.
type KeyIDs struct {
	Live    string `json:"live"`    // LIVE-…: paths begin with /v2/
	Sandbox string `json:"sandbox"` // SANDBOX-…: paths begin with /v2/
	Plain   string `json:"plain"`   // paths begin with /live/v2/ or /sandbox/v2/
}

// Description describes the emulator.
func (s *Server) Description() Description {
	d := Description{Region: s.region.name, CAPEM: string(s.identity.caPEM), ControlToken: s.controlToken, TopicAccount: ipntest.Account}
	if s.listening != nil {
		d.BaseURL = s.listening.url
		d.WindowURL = d.BaseURL + windowPrefix + "?token=" + s.controlToken
		d.ScriptURL = d.BaseURL + scriptPath
		if s.listening.proxy != nil {
			d.ProxyURL = s.listening.proxy.url
		}
	}
	for _, m := range s.merchants {
		described := Merchant{
			MerchantID: m.id, StoreID: m.storeID, KeyIDs: m.keyIDs, PrivateKeyPEM: m.keyPEM,
			MWSAuthToken: m.mwsToken, BuyerToken: m.buyerToken, ScanData: scanData,
		}
		if m.delegate != "" {
			described.AuthToken = s.issueToken(m, s.Now(), 0)
		}
		d.Merchants = append(d.Merchants, described)
	}
	return d
}

// keyOwner returns the merchant that a key id belongs to, and the environment that the id
// is bound to, if any.
func (s *Server) keyOwner(keyID string) (*merchant, environment) {
	for _, m := range s.merchants {
		switch keyID {
		case m.keyIDs.Live:
			return m, live
		case m.keyIDs.Sandbox:
			return m, sandbox
		case m.keyIDs.Plain:
			return m, ""
		}
	}
	return nil, ""
}

// merchantNamed returns the merchant with an id, or nil.
func (s *Server) merchantNamed(id string) *merchant {
	for _, m := range s.merchants {
		if m.id == id {
			return m
		}
	}
	return nil
}
