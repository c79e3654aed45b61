package emulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// BuyNowButton is what a shop's page gives amazon.Pay.renderJSButton. Nothing of it is signed.
type BuyNowButton struct {
	MerchantID  string // empty: the first merchant's
	ProductType string // empty: PayAndShip
	Live        bool   // the page has no sandbox: true
	// CheckoutSessionConfig is encoded as JSON. It requires storeId.
	CheckoutSessionConfig any
}

// BuyNow makes the buyer click a Buy Now button and sign in, without a browser, and returns the id
// of the session. The address and the card are the usual ones until [Buyer.ChangeAddress] and
// [Buyer.ChangeCard]. No event of the page happens: call the shop's handler yourself, with what
// GetCheckoutSession shows. It returns an error if the configuration is refused.
func (b *Buyer) BuyNow(button BuyNowButton) (sessionID string, err error) {
	m := b.s.gate.Merchants.All[0]
	if button.MerchantID != "" {
		m = b.s.gate.Merchants.Named(button.MerchantID)
	}
	if m == nil {
		return "", fmt.Errorf("emulator: BuyNow: unknown merchant %q", button.MerchantID)
	}
	config, err := decoded(button.CheckoutSessionConfig)
	if err != nil {
		return "", fmt.Errorf("emulator: BuyNow: CheckoutSessionConfig: %w", err)
	}
	env := ledger.Sandbox
	if button.Live {
		env = ledger.Live
	}
	c := &ledger.Call{
		Scope: ledger.Scope{Region: b.s.region.Name, MerchantID: m.ID, Env: env}, Shop: m.Shop, Caller: m.ID, About: b.s.gate.About(), Body: config,
	}
	err = b.s.change(func(w *ledger.Ledger, now time.Time) error {
		c.Now = now
		made, refused := b.s.site.ClickBuyNow(w, c, cmp.Or(button.ProductType, ledger.PayAndShip), "")
		if refused != nil {
			return errors.New("emulator: BuyNow: " + refused.Message)
		}
		sessionID = made.ID
		return made.SignInAs(0, now)
	})
	return sessionID, err
}

// PayNow makes the buyer press "Pay now" on the Buy Now page that shows a cart: what the shop
// answered to the last event, encoded as JSON. deliveryOptionID is the delivery option that the
// buyer chose; empty means the default one. FinalizeCheckoutSession then works, for the amounts of
// this cart and the addresses of the session alone, until the buyer changes anything; after a
// decline that leaves the session open the buyer must press again. It returns an error if the page
// would not accept the cart, the shop does not deliver to the address, or the session is unknown,
// over or of another kind.
func (b *Buyer) PayNow(sessionID string, cartDetails any, deliveryOptionID string) error {
	given, err := decoded(cartDetails)
	if err != nil {
		return fmt.Errorf("emulator: PayNow: cartDetails: %w", err)
	}
	return b.s.change(func(w *ledger.Ledger, now time.Time) error {
		s := w.SessionAt(sessionID, now)
		switch {
		case s == nil:
			return fmt.Errorf("%w: no checkout session %q", ledger.ErrNotFound, sessionID)
		case s.Status.State != ledger.Open:
			return fmt.Errorf("emulator: checkout session %s is %s", sessionID, s.Status.State)
		}
		cart, refused := wire.CheckCart(&ledger.Call{Scope: s.Scope}, given, s.Ships(), deliveryOptionID)
		if refused != nil {
			return errors.New("emulator: PayNow: " + refused.Message)
		}
		return s.PayNow(cart.Cart, now)
	})
}

// decoded is a value as the emulator reads JSON.
func decoded(value any) (ledger.Object, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return ledger.Decode(text)
}
