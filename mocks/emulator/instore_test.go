package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestInStore(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	scan := object{
		"scanData": s.Description().Merchants[0].ScanData, "scanReferenceId": "scan-1",
		"merchantCOE": "US", "ledgerCurrency": "USD", "chargeTotal": usd("20"),
		"metadata": object{"merchantNote": "n", "communicationContext": object{"merchantStoreName": "s", "merchantOrderId": "o"}},
	}
	p := c.post("/in-store/merchantScan", scan).must(t, 200).text(t, "chargePermissionId")
	assert.Equal(t, p, c.post("/in-store/merchantScan", scan).must(t, 200).body["chargePermissionId"], "another key, the same reference")
	scan["ledgerCurrency"] = "EUR"
	c.post("/in-store/merchantScan", scan).refused(t, 400, "DuplicateIdempotencyKey")
	scan["scanReferenceId"], scan["scanData"] = "scan-2", "unknown"
	c.post("/in-store/merchantScan", scan).refused(t, 400, "InvalidParameterValue")

	charge := object{"chargePermissionId": p, "chargeReferenceId": "charge-1", "chargeTotal": usd("12.50"), "softDescriptor": "till"}
	made := c.post("/in-store/charge", charge).must(t, 200)
	assert.Equal(t, "Captured", made.at("chargeStatus", "state"))
	assert.Equal(t, made.body["chargeId"], c.post("/in-store/charge", charge).must(t, 200).body["chargeId"])
	assert.Len(t, s.Charges(), 1)
	charge["chargeReferenceId"] = "charge-2"
	c.post("/in-store/charge", charge).refused(t, 400, "TransactionAmountExceeded")

	refund := object{"chargeId": made.body["chargeId"], "refundReferenceId": "refund-1", "refundTotal": usd("12.50")}
	back := c.post("/in-store/refund", refund).must(t, 200)
	assert.Equal(t, "RefundInitiated", back.at("refundStatus", "state"))
	assert.Equal(t, back.body["refundId"], c.post("/in-store/refund", refund).must(t, 200).body["refundId"])
	assert.Len(t, s.Refunds(), 1)
	refund["refundReferenceId"] = "refund-2"
	c.post("/in-store/refund", refund).refused(t, 400, "TransactionAmountExceeded")
	assert.Equal(t, "12.50", c.get("/charges/"+made.text(t, "chargeId")).at("refundedAmount", "amount"))
}

func TestDeliveryTrackers(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	_, p := c.newCharge("Confirm", "50")
	details := []any{object{"trackingNumber": "1Z999", "carrierCode": "UPS"}}
	a := c.post("/deliveryTrackers", object{"chargePermissionId": p, "deliveryDetails": details}).must(t, 200)
	assert.Equal(t, details, a.body["deliveryDetails"])
	assert.Equal(t, p, a.body["chargePermissionId"])
	c.post("/deliveryTrackers", object{"amazonOrderReferenceId": p, "deliveryDetails": details}).must(t, 200)

	c.post("/deliveryTrackers", object{"amazonOrderReferenceId": "P01-0000000-0000000", "deliveryDetails": details}).refused(t, 404, "ResourceNotFound")
	c.post("/deliveryTrackers", object{"deliveryDetails": details}).refused(t, 400, "MissingParameterValue")
	c.post("/deliveryTrackers", object{"chargePermissionId": p, "deliveryDetails": []any{}}).refused(t, 400, "MissingParameterValue")
	c.post("/deliveryTrackers", object{"chargePermissionId": p, "amazonOrderReferenceId": p, "deliveryDetails": details}).refused(t, 400, "InvalidParameterCombination")
	c.post("/deliveryTrackers", object{"chargePermissionId": p, "deliveryDetails": []any{object{"trackingNumber": "1"}}}).refused(t, 400, "MissingParameterValue")
}
