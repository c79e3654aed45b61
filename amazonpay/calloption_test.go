package amazonpay_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

func TestOptionsFoldInOrder(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	client := newClient(t, n).With(
		amazonpay.WithHeader("X-Shop", "client"), amazonpay.WithHeader("X-Client", "client"),
		amazonpay.WithAuthToken("token-client"), amazonpay.WithSimulationCode("client"),
	)
	merchant := client.With(amazonpay.WithHeader("x-shop", "merchant"), amazonpay.WithHeader("X-Merchant", "merchant"), amazonpay.WithAuthToken("token-merchant"))
	_, err := merchant.Call(t.Context(), chargeOp, goodCharge(), nil,
		amazonpay.WithHeader("X-SHOP", "call"), amazonpay.WithHeader("X-SHOP", "call, last"), amazonpay.WithSimulationCode("SoftDeclined"))
	require.NoError(t, err)
	_, err = merchant.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(&simple{"token-source"}), amazonpay.WithAuthToken("token-call"))
	require.NoError(t, err)
	_, err = merchant.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithAuthToken("token-call"), amazonpay.WithTokenSource(&simple{"token-source"}))
	require.NoError(t, err)
	_, err = merchant.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(nil))
	require.NoError(t, err)

	h := n.requests()[0].Header
	assert.Equal(t, []string{"call, last"}, h["X-Shop"])
	assert.Equal(t, "client", h.Get("X-Client"))
	assert.Equal(t, "merchant", h.Get("X-Merchant"))
	assert.Equal(t, "SoftDeclined", h.Get("X-Amz-Pay-Simulation-Code"))
	assert.Equal(t, []string{"token-merchant", "token-call", "token-source", ""}, authTokens(n))
	assert.NotContains(t, n.requests()[3].Header, "X-Amz-Pay-Authtoken", "WithTokenSource(nil) is the client's own merchant")
}

func TestWithDoesNotChangeItsParent(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	root := newClient(t, n)
	// Two children of one parent would share the room behind its defaults if With appended to them.
	parent := root.With(amazonpay.WithHeader("X-A", "1"), amazonpay.WithHeader("X-B", "1"), amazonpay.WithHeader("X-C", "1"))
	one := parent.With(amazonpay.WithAuthToken("token-one"))
	two := parent.With(amazonpay.WithAuthToken("token-two"))
	broken := parent.With(amazonpay.WithIdempotencyKey("k"))
	_, err := broken.Call(t.Context(), getOp, nil, nil)
	require.Error(t, err)
	for _, c := range []*amazonpay.Client{root, parent, one, two} {
		_, err := c.Call(t.Context(), getOp, nil, nil)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"", "", "token-one", "token-two"}, authTokens(n))
	assert.NotContains(t, n.requests()[0].Header, "X-A")

	for i := range 9 {
		parent = parent.With(amazonpay.WithHeader("X-Depth", strconv.Itoa(i)))
		one := parent.With(amazonpay.WithAuthToken("token-one"))
		_ = parent.With(amazonpay.WithAuthToken("token-two"))
		header, err := one.SignedHeaders(t.Context(), getOp, nil)
		require.NoError(t, err)
		assert.Equal(t, "token-one", header.Get("X-Amz-Pay-Authtoken"), "depth %d", i)
	}

	opts := []amazonpay.CallOption{amazonpay.WithAuthToken("token-one")}
	derived := root.With(opts...)
	opts[0] = amazonpay.WithAuthToken("token-two")
	_, err = derived.Call(t.Context(), getOp, nil, nil)
	require.NoError(t, err)
	assert.Equal(t, "token-one", authTokens(n)[4], "a slice of the caller's is copied")
}

func TestWithIsCheap(t *testing.T) { //nolint:paralleltest // AllocsPerRun.
	client := newClient(t, newNetwork())
	option := amazonpay.WithAuthToken("token-1")
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = client.With(option) }), 3.0)
}

