package emulator_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestKnownFacts(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	last := ""
	for _, f := range emulator.KnownFacts() {
		assert.Greater(t, f.Name, last, "they are in order, each once")
		last = f.Name
		assert.Equal(t, f.Default, f.Values[0])
		assert.Greater(t, len(f.Values), 1, f.Name)
		assert.NotEmpty(t, f.Says, f.Name)
		assert.Contains(t, string(readme), factRow(f), "README.md must have this row")
		f.Values[0] = "changed"
	}
	assert.NotEqual(t, "changed", emulator.KnownFacts()[0].Values[0], "each caller has a list of its own")
}

// factRow is a row of the README's table.
func factRow(f emulator.Fact) string {
	return "| `" + f.Name + "` | " + f.Says + " | **" + f.Default + "**, " + strings.Join(f.Values[1:], ", ") + " |\n"
}

func TestUnknownFactsAreRefused(t *testing.T) {
	t.Parallel()
	_, err := emulator.New(emulator.WithFacts(emulator.Facts{"no.such.fact": "x"}))
	require.ErrorContains(t, err, `"no.such.fact"`)
	require.ErrorContains(t, err, "idempotency.updateCharge", "it names the known ones")
	_, err = emulator.New(emulator.WithFacts(emulator.Facts{"refund.maxCount": "11"}))
	require.ErrorContains(t, err, `refund.maxCount cannot be "11": want one of 10, 5, 15, 25, none`)
	_, err = emulator.New(emulator.WithMaxAge(time.Minute), emulator.WithFacts(emulator.Facts{"date.maxAge": "1h"}))
	require.ErrorContains(t, err, "date.maxAge")
	_, err = emulator.New(emulator.WithMaxAge(time.Minute), emulator.WithFacts(emulator.Facts{"refund.maxCount": "5"}))
	require.NoError(t, err)
}

func TestFactsAreReadFromAFile(t *testing.T) {
	t.Parallel()
	want := emulator.Facts{"refund.maxCount": "5"}
	for _, text := range []string{`{"refund.maxCount":"5"}`, `{"version":1,"facts":{"refund.maxCount":"5"},"results":[{"fact":"x"}]}`} {
		var read emulator.Facts
		require.NoError(t, json.Unmarshal([]byte(text), &read), text)
		assert.Equal(t, want, read)
		again, err := json.Marshal(read)
		require.NoError(t, err)
		assert.JSONEq(t, `{"refund.maxCount":"5"}`, string(again))
	}
}

// An error names what is wrong, and is short, however large the file is.
func TestWrongFactsAreNamed(t *testing.T) {
	t.Parallel()
	for text, named := range map[string]string{
		`[]`: "an object", `null`: "an object", `"x"`: "an object", `{"facts":[]}`: "facts", `{"facts":null}`: "facts", `{`: "unexpected end",
		`{"refund.maxCount":5}`: `"refund.maxCount" is not a text`, `{"facts":{"refund.maxCount":null}}`: `"refund.maxCount" is not a text`, `{"version":1}`: `"version"`,
		`{"refund.maxCount":"5","refund.maxCount":"25"}`:          `"refund.maxCount" stands twice`,
		`{"facts":{"refund.maxCount":"5","refund.maxCount":"5"}}`: `"refund.maxCount" stands twice`,
		`{"facts":{},"facts":{"refund.maxCount":"5"}}`:            `"facts" stands twice`,
		`{"FACTS":{"refund.maxCount":"5"}}`:                       `"FACTS" is not a text`,
		strings.Repeat(`{"facts":`, 20_000):                       "depth",
		strings.Repeat("[", 1_000_000):                            "depth",
		`{"facts":{"refund.maxCount":"5"}} {}`:                    "after top-level",
		`{"` + strings.Repeat("x", 1_000_000) + `":1}`:            "xxx",
		`{"facts":{"` + strings.Repeat("\u001b", 1000) + `":[]}}`: `\x1b`,
	} {
		var read emulator.Facts
		err := read.UnmarshalJSON([]byte(text))
		require.ErrorContains(t, err, named)
		assert.Less(t, len(err.Error()), 400)
		assert.Nil(t, read)
	}
	for _, facts := range []emulator.Facts{{strings.Repeat("x", 1_000_000): "x"}, {"refund.maxCount": strings.Repeat("x", 1_000_000)}} {
		_, err := emulator.New(emulator.WithFacts(facts))
		require.ErrorContains(t, err, "refund.maxCount")
		assert.Less(t, len(err.Error()), 5000)
	}
	for range 20 { // always the same one of two
		_, err := emulator.New(emulator.WithFacts(emulator.Facts{"b": "x", "a": "x"}))
		require.ErrorContains(t, err, `unknown fact "a"`)
	}
}

