package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	updatePermission = webstore.UpdateChargePermissionRequest{MerchantMetadata: &merchant, RecurringMetadata: &recurring}

	closePermission = webstore.CloseChargePermissionRequest{ClosureReason: "All is shipped", CancelPendingCharges: new(false)}
)

func chargePermissionOperations() []operation {
	return []operation{
		{
			name: "GetChargePermission", calls: get(webstore.API.GetChargePermission, permissionID), method: http.MethodGet, path: "chargePermissions/{chargePermissionId}", id: [2]string{"chargePermissionId", permissionID}, answer: "charge_permission.json",
			returns: "chargePermissionId",
		},
		{
			name: "UpdateChargePermission", method: http.MethodPatch, path: "chargePermissions/{chargePermissionId}", id: [2]string{"chargePermissionId", permissionID},
			calls:   send(webstore.API.UpdateChargePermission, permissionID, &updatePermission),
			request: updatePermission, answer: "charge_permission.json",
			body:    `{"merchantMetadata":` + merchantJSON + `,"recurringMetadata":` + recurringJSON + `}`,
			returns: "chargePermissionId", rules: join(under("merchantMetadata", metadataRules)),
		},
		{
			name: "CloseChargePermission", method: http.MethodDelete, path: "chargePermissions/{chargePermissionId}/close", id: [2]string{"chargePermissionId", permissionID},
			calls:   send(webstore.API.CloseChargePermission, permissionID, &closePermission),
			request: closePermission, answer: "charge_permission.json",
			body:    `{"closureReason":"All is shipped","cancelPendingCharges":false}`,
			returns: "chargePermissionId", rules: ruleSet{"closureReason": "required,255"},
		},
	}
}
