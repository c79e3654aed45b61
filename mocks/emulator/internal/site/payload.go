package site

import (
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// checkPayload checks what the payload of a checkout's button has, and adds what goes without
// saying for a button that signs the buyer in and sets up a payment method: there is nothing
// to pay.
func checkPayload(c *ledger.Call, product string) *ledger.Refusal {
	if refused := wire.ButtonMembers.Check(c.Body, "", c); refused != nil {
		return refused
	}
	pays := c.Body.At("webCheckoutDetails").Text("checkoutMode") != ""
	ships := ledger.ShipsProduct(product)
	switch address := c.Body["addressDetails"]; {
	case pays && ships && address == nil:
		return ledger.BadRequest(ledger.MissingParameterValue, "The member addressDetails is required with checkoutMode and productType %s.", product)
	case !ships && address != nil:
		return ledger.BadRequest(ledger.InvalidParameterCombo, "The member addressDetails does not go with productType %s: nothing is shipped.", product)
	}
	if c.Body["chargePermissionId"] != nil && c.Region == "jp" && c.Body.At("paymentMethodOnFileMetadata")["setupOnly"] == true {
		return ledger.BadRequest(ledger.InvalidParameterCombo, "The member chargePermissionId leads to the page on which a buyer changes a saved payment method, which Amazon does not have in Japan.")
	}
	if c.Body.At("webCheckoutDetails")["signInReturnUrl"] != nil {
		setup := ledger.Object{
			"chargePermissionType": ledger.OnFile, "paymentMethodOnFileMetadata": ledger.Object{"setupOnly": true},
			"paymentDetails": ledger.Object{"paymentIntent": "Confirm"}, "scopes": c.Body["signInScopes"],
		}
		setup.Merge(c.Body)
		c.Body = setup
	}
	return nil
}
