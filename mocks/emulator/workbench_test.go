package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
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
			Member string `json:"member"`
			Before any    `json:"before"`
			After  any    `json:"after"`
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
	maps.Copy(full, order)
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
	maps.Copy(order, more)
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

// TestWorkbenchFillsEachOperation sends the request that the workbench makes of each operation as
// it is. It must be accepted, and verified like any other.
func TestWorkbenchFillsEachOperation(t *testing.T) {
	t.Parallel()
	operations := operationsOf(t, newClient(t, emulator.Start(t), 0))
	require.Len(t, operations, 43)
	for _, operation := range operations {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			c := stocked(t, object{"environment": "sandbox"})
			accepts(t, c, operation, object{"environment": "sandbox"})
		})
	}
}

// The same in other regions, with the other algorithm and live. Operations that take something away
// come last.
func TestWorkbenchFillsElsewhere(t *testing.T) {
	t.Parallel()
	ending := regexp.MustCompile("^(Cancel|Close|Delete|UpdateCharge$|UpdateDispute|Capture)")
	for _, where := range []object{
		{"environment": "sandbox", "region": "eu"}, {"environment": "sandbox", "region": "jp", "algorithm": "AMZN-PAY-RSASSA-PSS"}, {"environment": "live"},
	} {
		t.Run(fmt.Sprint(where), func(t *testing.T) {
			t.Parallel()
			c := stocked(t, where)
			for _, operation := range operationsOf(t, c) {
				if ending.MatchString(operation) || operation == "GetReportDocument" && where["environment"] == "live" {
					continue // live, only settlements have documents, and they come by themselves
				}
				if operation == "FinalizeCheckoutSession" || operation == "ContestDispute" {
					continue // another one has taken the object that suits
				}
				accepts(t, c, operation, where)
			}
		})
	}
}

