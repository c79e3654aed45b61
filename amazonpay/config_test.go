package amazonpay_test

import (
	"crypto"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// wire makes one call and returns what was sent.
func wire(t *testing.T, cfg amazonpay.Config, opts ...amazonpay.Option) sent {
	t.Helper()
	n := newNetwork(answer(http.StatusOK, `{}`))
	client, err := amazonpay.New(cfg, append(opts, amazonpay.WithRoundTripper(n))...)
	require.NoError(t, err)
	_, err = client.Call(t.Context(), getOp, nil, nil)
	require.NoError(t, err)
	return n.requests()[0]
}

// Which environment a call goes to: key id and configuration must agree, and nobody goes live
// by forgetting a field.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	const refused = ""
	for _, row := range []struct {
		keyID       string
		environment amazonpay.Environment
		path        string // refused where it is empty
	}{
		{"SANDBOX-ABC", "", "/v2/"},
		{"SANDBOX-ABC", "sandbox", "/v2/"},
		{"SANDBOX-ABC", "SandBox", "/v2/"},
		{"SANDBOX-ABC", "live", refused},
		{"sandbox-abc", "", "/v2/"},
		{"Sandbox-abc", "LIVE", refused},
		{"SANDBOXABC", "", "/v2/"},
		{"SANDBOX", "", "/v2/"},
		{"LIVE-ABC", "", "/v2/"},
		{"LIVE-ABC", "live", "/v2/"},
		{"LIVE-ABC", "Live", "/v2/"},
		{"LIVE-ABC", "sandbox", refused},
		{"live-abc", "", "/v2/"},
		{"liveabc", "SANDBOX", refused},
		{"LIVEABC", "", "/v2/"},
		{"ABC", "", refused},
		{"ABC", "sandbox", "/sandbox/v2/"},
		{"ABC", "SANDBOX", "/sandbox/v2/"},
		{"ABC", "live", "/live/v2/"},
		{"ABC", "LIVE", "/live/v2/"},
		{"ABC", "production", refused},
		{"ABC-LIVE", "", refused},
		{"ABC-SANDBOX", "live", "/live/v2/"},
		{"LIV-ABC", "sandbox", "/sandbox/v2/"},
	} {
		t.Run(row.keyID+" "+string(row.environment), func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			cfg.PublicKeyID, cfg.Environment = row.keyID, row.environment
			if row.path == refused {
				_, err := amazonpay.New(cfg)
				require.ErrorContains(t, err, "Config.Environment")
				return
			}
			assert.Equal(t, "https://pay-api.amazon.com"+row.path+"checkoutSessions/session-1", wire(t, cfg).URL)
		})
	}
}

func TestSimulationFollowsTheEnvironment(t *testing.T) {
	t.Parallel()
	for keyID, allowed := range map[string]bool{"sandboxabc": true, "liveabc": false} {
		cfg := testConfig()
		cfg.PublicKeyID = keyID
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(newNetwork(answer(http.StatusOK, `{}`))))
		require.NoError(t, err)
		_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithSimulationCode("SoftDeclined"))
		assert.Equal(t, allowed, err == nil, keyID)
		assert.Equal(t, allowed, client.Environment() == amazonpay.EnvironmentSandbox)
		assert.Equal(t, !allowed, client.With().Environment() == amazonpay.EnvironmentLive)
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"na": {"na", "pay-api.amazon.com"}, "us": {"na", "pay-api.amazon.com"}, "NA": {"na", "pay-api.amazon.com"}, "Us": {"na", "pay-api.amazon.com"},
		"eu": {"eu", "pay-api.amazon.eu"}, "de": {"eu", "pay-api.amazon.eu"}, "uk": {"eu", "pay-api.amazon.eu"}, "EU": {"eu", "pay-api.amazon.eu"},
		"De": {"eu", "pay-api.amazon.eu"}, "UK": {"eu", "pay-api.amazon.eu"}, "jp": {"jp", "pay-api.amazon.jp"}, "JP": {"jp", "pay-api.amazon.jp"},
	} {
		cfg := testConfig()
		cfg.Region = amazonpay.Region(name)
		r := wire(t, cfg)
		assert.Equal(t, "https://"+want[1]+"/v2/checkoutSessions/session-1", r.URL, name)
		assert.Equal(t, want[0], r.Header.Get("X-Amz-Pay-Region"), name)
		assert.Equal(t, want[1], r.Header.Get("X-Amz-Pay-Host"), name)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for base, host := range map[string]string{
		"https://127.0.0.1:8443": "127.0.0.1:8443", "https://localhost": "localhost", "https://[::1]:8443/": "[::1]:8443", "HTTPS://emulator": "emulator",
	} {
		cfg := testConfig()
		cfg.BaseURL = base
		r := wire(t, cfg)
		assert.Equal(t, "https://"+host+"/v2/checkoutSessions/session-1", r.URL)
		assert.Equal(t, host, r.Header.Get("X-Amz-Pay-Host"), "what is signed is the Host header")
	}
}

