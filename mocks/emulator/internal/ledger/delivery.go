package ledger

// DeliveryTrackers checks a tracker and returns it. It has no other effect.
func (l *Ledger) DeliveryTrackers(c *Call) (Code, Object, *Refusal) {
	id := c.Body.Text("chargePermissionId")
	switch other := c.Body.Text("amazonOrderReferenceId"); {
	case id == "" && other == "":
		return 0, nil, BadRequest(MissingParameterValue, "The member chargePermissionId or amazonOrderReferenceId is required.")
	case id != "" && other != "":
		return 0, nil, BadRequest(InvalidParameterCombo, "Of chargePermissionId and amazonOrderReferenceId one is enough.")
	case id == "":
		id = other
	}
	if _, refused := l.permission(c, id); refused != nil {
		return 0, nil, refused
	}
	return codeOK, c.Body.pick("amazonOrderReferenceId", "chargePermissionId", "deliveryDetails"), nil
}
