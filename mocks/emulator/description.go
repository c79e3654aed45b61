package emulator

import (
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/site"
)

// Description is everything that a client of the emulator requires. It encodes to JSON.
type Description struct {
	BaseURL string `json:"baseUrl"` // https://127.0.0.1:port; empty if [New] made the emulator
	Region  string `json:"region"`  // na, eu or jp
	// ProxyURL is the URL of the proxy of [WithProxy], http://127.0.0.1:port; empty without the
	// option.
	ProxyURL string `json:"proxyUrl,omitzero"`
	// WindowURL is the page that shows what the emulator holds. It contains the control token.
	WindowURL    string `json:"windowUrl"`
	ScriptURL    string `json:"scriptUrl"` // of checkout.js
	CAPEM        string `json:"caPem"`     // the CA to trust
	ControlToken string `json:"controlToken"`
	// TopicAccount is the AWS account whose topic sends the notifications of [Server.NotifyAt].
	TopicAccount string `json:"topicAccount"`
	// Merchants has two merchants, a shop that is also a solution provider and a client of it, and
	// behind them the clients of [WithClients].
	Merchants []Merchant `json:"merchants"`
}

// Merchant is one of the emulator's merchants.
type Merchant struct {
	MerchantID string `json:"merchantId"`
	StoreID    string `json:"storeId"`
	// KeyIDs and PrivateKeyPEM are empty for a client of [WithClients], which sends no requests of
	// its own.
	KeyIDs        KeyIDs `json:"keyIds"`
	PrivateKeyPEM string `json:"privateKeyPem"` // PKCS#8, of all three key ids
	// AuthToken, sent as x-amz-pay-authtoken, lets the first merchant act for this one. It does
	// not expire. It is empty for the first merchant.
	AuthToken string `json:"authToken,omitzero"`
	// MWSAuthToken is what the first merchant passes to GetAuthorizationToken for such a token.
	// It is empty for the first merchant.
	MWSAuthToken string `json:"mwsAuthToken,omitzero"`
	BuyerToken   string `json:"buyerToken"` // for GetBuyer
	ScanData     string `json:"scanData"`   // for MerchantScan; can be scanned more than once
}

// KeyIDs are the public key ids of one key.
type KeyIDs struct {
	Live    string `json:"live"`    // LIVE-…: paths begin with /v2/
	Sandbox string `json:"sandbox"` // SANDBOX-…: paths begin with /v2/
	Plain   string `json:"plain"`   // paths begin with /live/v2/ or /sandbox/v2/
}

// Description describes the emulator.
func (s *Server) Description() Description {
	d := Description{Region: s.region.Name, CAPEM: string(s.identity.caPEM), ControlToken: s.controlToken, TopicAccount: ipntest.Account}
	if s.listening != nil {
		d.BaseURL = s.listening.url
		pages := s.gate.PagesAt(d.BaseURL[len("https://"):])
		d.WindowURL = pages + site.WindowPrefix + "?token=" + s.controlToken
		d.ScriptURL = pages + site.ScriptPath
		if s.listening.proxy != nil {
			d.ProxyURL = s.listening.proxy.url
		}
	}
	for _, m := range s.gate.Merchants.All {
		described := Merchant{
			MerchantID: m.ID, StoreID: m.StoreID, KeyIDs: KeyIDs(m.KeyIDs), PrivateKeyPEM: m.KeyPEM,
			MWSAuthToken: m.MWSToken, BuyerToken: m.BuyerToken, ScanData: ledger.ScanData,
		}
		if m.Delegate != "" {
			described.AuthToken = s.gate.IssueToken(m, s.Now(), 0)
		}
		d.Merchants = append(d.Merchants, described)
	}
	return d
}
