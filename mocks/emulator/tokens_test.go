package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const tokenHeader = "X-Amz-Pay-Authtoken"

func TestActingForAnotherMerchant(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	merchants := s.Description().Merchants
	provider, shop := newClient(t, s, 0), newClient(t, s, 1)
	acting := provider.with(tokenHeader, merchants[1].AuthToken)

	id := shop.newSession("Authorize", "50")
	provider.get("/checkoutSessions/"+id).refused(t, 404, "ResourceNotFound")
	acting.get("/checkoutSessions/"+id).must(t, 200)
	log := s.Requests()
	assert.Equal(t, merchants[1].MerchantID, log[len(log)-1].MerchantID)
	assert.Equal(t, merchants[0].KeyIDs.Sandbox, log[len(log)-1].PublicKeyID)

	// What is made for the shop is the shop's, in its store alone.
	session := object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": merchants[1].StoreID}
	made := acting.post("/checkoutSessions", session).must(t, 201).text(t, "checkoutSessionId")
	shop.get("/checkoutSessions/"+made).must(t, 200)
	provider.get("/checkoutSessions/"+made).refused(t, 404, "ResourceNotFound")
	provider.post("/checkoutSessions", session).refused(t, 400, "InvalidParameterValue")

	// The key's scope is the merchant acted for.
	key := acting.with(keyHeader, "shared")
	first := key.post("/checkoutSessions", session).must(t, 201)
	assert.Equal(t, first.raw, shop.with(keyHeader, "shared").post("/checkoutSessions", session).must(t, 201).raw)

	// Nobody else may use the token, and no other token will do.
	shop.with(tokenHeader, merchants[1].AuthToken).get("/checkoutSessions/"+id).refused(t, 403, "InvalidAuthorizationToken")
	parts := strings.Split(merchants[1].AuthToken, ".")
	for _, token := range []string{"x", "a.b.c", parts[0] + "." + parts[1] + ".", "eyJhbGciOiJub25lIn0." + parts[1] + ".", parts[0] + "." + parts[1] + "x." + parts[2]} {
		provider.with(tokenHeader, token).get("/checkoutSessions/"+id).refused(t, 403, "InvalidAuthorizationToken")
	}
	another, err := emulator.New()
	require.NoError(t, err)
	provider.with(tokenHeader, another.Description().Merchants[1].AuthToken).get("/checkoutSessions/"+id).refused(t, 403, "InvalidAuthorizationToken")
}

// The PHP SDK sends its caller's token but does not sign it.
func TestUnsignedToken(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	m := s.Description().Merchants
	id := newClient(t, s, 1).newSession("Authorize", "50")
	acting := newClient(t, s, 0).with(tokenHeader, m[1].AuthToken)
	get := func() answer {
		r, raw := acting.request(http.MethodGet, "/checkoutSessions/"+id, nil)
		a, err := acting.send(acting.handSign(r, raw, form{}))
		require.NoError(t, err)
		return a
	}
	get().refused(t, 403, "InvalidRequestSignature")
	acting.agent = "amazon-pay-api-sdk-php/2.7.2 (PHP/8.2; Linux/x86_64)"
	get().must(t, 200)
	log := s.Requests()
	assert.Equal(t, m[1].MerchantID, log[len(log)-1].MerchantID)
	assert.True(t, log[len(log)-1].Verified)
}

