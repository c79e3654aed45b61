package conformance_test

import (
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// roots are the requests and answers of all methods, from which every type with members is reached.
func roots() []reflect.Type {
	var types []reflect.Type
	for _, api := range []reflect.Type{
		reflect.TypeFor[webstore.API](), reflect.TypeFor[instore.API](), reflect.TypeFor[delivery.API](), reflect.TypeFor[authtoken.API](),
	} {
		for method := range api.Methods() {
			for in := range method.Type.Ins() {
				types = append(types, in)
			}
			for out := range method.Type.Outs() {
				types = append(types, out)
			}
		}
	}
	return append(types, reflect.TypeFor[webstore.Disbursement]()) // of an iterator
}

// notOnTheWire are types of methods that are no objects of the API: filters become queries, a file
// bytes.
var notOnTheWire = []string{"GetReportsRequest", "GetReportSchedulesRequest", "GetDisbursementsRequest", "UploadEvidenceRequest"}

// scalars are structs that are one value on the wire.
var scalars = []reflect.Type{reflect.TypeFor[amazonpay.Time](), reflect.TypeFor[webstore.UnixTime](), reflect.TypeFor[amazonpay.Secret](), reflect.TypeFor[amazonpay.Meta]()}

// members collects the JSON members of a type and of all below it, by the type's name.
func members(found map[string][]string, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		members(found, t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	ours := strings.HasPrefix(t.PkgPath(), "github.com/amazonpay-go/sdk/")
	if _, known := found[t.Name()]; known || !ours || slices.Contains(scalars, t) || slices.Contains(notOnTheWire, t.Name()) || t.NumMethod() > 0 && t.Name() == "CallOption" {
		return
	}
	found[t.Name()] = nil
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			found[t.Name()] = append(found[t.Name()], name)
			members(found, f.Type)
		}
	}
}

// TestFields holds that the description and the Go types have the same members.
func TestFields(t *testing.T) {
	t.Parallel()
	c := theContract(t)
	found := map[string][]string{}
	for _, root := range roots() {
		members(found, root)
	}
	described := map[string]bool{}
	for name, schema := range c.model.Components.Schemas.FromOldest() {
		own := strings.TrimSuffix(name, "Input")
		described[own] = true
		if own == "APIError" {
			continue // decoded by amazonpay itself
		}
		fields, ok := found[own]
		if !assert.True(t, ok, "%s is no type that a method takes or gives", name) {
			continue
		}
		var properties []string
		for property := range schema.Schema().Properties.FromOldest() {
			properties = append(properties, property)
		}
		assert.ElementsMatch(t, properties, fields, name)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if len(found[name]) > 0 {
			assert.True(t, described[name], "%s is not in the description", name)
		}
	}
	assert.Greater(t, len(described), 80)
}

