// One payment from the session to the refund.

package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestFromSessionToRefund(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)

	made := c.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review"},
		"storeId":            c.store(),
	}).must(t, http.StatusCreated)
	id := made.text(t, "checkoutSessionId")
	assert.Equal(t, "Open", made.at("statusDetails", "state"))
	assert.Len(t, made.body["constraints"], 4)
	assert.Nil(t, made.at("webCheckoutDetails", "amazonPayRedirectUrl"))
	assert.Contains(t, made.raw, `"buyer":null`)
	assert.Regexp(t, `^\d{8}T\d{6}Z$`, made.body["creationTimestamp"])

	require.NoError(t, s.Buyer().SignIn(id))
	signedIn := c.get("/checkoutSessions/"+id).must(t, http.StatusOK)
	assert.Equal(t, "Susie Smith", signedIn.at("buyer", "name"))
	assert.NotContains(t, signedIn.body, "shippingAddressList")

	updated := c.patch("/checkoutSessions/"+id, object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"},
		"paymentDetails":     object{"paymentIntent": "Authorize", "chargeAmount": usd("50")},
		"merchantMetadata":   object{"merchantReferenceId": "order-1"},
	}).must(t, http.StatusOK)
	assert.Empty(t, updated.body["constraints"])
	assert.Equal(t, "https://shop.example/review", updated.at("webCheckoutDetails", "checkoutReviewReturnUrl"))
	assert.Contains(t, updated.at("webCheckoutDetails", "amazonPayRedirectUrl"), id)
	assert.Equal(t, "50.00", updated.at("paymentDetails", "chargeAmount", "amount"))

	require.NoError(t, s.Buyer().Approve(id))
	completed := c.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50.00")}).must(t, http.StatusOK)
	assert.Equal(t, "Completed", completed.at("statusDetails", "state"))
	assert.Nil(t, completed.body["buyer"])
	chargeID := completed.text(t, "chargeId")
	permissionID := completed.text(t, "chargePermissionId")

	permission := c.get("/chargePermissions/"+permissionID).must(t, http.StatusOK)
	assert.Equal(t, "Chargeable", permission.at("statusDetails", "state"))
	assert.Equal(t, "50.00", permission.at("limits", "amountLimit", "amount"))
	assert.Equal(t, "0.00", permission.at("limits", "amountBalance", "amount"))
	assert.Equal(t, "order-1", permission.at("merchantMetadata", "merchantReferenceId"))
	assert.Equal(t, "Sandbox", permission.body["releaseEnvironment"])

	charge := c.get("/charges/"+chargeID).must(t, http.StatusOK)
	assert.Equal(t, "Authorized", charge.at("statusDetails", "state"))
	captured := c.post("/charges/"+chargeID+"/capture", object{"captureAmount": usd("30")}).must(t, http.StatusOK)
	assert.Equal(t, "Captured", captured.at("statusDetails", "state"))
	assert.Equal(t, "30.00", captured.at("captureAmount", "amount"))
	assert.Equal(t, "20.00", c.get("/chargePermissions/"+permissionID).at("limits", "amountBalance", "amount"))

	refund := c.post("/refunds", object{"chargeId": chargeID, "refundAmount": usd("10.00")}).must(t, http.StatusCreated)
	assert.Equal(t, "RefundInitiated", refund.at("statusDetails", "state"))
	require.NoError(t, s.Advance(30*time.Second))
	refund = c.get("/refunds/"+refund.text(t, "refundId")).must(t, http.StatusOK)
	assert.Equal(t, "Refunded", refund.at("statusDetails", "state"))
	assert.Equal(t, "10.00", c.get("/charges/"+chargeID).at("refundedAmount", "amount"))

	more := c.post("/charges", object{"chargePermissionId": permissionID, "chargeAmount": usd("20"), "captureNow": true}).must(t, http.StatusCreated)
	assert.Equal(t, "Captured", more.at("statusDetails", "state"))
	permission = c.get("/chargePermissions/"+permissionID).must(t, http.StatusOK)
	assert.Equal(t, "Closed", permission.at("statusDetails", "state"), "all of the limit is captured")

	for _, r := range s.Requests() {
		assert.True(t, r.Verified, r.Operation)
		assert.True(t, r.Strict, r.Operation)
		assert.NotEmpty(t, r.Operation)
	}
	assert.Len(t, s.Charges(), 2)
	assert.Len(t, s.Refunds(), 1)
}
