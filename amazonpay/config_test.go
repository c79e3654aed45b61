package amazonpay_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/keyid"
	"github.com/amazonpay-go/sdk/signing"
)

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

// onlySigner hides the *rsa.PrivateKey, so that the key looks like the client of a KMS.
type onlySigner struct{ crypto.Signer }

func TestKeySources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "private.pem")
	require.NoError(t, os.WriteFile(file, []byte(testPEM().Reveal()), 0o600))
	// https://github.com/shopware/shopware/issues/2014 and others: how environment variables mangle a
	// key.
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

// New refuses a configuration without showing what may be a secret, or the client signs the host
// that it calls.
func FuzzConfig(f *testing.F) {
	f.Add(sandboxKeyID, "na", "", "", "", "", "", "")
	f.Add("AABBCC", "UK", "Live", "https://localhost:8443/", "plugin", "1.2", "3", "my-shop/1.4")
	f.Add("LIVE-1", "jp", "sandbox", "http://h", "", "", "", "")
	for _, base := range []string{
		"https://user:pass@h", "https://h?", "https://h#", "https://h/a", "https://h:", "https://[::1]:1", "https://[fe80::1%25en0]", "https://b\u00fccher.example",
		"https://a%25b", "https://%C3%BC", "https://h:99999", "https://H.example.", "https://a,b;c=d", "https:h", "https://\"<>", "https://[::1", "https://h\t",
	} {
		f.Add(sandboxKeyID, "us", "", base, "", "", "", "")
	}
	f.Fuzz(func(t *testing.T, keyID, region, environment, base, id, version, platform, product string) {
		cfg := amazonpay.Config{
			PublicKeyID: keyID, PrivateKey: quickSigner{}, Region: amazonpay.Region(region), Environment: amazonpay.Environment(environment), BaseURL: base,
			Integrator: amazonpay.Integrator{ID: id, Version: version, PlatformVersion: platform},
		}
		net := &sentAndRead{handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"chargeId":"c"}`)) })}
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(net), amazonpay.WithUserAgent(product))
		if err != nil {
			require.Nil(t, client)
			require.True(t, strings.HasPrefix(err.Error(), "amazonpay: "), "%v", err)
			if u, failed := url.Parse(base); failed == nil && u.User != nil && len(u.User.String()) > 8 {
				require.NotContains(t, err.Error(), u.User.String())
			}
			if keyid.Check(keyID) != nil && len(keyID) > 8 && keyID != region && keyID != environment {
				require.NotContains(t, err.Error(), keyID, "it may be the private key")
			}
			return
		}
		_, err = client.Call(t.Context(), chargeOp, struct{}{}, nil, amazonpay.WithoutRetry())
		require.NoError(t, err)
		r := net.arrived
		require.Equal(t, r.Host, r.Header.Get("X-Amz-Pay-Host"))
		require.True(t, utf8.ValidString(r.Host))
		require.Contains(t, []string{"na", "eu", "jp"}, r.Header.Get("X-Amz-Pay-Region"))
		if base != "" {
			require.Equal(t, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(base, "#"), "/")), "https://"+strings.ToLower(r.Host))
		}
		prefix := "/" + string(client.Environment())
		if upper := strings.ToUpper(keyID); strings.HasPrefix(upper, "LIVE") || strings.HasPrefix(upper, "SANDBOX") {
			prefix = ""
		}
		require.Equal(t, prefix+"/v2/charges", r.RequestURI)
		require.Equal(t, id, r.Header.Get("X-Amz-Pay-Integrator-Id"))
		require.Equal(t, version, r.Header.Get("X-Amz-Pay-Integrator-Version"))
		require.Equal(t, platform, r.Header.Get("X-Amz-Pay-Platform-Version"))
		require.Contains(t, r.UserAgent(), strings.TrimSpace(product))
	})
}

// New refuses each wrong configuration with an error that names the field and the rule.
func TestBadConfig(t *testing.T) {
	t.Parallel()
	pkix, err := x509.MarshalPKIXPublicKey(&testKey().PublicKey)
	require.NoError(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	curvePKCS8, err := x509.MarshalPKCS8PrivateKey(curve)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	withKey := func(key crypto.Signer) func(*amazonpay.Config) {
		return func(c *amazonpay.Config) { c.PrivateKey = key }
	}
	withPEM := func(text string) func(*amazonpay.Config) {
		return func(c *amazonpay.Config) { c.PrivateKey, c.PrivateKeyPEM = nil, amazonpay.NewSecret(text) }
	}
	withURL := func(url string) func(*amazonpay.Config) {
		return func(c *amazonpay.Config) { c.BaseURL = url }
	}

	for name, row := range map[string]struct {
		change func(*amazonpay.Config)
		want   []string
	}{
		"empty key id":        {func(c *amazonpay.Config) { c.PublicKeyID = "" }, []string{"Config.PublicKeyID", "is empty"}},
		"key id with a space": {func(c *amazonpay.Config) { c.PublicKeyID = "SANDBOX ABC" }, []string{"Config.PublicKeyID", "only letters"}},
		"key id with a new line": {
			func(c *amazonpay.Config) { c.PublicKeyID = "SANDBOX-ABC\n" },
			[]string{"Config.PublicKeyID", "only letters"},
		},
		"a key as key id": {func(c *amazonpay.Config) { c.PublicKeyID = testPEM().Reveal() }, []string{"Config.PublicKeyID", "only letters"}},

		// https://github.com/amzn/amazon-pay-api-sdk-php/issues/32: a key of ssh-keygen.
		"OpenSSH key": {withPEM("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), []string{"OpenSSH", "openssl genpkey"}},
		"encrypted key": {
			withPEM("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"),
			[]string{"encrypted", "openssl pkey"},
		},
		"encrypted PKCS#1 key": {
			withPEM("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
			[]string{"encrypted", "openssl pkey"},
		},
		"public key":              {withPEM(block("PUBLIC KEY", pkix)), []string{"public key", "openssl genpkey"}},
		"certificate":             {withPEM(block("CERTIFICATE", pkix)), []string{"CERTIFICATE", "openssl genpkey"}},
		"elliptic key":            {withPEM(block("PRIVATE KEY", curvePKCS8)), []string{"not an RSA private key", "openssl genpkey"}},
		"1024 bits":               {withPEM(block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small))), []string{"1024 bits", "openssl genpkey"}},
		"1024 bits, not as PEM":   {withKey(small), []string{"1024 bits", "openssl genpkey"}},
		"signer that is not RSA":  {withKey(edwards), []string{"not RSA", "openssl genpkey"}},
		"nil pointer as a signer": {withKey((*rsa.PrivateKey)(nil)), []string{"private key is nil"}},
		"damaged key":             {withPEM(block("PRIVATE KEY", []byte("no key"))), []string{"damaged", "openssl genpkey"}},
		"cut off":                 {withPEM(testPEM().Reveal()[:400]), []string{"is truncated"}},
		// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/19: a file name instead of the text.
		"file name as PEM": {withPEM("./private.pem"), []string{"neither PEM nor base64", "file name"}},
		"blank PEM":        {withPEM(" \n"), []string{"private key is empty"}},
		// https://github.com/amzn/amazon-pay-api-sdk-php/issues/22: no key at all.
		"no key": {withKey(nil), []string{"Config has no private key", "PrivateKeyPEM", "PrivateKeyFile"}},
		"no such file": {
			func(c *amazonpay.Config) {
				c.PrivateKey, c.PrivateKeyFile = nil, filepath.Join(t.TempDir(), "none.pem")
			},
			[]string{"Config.PrivateKeyFile", "none.pem"},
		},
		"two keys": {func(c *amazonpay.Config) { c.PrivateKeyPEM = testPEM() }, []string{"more than one", "PrivateKeyPEM", "PrivateKeyFile"}},

		"unknown region":    {func(c *amazonpay.Config) { c.Region = "fe" }, []string{"Config.Region", `"fe"`, "na (or us)"}},
		"no region":         {func(c *amazonpay.Config) { c.Region = "" }, []string{"Config.Region", "na (or us)"}},
		"unknown algorithm": {func(c *amazonpay.Config) { c.Algorithm = 7 }, []string{"algorithm", "use PSSV2 or PSSV1"}},
		"negative algorithm": {
			func(c *amazonpay.Config) { c.Algorithm = signing.Algorithm(-1) },
			[]string{"algorithm", "use PSSV2 or PSSV1"},
		},
		"unknown environment": {func(c *amazonpay.Config) { c.Environment = "test" }, []string{"Config.Environment", `"test"`, "sandbox or live"}},
		"no environment":      {func(c *amazonpay.Config) { c.PublicKeyID = "ABC123" }, []string{"Config.Environment is empty", "sandbox or live"}},
		"contradiction": {
			func(c *amazonpay.Config) { c.Environment = amazonpay.EnvironmentLive },
			[]string{"Config.Environment is live", sandboxKeyID, "belongs to sandbox"},
		},

		"base URL with path":             {withURL("https://host/v2"), []string{"Config.BaseURL", "path"}},
		"base URL with query":            {withURL("https://host?x=1"), []string{"Config.BaseURL", "query"}},
		"base URL with empty query":      {withURL("https://host?"), []string{"Config.BaseURL", "query"}},
		"base URL with fragment":         {withURL("https://host#x"), []string{"Config.BaseURL", "fragment"}},
		"base URL with user information": {withURL("https://user:password@host"), []string{"Config.BaseURL", "user information"}},
		"base URL of http":               {withURL("http://host"), []string{"Config.BaseURL", "https://"}},
		"base URL without scheme":        {withURL("host:8443"), []string{"Config.BaseURL", "https://host[:port]"}},
		"base URL without host":          {withURL("https://:8443"), []string{"Config.BaseURL", "https://host[:port]"}},
		"base URL without port number":   {withURL("https://host:"), []string{"Config.BaseURL", "https://host[:port]"}},
		"base URL with port 0":           {withURL("https://host:0"), []string{"Config.BaseURL", "1 to 65535"}},
		"base URL with a port too high":  {withURL("https://host:65536"), []string{"Config.BaseURL", "1 to 65535"}},
		"base URL with a line end":       {withURL("https://host\n"), []string{"Config.BaseURL", "https://host[:port]"}},

		"integrator with a line end": {
			func(c *amazonpay.Config) { c.Integrator.ID = "a\r\nX-Other: b" },
			[]string{"Config.Integrator", "line end"},
		},
		"integrator's value with a run of spaces": {
			func(c *amazonpay.Config) { c.Integrator.PlatformVersion = "Shop  5.1" },
			[]string{"Config.Integrator", "X-Amz-Pay-Platform-Version", "consecutive spaces"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			row.change(&cfg)
			client, err := amazonpay.New(cfg)
			require.Error(t, err)
			assert.Nil(t, client)
			for _, part := range row.want {
				require.ErrorContains(t, err, part)
			}
			assert.NotContains(t, err.Error(), "password")
			assert.NotContains(t, err.Error(), "MII", "a part of the key")
		})
	}
}

// A likely mistake with environment variables: the key instead of its file name.
func TestKeyInPlaceOfItsFileIsNotShown(t *testing.T) {
	t.Parallel()
	text := testPEM().Reveal()
	for _, name := range []string{text, strings.ReplaceAll(text, "\n", ""), base64.StdEncoding.EncodeToString([]byte(text))} {
		cfg := testConfig()
		cfg.PrivateKey, cfg.PrivateKeyFile = nil, name
		_, err := amazonpay.New(cfg)
		require.ErrorContains(t, err, "use PrivateKeyPEM")
		assert.Less(t, len(err.Error()), 200)
	}
	cfg := testConfig()
	cfg.PrivateKey, cfg.PrivateKeyFile = nil, "no-such-file.pem"
	_, err := amazonpay.New(cfg)
	require.ErrorContains(t, err, "no-such-file.pem", "another name is shown")
}
