package emulator

import "net/http"

// deliveryTrackers checks a tracker and gives it back; nothing else can be seen of it.
func (w *world) deliveryTrackers(c *call) (int, object, *refusal) {
	id := c.body.text("chargePermissionId")
	switch other := c.body.text("amazonOrderReferenceId"); {
	case id == "" && other == "":
		return 0, nil, badRequest(missingParameterValue, "The member chargePermissionId or amazonOrderReferenceId is required.")
	case id != "" && other != "":
		return 0, nil, badRequest(invalidParameterCombo, "Of chargePermissionId and amazonOrderReferenceId one is enough.")
	case id == "":
		id = other
	}
	if _, refused := w.permission(c, id); refused != nil {
		return 0, nil, refused
	}
	return http.StatusOK, c.body.pick("amazonOrderReferenceId", "chargePermissionId", "deliveryDetails"), nil
}
