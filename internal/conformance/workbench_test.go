package conformance_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// bench is the workbench of an emulator, and the folder with the files that its command writes.
type bench struct {
	t      *testing.T
	server *emulator.Server
	folder string
}

// ask asks the workbench with the members of order and the usual sender.
func (b bench) ask(method, path string, order map[string]any) map[string]any {
	b.t.Helper()
	full := map[string]any{"merchant": "A1EMULATEDSHOPA", "environment": "sandbox", "region": "na", "algorithm": "AMZN-PAY-RSASSA-PSS-V2"}
	maps.Copy(full, order)
	text, err := json.Marshal(full)
	require.NoError(b.t, err)
	d := b.server.Description()
	r, err := http.NewRequestWithContext(b.t.Context(), method, d.BaseURL+"/_emulator/workbench/"+path, bytes.NewReader(text))
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+d.ControlToken)
	res, err := b.server.RoundTripper().RoundTrip(r)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, res.StatusCode, string(read))
	var answer map[string]any
	require.NoError(b.t, json.Unmarshal(read, &answer))
	return answer
}

// fill returns the order of an operation as the workbench fills it in.
func (b bench) fill(operation string) map[string]any {
	b.t.Helper()
	order := map[string]any{"operation": operation}
	filled := b.ask(http.MethodPost, "fill", order)
	for _, name := range []string{"id", "sub", "query", "body", "actFor", "idempotencyKey"} {
		order[name] = filled[name]
	}
	return order
}

// startBench starts an emulator whose workbench has made an object for each operation.
func startBench(t *testing.T) bench {
	t.Helper()
	server := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
	b := bench{t, server, t.TempDir()}
	description, err := json.Marshal(server.Description())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(b.folder, "amazonpay-emulator.json"), description, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(b.folder, "amazonpay-emulator.pem"), []byte(server.Description().CAPEM), 0o600))
	for operation := range strings.FieldsSeq("CreateCheckoutSession approve CompleteCheckoutSession CreateCheckoutSession approve CompleteCheckoutSession CaptureCharge CreateRefund " +
		"MerchantScan CreateCharge MerchantScan InStoreCharge CreateDispute CreateReportSchedule CreateMerchantAccount CreateStore MerchantScan InStoreCharge MerchantScan " +
		"settle CreateReport CreateCheckoutSession approve wait") {
		switch operation {
		case "approve":
			chosen, ok := b.fill("GetCheckoutSession")["id"].(string) // the newest
			require.True(t, ok)
			require.NoError(t, server.Buyer().Approve(chosen))
		case "settle":
			require.NoError(t, server.Advance(time.Minute))
			server.Settle()
		case "wait":
			require.NoError(t, server.Advance(time.Minute))
		default:
			answer, ok := b.ask(http.MethodPost, "send", b.fill(operation))["answer"].(map[string]any)
			require.True(t, ok)
			require.Less(t, answer["status"], 300.0, "%s: %v", operation, answer)
			require.NoError(t, server.Advance(time.Second)) // else the order of two is by chance
		}
	}
	return b
}

// TestWorkbenchCode runs the code that the workbench writes of each operation, as a developer would
// paste it: the curl line in a shell, and the program with the official Node SDK. The Go programs
// are type-checked in internal/spec.
func TestWorkbenchCode(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Abs("node_modules")
	require.NoError(t, err)
	listed, ok := startBench(t).ask(http.MethodGet, "choices", nil)["operations"].([]any)
	require.True(t, ok)
	require.Len(t, listed, 43)
	for _, one := range listed {
		o, ok := one.(map[string]any)
		require.True(t, ok)
		operation, ok := o["operation"].(string)
		require.True(t, ok)
		for _, as := range []string{"curl", "node"} {
			t.Run(operation+" "+as, func(t *testing.T) {
				t.Parallel()
				b := startBench(t)
				text, ok := b.ask(http.MethodPost, "code", b.fill(operation))[as].(string)
				require.True(t, ok)
				before := len(b.server.Requests())
				var cmd *exec.Cmd
				if as == "curl" {
					require.NoError(t, os.WriteFile(filepath.Join(b.folder, ".curlrc"), []byte("silent\nshow-error\n"), 0o600))
					cmd = exec.CommandContext(t.Context(), "sh", "-c", text)
					cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CURL_HOME=" + b.folder}
				} else {
					require.NoError(t, os.WriteFile(filepath.Join(b.folder, "call.js"), []byte(text), 0o600))
					cmd = exec.CommandContext(t.Context(), "node", "call.js")
					cmd.Env = []string{
						"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + modules, "NODE_EXTRA_CA_CERTS=amazonpay-emulator.pem", "HTTPS_PROXY=" + b.server.Description().ProxyURL,
					}
				}
				cmd.Dir = b.folder
				out, err := cmd.CombinedOutput()
				require.NoError(t, err, string(out))
				log := b.server.Requests()[before:]
				require.Len(t, log, 1, "%s\n%s", text, out)
				assert.Equal(t, operation, log[0].Operation)
				assert.True(t, log[0].Verified, log[0].Refusal)
				assert.Less(t, log[0].Status, 400, "%s\n%s", text, out)
			})
		}
	}
}

// TestWorkbenchButtonCode runs the Node programs of the buttons, and verifies the signature in the
// page that each prints.
func TestWorkbenchButtonCode(t *testing.T) {
	t.Parallel()
	modules, err := filepath.Abs("node_modules")
	require.NoError(t, err)
	b := startBench(t)
	kinds, ok := b.ask(http.MethodGet, "choices", nil)["kinds"].([]any)
	require.True(t, ok)
	require.Len(t, kinds, 10)
	key, err := signing.ParsePrivateKey([]byte(b.server.Description().Merchants[0].PrivateKeyPEM))
	require.NoError(t, err)
	printed := regexp.MustCompile(`"payloadJSON":"(?:[^"\\]|\\.)*","signature":"[^"]*"`)
	for _, one := range kinds {
		k, ok := one.(map[string]any)
		require.True(t, ok)
		text, ok := b.ask(http.MethodPost, "button", map[string]any{"kind": k["kind"], "placement": "Cart", "currency": "USD"})["node"].(string)
		require.True(t, ok)
		cmd := exec.CommandContext(t.Context(), "node", "-e", text)
		cmd.Dir, cmd.Env = b.folder, []string{"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + modules}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		var signed struct {
			PayloadJSON string `json:"payloadJSON"`
			Signature   string `json:"signature"`
		}
		require.NoError(t, json.Unmarshal([]byte("{"+printed.FindString(string(out))+"}"), &signed), string(out))
		require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte(signed.PayloadJSON), signed.Signature, &key.PublicKey), string(out))
		assert.Equal(t, 2, strings.Count(string(out), "</script>"), string(out))
	}
}
