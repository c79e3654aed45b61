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

// Config is what a client needs to know. PublicKeyID, one of the three private key
// fields, Region, and for an unprefixed key id Environment are needed; the rest is
// optional. It prints and logs without the key.
type Config struct {
	// PublicKeyID is the id under which Amazon Pay lists your public key, such as
	// SANDBOX-AFABC….
	PublicKeyID string

	// PrivateKey signs the requests: an *rsa.PrivateKey, the key of a KMS or HSM, or one that signs
	// with the machine's OpenSSL (github.com/amazonpay-go/sdk/signing/libcrypto). It must be safe
	// for concurrent use. It is a value of the program's own: a printer that ignores methods, such
	// as the diff of a test library, looks into it, and not into PrivateKeyPEM.
	PrivateKey crypto.Signer `json:"-" toml:"-" xml:"-" yaml:"-"` // an RSA key would encode in full
	// PrivateKeyPEM is the private key as PEM text, in place of PrivateKey: NewSecret(text).
	// [signing.ParsePrivateKey] says which forms it may have.
	PrivateKeyPEM Secret
	// PrivateKeyFile is the name of a file with the private key as PEM text, in place of
	// PrivateKey.
	PrivateKeyFile string

	// Region is where the merchant is registered.
	Region Region
	// Environment is Sandbox or Live. A key id that begins with LIVE or SANDBOX (in any case)
	// decides by itself, and a contradiction is an error. With any other key id it must be
	// given: nobody goes live by forgetting a field.
	Environment Environment

	// Algorithm is the signature algorithm; the zero value is [signing.PSSV2]. A button on a page
	// must name the same one: [Client.ButtonSignature] returns its name.
	Algorithm signing.Algorithm

	// BaseURL is https://host or https://host:port in place of the region's host, for tests and
	// the emulator. Certificates are checked all the same.
	BaseURL string

	// Integrator identifies the plugin of a solution provider.
	Integrator Integrator
}

// Integrator identifies the plugin of a solution provider to Amazon Pay, in headers of
// each request. Empty fields are not sent.
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

// signer makes the signer; nil where the configuration has no key at all.
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
		return nil, errors.New("amazonpay: Config has more than one of PrivateKey, PrivateKeyPEM and PrivateKeyFile: give one")
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

// readKeyFile does not repeat a name that may be the key itself, set by mistake.
func readKeyFile(name string) ([]byte, error) {
	const longestName = 1000 // a key in base64 is longer
	if len(name) > longestName || strings.Contains(name, "-----BEGIN") || strings.ContainsAny(name, "\r\n") {
		return nil, errors.New("amazonpay: Config.PrivateKeyFile is not the name of a file: if it is the key itself, use PrivateKeyPEM")
	}
	text, err := os.ReadFile(name) //nolint:gosec // the file is the one that the configuration names
	if err != nil {
		return nil, fmt.Errorf("amazonpay: Config.PrivateKeyFile: %w", err)
	}
	return text, nil
}

// plainHost is a host that net/http sends as it is written, so that the host that is signed is the one that arrives. Of others it
// writes the letters as punycode, leaves a zone out, or sends nothing.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?$`)

// host returns the host, with a port where BaseURL has one.
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
		rule = "must have a port from 1 to 65535, or none"
	case !plainHost.MatchString(u.Host):
		rule = "must have a host of ASCII letters, digits, dots, hyphens and underscores (write another name in its xn-- form), or an IP address without a zone"
	}
	if rule != "" {
		return "", errors.New("amazonpay: Config.BaseURL " + rule) // not its text: user information is a secret
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