// The facts hold for what was there before, after a reset, and over a restart that has them again.
func TestFactsStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	free := emulator.WithFacts(emulator.Facts{"permission.balance.authorized": "free"})
	server := emulator.Start(t, emulator.WithStateFile(path))
	balance := func(c *client, id string) any {
		return c.get("/chargePermissions/"+id).must(t, http.StatusOK).at("limits", "amountBalance", "amount")
	}
	c := newClient(t, server, 0)
	_, id := c.newCharge("Authorize", "10")
	assert.Equal(t, "0.00", balance(c, id))
	require.NoError(t, server.Close())

	server = emulator.Start(t, emulator.WithStateFile(path), free)
	c = newClient(t, server, 0)
	assert.Equal(t, "10.00", balance(c, id))
	server.Reset()
	_, id = c.newCharge("Authorize", "10")
	assert.Equal(t, "10.00", balance(c, id))
	require.NoError(t, server.Close())

	server = emulator.Start(t, emulator.WithStateFile(path))
	c = newClient(t, server, 0)
	assert.Equal(t, "0.00", balance(c, id), "the file has no facts")
}

// Each option adds to those before it.
func TestFactsAddUp(t *testing.T) {
	t.Parallel()
	facts := emulator.Facts{"refund.maxCount": "5"}
	server := emulator.Start(t, emulator.WithFacts(facts), emulator.WithFacts(emulator.Facts{"complete.beforeBuyer": "400 InvalidRequest"}))
	facts["refund.maxCount"] = "25" // too late
	c := newClient(t, server, 0)
	c.post("/checkoutSessions/"+c.newSession("Authorize", "10")+"/complete", object{"chargeAmount": usd("10")}).refused(t, http.StatusBadRequest, "InvalidRequest")
	charge, _ := c.newCharge("AuthorizeWithCapture", "10")
	for range 5 {
		c.post("/refunds", object{"chargeId": charge, "refundAmount": usd("1")}).must(t, http.StatusCreated)
	}
	c.post("/refunds", object{"chargeId": charge, "refundAmount": usd("1")}).refused(t, http.StatusUnprocessableEntity, "TransactionCountExceeded")
}

// What only this SDK's requests show, and a button: the command probe looks at everything else.
func TestFactsOfStrictRequests(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithFacts(emulator.Facts{
		"headers.simulationCode.unsigned": "refused", "idempotency.missing.createCheckoutSession": "accepted",
		"dispute.timestamps": "milliseconds", "members.signInCancelUrl": "refused",
	})), 0)
	c.with("X-Amz-Pay-Simulation-Code", "SoftDeclined").post("/charges", object{"chargePermissionId": "S01-0000000-0000000", "chargeAmount": usd("1")}).
		refused(t, http.StatusForbidden, "InvalidRequestSignature")

	r, raw := c.request(http.MethodPost, "/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review"}, "storeId": c.store(),
	})
	r.Header.Del(keyHeader)
	a, err := c.send(c.sign(r, raw))
	require.NoError(t, err)
	a.must(t, http.StatusCreated)

	charge, _ := c.newCharge("AuthorizeWithCapture", "10")
	dispute := c.post("/disputes", object{
		"chargeId": charge, "disputeAmount": usd("1"), "filingReason": "Other", "filingTimestamp": 1_700_000_000_000,
		"statusDetails": object{"state": "ActionRequired"},
	}).must(t, http.StatusOK)
	assert.Equal(t, "20231114T221320Z", dispute.at("filingTimestamp"))

	payload := c.shopPayload()
	payload["webCheckoutDetails"] = object{"checkoutReviewReturnUrl": "https://shop.example/review", "signInCancelUrl": "https://shop.example/no"}
	assert.Equal(t, http.StatusBadRequest, c.visit("/checkout/start", c.button("PayAndShip", payload)).status)
}
