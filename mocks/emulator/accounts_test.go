package emulator_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func lastOperation(s *emulator.Server) string {
	log := s.Requests()
	return log[len(log)-1].Operation
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	registered := c.post("/merchantAccounts", object{
		"uniqueReferenceId": "shop-1", "ledgerCurrency": "EUR",
		"businessInfo": object{"businessType": "CORPORATE", "businessLegalName": "Example GmbH"}, "primaryContactPerson": object{"personFullName": "A", "dateOfBirth": "1970-01-01"},
	}).must(t, http.StatusCreated)
	assert.Equal(t, "RegisterAmazonPayAccount", lastOperation(s))
	assert.Equal(t, "shop-1", registered.body["uniqueReferenceId"])
	id := registered.text(t, "merchantAccountId")

	assert.Empty(t, c.patch("/merchantAccounts/"+id, object{"businessInfo": object{"businessType": "INDIVIDUAL"}}).must(t, http.StatusNoContent).raw)
	assert.Equal(t, "UpdateAmazonPayAccount", lastOperation(s))
	assert.Equal(t, http.StatusNotFound, newClient(t, s, 1).remove("/merchantAccounts/"+id, nil).status, "another provider's")
	assert.Empty(t, c.remove("/merchantAccounts/"+id, nil).must(t, http.StatusAccepted).raw)
	assert.Equal(t, "DeleteAmazonPayAccount", lastOperation(s))
	assert.Equal(t, http.StatusNotFound, c.remove("/merchantAccounts/"+id, nil).status)
}

func TestMerchantAccounts(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	made := c.post("/merchantAccounts", object{"uniqueReferenceId": "shop-1", "ledgerCurrency": "JPY", "businessInfo": object{"email": "shop@example.com"}}).must(t, http.StatusCreated)
	assert.Equal(t, "CreateMerchantAccount", lastOperation(s))
	id := made.text(t, "merchantAccountId")

	delegated := c.with("X-Amz-Pay-Authtoken", s.Description().Merchants[1].AuthToken)
	keyed := func(c *client, key string) *client { return c.with("X-Amz-Pay-Idempotency-Key", key) }
	change := object{"businessInfo": object{"email": "new@example.com"}}
	keyed(delegated, "k1").patch("/merchantAccounts/"+id, change).must(t, http.StatusOK)
	assert.Equal(t, "UpdateMerchantAccount", lastOperation(s))
	assert.Equal(t, "UnauthorizedAccess", keyed(c, "k2").patch("/merchantAccounts/"+id, change).reason, "without a token")

	assert.Equal(t, "InvalidParameterValue", c.post("/merchantAccounts/"+id+"/claim", object{"uniqueReferenceId": "shop-2"}).reason)
	claim := keyed(c, "claim-1").post("/merchantAccounts/"+id+"/claim", object{"uniqueReferenceId": "shop-1"}).must(t, http.StatusSeeOther)
	location := claim.header.Get("Location")
	again := keyed(c, "claim-1").post("/merchantAccounts/"+id+"/claim", object{"uniqueReferenceId": "shop-1"}).must(t, http.StatusSeeOther)
	assert.Equal(t, location, again.header.Get("Location"), "replayed whole")
	status, _ := fetch(t, s, http.MethodGet, location, "", "")
	require.Equal(t, http.StatusOK, status, "the merchant's browser")
	claimed := c.post("/merchantAccounts/"+id+"/claim", object{"uniqueReferenceId": "shop-1"}).must(t, http.StatusOK)
	assert.Empty(t, claimed.header.Get("Location"))

	store := object{"allowedOriginDomains": []any{"https://shop.example"}, "allowedRedirectURLs": []any{"https://shop.example/back"}, "storeName": "Shop", "privacyPolicyUrl": "https://shop.example/privacy", "merchantLogoUrl": "https://shop.example/logo.png"}
	assert.Equal(t, "UnauthorizedAccess", c.post("/merchantAccounts/"+id+"/stores", store).reason)
	created := delegated.post("/merchantAccounts/"+id+"/stores", store).must(t, http.StatusCreated)
	assert.Equal(t, "CreateStore", lastOperation(s))
	storeID := created.text(t, "storeId")
	changed := delegated.patch("/merchantAccounts/"+id+"/stores/"+storeID, object{"storeName": "New"}).must(t, http.StatusOK)
	assert.Equal(t, "UpdateStore", lastOperation(s))
	assert.Equal(t, "New", changed.body["storeName"])
	assert.Equal(t, "https://shop.example/logo.png", changed.body["merchantLogoUrl"])
	assert.Equal(t, http.StatusNotFound, delegated.patch("/merchantAccounts/"+id+"/stores/unknown", object{"storeName": "New"}).status)
}
