package amazonpay_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// nested is an answer with every kind of member.
type nested struct {
	amazonpay.Response
	lent

	ID      string                     `json:"id"`
	Status  amazonpay.StatusDetails    `json:"statusDetails"`
	Price   amazonpay.Price            `json:"price"`
	Pointer **amazonpay.Price          `json:"pointer"`
	List    []*amazonpay.Price         `json:"list"`
	Lists   [][]string                 `json:"lists"`
	Array   [2]amazonpay.Bool          `json:"array"`
	Map     map[string]amazonpay.Price `json:"map"`
	Count   int                        `json:"count,string"`
	Time    amazonpay.Time             `json:"time"`
	Secret  amazonpay.Secret           `json:"secret"`
	Text    inText                     `json:"inText"`
	Any     any                        `json:"any"`
}

type lent struct {
	Lent string `json:"lent"`
	Deep struct {
		Name string `json:"name"`
	} `json:"deep"`
}

// inText is an object that is encoded in a string.
type inText struct {
	A string `json:"A"`
	B string `json:"B"`
}

func (i *inText) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	type plain inText
	return json.Unmarshal([]byte(text), (*plain)(i))
}

// A member with an unexpected JSON type is skipped and named, and the rest is decoded.
// https://github.com/amzn/amazon-pay-api-sdk-dotnet broke shops twice because of such a member.
func TestUndecodedMembers(t *testing.T) {
	t.Parallel()
	const good = `"id":"1","statusDetails":{"state":"Captured"},"price":{"amount":"14.00","currencyCode":"USD"}`
	for bad, want := range map[string]string{
		`"lent":5`:                     "lent",
		`"deep":{"name":{},"other":5}`: "deep.name",
		`"deep":"x"`:                   "deep",
		`"DEEP":[]`:                    "DEEP",
		`"pointer":"14.00"`:            "pointer",
		`"pointer":{"amount":true}`:    "pointer.amount",
		`"list":"[]"`:                  "list",
		`"list":{"amount":"1"}`:        "list",
		`"list":[{"amount":"1"},"x",null,{"amount":[]},{"amount":"2"}]`: "list[1] list[3].amount",
		`"lists":[["a",5,"b"],"c",["d"]]`:                               "lists[0][1] lists[1]",
		`"array":[true,"yes"]`:                                          "array[1]",
		`"map":[]`:                                                      "map",
		`"map":{"a":{"amount":"1"},"b":7}`:                              "map.b",
		`"count":5`:                                                     "count",
		`"time":"tomorrow"`:                                             "time",
		`"time":{}`:                                                     "time",
		`"secret":{"a":"b"}`:                                            "secret",
		`"inText":"{\"A\":\"a\",\"B\":5}"`:                              "inText.B",
		`"inText":"[]"`:                                                 "inText",
		`"inText":{"A":"a"}`:                                            "inText",
		`"statusDetails":{"state":"Captured","reasonCode":7,"lastUpdatedTimestamp":true}`: "statusDetails.reasonCode statusDetails.lastUpdatedTimestamp",
		`"lent":5,"secret":1,"any":{"x":[5]}`:                                             "lent secret",
	} {
		for _, body := range []string{"{" + good + "," + bad + "}", "{" + bad + "," + good + "}"} {
			out, err := amazonpay.Do[nested](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, body))), getOp, nil)
			require.NoError(t, err, body)
			assert.Equal(t, strings.Fields(want), out.Meta.Undecoded, body)
			assert.Equal(t, "1", out.ID, body)
			assert.Equal(t, amazonpay.StateCaptured, out.Status.State, body)
			assert.Equal(t, "14.00 USD", out.Price.String(), body)
			assert.Equal(t, body, string(out.Meta.Raw))
		}
	}

	body := `{"list":[{"amount":"1"},"x",{"amount":[],"currencyCode":"USD"}],"lists":[["a",5,"b"],"c"],"map":{"a":{"amount":"1"},"b":7},"count":"5",` +
		`"inText":"{\"A\":\"a\",\"B\":5}","deep":{"name":5},"lent":"<é>","any":[1,"2"],"pointer":{"amount":"3","currencyCode":4}}`
	out, err := amazonpay.Do[nested](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, body))), getOp, nil)
	require.NoError(t, err)
	assert.Equal(t, []*amazonpay.Price{{Amount: "1"}, nil, {CurrencyCode: "USD"}}, out.List, "the others keep their places")
	assert.Equal(t, [][]string{{"a", "", "b"}, nil}, out.Lists)
	assert.Equal(t, map[string]amazonpay.Price{"a": {Amount: "1"}}, out.Map)
	assert.Equal(t, 5, out.Count)
	assert.Equal(t, inText{A: "a"}, out.Text)
	assert.Equal(t, "<é>", out.Lent)
	assert.Equal(t, []any{1., "2"}, out.Any)
	assert.Equal(t, amazonpay.Price{Amount: "3"}, **out.Pointer)
}

