package emulator

// checkPayload checks what the payload of a checkout's button has, and adds what goes without
// saying in that of a button that signs the buyer in and sets up a payment method: there is nothing
// to pay.
func checkPayload(c *call, product string) *refusal {
	if refused := buttonMembers.check(c.body, "", c); refused != nil {
		return refused
	}
	pays := c.body.at("webCheckoutDetails").text("checkoutMode") != ""
	ships := (&session{Product: product}).ships()
	switch address := c.body["addressDetails"]; {
	case pays && ships && address == nil:
		return badRequest(missingParameterValue, "The member addressDetails is required with checkoutMode and productType %s.", product)
	case !ships && address != nil:
		return badRequest(invalidParameterCombo, "The member addressDetails does not go with productType %s: nothing is shipped.", product)
	}
	if c.body.at("webCheckoutDetails")["signInReturnUrl"] != nil {
		setup := object{
			"chargePermissionType": onFile, "paymentMethodOnFileMetadata": object{"setupOnly": true},
			"paymentDetails": object{"paymentIntent": "Confirm"}, "scopes": c.body["signInScopes"],
		}
		setup.merge(c.body)
		c.body = setup
	}
	return nil
}
