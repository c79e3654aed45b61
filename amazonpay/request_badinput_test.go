package amazonpay_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Each invalid call returns a *CallError that wraps a *FieldError with the field and the rule.
// Nothing is sent.
func TestBadCall(t *testing.T) {
	t.Parallel()
	type row struct {
		op    amazonpay.Operation
		in    any
		opts  []amazonpay.CallOption
		field string
		rule  string
	}
	key := func(key string) []amazonpay.CallOption {
		return []amazonpay.CallOption{amazonpay.WithIdempotencyKey(key)}
	}
	path := func(path string) amazonpay.Operation {
		return amazonpay.Operation{Name: "GetCharge", Method: http.MethodGet, Path: path}
	}
	price := func(amount amazonpay.Decimal, currency amazonpay.CurrencyCode) *chargeRequest {
		return &chargeRequest{ChargePermissionID: "S01-1", ChargeAmount: amazonpay.Price{Amount: amount, CurrencyCode: currency}}
	}
	header := func(name, value string) []amazonpay.CallOption {
		return []amazonpay.CallOption{amazonpay.WithHeader(name, value)}
	}
	good := goodCharge()

	rows := map[string]row{
		"path begins with v2":      {op: path("v2/charges"), field: "Operation.Path", rule: "must not begin with v2/"},
		"path begins with live":    {op: path("live/v2/charges"), field: "Operation.Path", rule: "must not begin with live/"},
		"path begins with sandbox": {op: path("sandbox/charges"), field: "Operation.Path", rule: "must not begin with sandbox/"},
		"path begins with Sandbox": {op: path("Sandbox/charges"), field: "Operation.Path", rule: "must not begin with Sandbox/"},
		"path begins with a slash": {op: path("/charges"), field: "Operation.Path", rule: "without a leading slash"},
		"path with a query":        {op: path("charges?x=1"), field: "Operation.Path", rule: "must be segments"},
		"path with dots":           {op: path("charges/../refunds"), field: "Operation.Path", rule: "must be segments"},
		"empty path":               {op: path(""), field: "Operation.Path", rule: "must be segments"},
		"name without value":       {op: path("charges/{chargeId}"), field: "chargeId", rule: "is empty"},
		"value without name": {
			op:    amazonpay.Operation{Method: http.MethodGet, Path: "charges", PathValues: map[string]string{"chargeId": "C1"}},
			field: "Operation.PathValues", rule: "a value for each name",
		},
		"method": {op: amazonpay.Operation{Method: "PUT", Path: "charges"}, field: "Operation.Method", rule: "must be GET"},
		"query that is not UTF-8": {
			op:    amazonpay.Operation{Method: http.MethodGet, Path: "reports", Query: values("reportTypes", "\xff")},
			field: "reportTypes", rule: "UTF-8",
		},
		"query's name not UTF-8": {
			op:    amazonpay.Operation{Method: http.MethodGet, Path: "reports", Query: values("\xff", "x")},
			field: "Operation.Query", rule: "UTF-8",
		},
		"query without a name": {
			op:    amazonpay.Operation{Method: http.MethodGet, Path: "reports", Query: values("", "x")},
			field: "Operation.Query", rule: "empty",
		},

		"idempotency key of 33 characters": {chargeOp, good, key(strings.Repeat("a", 33)), "WithIdempotencyKey", "more than 32"},
		"idempotency key of a UUID":        {chargeOp, good, key("5c6c3a7a-2f0b-4b8e-9df5-8b7e2f1a0c3d"), "WithIdempotencyKey", "more than 32"},
		"idempotency key with spaces":      {chargeOp, good, key("order 1"), "WithIdempotencyKey", "only the characters"},
		"idempotency key not ASCII":        {chargeOp, good, key("bestellung-ü"), "WithIdempotencyKey", "only the characters"},
		"empty idempotency key":            {chargeOp, good, key(""), "WithIdempotencyKey", "is empty"},
		"idempotency key for a GET":        {getOp, nil, key("order-1"), "WithIdempotencyKey", "GetCheckoutSession takes no idempotency key"},

		"header value with CR LF": {chargeOp, good, header("X-Shop", "a\r\nX-Other: b"), "WithHeader(X-Shop)", "line end"},
		"header value with LF":    {chargeOp, good, header("X-Shop", "a\n"), "WithHeader(X-Shop)", "line end"},
		"header value with CR":    {chargeOp, good, header("X-Shop", "\ra"), "WithHeader(X-Shop)", "line end"},
		"header value with zero":  {chargeOp, good, header("X-Shop", "\x00"), "WithHeader(X-Shop)", "control character"},
		"header value not ASCII":  {chargeOp, good, header("X-Shop", "Bücher"), "WithHeader(X-Shop)", "not ASCII"},
		"header name with colon":  {chargeOp, good, header("X-Shop:", "a"), "WithHeader", "the name"},
		"empty header name":       {chargeOp, good, header("", "a"), "WithHeader", "the name is empty"},
		"token with LF":           {chargeOp, good, []amazonpay.CallOption{amazonpay.WithAuthToken("a\nb")}, "WithAuthToken", "line end"},
		"empty token":             {chargeOp, good, []amazonpay.CallOption{amazonpay.WithAuthToken("")}, "WithAuthToken", "empty"},
		"nil pointer as source":   {chargeOp, good, []amazonpay.CallOption{amazonpay.WithTokenSource((*tokens)(nil))}, "WithTokenSource", "nil pointer"},
		"simulation code with LF": {chargeOp, good, []amazonpay.CallOption{amazonpay.WithSimulationCode("a\n")}, "WithSimulationCode", "line end"},
		"empty simulation code":   {chargeOp, good, []amazonpay.CallOption{amazonpay.WithSimulationCode("")}, "WithSimulationCode", "empty"},

		"body field that is there":  {chargeOp, good, []amazonpay.CallOption{amazonpay.WithBodyField("chargeAmount", 1)}, "WithBodyField(chargeAmount)", "already"},
		"body field without a body": {getOp, nil, []amazonpay.CallOption{amazonpay.WithBodyField("x", 1)}, "WithBodyField", "has no body"},
		"body field without a name": {chargeOp, good, []amazonpay.CallOption{amazonpay.WithBodyField("", 1)}, "WithBodyField", "name is empty"},
		"body field of no JSON":     {chargeOp, good, []amazonpay.CallOption{amazonpay.WithBodyField("x", func() {})}, "WithBodyField(x)", "unsupported type"},
		"body field not UTF-8":      {chargeOp, good, []amazonpay.CallOption{amazonpay.WithBodyField("x", "\xff")}, "WithBodyField(x)", "UTF-8"},
		"body field's name not UTF-8": {
			chargeOp, good, []amazonpay.CallOption{amazonpay.WithBodyField("\xff", 1)}, "WithBodyField", "UTF-8",
		},
		// The Node SDK sends this for a null payload, and Go for bytes.
		"null":              {op: chargeOp, in: json.RawMessage("null"), field: "request", rule: "not a JSON object"},
		"nil raw message":   {op: chargeOp, in: json.RawMessage(nil), field: "request", rule: "not a JSON object"},
		"list":              {op: chargeOp, in: []int{1}, field: "request", rule: "not a JSON object"},
		"number":            {op: chargeOp, in: 5, field: "request", rule: "not a JSON object"},
		"text":              {op: chargeOp, in: `{"a":1}`, field: "request", rule: "not a JSON object"},
		"bytes":             {op: chargeOp, in: []byte(`{"a":1}`), field: "request", rule: "a json.RawMessage"},
		"not UTF-8 in JSON": {op: chargeOp, in: ownJSON{"{\"a\":\"\xff\"}"}, field: "request", rule: "in UTF-8"},

		"signed header with a run of spaces":    {chargeOp, good, header("X-Amz-Pay-Note", "a  b"), "WithHeader(X-Amz-Pay-Note)", "consecutive spaces"},
		"signed header with a space at its end": {chargeOp, good, header("X-Amz-Pay-Note", "a "), "WithHeader(X-Amz-Pay-Note)", "leading, trailing"},
		"token with a run of spaces":            {chargeOp, good, []amazonpay.CallOption{amazonpay.WithAuthToken("a  b")}, "WithAuthToken", "consecutive spaces"},

		// https://github.com/amzn/amazon-pay-sdk-csharp/issues/12: the comma of a locale.
		"amount with a comma":     {op: chargeOp, in: price("1,5", amazonpay.EUR), field: "chargeAmount.amount", rule: `"1,5" is not decimal text`},
		"amount with exponent":    {op: chargeOp, in: price("1e3", amazonpay.EUR), field: "chargeAmount.amount", rule: "not decimal text"},
		"amount not a number":     {op: chargeOp, in: price("NaN", amazonpay.EUR), field: "chargeAmount.amount", rule: "not decimal text"},
		"amount with a space":     {op: chargeOp, in: price(" 1", amazonpay.EUR), field: "chargeAmount.amount", rule: "not decimal text"},
		"amount with a sign":      {op: chargeOp, in: price("-1", amazonpay.EUR), field: "chargeAmount.amount", rule: "not decimal text"},
		"no amount":               {op: chargeOp, in: price("", amazonpay.EUR), field: "chargeAmount.amount", rule: "not decimal text"},
		"small currency":          {op: chargeOp, in: price("10.50", "jpy"), field: "chargeAmount.currencyCode", rule: "three capital letters"},
		"long currency":           {op: chargeOp, in: price("10.50", "EURO"), field: "chargeAmount.currencyCode", rule: "three capital letters"},
		"no currency":             {op: chargeOp, in: price("1", ""), field: "chargeAmount.currencyCode", rule: "is empty"},
		"dollars of three places": {op: chargeOp, in: price("1.005", amazonpay.USD), field: "chargeAmount.amount", rule: "more decimals than USD allows"},
		// https://github.com/amzn/amazon-pay-api-sdk-php/issues/31,
		// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/148,
		// https://github.com/amzn/amazon-payments-magento-2-plugin/pull/684: yen with decimals.
		"yen with decimals":     {op: chargeOp, in: price("64615.90", amazonpay.JPY), field: "chargeAmount.amount", rule: "more decimals than JPY allows (0)"},
		"yen with .50":          {op: chargeOp, in: price("705.50", amazonpay.JPY), field: "chargeAmount.amount", rule: "more decimals than JPY allows"},
		"field that holds xff":  {op: chargeOp, in: &chargeRequest{ChargePermissionID: "a\xff", ChargeAmount: good.ChargeAmount}, field: "chargePermissionId", rule: "not valid UTF-8"},
		"required field, blank": {op: chargeOp, in: &chargeRequest{ChargePermissionID: " \t", ChargeAmount: good.ChargeAmount}, field: "chargePermissionId", rule: "is required"},
		"required field":        {op: chargeOp, in: &chargeRequest{ChargeAmount: good.ChargeAmount}, field: "chargePermissionId", rule: "is required"},
		"field that is too long": {
			op: chargeOp, in: &chargeRequest{ChargePermissionID: "S01-1", ChargeAmount: good.ChargeAmount, SoftDescriptor: strings.Repeat("x", 17)},
			field: "softDescriptor", rule: "17 characters, more than 16",
		},
		"nil request":       {op: chargeOp, in: (*chargeRequest)(nil), field: "request", rule: "is nil"},
		"nil map":           {op: chargeOp, in: map[string]any(nil), field: "request", rule: "is nil"},
		"body of a GET":     {op: getOp, in: good, field: "request", rule: "a GET has no body"},
		"JSON of one's own": {op: chargeOp, in: map[string]any{"x": json.RawMessage("{")}, field: "x", rule: "not valid JSON"},
	}
	for name, id := range map[string]string{
		"empty": "", "slash": "a/b", "backslash": `a\b`, "two dots": "..", "dots within": "a..b", "one dot": ".", "question mark": "a?b",
		"number sign": "a#b", "control character": "a\x01", "line end": "a\n", "delete": "a\x7f", "spaces": "   ", "tab": "\t", "not UTF-8": "\xff",
	} {
		rows["id: "+name] = row{op: chargePath(id), field: "chargeId", rule: map[bool]string{true: "is empty", false: ""}[strings.TrimSpace(id) == ""]}
	}
	for name, value := range map[string]string{
		"Accept": "text/html", "content-type": "text/plain", "Authorization": "Bearer x", "x-amz-pay-date": "20260101T000000Z",
		"X-Amz-Pay-Host": "other.example", "X-AMZ-PAY-REGION": "jp", "X-Amz-Pay-Idempotency-Key": "k", "X-Amz-Pay-Authtoken": "t",
		"X-Amz-Pay-Simulation-Code": "SoftDeclined", "X-Amz-Pay-Integrator-Id": "i", "X-Amz-Pay-Integrator-Version": "1",
		"X-Amz-Pay-Platform-Version": "1", "User-Agent": "x", "Host": "other.example", "Content-Length": "1",
		"Transfer-Encoding": "chunked", "Accept-Encoding": "br", "Connection": "close", "Expect": "100-continue", "Te": "trailers",
		"Trailer": "X", "Upgrade": "h2c",
	} {
		rows["owned header "+name] = row{chargeOp, good, header(name, value), "WithHeader(" + http.CanonicalHeaderKey(name) + ")", "the SDK owns this header"}
		rows["owned header "+name+", empty"] = row{chargeOp, good, header(name, ""), "WithHeader(" + http.CanonicalHeaderKey(name) + ")", "the SDK owns this header"}
	}

	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork()
			meta, err := newClient(t, n).Call(t.Context(), row.op, row.in, nil, row.opts...)
			failed := callError(t, err)
			assert.Equal(t, row.op.Name, failed.Operation)
			assert.Same(t, failed.Meta, meta)
			assert.False(t, mayBeDone(failed))
			field, ok := errors.AsType[*amazonpay.FieldError](err)
			require.True(t, ok, "%v is not a *FieldError", err)
			assert.Equal(t, row.field, field.Field)
			assert.Contains(t, field.Rule, row.rule)
			assert.NotEmpty(t, field.Rule)
			assert.Empty(t, n.requests())
			assert.Empty(t, meta.Attempts)

			_, err = newClient(t, n).SignRequest(t.Context(), row.op, row.in, row.opts...)
			assert.Equal(t, field.Error(), callError(t, err).Err.Error(), "SignRequest checks the same")
			assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
		})
	}
}