// An answer without the id that the operation returns may not be the service's. An answer without
// the state is the service's, but useless. Neither is decoded as a zero value.
func TestIDAndStateAreNotLeftOut(t *testing.T) {
	t.Parallel()
	op := chargeOp
	op.Returns = "id"
	for body, want := range map[string]amazonpay.Outcome{
		`{"id":5,"statusDetails":{"state":"Captured"}}`:                amazonpay.OutcomeUnknown,
		`{"id":{},"price":"14.00"}`:                                    amazonpay.OutcomeUnknown,
		`{"price":"14.00","statusDetails":{"state":"Captured"}}`:       amazonpay.OutcomeUnknown,
		`{"id":"1","statusDetails":"Captured"}`:                        amazonpay.OutcomeDone,
		`{"id":"1","statusDetails":{"state":["Captured"]},"price":[]}`: amazonpay.OutcomeDone,
		`{"id":"1","StatusDetails":{"State":{}}}`:                      amazonpay.OutcomeDone,
	} {
		out, err := amazonpay.Do[nested](t.Context(), newClient(t, newNetwork(answer(http.StatusCreated, body))), op, goodCharge())
		assert.Nil(t, out)
		failed := callError(t, err)
		assert.Equal(t, want, failed.Outcome, body)
		assert.True(t, amazonpay.Advise(err).Unsettled)
		assert.NotEmpty(t, failed.Meta.Undecoded)
		assert.Equal(t, body, string(failed.Meta.Raw))
	}
	_, err := amazonpay.Do[nested](t.Context(), newClient(t, newNetwork(answer(http.StatusCreated, `{"id":"1","price":"14.00"}`))), op, goodCharge())
	require.NoError(t, err)
}

func TestUnderstood(t *testing.T) {
	t.Parallel()
	meta := &amazonpay.Meta{Undecoded: []string{"refundedAmount", "limits.amountLimit", "list[2].name", "statusDetails.state"}}
	for _, member := range []string{
		"refundedAmount", "refundedamount", "refundedAmount.amount", "limits", "limits.amountLimit", "list", "list[2]", "list[2].name", "statusDetails",
	} {
		assert.False(t, meta.Understood(member), member)
	}
	for _, member := range []string{"refunded", "refundedAmounts", "limits.amountBalance", "list[1]", "list[22]", "lists", "chargeId", ""} {
		assert.True(t, meta.Understood(member), member)
	}
	assert.True(t, (*amazonpay.Meta)(nil).Understood("refundedAmount"))
}

