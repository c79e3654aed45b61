package examples_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// service is an emulator whose secrets the test knows.
type service struct {
	*emulator.Server

	ca       string
	otherKey string
	secrets  map[string]string
}

// newService returns a service and, in secrets, all that a program must not show.
func newService(t *testing.T) *service {
	t.Helper()
	server, err := emulator.Listen("127.0.0.1:0", emulator.WithProxy("127.0.0.1:0"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Close()) })
	d := server.Description()
	shop := d.Merchants[0]
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, []byte(d.CAPEM), 0o600))
	otherKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(otherKey)}))
	secrets := map[string]string{
		"control token": d.ControlToken, "buyer token": shop.BuyerToken, "buyer token, escaped": url.PathEscape(shop.BuyerToken),
		"a signature": "Signature=", "a header": "Authorization:", "name": "Susie", "e-mail": "susie@", "phone": "800-555-0100", "address": "Ditka", "suite": "Suite 2500",
		"a body": "chargePermissionId", "a token": "amzn.mws.", "PEM": "PRIVATE KEY",
	}
	keys := []string{other}
	for _, m := range d.Merchants {
		keys = append(keys, m.PrivateKeyPEM)
		if m.AuthToken != "" { // the provider has none
			secrets["auth token of "+m.MerchantID], secrets["MWS token of "+m.MerchantID] = m.AuthToken, m.MWSAuthToken
		}
	}
	for k, key := range keys {
		secrets[fmt.Sprint("key in base64 ", k)] = base64.StdEncoding.EncodeToString([]byte(key))[:48]
		for i, line := range strings.Split(strings.TrimSpace(key), "\n") {
			secrets[fmt.Sprintf("line %d of key %d", i, k)] = line
		}
	}
	return &service{Server: server, ca: ca, otherKey: other, secrets: secrets}
}

// check fails if a secret is printed or logged, or if an address or an id is logged.
func (s *service) check(t *testing.T, printed, logged string) {
	t.Helper()
	// The emulator's refusal of a signature names its own page about it, which opens only with a
	// token.
	logged = strings.ReplaceAll(logged, s.Description().BaseURL+"/_emulator/#requests/", "")
	for name, secret := range s.secrets {
		require.NotEmpty(t, secret, name)
		assert.Zero(t, strings.Count(printed+logged, secret), "the "+name+" is shown")
	}
	for _, address := range []string{"https://", "/v2/", "checkoutSessions", "S01-", "amazonCheckoutSessionId"} {
		assert.Zero(t, strings.Count(logged, address), address+" is logged: "+logged)
	}
}

// Some integrations log whole bodies with the buyer's data, such as
// https://github.com/amzn/amazon-payments-magento-2-plugin. Here the demo runs with debug logging
// against a service whose secrets are known: with failures of each kind, with a decline, with a
// wrong key, and without a service. Nothing that it prints or logs shows a key, a token, a
// signature or a person, and its logs show no address and no id.
func TestDebugLogsOfTheDemoShowNoSecret(t *testing.T) {
	t.Parallel()
	t.Run("failures of each kind", func(t *testing.T) {
		t.Parallel()
		s := newService(t)
		session := newSession(t, s.Server)
		for i, f := range []emulator.Fault{
			{Operation: "GetCheckoutSession", Kind: emulator.FaultKindReset},
			{Operation: "UpdateCheckoutSession", Kind: emulator.FaultKindLoseAnswer},
			{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindHTML},
			{Operation: "GetCharge", Status: 429, RetryAfter: "1"},
			{Operation: "GetChargePermission", Kind: emulator.FaultKindTruncate},
			{Operation: "CaptureCharge", Status: 503},
			{Operation: "CreateRefund", Status: 408},
			{Operation: "GetRefund", Status: 425},
		} {
			require.NoError(t, s.FailNext(1, f), i)
		}
		status, printed, logged := s.debugged(t, s.key(), s.Description().ProxyURL, session)
		require.Zero(t, status, printed+logged)
		require.Contains(t, printed, "The charge is Captured: captured 14.00 USD, refunded 5.00 USD.")
		assert.Equal(t, 8, strings.Count(logged, "amazon pay attempt will be repeated"), logged)
		assert.GreaterOrEqual(t, strings.Count(logged, "amazon pay call"), 9, logged)
		s.check(t, printed, logged)
	})
	for name, row := range map[string]struct {
		fault    emulator.Fault
		wrongKey bool
		proxy    string
		logged   string
	}{
		"decline":    {fault: emulator.Fault{Operation: "CaptureCharge", Status: 422, ReasonCode: "AmazonRejected"}, logged: "AmazonRejected"},
		"wrong key":  {wrongKey: true, logged: "the private key does not belong to this public key id"},
		"no service": {proxy: "http://127.0.0.1:1", logged: "amazon pay attempt will be repeated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			key, proxy := s.key(), s.Description().ProxyURL
			if row.fault.Operation != "" {
				require.NoError(t, s.FailNext(9, row.fault))
			}
			if row.wrongKey {
				key = s.otherKey
			}
			if row.proxy != "" {
				proxy = row.proxy
			}
			status, printed, logged := s.debugged(t, key, proxy, newSession(t, s.Server))
			require.NotZero(t, status)
			require.Contains(t, logged, row.logged)
			s.check(t, printed, logged)
		})
	}
}

// key returns the private key of the shop.
func (s *service) key() string { return s.Description().Merchants[0].PrivateKeyPEM }

// newSession creates a session in which a buyer has signed in, as a button does.
func newSession(t *testing.T, server *emulator.Server) (id string) {
	t.Helper()
	account := server.Description().Merchants[0]
	session, err := webstore.New(emulatortest.Connect(t, server)).CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID: account.StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail, webstore.ScopeShippingAddress},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

// debugged runs the demo with debug logging, plays its buyer, and returns its exit status, output
// and log.
func (s *service) debugged(t *testing.T, key, proxy, session string) (status int, printed, logged string) {
	t.Helper()
	built, err := build()
	require.NoError(t, err, string(built))
	command := exec.CommandContext(t.Context(), filepath.Join(programs, "checkout"), "-service", "-debug", "-session", session)
	var out, log bytes.Buffer
	command.Env = []string{
		"AMAZON_PAY_PUBLIC_KEY_ID=" + s.Description().Merchants[0].KeyIDs.Sandbox, "AMAZON_PAY_PRIVATE_KEY=" + key, "AMAZON_PAY_REGION=us",
		"HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + s.ca,
	}
	command.Stderr = &log
	input, err := command.StdinPipe()
	require.NoError(t, err)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	for lines := bufio.NewScanner(output); lines.Scan(); {
		_, _ = fmt.Fprintln(&out, lines.Text())
		if strings.Contains(lines.Text(), "Then press Enter here.") {
			require.NoError(t, s.Buyer().Approve(session))
			_, err := io.WriteString(input, "\n")
			require.NoError(t, err)
		}
	}
	_ = command.Wait() // the exit status tells
	return command.ProcessState.ExitCode(), out.String(), log.String()
}