// The README of the Node SDK has a sample that passes these headers itself.
func TestOwnedHeaderWithTheSameValue(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Integrator = amazonpay.Integrator{ID: "plugin", Version: "1.2", PlatformVersion: "3"}
	n := newNetwork(answer(http.StatusOK, `{}`))
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(n))
	require.NoError(t, err)
	_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil,
		amazonpay.WithHeader("Accept", "application/json"), amazonpay.WithHeader("Content-Type", "application/json"),
		amazonpay.WithHeader("X-Amz-Pay-Region", "na"), amazonpay.WithHeader("x-amz-pay-host", "pay-api.amazon.com"),
		amazonpay.WithHeader("X-Amz-Pay-Idempotency-Key", "order-1"), amazonpay.WithIdempotencyKey("order-1"),
		amazonpay.WithHeader("X-Amz-Pay-Simulation-Code", "SoftDeclined"), amazonpay.WithSimulationCode("SoftDeclined"),
		amazonpay.WithHeader("X-Amz-Pay-Integrator-Id", "plugin"),
		amazonpay.WithHeader("X-Amz-Pay-Authtoken", "token-1"), amazonpay.WithAuthToken("token-1"),
	)
	require.NoError(t, err)
	_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithHeader("X-Amz-Pay-Region", "US"))
	require.NoError(t, err, "another name of the same region")
	assert.Equal(t, []string{"na"}, n.requests()[1].Header["X-Amz-Pay-Region"])
	for name, want := range map[string]string{
		"Accept": "application/json", "X-Amz-Pay-Region": "na", "X-Amz-Pay-Host": "pay-api.amazon.com",
		"X-Amz-Pay-Integrator-Id": "plugin", "X-Amz-Pay-Integrator-Version": "1.2", "X-Amz-Pay-Platform-Version": "3",
	} {
		assert.Equal(t, []string{want}, n.requests()[0].Header[name])
	}
}

func TestForeignHeaders(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, amazonpay.WithHeader("X-Amz-Pay-New", "signed"), amazonpay.WithHeader("Traceparent", "unsigned"))
	require.NoError(t, err)
	h := n.requests()[0].Header
	assert.Equal(t, "signed", h.Get("X-Amz-Pay-New"))
	assert.Equal(t, "unsigned", h.Get("Traceparent"))
	assert.Contains(t, h.Get("Authorization"), ";x-amz-pay-new;")
	assert.NotContains(t, h.Get("Authorization"), "traceparent")
	assert.NotContains(t, h.Get("Authorization"), "user-agent")
}

func TestEqualOptionsAreEqual(t *testing.T) {
	t.Parallel()
	source, other := &simple{"t"}, &simple{"t"}
	options := func(source amazonpay.TokenSource) []amazonpay.CallOption {
		return []amazonpay.CallOption{
			amazonpay.WithAuthToken("token-1"), amazonpay.WithTokenSource(source), amazonpay.WithTokenSource(nil), amazonpay.WithIdempotencyKey("order-1"),
			amazonpay.WithHeader("X-Shop", "1"), amazonpay.WithBodyField("x", map[string]any{"b": 1, "a": []int{1}}),
			amazonpay.WithSimulationCode("SoftDeclined"), amazonpay.WithoutRetry(), amazonpay.WithAuthToken(""),
		}
	}
	once, again := options(source), options(source)
	for i := range once {
		for j := range again {
			assert.Equal(t, i == j, once[i] == again[j], "%s and %s", once[i], again[j])
		}
	}
	assert.NotEqual(t, amazonpay.WithAuthToken("token-1"), amazonpay.WithAuthToken("token-2"))
	assert.False(t, options(source)[1] == options(other)[1], "two sources") //nolint:testifylint // NotEqual looks behind the pointers.
	assert.Equal(t, amazonpay.WithHeader("x-shop", "1"), amazonpay.WithHeader("X-Shop", "1"))
}

func TestWithProgress(t *testing.T) {
	t.Parallel()
	var seen [][2]int64
	option := amazonpay.WithProgress(func(done, total int64) { seen = append(seen, [2]int64{done, total}) })
	copied := option
	assert.Equal(t, option, copied)
	got, err := amazonpay.ResolveOptions(option)
	require.NoError(t, err)
	got.Progress(1, 2)
	assert.Equal(t, [][2]int64{{1, 2}}, seen)
	assert.Equal(t, "WithProgress", option.String())

	_, err = amazonpay.ResolveOptions(amazonpay.WithProgress(nil))
	require.EqualError(t, err, "WithProgress: the function is nil")
}