// accepts sends an operation as it is filled in.
func accepts(t *testing.T, c *client, operation string, where object) {
	t.Helper()
	a := c.sendFilled(operation, where)
	assert.Less(t, a.Answer.Status, 400, "%s\n%s\n%s", operation, a.Request.Body, a.Answer.Body)
	log := c.server.Requests()
	entry := log[len(log)-1]
	assert.Equal(t, operation, entry.Operation)
	assert.True(t, entry.Verified)
	assert.Equal(t, a.CanonicalRequest, entry.CanonicalRequest)
	assert.Equal(t, "amazonpay-emulator-workbench", entry.UserAgent)
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

// What the workbench sends passes the gate of every request: the signature that it shows is the
// merchant's, over the text that it shows, and what is wrong is refused.
func TestWorkbenchSends(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, algorithm := range []string{"AMZN-PAY-RSASSA-PSS-V2", "AMZN-PAY-RSASSA-PSS"} {
		order, _ := c.filled("CreateCheckoutSession", object{"algorithm": algorithm})
		a := c.bench("send", order)
		assert.Equal(t, http.StatusCreated, a.Answer.Status)
		authorization, err := signing.ParseAuthorization(a.Authorization)
		require.NoError(t, err)
		require.NoError(t, authorization.Verify(a.CanonicalRequest, &c.key.PublicKey))
		assert.Equal(t, authorization.Algorithm.StringToSign(a.CanonicalRequest), a.StringToSign)
		assert.Equal(t, base64.StdEncoding.EncodeToString(authorization.Signature), a.Signature)
		assert.True(t, strings.HasPrefix(a.StringToSign, algorithm+"\n"))
		assert.Contains(t, a.Request.Header, "authorization: "+a.Authorization)
		assert.Equal(t, order["body"], a.Request.Body)
		require.Len(t, a.Changes, 1)
		assert.Equal(t, "made", a.Changes[0].What)
	}
	order, _ := c.filled("CreateCheckoutSession", nil)
	first, again := c.bench("send", order), c.bench("send", order)
	assert.Equal(t, first.Answer.Body, again.Answer.Body, "the same idempotency key")
	assert.Empty(t, again.Changes)
	order["idempotencyKey"] = ""
	assert.Contains(t, c.bench("send", order).Answer.Body, "MissingHeader")
	order["body"] = `{"storeId":1}`
	order["idempotencyKey"] = "k"
	assert.Equal(t, http.StatusBadRequest, c.bench("send", order).Answer.Status)

	for _, m := range c.server.Description().Merchants[1:] { // another merchant's objects are not found
		var made object
		require.NoError(t, json.Unmarshal([]byte(first.Answer.Body), &made))
		a := c.bench("send", object{"merchant": m.MerchantID, "operation": "GetCheckoutSession", "id": made["checkoutSessionId"]})
		assert.Equal(t, http.StatusNotFound, a.Answer.Status)
	}
}

// The changes of an object are its members before and after.
func TestWorkbenchShowsChanges(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newChargeOf("", nil)
	a := f.sendFilled("CaptureCharge", nil)
	require.Equal(t, http.StatusOK, a.Answer.Status, a.Answer.Body)
	require.Len(t, a.Changes, 1)
	assert.Equal(t, "charge", a.Changes[0].Kind)
	assert.Equal(t, f.id, a.Changes[0].ID)
	assert.Equal(t, "changed", a.Changes[0].What)
	var members []string
	for _, row := range a.Changes[0].Rows {
		if row.Member == "statusDetails.state" {
			assert.Equal(t, "Authorized", row.Before)
			assert.Equal(t, "Captured", row.After)
		}
		members = append(members, row.Member)
	}
	assert.Equal(t, []string{"captureAmount.amount", "captureAmount.currencyCode", "softDescriptor", "statusDetails.state"}, members)
}

// Faults happen to the workbench's requests, too.
func TestWorkbenchMeetsFaults(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.newOpen()
	for kind, want := range map[emulator.FaultKind]struct {
		status int
		cut    bool
	}{
		emulator.FaultKindReset: {0, true}, emulator.FaultKindLoseAnswer: {0, true}, emulator.FaultKindTruncate: {200, true},
		emulator.FaultKindSlow: {200, false}, emulator.FaultKindStatus: {503, false},
	} {
		require.NoError(t, f.server.FailNext(1, emulator.Fault{Kind: kind, Delay: time.Millisecond}))
		a := f.sendFilled("GetCheckoutSession", nil)
		assert.Equal(t, want.status, a.Answer.Status, kind)
		assert.Equal(t, want.cut, a.Answer.Cut, kind)
	}
	assert.Equal(t, http.StatusOK, f.sendFilled("GetCheckoutSession", nil).Answer.Status)
}

// Each simulation code that the workbench offers is known to its operation.
func TestWorkbenchSimulationCodes(t *testing.T) {
	t.Parallel()
	c := stocked(t, object{"environment": "sandbox"})
	codes := 0
	for _, operation := range operationsOf(t, c) {
		order, a := c.filled(operation, nil)
		for _, code := range a.SimulationCodes {
			codes++
			order["simulationCode"], order["idempotencyKey"] = code, keyFor(a, codes)
			assert.NotContains(t, c.bench("send", order).Answer.Body, "does not support", "%s %s", operation, code)
		}
		order["simulationCode"], order["idempotencyKey"] = "Nonsense", keyFor(a, 0)
		if len(a.SimulationCodes) > 0 {
			assert.Contains(t, c.bench("send", order).Answer.Body, "does not support")
		}
	}
	assert.Equal(t, 29, codes)
}

// keyFor returns another idempotency key each time, for an operation that takes one.
func keyFor(a benchAnswer, n int) string {
	if a.IdempotencyKey == "" {
		return ""
	}
	return a.IdempotencyKey[:20] + strconv.Itoa(n)
}

// Orders of the workbench that cannot be carried out are refused with what is wrong, and nothing is
// sent.
func TestWorkbenchRefuses(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, row := range []struct {
		what   string
		order  object
		status int
		says   string
	}{
		{"send", object{"merchant": "nobody"}, 409, `unknown merchant \"nobody\"`},
		{"send", object{"region": "mars"}, 409, `unknown region \"mars\"`},
		{"send", object{"environment": "dream"}, 409, `want sandbox or live`},
		{"send", object{"algorithm": "none"}, 409, `none`},
		{"send", object{"actFor": "A1EMULATEDSHOPA"}, 409, `has not delegated`},
		{"send", object{"operation": "StealMoney"}, 404, `StealMoney`},
		{"send", object{"operation": "GetCharge"}, 409, `an id of the path is empty`},
		{"send", object{"operation": "GetReports", "query": "%zz"}, 409, `name=value`},
		{"send", object{"colour": "red"}, 400, `colour`},
		{"fill", object{"operation": "StealMoney"}, 404, `StealMoney`},
		{"code", object{"operation": "CreateRefund", "body": "{"}, 409, `the body cannot be read`},
		{"code", object{"operation": "GetReports", "query": "sun=1"}, 409, `no field for a parameter`},
		{"button", object{"kind": "Free"}, 404, `Free`},
		{"button", object{"kind": "OneTime", "payload": "{"}, 409, `the payload cannot be read`},
		{"button", object{"kind": "OneTime", "payload": "{}"}, 409, `the payload is empty`},
	} {
		full := object{"merchant": "A1EMULATEDSHOPA", "environment": "sandbox", "region": "na"}
		maps.Copy(full, row.order)
		text, err := json.Marshal(full)
		require.NoError(t, err)
		status, answered := c.control(http.MethodPost, "workbench/"+row.what, string(text))
		assert.Equal(t, row.status, status, "%v: %s", row.order, answered)
		assert.Contains(t, answered, row.says, "%v", row.order)
	}
	assert.Empty(t, c.server.Requests())
}

// No answer of the workbench has a private key, and a foreign page cannot drive it.
func TestWorkbenchKeepsItsSecrets(t *testing.T) {
	t.Parallel()
	c := stocked(t, object{"environment": "sandbox"})
	texts := []string{}
	for _, path := range []string{"workbench", "workbench.js", "workbench.css", "element.js", "workbench/choices"} {
		status, text := c.control(http.MethodGet, path, "")
		assert.Equal(t, http.StatusOK, status)
		texts = append(texts, text)
	}
	for _, order := range []string{
		`fill {"operation":"CreateStore"`, `send {"operation":"GetReports"`, `code {"operation":"CreateCheckoutSession","body":"{}"`, `button {"kind":"OneTime"`,
	} {
		name, body, _ := strings.Cut(order, " ")
		body += `,"merchant":"A1EMULATEDSHOPA","environment":"live","region":"na"}`
		status, text := c.control(http.MethodPost, "workbench/"+name, body)
		assert.Equal(t, http.StatusOK, status, text)
		texts = append(texts, text)
		token := c.server.Description().ControlToken
		for _, header := range [][]string{
			{"X-None", ""},
			{"Cookie", cookieOf(c) + "=" + token, "Sec-Fetch-Site", "cross-site"},
			{"Cookie", cookieOf(c) + "=" + token, "Origin", "https://shop.example"},
		} {
			status, text := c.control(http.MethodPost, "workbench/"+name, body, header...)
			assert.Equal(t, http.StatusUnauthorized, status, text)
		}
	}
	for _, m := range c.server.Description().Merchants {
		line := strings.Split(m.PrivateKeyPEM, "\n")[1]
		for _, text := range texts {
			assert.NotContains(t, text, line)
			assert.NotContains(t, text, "BEGIN PRIVATE KEY")
		}
	}
}

// A button's payload is signed as it is written, and the emulator's checkout.js accepts it.
func TestWorkbenchMakesButtons(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	for _, kind := range []string{"OneTime", "ProcessOrder", "Recurring", "SavedWallet", "SignIn", "SignInAndSetUp", "MultiAddress", "Donation"} {
		for _, algorithm := range []string{"AMZN-PAY-RSASSA-PSS-V2", "AMZN-PAY-RSASSA-PSS"} {
			a := c.bench("button", object{"kind": kind, "algorithm": algorithm, "placement": "Cart", "currency": "USD"})
			signed, ok := a.Config["createCheckoutSessionConfig"].(map[string]any)
			if !ok {
				signed, _ = a.Config["signInConfig"].(map[string]any)
			}
			assert.Equal(t, a.Payload, signed["payloadJSON"])
			form := url.Values{"region": {"na"}}
			for name, value := range map[string]any{
				"merchantId": a.Config["merchantId"], "productType": a.Config["productType"], "publicKeyId": signed["publicKeyId"], "sandbox": "true",
				"payloadJSON": signed["payloadJSON"], "signature": signed["signature"], "algorithm": signed["algorithm"],
			} {
				if text, ok := value.(string); ok {
					form.Set(name, text)
				}
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.base+"/checkout/check", strings.NewReader(form.Encode()))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := c.server.RoundTripper().RoundTrip(r)
			require.NoError(t, err)
			verdict, err := io.ReadAll(res.Body)
			require.NoError(t, errors.Join(err, res.Body.Close()))
			assert.JSONEq(t, `{"wrong":null,"detail":null}`, string(verdict), kind)
			assert.Contains(t, a.HTML, "amazon.Pay.renderButton(")
		}
	}
	a := c.bench("button", object{"kind": "OneTime", "placement": "Cart", "currency": "USD", "payload": `{"storeId": "</script><script>alert(1)"}`})
	assert.Equal(t, 2, strings.Count(a.HTML, "</script>"), "a payload does not end the script: %s", a.HTML)
}

// What was refunded or disputed already is not offered again.
func TestWorkbenchOffersWhatIsLeft(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	capturedCharge(f)
	for _, row := range []struct{ operation, member string }{{"CreateRefund", "refundAmount"}, {"CreateDispute", "disputeAmount"}} {
		left := func() float64 {
			_, a := f.filled(row.operation, nil)
			var body map[string]any
			require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
			price, ok := body[row.member].(map[string]any)
			require.True(t, ok, a.Body)
			amount, err := strconv.ParseFloat(fmt.Sprint(price["amount"]), 64)
			require.NoError(t, err)
			return amount
		}
		all := left()
		order, _ := f.filled(row.operation, nil)
		order["body"] = regexp.MustCompile(`"amount": "[^"]*"`).ReplaceAllString(fmt.Sprint(order["body"]), `"amount": "1.00"`)
		a := f.bench("send", order)
		require.Less(t, a.Answer.Status, 300, a.Answer.Body)
		assert.InDelta(t, all-1, left(), 0.001, row.operation)
	}
}

// A merchant can act only for those who have delegated to it.
func TestWorkbenchDelegates(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	_, text := c.control(http.MethodGet, "workbench/choices", "")
	assert.Contains(t, text, `"merchants":[{"id":"A1EMULATEDSHOPA","actsFor":["A2EMULATEDSHOPB"]},{"id":"A2EMULATEDSHOPB","actsFor":[]}]`)
	_, a := c.filled("CreateStore", object{"merchant": "A2EMULATEDSHOPB"})
	assert.Contains(t, a.Notes[0], "requires an authorization token")
}
