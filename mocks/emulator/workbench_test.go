package emulator_test

import (
	"encoding/json"
	"go/format"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// benchAnswer is an answer of the workbench.
type benchAnswer struct {
	ID              string           `json:"id"`
	Sub             string           `json:"sub"`
	Query           string           `json:"query"`
	Body            string           `json:"body"`
	ActFor          string           `json:"actFor"`
	IdempotencyKey  string           `json:"idempotencyKey"`
	SimulationCodes []string         `json:"simulationCodes"`
	Notes           []string         `json:"notes"`
	Choices         []map[string]any `json:"choices"`

	CanonicalRequest string `json:"canonicalRequest"`
	StringToSign     string `json:"stringToSign"`
	Signature        string `json:"signature"`
	Authorization    string `json:"authorization"`
	Request          struct {
		Line   string   `json:"line"`
		Header []string `json:"header"`
		Body   string   `json:"body"`
	} `json:"request"`
	Answer struct {
		Status int      `json:"status"`
		Cut    bool     `json:"cut"`
		Header []string `json:"header"`
		Body   string   `json:"body"`
	} `json:"answer"`
	Changes []struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
		What string `json:"what"`
		Rows []struct {
			Member        string `json:"member"`
			Before, After any
		} `json:"rows"`
	} `json:"changes"`

	Go   string `json:"go"`
	Curl string `json:"curl"`
	Node string `json:"node"`
	HTML string `json:"html"`

	Payload string         `json:"payload"`
	Config  map[string]any `json:"config"`
}

// bench asks the workbench, with the members of order and the usual sender.
func (c *client) bench(what string, order object) benchAnswer {
	c.tb.Helper()
	full := object{"merchant": c.server.Description().Merchants[0].MerchantID, "environment": "sandbox", "region": c.region, "algorithm": "AMZN-PAY-RSASSA-PSS-V2"}
	for name, value := range order {
		full[name] = value
	}
	text, err := json.Marshal(full)
	require.NoError(c.tb, err)
	status, answered := c.control(http.MethodPost, "workbench/"+what, string(text))
	require.Equal(c.tb, http.StatusOK, status, answered)
	var a benchAnswer
	require.NoError(c.tb, json.Unmarshal([]byte(answered), &a))
	return a
}

// filled returns the order that the workbench makes for an operation, and what it says.
func (c *client) filled(operation string, more object) (object, benchAnswer) {
	c.tb.Helper()
	order := object{"operation": operation}
	for name, value := range more {
		order[name] = value
	}
	a := c.bench("fill", order)
	order["id"], order["sub"], order["query"], order["body"] = a.ID, a.Sub, a.Query, a.Body
	order["actFor"], order["idempotencyKey"] = a.ActFor, a.IdempotencyKey
	return order, a
}

// send sends the request that the workbench makes for an operation, as it is.
func (c *client) sendFilled(operation string, more object) benchAnswer {
	c.tb.Helper()
	order, a := c.filled(operation, more)
	assert.Empty(c.tb, a.Notes, operation)
	return c.bench("send", order)
}

// stocked is an emulator that has an object for each operation, made with the workbench itself.
func stocked(t *testing.T, where object) *client {
	t.Helper()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	must := func(operation string) benchAnswer {
		t.Helper()
		a := c.sendFilled(operation, where)
		require.Less(t, a.Answer.Status, 300, "%s: %s", operation, a.Answer.Body)
		require.False(t, a.Answer.Cut)
		return a
	}
	idOf := func(a benchAnswer, member string) string {
		var o object
		require.NoError(t, json.Unmarshal([]byte(a.Answer.Body), &o))
		id, _ := o[member].(string)
		require.NotEmpty(t, id, a.Answer.Body)
		return id
	}
	for range 2 { // a permission with an amount left, and an authorization
		require.NoError(t, s.Buyer().Approve(idOf(must("CreateCheckoutSession"), "checkoutSessionId")))
		must("CompleteCheckoutSession")
	}
	must("CaptureCharge")
	must("CreateRefund")
	must("MerchantScan")
	must("CreateCharge")
	must("MerchantScan")
	must("MerchantScan")
	must("InStoreCharge")
	must("CreateDispute")
	must("CreateReportSchedule")
	must("CreateMerchantAccount")
	must("CreateStore")
	require.NoError(t, s.Buyer().Approve(idOf(must("CreateCheckoutSession"), "checkoutSessionId")))
	require.NoError(t, s.Buyer().SignIn(idOf(must("CreateCheckoutSession"), "checkoutSessionId")))
	for range 2 { // one in time, one captured for a refund at the till
		must("MerchantScan")
	}
	must("InStoreCharge")
	require.NoError(t, s.Advance(time.Minute))
	s.Settle()
	must("CreateReport")
	require.NoError(t, s.Advance(time.Minute))
	return c
}

// TestWorkbenchFillsEachOperation sends the request that the workbench makes of each operation as it
// is. It must be accepted, and verified like any other.
func TestWorkbenchFillsEachOperation(t *testing.T) {
	t.Parallel()
	for _, where := range []object{{"environment": "sandbox"}, {"environment": "sandbox", "region": "eu"}, {"environment": "sandbox", "region": "jp", "algorithm": "AMZN-PAY-RSASSA-PSS"}, {"environment": "live"}} {
		env, _ := json.Marshal(where)
		t.Run(string(env), func(t *testing.T) {
			t.Parallel()
			probe := stocked(t, where)
			operations := operationsOf(t, probe)
			require.Len(t, operations, 43)
			for _, operation := range operations {
				if operation == "GetReportDocument" && where["environment"] == "live" {
					continue // only settlements have documents, and those come by themselves
				}
				t.Run(operation, func(t *testing.T) {
					t.Parallel()
					c := stocked(t, where)
					a := c.sendFilled(operation, where)
					assert.Less(t, a.Answer.Status, 400, "%s\n%s", a.Request.Body, a.Answer.Body)
					log := c.server.Requests()
					entry := log[len(log)-1]
					assert.Equal(t, operation, entry.Operation)
					assert.True(t, entry.Verified)
					assert.Equal(t, a.CanonicalRequest, entry.CanonicalRequest)
					assert.Equal(t, "amazonpay-emulator-workbench", entry.UserAgent)
				})
			}
		})
	}
}

func operationsOf(t *testing.T, c *client) []string {
	t.Helper()
	status, text := c.control(http.MethodGet, "workbench/choices", "")
	require.Equal(t, http.StatusOK, status, text)
	var choices struct {
		Operations []struct {
			Operation string `json:"operation"`
		} `json:"operations"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &choices))
	var names []string
	for _, o := range choices.Operations {
		names = append(names, o.Operation)
	}
	return names
}

var _ = format.Source
var _ = strings.Contains
var _ = signing.PSSV2