func TestPathAndQueryAsSent(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	op := amazonpay.Operation{
		Name: "GetAuthorizationToken", Method: http.MethodGet, Path: "authorizationTokens/{mwsAuthToken}",
		PathValues: map[string]string{"mwsAuthToken": "amzn.mws.a+b c%2Fü:@!'()*~_-"},
		Query:      values("merchantId", "A B+C", "a", "2", "a", "1", "~*", "é&="),
	}
	_, err := newClient(t, n).Call(t.Context(), op, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "https://pay-api.amazon.com/v2/authorizationTokens/amzn.mws.a%2Bb%20c%252F%C3%BC%3A%40%21%27%28%29%2A~_-"+
		"?a=1&a=2&merchantId=A%20B%2BC&~%2A=%C3%A9%26%3D", n.requests()[0].URL)
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	got := wire(t, testConfig(), amazonpay.WithUserAgent("my-shop/1.4")).Header
	want := "amazon-pay-sdk-go/" + amazonpay.Version + " (Go/" + strings.TrimPrefix(runtime.Version(), "go") + "; " + runtime.GOOS + "/" + runtime.GOARCH + ") my-shop/1.4"
	assert.Equal(t, []string{want}, got["User-Agent"])
	assert.Regexp(t, `^amazon-pay-sdk-go/\d+\.\d+\.\d+ \(Go/[^)]+; \w+/\w+\)$`, wire(t, testConfig()).Header.Get("User-Agent"))
}

// onlySigner hides that a key is an *rsa.PrivateKey, as the client of a KMS is none.
type onlySigner struct{ crypto.Signer }

func TestKeySources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "private.pem")
	require.NoError(t, os.WriteFile(file, []byte(testPEM().Reveal()), 0o600))
	// https://github.com/shopware/shopware/issues/2014 and others: how environment variables mangle a key.
	mangled := amazonpay.NewSecret(" " + strings.ReplaceAll(testPEM().Reveal(), "\n", `\n`) + "\r\n")

	for name, change := range map[string]func(*amazonpay.Config){
		"file":     func(c *amazonpay.Config) { c.PrivateKeyFile = file },
		"PEM":      func(c *amazonpay.Config) { c.PrivateKeyPEM = testPEM() },
		"mangled":  func(c *amazonpay.Config) { c.PrivateKeyPEM = mangled },
		"RSA key":  func(c *amazonpay.Config) { c.PrivateKey = testKey() },
		"a signer": func(c *amazonpay.Config) { c.PrivateKey = onlySigner{testKey()} },
	} {
		for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
			cfg := testConfig()
			cfg.PrivateKey, cfg.Algorithm = nil, algorithm
			change(&cfg)
			r := wire(t, cfg)
			authorization, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
			require.NoError(t, err)
			assert.Equal(t, algorithm, authorization.Algorithm, name)
			assert.Equal(t, sandboxKeyID, authorization.PublicKeyID, name)
			received, err := http.NewRequestWithContext(t.Context(), r.Method, r.URL, http.NoBody)
			require.NoError(t, err)
			received.Header, received.RequestURI = r.Header, received.URL.RequestURI()
			require.NoError(t, signing.Verify(received, nil, &testKey().PublicKey), name)
		}
	}
}

func TestConfigFromEnv(t *testing.T) {
	for _, name := range []string{"AMAZON_PAY_PUBLIC_KEY_ID", "AMAZON_PAY_PRIVATE_KEY", "AMAZON_PAY_PRIVATE_KEY_FILE", "AMAZON_PAY_REGION", "AMAZON_PAY_ENVIRONMENT"} {
		t.Setenv(name, "")
	}
	_, err := amazonpay.New(amazonpay.ConfigFromEnv())
	require.Error(t, err)

	t.Setenv("AMAZON_PAY_PUBLIC_KEY_ID", "ABC123")
	t.Setenv("AMAZON_PAY_PRIVATE_KEY", strings.ReplaceAll(testPEM().Reveal(), "\n", `\n`))
	t.Setenv("AMAZON_PAY_REGION", "DE")
	t.Setenv("AMAZON_PAY_ENVIRONMENT", "Sandbox")
	assert.Equal(t, "https://pay-api.amazon.eu/sandbox/v2/checkoutSessions/session-1", wire(t, amazonpay.ConfigFromEnv()).URL)

	file := filepath.Join(t.TempDir(), "private.pem")
	require.NoError(t, os.WriteFile(file, []byte(testPEM().Reveal()), 0o600))
	t.Setenv("AMAZON_PAY_PRIVATE_KEY_FILE", file)
	_, err = amazonpay.New(amazonpay.ConfigFromEnv())
	require.ErrorContains(t, err, "more than one")
	t.Setenv("AMAZON_PAY_PRIVATE_KEY", "")
	assert.Equal(t, "https://pay-api.amazon.eu/sandbox/v2/checkoutSessions/session-1", wire(t, amazonpay.ConfigFromEnv()).URL)
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/341: a name that could not be resolved
// left the shop without a gateway. A client is made without the network.
func TestNewOpensNoConnection(t *testing.T) {
	t.Parallel()
	n := newNetwork()
	client, err := amazonpay.New(testConfig(), amazonpay.WithRoundTripper(n))
	require.NoError(t, err)
	assert.Empty(t, n.requests())
	assert.Equal(t, "amazonpay.Client(https://pay-api.amazon.com sandbox)", client.String())
	assert.Equal(t, "amazonpay.Client(nil)", (*amazonpay.Client)(nil).String())
}