// TestContractRefuses shows that the checks of the other tests can fail.
func TestContractRefuses(t *testing.T) {
	t.Parallel()
	c := &checked{t: t, contract: theContract(t)}
	request := func(method, path, body string, header ...string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), method, "https://127.0.0.1/v2"+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Amz-Pay-Idempotency-Key", "key-1")
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return r
	}
	const charge = `"chargePermissionId":"S01-0000000-0000000","chargeAmount":{"amount":"1.00","currencyCode":"USD"}`
	for name, row := range map[string]struct {
		method, path, body, key string
		ok                      bool
	}{
		"right":                             {http.MethodPost, "/charges", `{` + charge + `}`, "key-1", true},
		"an unknown member":                 {http.MethodPost, "/charges", `{` + charge + `,"shop":"x"}`, "key-1", false},
		"a wrong type":                      {http.MethodPost, "/charges", `{` + charge + `,"captureNow":"true"}`, "key-1", false},
		"null":                              {http.MethodPost, "/charges", `{` + charge + `,"captureNow":null}`, "key-1", false},
		"a number for an amount":            {http.MethodPost, "/charges", `{"chargePermissionId":"S01","chargeAmount":{"amount":1,"currencyCode":"USD"}}`, "key-1", false},
		"a required member is missing":      {http.MethodPost, "/charges", `{"chargePermissionId":"S01"}`, "key-1", false},
		"no body":                           {http.MethodPost, "/charges", ``, "key-1", false},
		"a text that is too long":           {http.MethodPost, "/charges", `{` + charge + `,"softDescriptor":"12345678901234567"}`, "key-1", false},
		"a value that is not known":         {http.MethodPost, "/charges", `{` + charge + `,"channel":"Pigeon"}`, "key-1", false},
		"a key that is too long":            {http.MethodPost, "/charges", `{` + charge + `}`, strings.Repeat("k", 33), false},
		"no key":                            {http.MethodPost, "/charges", `{` + charge + `}`, "", false},
		"a DELETE":                          {http.MethodDelete, "/charges/c/cancel", `{"cancellationReason":"x"}`, "", true},
		"a DELETE with a wrong body":        {http.MethodDelete, "/charges/c/cancel", `{"cancellationReason":5}`, "", false},
		"a DELETE without a body":           {http.MethodDelete, "/charges/c/cancel", ``, "", false},
		"a nested member that is not known": {http.MethodPost, "/merchantAccounts", `{"uniqueReferenceId":"x","businessInfo":{"shop":"x"}}`, "key-1", false},
		"the one of two bodies":             {http.MethodPost, "/merchantAccounts", `{"uniqueReferenceId":"x","businessInfo":{"email":"x"}}`, "key-1", true},
		"the other of two bodies":           {http.MethodPost, "/merchantAccounts", `{"uniqueReferenceId":"x","primaryContactPerson":{"dateOfBirth":"x"}}`, "key-1", true},
		"a page that is too large":          {http.MethodGet, "/reports?pageSize=101", ``, "", false},
		"a query that is missing":           {http.MethodGet, "/authorizationTokens/t", ``, "", false},
		"a path that is not there":          {http.MethodGet, "/shops/1", ``, "", false},
	} {
		r := request(row.method, row.path, row.body)
		if r.Header.Set("X-Amz-Pay-Idempotency-Key", row.key); row.key == "" {
			r.Header.Del("X-Amz-Pay-Idempotency-Key")
		}
		assert.Equal(t, row.ok, len(c.requestProblems(r, []byte(row.body))) == 0, "%s: %v", name, c.requestProblems(r, []byte(row.body)))
	}
	for name, row := range map[string]struct {
		status int
		body   string
		ok     bool
	}{
		"right":               {200, `{"refundId":"r","refundAmount":{"amount":"1.00","currencyCode":"USD"},"softDescriptor":null}`, true},
		"a new member":        {200, `{"refundId":"r","future":1}`, true},
		"a wrong type":        {200, `{"refundId":5}`, false},
		"a wrong inner type":  {200, `{"statusDetails":{"state":[]}}`, false},
		"a list":              {200, `[]`, false},
		"a refusal":           {404, `{"reasonCode":"ResourceNotFound","message":"x"}`, true},
		"a refusal in a list": {404, `[]`, false},
		"no body":             {200, ``, false},
	} {
		r := request(http.MethodGet, "/refunds/r", "")
		res := &http.Response{StatusCode: row.status, Status: http.StatusText(row.status), Header: http.Header{"Content-Type": {"application/json"}}}
		res.Status = map[int]string{200: "200 OK", 404: "404 Not Found"}[row.status]
		problems := c.answerProblems(r, res, []byte(row.body))
		assert.Equal(t, row.ok, len(problems) == 0, "%s: %v", name, problems)
	}
}

// TestEmulatorKeepsTheContract calls all 43 operations through their typed methods, in one story
// against the emulator: each request and each answer is valid, and the log names all.
func TestEmulatorKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	network := &checked{t: t, contract: theContract(t), presence: newPresence(), base: server.RoundTripper()}
	connect := func(opts ...amazonpay.CallOption) shop {
		return newShop(t, server.Description(), server.Description().Merchants[0].KeyIDs.Sandbox, network, opts...)
	}
	tellAll(t, server, connect)
	_, err := connect().GetCharge(t.Context(), "S01-0000000-0000000-C000000")
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "an error keeps the contract too: %v", err)

	missing := map[string]bool{}
	for _, o := range all {
		missing[ourName(o.name)] = true
	}
	assert.Len(t, missing, 43)
	refused := 0
	for _, r := range server.Requests() {
		assert.True(t, r.Verified, r.Operation)
		assert.True(t, r.Strict, r.Operation)
		if r.Status < 400 {
			delete(missing, r.Operation)
		} else {
			refused++
		}
	}
	assert.Empty(t, missing, "operations that have not succeeded")
	assert.Positive(t, refused, "a refusal is an answer too")
}