func TestResolve(t *testing.T) {
	t.Parallel()
	got, err := amazonpay.ResolveOptions()
	require.NoError(t, err)
	assert.Equal(t, amazonpay.CallOptions{}, got)

	source := &simple{"t"}
	got, err = amazonpay.ResolveOptions(
		amazonpay.WithAuthToken("token-1"), amazonpay.WithIdempotencyKey("k1"), amazonpay.WithIdempotencyKey("k2"), amazonpay.WithHeader("x-shop", "1"),
		amazonpay.WithBodyField("a", "<&>"), amazonpay.WithBodyField("b", 1), amazonpay.WithBodyField("b", nil),
		amazonpay.WithSimulationCode("SoftDeclined"), amazonpay.WithoutRetry(), amazonpay.CallOption{},
	)
	require.NoError(t, err)
	assert.Equal(t, "token-1", got.AuthToken.Reveal())
	assert.Equal(t, "k2", got.IdempotencyKey)
	assert.Equal(t, http.Header{"X-Shop": {"1"}}, got.Header)
	assert.Equal(t, `"<&>"`, string(got.BodyFields["a"]))
	assert.Equal(t, `null`, string(got.BodyFields["b"]))
	assert.Equal(t, "SoftDeclined", got.SimulationCode)
	assert.True(t, got.NoRetry)

	got, err = amazonpay.ResolveOptions(amazonpay.WithAuthToken("token-1"), amazonpay.WithTokenSource(source))
	require.NoError(t, err)
	assert.Empty(t, got.AuthToken.Reveal())
	assert.Same(t, source, got.TokenSource)

	_, err = amazonpay.ResolveOptions(amazonpay.WithHeader("", "x"), amazonpay.WithAuthToken(""))
	require.EqualError(t, err, "WithHeader: the name is empty", "the first wrong option is reported")
}

// Members that a solution provider's gateway wants, or that the types do not know yet.
func TestBodyFields(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	client := newClient(t, n)
	z, a := amazonpay.WithBodyField("z", "あ</b>"), amazonpay.WithBodyField("a", []int{1})
	for _, in := range []any{goodCharge(), struct{}{}, map[string]any{}} {
		_, err := client.Call(t.Context(), chargeOp, in, nil, z, a)
		require.NoError(t, err)
	}
	sameText(t, `{"chargePermissionId":"S01-1","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"a":[1],"z":"あ</b>"}`, n.requests()[0].Body)
	sameText(t, `{"a":[1],"z":"あ</b>"}`, n.requests()[1].Body)
	sameText(t, `{"a":[1],"z":"あ</b>"}`, n.requests()[2].Body)
}

func TestSimulationCodeIsSentAndNotSigned(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithSimulationCode("SoftDeclined"))
	require.NoError(t, err)
	assert.Equal(t, "SoftDeclined", n.requests()[0].Header.Get("X-Amz-Pay-Simulation-Code"))
	assert.NotContains(t, n.requests()[0].Header.Get("Authorization"), "simulation")
}

func TestWithoutRetry(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusServiceUnavailable, `{}`))
	_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, amazonpay.WithoutRetry())
	require.Error(t, err)
	assert.Len(t, n.requests(), 1)
}

// typedNil is a Doer and a RoundTripper that has no value.
type typedNil struct{}

func (*typedNil) Do(*http.Request) (*http.Response, error)        { return nil, nil }
func (*typedNil) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil }

