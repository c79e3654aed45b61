package examples_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// programs is the directory of the binaries, which build creates once.
var programs string

var build = sync.OnceValues(func() (output []byte, err error) {
	command := exec.Command("go", "build", "-ldflags=-s -w", "-o", programs, "./...", "./internal/target/testdata/unexpected")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	return command.CombinedOutput()
})

func TestMain(m *testing.M) {
	var err error
	if programs, err = os.MkdirTemp("", "amazonpay-examples-*"); err != nil {
		panic(err)
	}
	status := m.Run()
	_ = os.RemoveAll(programs)
	os.Exit(status)
}

// hostile is an environment that an example must ignore if it uses the emulator.
var hostile = []string{
	"AMAZON_PAY_PUBLIC_KEY_ID=LIVE-garbage",
	"AMAZON_PAY_PRIVATE_KEY=garbage",
	"AMAZON_PAY_PRIVATE_KEY_FILE=/nonexistent/garbage.pem",
	"AMAZON_PAY_REGION=garbage",
	"AMAZON_PAY_ENVIRONMENT=live",
	"AMAZON_PAY_MWS_AUTH_TOKEN=garbage",
	"HTTPS_PROXY=http://127.0.0.1:1",
	"HTTP_PROXY=http://127.0.0.1:1",
	"ALL_PROXY=http://127.0.0.1:1",
	"SSL_CERT_FILE=/nonexistent/ca.pem",
	"SSL_CERT_DIR=/nonexistent",
}

// run runs an example in the environment env, and returns its exit status and output.
func run(ctx context.Context, t *testing.T, env []string, name string, args ...string) (status int, output string) {
	t.Helper()
	built, err := build()
	require.NoError(t, err, string(built))
	var out bytes.Buffer
	command := exec.CommandContext(ctx, filepath.Join(programs, name), args...)
	command.Env, command.Stdout, command.Stderr = env, &out, &out
	_ = command.Run() // the exit status tells
	return command.ProcessState.ExitCode(), out.String()
}

var examples = map[string][]string{
	"checkout": {
		"1. Create a checkout session",
		"BuyerNotAssociated, ChargeAmountNotSet, CheckoutResultReturnUrlNotSet, PaymentIntentNotSet",
		"amazonCheckoutSessionId=",
		"state              Completed",
		"state              Authorized",
		"state              RefundInitiated",
		"state              Refunded",
		"attempt 1 of 1     signed for ",
		"The charge is Captured: captured 14.00 USD, refunded 5.00 USD.",
	},
	"instore": {
		"charge permission  S01-",
		"state              Captured",
		"state              RefundInitiated",
	},
	"solutionprovider": {
		"tokens fetched     0",
		"tokens fetched     1",
		"404 ResourceNotFound",
		"tokens fetched     2",
		"attempt 1 of 2     signed for",
		"status 403",
	},
	"manualsigning": {
		"Authorization: AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=",
		"valid (signing.Verify)",
		"status             201",
		"status             200",
		"wrong signature    true",
	},
	"buttonsignature": {
		"例の店 <A&B>",
		`\u4f8b\u306e\u5e97 \u003cA\u0026B\u003e`,
		"same payload       true",
		"valid (signing.VerifyPayload)",
	},
	"reports": {
		"status             COMPLETED",
		"captures           2",
		"refunds            1",
		"fees               -2.46",
		"net                56.54",
		"reports            1",
	},
	"disputes": {
		"amount             14.00 USD",
		"state              ActionRequired",
		`"exe" is none of [csv doc docx jpg ods pdf png xls xlsx]`,
		"file               file_",
		"state              UnderReview",
		"evidences          2",
	},
	"ipn": {
		"state              AuthorizationInitiated",
		"is Authorized.",
		"A notification has arrived, and the charge was read",
		"state              Authorized",
	},
	"errors": {
		"422 SoftDeclined",
		"attempt 3 of 4     signed for",
		"status 503",
		"attempt 1 of 2     signed for",
		"no answer",
		"outcome            unknown",
		"next               repeat",
		"charges made       1",
		"chargeAmount.amount",
		"404 ResourceNotFound",
	},
}

// signature matches a base64 signature, which may contain any text by chance.
var signature = regexp.MustCompile(`\b[A-Za-z0-9+/]{342}==`)

var verified = regexp.MustCompile(`The emulator verified the signatures of (\d+) of (\d+) attempts\.`)

func TestExamplesRunAgainstTheEmulatorWhateverTheEnvironment(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob("*/main.go")
	require.NoError(t, err)
	mains = slices.DeleteFunc(mains, func(main string) bool { // nested modules have their own tests
		_, err := os.Stat(filepath.Join(filepath.Dir(main), "go.mod"))
		return err == nil
	})
	mains = slices.DeleteFunc(mains, func(main string) bool { return main == filepath.Join("quickstart", "main.go") }) // a shop: internal/browser
	require.Len(t, mains, len(examples), "each example is tested")
	for _, main := range mains {
		name := filepath.Dir(main)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, examples[name])
			status, output := run(t.Context(), t, hostile, name)
			require.Zero(t, status, output)
			for _, line := range examples[name] {
				assert.Contains(t, output, line)
			}
			if name != "buttonsignature" { // sends nothing
				counts := verified.FindStringSubmatch(output)
				require.NotNil(t, counts, output)
				assert.Equal(t, counts[1], counts[2])
			}
			output = signature.ReplaceAllString(output, "")
			for _, secret := range []string{"PRIVATE KEY", "MII", "amzn.mws.", "eyJ", "garbage", "[redacted]", "Susie", "Ditka"} {
				assert.NotContains(t, output, secret)
			}
		})
	}
}

