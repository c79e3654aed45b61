package emulator_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The provider acts for each of a thousand clients, with the token that it was given and with one
// that it asks for, and sees nothing of another's.
func TestClients(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithClients(1000))
	all := s.Description().Merchants
	require.Len(t, all, 1002)
	provider := newClient(t, s, 0)
	ids, stores, tokens := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, m := range all[2:] {
		ids[m.MerchantID], stores[m.StoreID], tokens[m.AuthToken] = true, true, true
		tokens[m.MWSAuthToken] = true
		assert.Regexp(t, `^A[0-9A-Z]{12,13}$`, m.MerchantID)
		assert.Regexp(t, `^amzn\.mws\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, m.MWSAuthToken)
		assert.Empty(t, m.KeyIDs)
		assert.Empty(t, m.PrivateKeyPEM)
	}
	assert.Len(t, ids, 1000)
	assert.Len(t, stores, 1000)
	assert.Len(t, tokens, 2000)

	for _, m := range []emulator.Merchant{all[2], all[500], all[1001]} {
		session := object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": m.StoreID}
		acting := provider.with(tokenHeader, m.AuthToken)
		id := acting.post("/checkoutSessions", session).must(t, http.StatusCreated).text(t, "checkoutSessionId")
		token := provider.get("/authorizationTokens/"+m.MWSAuthToken+"?merchantId="+m.MerchantID).must(t, http.StatusOK).text(t, "authorizationToken")
		provider.with(tokenHeader, token).get("/checkoutSessions/"+id).must(t, http.StatusOK)
		log := s.Requests()
		assert.Equal(t, m.MerchantID, log[len(log)-1].MerchantID)
		provider.get("/checkoutSessions/"+id).refused(t, http.StatusNotFound, "ResourceNotFound")
		provider.with(tokenHeader, all[3].AuthToken).get("/checkoutSessions/"+id).refused(t, http.StatusNotFound, "ResourceNotFound")
	}
	provider.get("/authorizationTokens/"+all[2].MWSAuthToken+"?merchantId="+all[3].MerchantID).refused(t, http.StatusUnauthorized, "UnauthorizedAccess")
	newClient(t, s, 1).get("/authorizationTokens/"+all[2].MWSAuthToken+"?merchantId="+all[2].MerchantID).refused(t, http.StatusUnauthorized, "UnauthorizedAccess")
}

// A provider has the clients of all regions in one table.
func TestClientsOfRegions(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, region := range []string{"na", "eu", "jp"} {
		s, err := emulator.New(emulator.WithRegion(region), emulator.WithClients(2))
		require.NoError(t, err)
		for _, m := range s.Description().Merchants[2:] {
			ids[m.MerchantID] = true
		}
	}
	assert.Len(t, ids, 6)
}

// A key of nobody's, and a wrong signature, meet merchants without keys.
func TestClientsHaveNoKeys(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithClients(3))
	m := s.Description().Merchants
	c := newClient(t, s, 0)
	c.withKey(m[0].KeyIDs.Sandbox, m[1].PrivateKeyPEM).get("/charges/x").refused(t, http.StatusForbidden, "InvalidRequestSignature")
	log := s.Requests()
	assert.Contains(t, log[len(log)-1].Difference, m[1].MerchantID)
	r, raw := c.request(http.MethodGet, "/charges/x", nil)
	c.sign(r, raw).URL.Path = "/v2/charges/y" // no key explains that
	a, err := c.send(r)
	require.NoError(t, err)
	a.refused(t, http.StatusForbidden, "InvalidRequestSignature")
	r, raw = c.request(http.MethodGet, "/charges/x", nil)
	c.sign(r, raw).Header.Set("Authorization", "AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=, SignedHeaders=accept, Signature=AAAA")
	a, err = c.send(r)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, a.status, 400)

	status, text := c.control(http.MethodGet, "workbench/choices", "")
	require.Equal(t, http.StatusOK, status)
	var choices struct {
		Merchants []struct {
			ActsFor []any `json:"actsFor"`
		} `json:"merchants"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &choices))
	require.Len(t, choices.Merchants, 2, "who can sign")
	assert.Equal(t, []any{m[1].MerchantID, m[2].MerchantID, m[3].MerchantID, m[4].MerchantID}, choices.Merchants[0].ActsFor)
	status, text = c.control(http.MethodPost, "workbench/fill", `{"operation":"CreateStore","environment":"sandbox","region":"na","merchant":"`+m[2].MerchantID+`"}`)
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, text, "has no key")
}

func TestWithClientsOutOfRange(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, 1_000_000} {
		_, err := emulator.New(emulator.WithClients(n))
		require.ErrorContains(t, err, "WithClients")
	}
}

// Clients are as many as before a restart, or more: what the others hold would be nobody's.
func TestClientsSurviveARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first, err := emulator.Listen("127.0.0.1:0", emulator.WithStateFile(path), emulator.WithClients(3))
	require.NoError(t, err)
	client := first.Description().Merchants[4]
	ids, err := first.Buyer().Subscribe(emulator.Subscription{MerchantID: client.MerchantID, Amount: "9.99", Currency: "USD"}, 1)
	require.NoError(t, err)
	require.NoError(t, first.Close())

	_, err = emulator.New(emulator.WithStateFile(path), emulator.WithClients(2))
	require.ErrorContains(t, err, "it has 3 clients, but WithClients sets 2")
	for _, opts := range [][]emulator.Option{{}, {emulator.WithClients(4)}} {
		again := emulator.Start(t, append(opts, emulator.WithStateFile(copyOf(t, path)))...)
		all := again.Description().Merchants
		assert.Len(t, all, 5+len(opts))
		assert.Equal(t, client.MWSAuthToken, all[4].MWSAuthToken)
		newClient(t, again, 0).with(tokenHeader, client.AuthToken).get("/chargePermissions/"+ids[0]).must(t, http.StatusOK)
	}
}