func TestBadClientOptions(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		opts []amazonpay.Option
		want []string
	}{
		"http.Client as Doer": {[]amazonpay.Option{amazonpay.WithDoer(&http.Client{})}, []string{"WithDoer", "unsigned", "WithRoundTripper"}},
		"nil Doer":            {[]amazonpay.Option{amazonpay.WithDoer(nil)}, []string{"WithDoer", "nil"}},
		"nil pointer as Doer": {[]amazonpay.Option{amazonpay.WithDoer((*typedNil)(nil))}, []string{"WithDoer", "nil"}},
		"nil http.Client":     {[]amazonpay.Option{amazonpay.WithDoer((*http.Client)(nil))}, []string{"WithDoer", "nil"}},
		"nil RoundTripper":    {[]amazonpay.Option{amazonpay.WithRoundTripper(nil)}, []string{"WithRoundTripper", "nil"}},
		"nil *http.Transport": {[]amazonpay.Option{amazonpay.WithRoundTripper((*http.Transport)(nil))}, []string{"WithRoundTripper", "nil"}},
		"nil func":            {[]amazonpay.Option{amazonpay.WithRoundTripper(reply(nil))}, []string{"WithRoundTripper", "nil"}},
		"nil func as Doer":    {[]amazonpay.Option{amazonpay.WithDoer(doerFunc(nil))}, []string{"WithDoer", "nil"}},
		"nil clock":           {[]amazonpay.Option{amazonpay.WithClock(nil)}, []string{"WithClock", "nil"}},
		"nil option":          {[]amazonpay.Option{nil}, []string{"Option is nil"}},
		"no attempt time":     {[]amazonpay.Option{amazonpay.WithAttemptTimeout(0)}, []string{"WithAttemptTimeout", "not positive"}},
		"negative attempt":    {[]amazonpay.Option{amazonpay.WithAttemptTimeout(-time.Second)}, []string{"WithAttemptTimeout", "not positive"}},
		"negative wait":       {[]amazonpay.Option{amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: -1})}, []string{"MinWait", "negative"}},
		"agent with line end": {[]amazonpay.Option{amazonpay.WithUserAgent("a\nb")}, []string{"WithUserAgent", "line end"}},
		"retries of a Doer":   {[]amazonpay.Option{amazonpay.WithDoer(newNetwork()), quickly}, []string{"WithDoer", "WithRetryPolicy"}},
		"time-out of a Doer":  {[]amazonpay.Option{amazonpay.WithDoer(newNetwork()), amazonpay.WithAttemptTimeout(1)}, []string{"WithDoer", "WithAttemptTimeout"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := amazonpay.New(testConfig(), row.opts...)
			assert.Nil(t, client)
			for _, part := range row.want {
				require.ErrorContains(t, err, part)
			}
		})
	}
	_, err := amazonpay.New(testConfig(), amazonpay.WithLogger(nil))
	require.NoError(t, err, "no logger is silence")
}

func TestDoerSeesTheRequestUnsigned(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusServiceUnavailable, `{"reasonCode":"ServiceUnavailable"}`))
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionJP, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(n))
	require.NoError(t, err, "no key is needed")
	meta, err := client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithAuthToken("token-1"))
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeServiceUnavailable))
	require.Len(t, n.requests(), 1, "once")
	r := n.requests()[0]
	assert.Equal(t, "https://pay-api.amazon.jp/sandbox/v2/charges", r.URL)
	assert.NotContains(t, r.Header, "Authorization")
	assert.NotContains(t, r.Header, "X-Amz-Pay-Date")
	assert.Equal(t, "token-1", r.Header.Get("X-Amz-Pay-Authtoken"))
	assert.Equal(t, meta.IdempotencyKey, r.Header.Get(idempotencyHeader))
	assert.Empty(t, meta.Attempts)

	_, err = client.ButtonSignature([]byte(`{}`))
	require.ErrorContains(t, err, "no private key")
	_, err = client.SignRequest(t.Context(), getOp, nil)
	require.ErrorContains(t, err, "no private key")
}

func TestDoerThatAnswersNothing(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]*http.Response{"nil": nil, "no body": {StatusCode: http.StatusOK}} {
		n := newNetwork(func(*http.Request) (*http.Response, error) { return response, nil })
		client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(n))
		require.NoError(t, err)
		_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil)
		require.ErrorContains(t, err, "neither an answer nor an error", name)
		assert.True(t, mayBeDone(callError(t, err)), name)
	}
}
