package amazonpay

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/signing"
)

// Config configures a client. Required are PublicKeyID, Region and exactly one of PrivateKey,
// PrivateKeyPEM and PrivateKeyFile, and also Environment if the key id does not name one. The
// private key is not shown when a Config is printed or logged.
type Config struct {
	// PublicKeyID is the id of your public key in Seller Central, such as SANDBOX-AFABC….
	PublicKeyID string

	// PrivateKey signs the requests: an *rsa.PrivateKey, the key of a KMS or HSM, or a key of
	// github.com/amazonpay-go/sdk/signing/libcrypto, which signs with the machine's OpenSSL. It must
	// be safe for concurrent use. Printers that ignore methods, such as the diffs of test libraries,
	// look into an *rsa.PrivateKey; they cannot look into PrivateKeyPEM.
	PrivateKey crypto.Signer `json:"-" toml:"-" xml:"-" yaml:"-"` // an RSA key would encode in full
	// PrivateKeyPEM is the private key as PEM text: NewSecret(text). See [signing.ParsePrivateKey] for
	// the forms that are accepted.
	PrivateKeyPEM Secret
	// PrivateKeyFile is the name of a PEM file with the private key.
	PrivateKeyFile string

	// Region is the region in which the merchant is registered.
	Region Region
	// Environment is EnvironmentSandbox or EnvironmentLive. It is optional if the key id begins
	// with SANDBOX or LIVE, in any letter case, and must then agree with it. It is required for any
	// other key id, so that a forgotten field never leads to live payments.
	Environment Environment

	// Algorithm is the signature algorithm. The zero value is [signing.PSSV2]. A button on a page must
	// name the same algorithm; [Client.ButtonSignature] returns the name.
	Algorithm signing.Algorithm

	// BaseURL replaces the region's host, for tests and the emulator. It is https://host or
	// https://host:port. Certificates are still checked.
	BaseURL string

	// Integrator identifies the plugin of a solution provider. Optional.
	Integrator Integrator
}

// Integrator identifies the plugin of a solution provider to Amazon Pay. Each field that is not
// empty is sent as a header of every request.
type Integrator struct {
	ID              string // x-amz-pay-integrator-id
	Version         string // x-amz-pay-integrator-version
	PlatformVersion string // x-amz-pay-platform-version
}

// ConfigFromEnv reads the configuration from these environment variables:
//
//	AMAZON_PAY_PUBLIC_KEY_ID
//	AMAZON_PAY_PRIVATE_KEY       PEM text
//	AMAZON_PAY_PRIVATE_KEY_FILE  the name of a PEM file, instead of AMAZON_PAY_PRIVATE_KEY
//	AMAZON_PAY_REGION
//	AMAZON_PAY_ENVIRONMENT
//
// It does not check them: [New] does.
func ConfigFromEnv() Config {
	return Config{
		PublicKeyID:    os.Getenv("AMAZON_PAY_PUBLIC_KEY_ID"),
		PrivateKeyPEM:  NewSecret(os.Getenv("AMAZON_PAY_PRIVATE_KEY")),
		PrivateKeyFile: os.Getenv("AMAZON_PAY_PRIVATE_KEY_FILE"),
		Region:         Region(os.Getenv("AMAZON_PAY_REGION")),
		Environment:    Environment(os.Getenv("AMAZON_PAY_ENVIRONMENT")),
	}
}

// LogValue shows the key id, the region, the environment and the base URL.
func (c Config) LogValue() slog.Value {
	base := c.BaseURL
	if strings.ContainsRune(base, '@') { // New refuses it, and it can hold a password
		base = redacted
	}
	return slog.GroupValue(
		slog.String("public_key_id", c.PublicKeyID),
		slog.String("region", string(c.Region)),
		slog.String("environment", string(c.Environment)),
		slog.String("base_url", base),
	)
}

// String returns what LogValue shows.
func (c Config) String() string { return c.LogValue().String() }

// Format prints what String returns, whatever the verb.
func (c Config) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// signer returns the signer, or nil if the configuration has no private key.
func (c Config) signer() (*signing.Signer, error) {
	given := 0
	for _, has := range []bool{c.PrivateKey != nil, c.PrivateKeyPEM != (Secret{}), c.PrivateKeyFile != ""} {
		if has {
			given++
		}
	}
	switch given {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, errors.New("amazonpay: Config has more than one of PrivateKey, PrivateKeyPEM and PrivateKeyFile: set exactly one")
	}
	key, text := c.PrivateKey, []byte(c.PrivateKeyPEM.Reveal())
	if c.PrivateKeyFile != "" {
		var err error
		if text, err = readKeyFile(c.PrivateKeyFile); err != nil {
			return nil, err
		}
	}
	if key == nil {
		parsed, err := signing.ParsePrivateKey(text)
		if err != nil {
			return nil, fmt.Errorf("amazonpay: %w", err)
		}
		key = parsed
	}
	signer, err := signing.NewSigner(c.PublicKeyID, key, c.Algorithm)
	if err != nil {
		return nil, fmt.Errorf("amazonpay: %w", err)
	}
	return signer, nil
}

// readKeyFile does not repeat the name in an error if it may be the key itself, set by mistake.
func readKeyFile(name string) ([]byte, error) {
	const longestName = 1000 // a key in base64 is longer
	if len(name) > longestName || strings.Contains(name, "-----BEGIN") || strings.ContainsAny(name, "\r\n") {
		return nil, errors.New("amazonpay: Config.PrivateKeyFile is not a file name: use PrivateKeyPEM for the key itself")
	}
	text, err := os.ReadFile(name) //nolint:gosec // the file is the one that the configuration names
	if err != nil {
		return nil, fmt.Errorf("amazonpay: Config.PrivateKeyFile: %w", err)
	}
	return text, nil
}

// plainHost matches a host that net/http sends unchanged, so that the signed host is the one that
// arrives. net/http converts other letters to punycode, drops a zone, or sends no host at all.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// host returns the host of BaseURL, with its port if there is one, or the regional host.
func (c Config) host(regional string) (string, error) {
	if c.BaseURL == "" {
		return regional, nil
	}
	u, err := url.Parse(c.BaseURL)
	rule := ""
	switch {
	case err != nil || u.Hostname() == "" || strings.HasSuffix(u.Host, ":"):
		rule = "is not a URL of the form https://host[:port]"
	case u.Scheme != "https":
		rule = "must begin with https://"
	case u.User != nil:
		rule = "must not have user information"
	case u.Path != "" && u.Path != "/":
		rule = "must not have a path: the client adds it"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		rule = "must not have a query or a fragment"
	case u.Port() != "" && !isPort(u.Port()):
		rule = "has an invalid port: it must be from 1 to 65535"
	case !plainHost.MatchString(u.Host):
		rule = "has an invalid host: it must be an IP address without a zone, or a name of ASCII letters, digits, dots, hyphens and underscores (use the xn-- form of other names)"
	}
	if rule != "" {
		// Without the URL, which can hold a password.
		return "", errors.New("amazonpay: Config.BaseURL " + rule)
	}
	return u.Host, nil
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

func (i Integrator) headers() map[string]string {
	return map[string]string{
		httpheader.IntegratorID:      i.ID,
		httpheader.IntegratorVersion: i.Version,
		httpheader.PlatformVersion:   i.PlatformVersion,
	}
}

func (i Integrator) check() error {
	for name, value := range i.headers() {
		if rule := checkSignedValue(value); rule != "" {
			return fmt.Errorf("amazonpay: Config.Integrator: the value of %s %s", name, rule)
		}
	}
	return nil
}
