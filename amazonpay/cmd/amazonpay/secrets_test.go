package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No token is an argument or is printed, whatever happens.
func TestSecrets(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	d := p.server.Description()
	provider, client := d.Merchants[0], d.Merchants[1]
	var printed strings.Builder
	say := func(args ...string) typed {
		done := p.types(args...)
		printed.WriteString(done.out + done.err)
		return done
	}
	token := filepath.Join(p.folder, "token")
	p.input = client.MWSAuthToken + "\n"
	got := say("auth-tokens", "get", client.MerchantID, "--mws-token-file", "-", "--output", token, "--verbose")
	require.Zero(t, got.code, got.err)
	secret, err := os.ReadFile(token)
	require.NoError(t, err)
	p.input = provider.BuyerToken
	require.Zero(t, say("buyers", "get", "--token-file", "-", "-v").code)
	create := []string{"checkout-sessions", "create", "-f", "storeId=" + client.StoreID, "-f", "webCheckoutDetails.checkoutReviewReturnUrl=https://shop.example/", "--auth-token-file", token}
	require.Zero(t, say(append(create, "-v")...).code)
	dry := say(append(create, "--dry-run")...)
	assert.Contains(t, dry.out, `"x-amz-pay-authtoken: $AMAZON_PAY_AUTH_TOKEN"`)
	p.input = client.MWSAuthToken + "x"
	assert.Equal(t, exitRefused, say("auth-tokens", "get", client.MerchantID, "--mws-token-file", "-", "--output", token).code)
	p.input = provider.BuyerToken
	assert.Equal(t, exitUsage, say("buyers", "get", "--token-file", "-", "--dry-run").code)
	p.input = "nobody's token"
	assert.Equal(t, exitRefused, say("--json", "buyers", "get", "--token-file", "-").code)
	say("whoami")
	for _, secret := range []string{client.MWSAuthToken, provider.BuyerToken, strings.TrimSpace(string(secret)), "nobody's", "PRIVATE KEY", d.ControlToken} {
		require.NotEmpty(t, secret)
		assert.NotContains(t, printed.String(), secret)
	}
}
