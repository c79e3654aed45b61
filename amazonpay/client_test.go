package amazonpay_test

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

func TestWithDoesNotChangeItsParent(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	root := newClient(t, n)
	// If With appended to the parent's defaults, two derived clients could share their memory.
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

// typedNil is a type for nil pointers that are a Doer and a RoundTripper.
type typedNil struct{}

func (*typedNil) Do(*http.Request) (*http.Response, error) { return nil, nil }

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
		"negative wait":       {[]amazonpay.Option{amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: -1})}, []string{"MinWait", "must be from 0 to 24 hours"}},
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
	require.NoError(t, err, "no key is required")
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

func TestUserAgent(t *testing.T) {
	t.Parallel()
	got := wire(t, testConfig(), amazonpay.WithUserAgent("my-shop/1.4")).Header
	want := "amazon-pay-sdk-go/" + amazonpay.Version + " (Go/" + strings.TrimPrefix(runtime.Version(), "go") + "; " + runtime.GOOS + "/" + runtime.GOARCH + ") my-shop/1.4"
	assert.Equal(t, []string{want}, got["User-Agent"])
	assert.Regexp(t, `^amazon-pay-sdk-go/\d+\.\d+\.\d+ \(Go/[^)]+; \w+/\w+\)$`, wire(t, testConfig()).Header.Get("User-Agent"))
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/341: a name that could not
// be resolved left the shop without a gateway. New does not use the network.
func TestNewOpensNoConnection(t *testing.T) {
	t.Parallel()
	n := newNetwork()
	client, err := amazonpay.New(testConfig(), amazonpay.WithRoundTripper(n))
	require.NoError(t, err)
	assert.Empty(t, n.requests())
	assert.Equal(t, "amazonpay.Client(https://pay-api.amazon.com sandbox)", client.String())
	assert.Equal(t, "amazonpay.Client(nil)", (*amazonpay.Client)(nil).String())
}

// A client that New did not make returns errors and does not panic.
func TestClientThatNewDidNotMake(t *testing.T) {
	t.Parallel()
	for _, client := range []*amazonpay.Client{nil, new(amazonpay.Client)} {
		_, err := client.SignRequest(t.Context(), getOp, nil)
		require.ErrorContains(t, err, "not made by New")
		_, err = client.ButtonSignature([]byte(`{}`))
		require.Error(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://storage.example/x", http.NoBody)
		require.NoError(t, err)
		_, err = client.Fetch(req) //nolint:bodyclose // there is no answer
		require.ErrorContains(t, err, "not made by New")
		assert.Equal(t, "amazonpay.Client(nil)", client.String())
		assert.Empty(t, client.Environment())
		assert.Empty(t, client.Region())
	}
}
