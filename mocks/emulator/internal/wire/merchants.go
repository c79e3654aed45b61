package wire

import (
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Merchant is a merchant with its keys.
type Merchant struct {
	ledger.Shop
	KeyIDs   keyIDs
	Key      *rsa.PrivateKey // nil: it has no keys, and sends no requests of its own
	KeyPEM   string
	MWSToken string
	Delegate string // the merchant that may act for this one
}

// Merchants are all merchants of an emulator, in order.
type Merchants struct {
	All     []*Merchant
	byID    map[string]*Merchant
	byKeyID map[string]keyOf
}

// keyOf is what a public key id stands for.
type keyOf struct {
	owner *Merchant
	env   ledger.Environment // that the id is bound to, if any
}

// NewMerchants returns a shop that is also a solution provider, a client of it with keys, and so
// many more clients of a region without.
func NewMerchants(keys [2]*rsa.PrivateKey, keyPEM [2]string, region string, clients int) Merchants {
	all := []*Merchant{
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
	for i := range clients {
		all = append(all, newClient(all[0], region, i+1))
	}
	found := Merchants{All: all, byID: make(map[string]*Merchant, len(all)), byKeyID: make(map[string]keyOf)}
	for _, m := range all {
		found.byID[m.ID] = m
		if m.Key != nil {
			found.byKeyID[m.KeyIDs.Live] = keyOf{m, ledger.Live}
			found.byKeyID[m.KeyIDs.Sandbox] = keyOf{m, ledger.Sandbox}
			found.byKeyID[m.KeyIDs.Plain] = keyOf{m, ""}
		}
	}
	return found
}

// MaxClients is how many clients without keys there can be: their numbers have six digits.
const MaxClients = 999_999

// newClient returns the client of a provider with a number. Its id is none of another region's,
// since a provider has them all in one table.
func newClient(of *Merchant, region string, number int) *Merchant {
	return &Merchant{
		Shop: ledger.Shop{
			ID:         fmt.Sprintf("A3SHOP%s%06d", strings.ToUpper(region), number),
			StoreID:    fmt.Sprintf("amzn1.application-oa2-client.emulated0client%06d", number),
			BuyerToken: fmt.Sprintf("eyJhbGciOiJBMjU2S1cifQ.a2V5.ZW11bGF0ZWQ.YnV5ZXItb2YtY2xpZW50.%06d_-cc", number),
		},
		MWSToken: fmt.Sprintf("amzn.mws.0e3b7a52-1d1c-4d0a-9b52-%012d", number),
		Delegate: of.ID,
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
func (m Merchants) KeyOwner(keyID string) (*Merchant, ledger.Environment) {
	found := m.byKeyID[keyID]
	return found.owner, found.env
}

// Named returns the merchant with an id, or nil.
func (m Merchants) Named(id string) *Merchant { return m.byID[id] }

// ClientsOf returns the merchants that have delegated to another.
func (m Merchants) ClientsOf(id string) (found []*Merchant) {
	for _, other := range m.All {
		if other.Delegate == id {
			found = append(found, other)
		}
	}
	return found
}
