package site

import (
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// ClickBuyNow makes the session of a Buy Now button, whose configuration is the call's body. origin
// is the origin of the shop's page. The caller holds the lock.
func (p *Site) ClickBuyNow(w *ledger.Ledger, c *ledger.Call, product, origin string) (*ledger.Session, *ledger.Refusal) {
	if product != ledger.PayAndShip && product != ledger.PayOnly {
		return nil, ledger.Invalid("productType", "must be PayAndShip or PayOnly for Buy Now")
	}
	for _, name := range []string{"checkoutMode", "signInReturnUrl"} {
		if c.Body.At("webCheckoutDetails")[name] != nil {
			return nil, ledger.Invalid("webCheckoutDetails."+name, "does not go with Buy Now")
		}
	}
	if refused := checkPayload(c, product); refused != nil {
		return nil, refused
	}
	made, refused := w.Click(c, product)
	if refused != nil {
		return nil, refused
	}
	made.BuyNow = &ledger.BuyNow{Origin: origin}
	return made, nil
}
