package wire

import (
	"crypto/rsa"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Merchant is a merchant with its keys.
type Merchant struct {
	ledger.Shop
	KeyIDs   keyIDs
	Key      *rsa.PrivateKey
	KeyPEM   string
	MWSToken string
	Delegate string // the merchant that may act for this one
}

// NewMerchants returns a shop that is also a solution provider, and a client of it.
func NewMerchants(keys [2]*rsa.PrivateKey, keyPEM [2]string) []*Merchant {
	return []*Merchant{
		{
			Shop: ledger.Shop{
				ID: "A1EMULATEDSHOPA", StoreID: "amzn1.application-oa2-client.emulated0shop0a",
				BuyerToken: "eyJhbGciOiJBMjU2S1cifQ.a2V5.ZW11bGF0ZWQ.YnV5ZXItb2Ytc2hvcC1h.AAAA_-aa",
			},
			KeyIDs: keyIDs{
				Live:    "LIVE-AEMULATEDSHOPALIVEKEY001",
				Sandbox: "SANDBOX-AEMULATEDSHOPASANDBOX01",
				Plain:   "AEMULATEDSHOPAPLAINKEY01",
			},
			Key: keys[0], KeyPEM: keyPEM[0],
		},
		{
			Shop: ledger.Shop{
				ID: "A2EMULATEDSHOPB", StoreID: "amzn1.application-oa2-client.emulated0shop0b",
				BuyerToken: "eyJhbGciOiJBMjU2S1cifQ.a2V5.ZW11bGF0ZWQ.YnV5ZXItb2Ytc2hvcC1i.BBBB_-bb",
			},
			KeyIDs: keyIDs{
				Live:    "LIVE-AEMULATEDSHOPBLIVEKEY001",
				Sandbox: "SANDBOX-AEMULATEDSHOPBSANDBOX01",
				Plain:   "AEMULATEDSHOPBPLAINKEY01",
			},
			Key: keys[1], KeyPEM: keyPEM[1],
			MWSToken: "amzn.mws.0e3b7a52-1d1c-4d0a-9b52-6d0a5f2c7e11",
			Delegate: "A1EMULATEDSHOPA",
		},
	}
}

// keyIDs are the public key ids of a merchant's key.
type keyIDs struct {
	Live    string
	Sandbox string
	Plain   string
}

// KeyOwner returns the merchant that a key id belongs to, and the environment that the id
// is bound to, if any.
func (g *Gate) KeyOwner(keyID string) (*Merchant, ledger.Environment) {
	for _, m := range g.Merchants {
		switch keyID {
		case m.KeyIDs.Live:
			return m, ledger.Live
		case m.KeyIDs.Sandbox:
			return m, ledger.Sandbox
		case m.KeyIDs.Plain:
			return m, ""
		}
	}
	return nil, ""
}

// MerchantNamed returns the merchant with an id, or nil.
func (g *Gate) MerchantNamed(id string) *Merchant {
	for _, m := range g.Merchants {
		if m.ID == id {
			return m
		}
	}
	return nil
}