func TestTwoMerchantsApart(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	one, two := newClient(t, s, 0), newClient(t, s, 1)
	ch, p := one.newCharge("AuthorizeWithCapture", "50")
	_, unused := one.newCharge("Confirm", "50")
	held, _ := one.newCharge("Authorize", "50")
	refund := one.post("/refunds", object{"chargeId": ch, "refundAmount": usd("1")}).must(t, 201).text(t, "refundId")
	session := one.newApproved("Authorize", "50")

	for name, a := range map[string]answer{
		"GetCheckoutSession":      two.get("/checkoutSessions/" + session),
		"UpdateCheckoutSession":   two.patch("/checkoutSessions/"+session, object{}),
		"CompleteCheckoutSession": two.post("/checkoutSessions/"+session+"/complete", object{"chargeAmount": usd("50")}),
		"FinalizeCheckoutSession": two.post("/checkoutSessions/"+session+"/finalize", object{"paymentIntent": "Confirm", "chargeAmount": usd("50")}),
		"GetChargePermission":     two.get("/chargePermissions/" + p),
		"UpdateChargePermission":  two.patch("/chargePermissions/"+unused, object{}),
		"CloseChargePermission":   two.remove("/chargePermissions/"+unused+"/close", object{"closureReason": "x"}),
		"CreateCharge":            two.post("/charges", object{"chargePermissionId": unused, "chargeAmount": usd("1")}),
		"GetCharge":               two.get("/charges/" + ch),
		"UpdateCharge":            two.patch("/charges/"+held, object{"statusDetails": object{"state": "Canceled"}}),
		"CaptureCharge":           two.post("/charges/"+held+"/capture", object{"captureAmount": usd("50")}),
		"CancelCharge":            two.remove("/charges/"+held+"/cancel", object{"cancellationReason": "x"}),
		"CreateRefund":            two.post("/refunds", object{"chargeId": ch, "refundAmount": usd("1")}),
		"GetRefund":               two.get("/refunds/" + refund),
		"charge":                  two.post("/in-store/charge", object{"chargePermissionId": unused, "chargeReferenceId": "c", "chargeTotal": usd("1")}),
		"refund":                  two.post("/in-store/refund", object{"chargeId": ch, "refundReferenceId": "r", "refundTotal": usd("1")}),
		"DeliveryTrackers":        two.post("/deliveryTrackers", object{"chargePermissionId": p, "deliveryDetails": []any{object{"trackingNumber": "1", "carrierCode": "UPS"}}}),
	} {
		assert.Equal(t, 404, a.status, name)
		assert.Equal(t, "ResourceNotFound", a.reason, name)
	}
	one.post("/charges/"+held+"/capture", object{"captureAmount": usd("50")}).must(t, 200)
	one.post("/charges", object{"chargePermissionId": unused, "chargeAmount": usd("50")}).must(t, 201)
}

func TestAuthorizationTokens(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now), emulator.WithTokenLifetime(time.Minute))
	merchants := s.Description().Merchants
	provider, shop := newClient(t, s, 0), newClient(t, s, 1)
	provider.now, shop.now = clock.Now, clock.Now
	path := "/authorizationTokens/" + merchants[1].MWSAuthToken + "?merchantId="

	provider.get("/authorizationTokens/"+merchants[1].MWSAuthToken).refused(t, 400, "MissingParameterValue")
	provider.get(path+merchants[0].MerchantID).refused(t, 401, "UnauthorizedAccess")
	provider.get("/authorizationTokens/amzn.mws.x?merchantId="+merchants[1].MerchantID).refused(t, 401, "UnauthorizedAccess")
	shop.get(path+merchants[1].MerchantID).refused(t, 401, "UnauthorizedAccess")

	token := provider.get(path+merchants[1].MerchantID).must(t, 200).text(t, "authorizationToken")
	id := shop.newSession("Authorize", "50")
	acting := provider.with(tokenHeader, token)
	acting.get("/checkoutSessions/"+id).must(t, 200)
	clock.Add(59 * time.Second)
	acting.get("/checkoutSessions/"+id).must(t, 200)
	clock.Add(time.Second)
	acting.get("/checkoutSessions/"+id).refused(t, 403, "InvalidAuthorizationToken")
	provider.with(tokenHeader, merchants[1].AuthToken).get("/checkoutSessions/"+id).must(t, 200)
}

func TestBuyerByToken(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithRegion("de"))
	merchants := s.Description().Merchants
	c := newClient(t, s, 0)
	a := c.get("/buyers/"+merchants[0].BuyerToken).must(t, 200)
	assert.Equal(t, "Jörg Müller", a.body["name"])
	assert.Equal(t, "10115", a.at("shippingAddress", "postalCode"))
	assert.Contains(t, a.body, "primeMembershipTypes")
	c.get("/buyers/"+merchants[1].BuyerToken).refused(t, 404, "ResourceNotFound")
	c.with(tokenHeader, merchants[1].AuthToken).get("/buyers/"+merchants[1].BuyerToken).must(t, 200)
}