func TestBadCallOfClient(t *testing.T) {
	t.Parallel()
	live := testConfig()
	live.PublicKeyID = "LIVE-ABC123"

	for name, row := range map[string]struct {
		cfg  amazonpay.Config
		call func(*amazonpay.Client) (*amazonpay.Meta, error)
		want string
	}{
		"idempotency key as a default": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.With(amazonpay.WithIdempotencyKey("order-1")).Call(t.Context(), chargeOp, goodCharge(), nil)
		}, "Client.With: an idempotency key belongs to one call"},
		"idempotency key as a default, two clients further": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.With(amazonpay.WithIdempotencyKey("order-1")).With().Call(t.Context(), chargeOp, goodCharge(), nil)
		}, "Client.With: an idempotency key belongs to one call"},
		"wrong option as a default": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.With(amazonpay.WithAuthToken("")).Call(t.Context(), getOp, nil, nil)
		}, "WithAuthToken: the token is empty"},
		"simulation code on a live client": {live, func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithSimulationCode("SoftDeclined"))
		}, "WithSimulationCode: a live client cannot simulate"},
		"simulation code as a live client's default": {live, func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.With(amazonpay.WithSimulationCode("SoftDeclined")).Call(t.Context(), chargeOp, goodCharge(), nil)
		}, "WithSimulationCode: a live client cannot simulate"},
		"nil client": {testConfig(), func(*amazonpay.Client) (*amazonpay.Meta, error) {
			return (*amazonpay.Client)(nil).With().Call(t.Context(), getOp, nil, nil)
		}, "the context is nil, or the Client was not made by New"},
		"client that New did not make": {testConfig(), func(*amazonpay.Client) (*amazonpay.Meta, error) {
			var zero amazonpay.Client
			return zero.With().Call(t.Context(), getOp, nil, nil)
		}, "the context is nil, or the Client was not made by New"},
		"answer that is no pointer": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.Call(t.Context(), chargeOp, goodCharge(), everything{})
		}, "out: is not a pointer"},
		"answer that is a nil pointer": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.Call(t.Context(), chargeOp, goodCharge(), (*everything)(nil))
		}, "out: is not a pointer"},
		"nil context": {testConfig(), func(c *amazonpay.Client) (*amazonpay.Meta, error) {
			return c.Call(nil, getOp, nil, nil) //nolint:staticcheck // What this is about.
		}, "the context is nil, or the Client was not made by New"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork()
			client, err := amazonpay.New(row.cfg, amazonpay.WithRoundTripper(n))
			require.NoError(t, err)
			meta, err := row.call(client)
			failed := callError(t, err)
			assert.Same(t, failed.Meta, meta)
			require.ErrorContains(t, err, row.want)
			assert.False(t, mayBeDone(failed))
			assert.Empty(t, n.requests())
		})
	}
}

func TestContextAlreadyCancelled(t *testing.T) {
	t.Parallel()
	closing := errors.New("the shop is closing")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(closing)
	n := newNetwork()
	source := &tokens{answers: []string{"token-1"}}

	_, err := newClient(t, n).Call(ctx, chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(source))
	failed := callError(t, err)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, closing)
	assert.False(t, mayBeDone(failed))
	assert.Empty(t, n.requests())
	assert.Empty(t, source.asked(), "nobody needs a token")

	_, err = newClient(t, n).SignRequest(ctx, chargeOp, goodCharge())
	require.ErrorIs(t, err, context.Canceled)
}

func TestDoWithoutCaller(t *testing.T) {
	t.Parallel()
	_, err := amazonpay.Do[everything](t.Context(), nil, getOp, nil)
	require.ErrorContains(t, callError(t, err), "the Caller is nil")
	assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
	_, err = amazonpay.Do[everything](t.Context(), (*amazonpay.Client)(nil), getOp, nil)
	require.ErrorContains(t, callError(t, err), "the context is nil, or the Client was not made by New")
}

// ownJSON encodes to any text.
type ownJSON struct{ text string }

func (o ownJSON) MarshalJSON() ([]byte, error) { return []byte(o.text), nil }
