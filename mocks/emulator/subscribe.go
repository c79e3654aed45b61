package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// Subscription is what a buyer agrees to in a checkout of type Recurring with the intent Confirm.
type Subscription struct {
	MerchantID string // empty: the first merchant's
	Live       bool   // else it is in the sandbox
	Amount     string // of one period, such as 9.99
	Currency   string
	Unit       string // of the period: Year, Month, Week, Day or Variable; empty: Month
	Every      int    // so many units; 0: one
	Card       string // the last digits of a test card; empty: a good one
	Reference  string // merchantReferenceId of the charge permission; may be empty
}

// Subscribe makes n buyers complete a checkout each, without its requests, and returns the ids of
// the charge permissions, which are what completed checkouts make. Use it for many subscriptions at
// once: a million take seconds. It returns an error if the merchant or the card is unknown, if no
// checkout with the card is ever completed (3064 and 3434), if the service would refuse the
// checkout, and if n is less than one.
func (b *Buyer) Subscribe(to Subscription, n int) (permissionIDs []string, err error) {
	if n < 1 {
		return nil, fmt.Errorf("emulator: Subscribe: n is %d: want at least 1", n)
	}
	m := b.s.gate.Merchants.All[0]
	if to.MerchantID != "" {
		m = b.s.gate.Merchants.Named(to.MerchantID)
	}
	if m == nil {
		return nil, fmt.Errorf("emulator: Subscribe: unknown merchant %q: want one of Description.Merchants", to.MerchantID)
	}
	env := ledger.Sandbox
	if to.Live {
		env = ledger.Live
	}
	price := func() ledger.Object { return ledger.Object{"amount": to.Amount, "currencyCode": to.Currency} }
	c := &ledger.Call{
		Scope: ledger.Scope{Region: b.s.region.Name, MerchantID: m.ID, Env: env}, Shop: m.Shop, Caller: m.ID, Strict: true,
		Facts: ledger.Facts(b.s.facts),
		Body: ledger.Object{
			"storeId":              m.StoreID,
			"webCheckoutDetails":   ledger.Object{"checkoutResultReturnUrl": "https://shop.example/"},
			"chargePermissionType": ledger.Recurring,
			"recurringMetadata": ledger.Object{
				"frequency": ledger.Object{"unit": cmp.Or(to.Unit, "Month"), "value": strconv.Itoa(cmp.Or(to.Every, 1))}, "amount": price(),
			},
			"paymentDetails": ledger.Object{"paymentIntent": "Confirm", "chargeAmount": price()},
		},
	}
	if to.Reference != "" {
		c.Body["merchantMetadata"] = ledger.Object{"merchantReferenceId": to.Reference}
	}
	if refused := wire.CreateSessionMembers.Check(c.Body, "", c); refused != nil {
		return nil, errors.New("emulator: Subscribe: " + refused.Message)
	}
	err = b.s.change(func(w *ledger.Ledger, now time.Time) error {
		c.Now = now
		permissionIDs, err = w.Subscribe(c, to.Card, n)
		return err
	})
	return permissionIDs, err
}
