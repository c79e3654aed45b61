package webstore_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestCheckCredentials(t *testing.T) {
	t.Parallel()
	shop, server, account := connect(t)
	require.NoError(t, shop.CheckCredentials(t.Context()))

	check := func(publicKeyID, privateKey string) error {
		config := emulatortest.Config(server)
		config.PublicKeyID, config.PrivateKeyPEM = publicKeyID, amazonpay.NewSecret(privateKey)
		client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
		require.NoError(t, err)
		return webstore.New(client).CheckCredentials(t.Context())
	}
	err := check(account.KeyIDs.Sandbox, server.Description().Merchants[1].PrivateKeyPEM)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidRequestSignature), "%v", err)
	require.ErrorContains(t, err, "so most likely the private key does not belong to this public key id")
	err = check("SANDBOX-NOBODY", account.PrivateKeyPEM)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidAuthentication), "%v", err)

	var kinds []string
	for _, r := range server.Requests() {
		kinds = append(kinds, r.Method+" "+r.Operation)
	}
	assert.Equal(t, []string{"GET GetReports", "GET GetReports", "GET GetReports"}, kinds, "nothing is changed")
}