// The log has the names of the members, and not their values.
func TestUndecodedMembersAreLogged(t *testing.T) {
	t.Parallel()
	seen := new(transcript)
	n := newNetwork(answer(http.StatusOK, `{"shippingAddress":"Susie Smith","price":["Susie Smith"]}`), answer(http.StatusOK, `{}`))
	client := newClient(t, n, amazonpay.WithLogger(slog.New(slog.NewTextHandler(seen, nil))))
	for range 2 {
		_, err := amazonpay.Do[everything](t.Context(), client, getOp, nil)
		require.NoError(t, err)
	}
	require.Len(t, seen.lines, 1)
	assert.Contains(t, seen.lines[0], `level=WARN msg="amazon pay answer has members that could not be decoded" operation=GetCheckoutSession request_id=request-1 members="[shippingAddress price]" count=2`)
	assert.NotContains(t, seen.lines[0], "Susie")

	long := `{"prices":[` + strings.Repeat(`5,`, 99) + `5]}`
	seen.lines = nil
	out, err := amazonpay.Do[everything](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, long)), amazonpay.WithLogger(slog.New(slog.NewTextHandler(seen, nil)))), getOp, nil)
	require.NoError(t, err)
	assert.Len(t, out.Meta.Undecoded, 100, "none is forgotten")
	assert.Less(t, len(seen.lines[0]), 2000)
	text, err := json.Marshal(out.Meta)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"undecoded":100`)
	assert.Contains(t, fmt.Sprint(out.Meta), "undecoded=100")
}

// A hostile answer is treated as undecodable, and costs no more.
func TestUndecodedIsBounded(t *testing.T) {
	t.Parallel()
	type list struct {
		amazonpay.Response

		Map  map[string][]string `json:"map"`
		List []string            `json:"list"`
	}
	for name, body := range map[string]string{
		"members":   `{"list":[` + strings.Repeat(`1,`, 200_000) + `1]}`,
		"long name": `{"map":{"` + strings.Repeat("x", 200_000) + `":[` + strings.Repeat(`1,`, 50_000) + `1]}}`,
		"101":       `{"list":[` + strings.Repeat(`1,`, 100) + `1]}`,
	} {
		_, err := amazonpay.Do[list](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, body))), getOp, nil)
		_, ok := errors.AsType[*amazonpay.DecodeError](err)
		assert.True(t, ok, "%s: %v", name, err)
		assert.Less(t, len(fmt.Sprint(err)), 1000, name)
	}
}

// Whatever the answer is, the members that are kept fit, and those that are skipped do not.
func FuzzUndecoded(f *testing.F) {
	f.Add([]byte(`{"list":[{"amount":"1"},"x"],"deep":{"name":5},"inText":"{\"A\":5}","map":{"a":{"amount":{}}}}`))
	f.Add([]byte(`{"id":5,"ID":"1","id":"2","array":[1,2,3],"time":true}`))
	f.Add([]byte(`{"a":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `,"lists":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		out := new(nested)
		n := newNetwork(answer(http.StatusOK, string(body)))
		meta, err := newClient(t, n).Call(t.Context(), getOp, nil, out)
		var want nested
		strict := json.Unmarshal(body, &want)
		switch {
		case !json.Valid(body), err != nil:
			require.Error(t, err)
		case strict == nil:
			require.Empty(t, meta.Undecoded)
			require.Equal(t, want, *out)
		default:
			require.NotEmpty(t, meta.Undecoded)
			require.False(t, slices.Contains(meta.Undecoded, ""))
		}
	})
}

// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/5: the SDK threw on an unknown reason
// code.
func TestUnknownMembersAndValues(t *testing.T) {
	t.Parallel()
	body := `{"id":"1","new":{"deep":[1,{"x":null}]},"statusDetails":{"state":"Teleported","reasonCode":"Unheard","more":1},` +
		`"price":{"amount":"1.5","currencyCode":"XTS"},"releaseEnvironment":"Moon"}`
	out, err := amazonpay.Do[everything](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, body))), getOp, nil)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.State("Teleported"), out.StatusDetails.State)
	assert.Equal(t, amazonpay.ReasonCode("Unheard"), out.StatusDetails.ReasonCode)
	assert.Equal(t, amazonpay.Price{Amount: "1.5", CurrencyCode: "XTS"}, out.Price)
	assert.Equal(t, amazonpay.ReleaseEnvironment("Moon"), out.ReleaseEnvironment)
	assert.JSONEq(t, body, string(out.Meta.Raw), "all of it can be reached")

	_, err = newClient(t, newNetwork(answer(http.StatusTeapot, `{"reasonCode":"Unheard","message":"of","more":1}`))).Call(t.Context(), getOp, nil, nil)
	assert.True(t, amazonpay.HasReason(err, "Unheard"))
}

func TestNullAnywhere(t *testing.T) {
	t.Parallel()
	full := map[string]any{
		"id": "1", "token": "t", "flag": true, "creationTimestamp": "20260102T030405Z", "releaseEnvironment": "Sandbox",
		"price": map[string]any{"amount": "1", "currencyCode": "USD"}, "limit": map[string]any{"amount": "1", "currencyCode": "USD"},
		"statusDetails":   map[string]any{"state": "Open", "reasonCode": "x", "reasonDescription": "y", "lastUpdatedTimestamp": "20260102T030405Z"},
		"shippingAddress": map[string]any{"name": "n", "city": "c", "phoneNumber": "1"},
		"prices":          []any{map[string]any{"amount": "1", "currencyCode": "USD"}},
		"named":           map[string]any{"a": map[string]any{"amount": "1", "currencyCode": "USD"}},
	}
	var replaced int
	var replace func(v any, set func(any))
	check := func() {
		body, err := json.Marshal(full)
		require.NoError(t, err)
		out, err := amazonpay.Do[everything](t.Context(), newClient(t, newNetwork(answer(http.StatusOK, string(body)))), getOp, nil)
		require.NoError(t, err, "%s", body)
		require.NotNil(t, out.Meta)
		replaced++
	}
	replace = func(v any, set func(any)) {
		if set != nil {
			set(nil)
			check()
			set(v)
		}
		switch v := v.(type) {
		case map[string]any:
			for name, inner := range v {
				replace(inner, func(x any) { v[name] = x })
			}
		case []any:
			for i, inner := range v {
				replace(inner, func(x any) { v[i] = x })
			}
		}
	}
	replace(full, nil)
	assert.Greater(t, replaced, 20)
}