func TestExampleFailsWhenAStepOrASignatureIsNotAsExpected(t *testing.T) {
	t.Parallel()
	status, output := run(t.Context(), t, hostile, "unexpected")
	assert.Equal(t, 1, status)
	assert.Contains(t, output, "Open (expected [Completed])")
	assert.Contains(t, output, "a step above did not have the expected result")

	status, output = run(t.Context(), t, hostile, "unexpected", "-unsigned")
	assert.Equal(t, 1, status)
	assert.Contains(t, output, "verified the signatures of 0 of 1 attempts")
	assert.Contains(t, output, "a signature was refused")
}

// proxy refuses every connection of an example, and calls asked for each.
func proxy(t *testing.T, asked func(host string)) (env string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked(r.Host)
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(server.Close)
	return "HTTPS_PROXY=" + server.URL
}

func TestServiceIsRefusedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	const refusal = "the configuration is live, so this would charge real money"
	tests := map[string]struct {
		program     string
		keyID       string
		environment string
		args        []string
		want        string
	}{
		"live key id":                  {"checkout", "LIVE-AEXAMPLE", "", []string{"-service", "-session", "S"}, refusal},
		"live key id in lower case":    {"checkout", "live-AEXAMPLE", "", []string{"-service", "-session", "S"}, refusal},
		"live environment":             {"checkout", "AEXAMPLE", "Live", []string{"-service", "-session", "S"}, refusal},
		"live key id, another example": {"errors", "LIVE-AEXAMPLE", "", []string{"-service"}, refusal},
		"neither":                      {"checkout", "AEXAMPLE", "", []string{"-service", "-session", "S"}, "Config.Environment is empty"},
		"contradiction":                {"checkout", "LIVE-AEXAMPLE", "sandbox", []string{"-service", "-session", "S"}, "belongs to live"},
		"live without service":         {"checkout", "SANDBOX-AEXAMPLE", "", []string{"-live-charges-real-money"}, "only with -service"},
		"session without service":      {"checkout", "SANDBOX-AEXAMPLE", "", []string{"-session", "S"}, "only with -service"},
		"no session":                   {"checkout", "SANDBOX-AEXAMPLE", "", []string{"-service"}, "amazonCheckoutSessionId"},
		"no scan":                      {"instore", "SANDBOX-AEXAMPLE", "", []string{"-service"}, "-service requires -scan"},
		"no store":                     {"manualsigning", "SANDBOX-AEXAMPLE", "", []string{"-service"}, "-service requires -store"},
		"no merchant":                  {"buttonsignature", "SANDBOX-AEXAMPLE", "", []string{"-service"}, "-service requires -merchant"},
		"no token of the merchant":     {"solutionprovider", "SANDBOX-AEXAMPLE", "", []string{"-service"}, "AMAZON_PAY_MWS_AUTH_TOKEN"},
		"an argument without its flag": {"checkout", "SANDBOX-AEXAMPLE", "", []string{"S"}, `unexpected argument "S"`},
	}
	key := privateKey(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := []string{
				proxy(t, func(host string) { t.Errorf("a connection to %s was wanted", host) }),
				"AMAZON_PAY_PUBLIC_KEY_ID=" + tt.keyID, "AMAZON_PAY_ENVIRONMENT=" + tt.environment,
				"AMAZON_PAY_PRIVATE_KEY=" + key, "AMAZON_PAY_REGION=eu",
			}
			status, output := run(t.Context(), t, env, tt.program, tt.args...)
			assert.NotZero(t, status)
			assert.Contains(t, output, tt.want)
			assert.NotContains(t, output, "PRIVATE KEY")
			assert.NotContains(t, output, strings.Split(key, "\n")[1])
		})
	}
}

// The counterpart: with the right flags, the example does call.
func TestServiceIsCalledWhenAsked(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		keyID string
		args  []string
		want  string
	}{
		"sandbox": {"SANDBOX-AEXAMPLE", []string{"-service", "-session", "S"}, "no money moves"},
		"live":    {"LIVE-AEXAMPLE", []string{"-service", "-live-charges-real-money", "-session", "S"}, "real money moves"},
	}
	key := privateKey(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var once sync.Once
			connected := ""
			env := []string{
				proxy(t, func(host string) { once.Do(func() { connected = host; cancel() }) }),
				"AMAZON_PAY_PUBLIC_KEY_ID=" + tt.keyID, "AMAZON_PAY_PRIVATE_KEY=" + key, "AMAZON_PAY_REGION=eu",
			}
			_, output := run(ctx, t, env, "checkout", tt.args...)
			once.Do(func() {}) // after the write, if there was one
			assert.Equal(t, "pay-api.amazon.eu:443", connected)
			assert.Contains(t, output, tt.want)
		})
	}
}

// privateKey returns a valid key, so that only the tested rule refuses.
func privateKey(t *testing.T) string {
	t.Helper()
	server, err := emulator.New()
	require.NoError(t, err)
	return server.Description().Merchants[0].PrivateKeyPEM
}
