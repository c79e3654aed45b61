package amazonpay_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
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

// A sample in the README of the Node SDK sets these headers.
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
	_, err := newClient(t, n).Call(t.Context(), getOp, nil, nil, amazonpay.WithHeader("X-Amz-Pay-New", "signed"), amazonpay.WithHeader("Traceparent", "unsigned"),
		amazonpay.WithHeader("X-Shop", "spaces  matter only if they are signed"))
	require.NoError(t, err)
	h := n.requests()[0].Header
	assert.Equal(t, "signed", h.Get("X-Amz-Pay-New"))
	assert.Equal(t, "unsigned", h.Get("Traceparent"))
	assert.Equal(t, "spaces  matter only if they are signed", h.Get("X-Shop"))
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

// Members that a solution provider's gateway requires, or that the types do not have yet.
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

// Each option works in any order, or is refused with an error that has its name and not its value.
func FuzzOptions(f *testing.F) {
	f.Add("X-Shop", "1")
	f.Add("x-amz-pay-new", "a  b")
	f.Add("Authorization", "x")
	f.Add("TRANSFER-encoding", "chunked")
	f.Add("b\u00e4d", "\xff\n")
	f.Add("", "\u2028</script>")
	net := newNetwork(answer(http.StatusOK, `{}`))
	client := newClient(f, net)
	f.Fuzz(func(t *testing.T, name, text string) {
		value := secretFrom(text)
		for _, o := range []struct {
			kind string
			made func() amazonpay.CallOption
			got  func(amazonpay.CallOptions) string
		}{
			{"WithAuthToken", func() amazonpay.CallOption { return amazonpay.WithAuthToken(value) }, func(r amazonpay.CallOptions) string { return r.AuthToken.Reveal() }},
			{"WithIdempotencyKey", func() amazonpay.CallOption { return amazonpay.WithIdempotencyKey(value) }, func(r amazonpay.CallOptions) string { return r.IdempotencyKey }},
			{"WithHeader", func() amazonpay.CallOption { return amazonpay.WithHeader(name, value) }, func(r amazonpay.CallOptions) string { return r.Header.Get(name) }},
			{"WithSimulationCode", func() amazonpay.CallOption { return amazonpay.WithSimulationCode(value) }, func(r amazonpay.CallOptions) string { return r.SimulationCode }},
			{"WithBodyField", func() amazonpay.CallOption { return amazonpay.WithBodyField(name, value) }, func(r amazonpay.CallOptions) string {
				var text string
				require.NoError(t, json.Unmarshal(r.BodyFields[name], &text))
				return text
			}},
			{"WithBodyField", func() amazonpay.CallOption {
				return amazonpay.WithBodyField(name, json.RawMessage(value))
			}, func(r amazonpay.CallOptions) string { return string(r.BodyFields[name]) }},
		} {
			option := o.made()
			require.True(t, option == o.made(), "%s", o.kind) //nolint:testifylint // what a mock compares with
			require.Equal(t, o.kind, option.String())
			require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q %d", option, option, option, option, option, option), "s3cr3t")

			resolved, err := amazonpay.ResolveOptions(amazonpay.WithoutRetry(), option)
			sent := len(net.requests())
			_, called := client.With(option).Call(t.Context(), chargeOp, struct{}{}, nil, amazonpay.WithoutRetry())
			if err != nil {
				field, ok := errors.AsType[*amazonpay.FieldError](err)
				require.True(t, ok, "%v", err)
				require.True(t, strings.HasPrefix(field.Field, o.kind), "%v", err)
				require.NotEmpty(t, field.Rule)
				require.Equal(t, amazonpay.CallOptions{}, resolved)
				require.NotContains(t, err.Error(), "s3cr3t"+text[:min(1, len(text))])
				require.Contains(t, called.Error(), map[bool]string{true: "Client.With", false: err.Error()}[o.kind == "WithIdempotencyKey"])
				require.Len(t, net.requests(), sent)
				continue
			}
			require.True(t, resolved.NoRetry)
			require.Equal(t, value, o.got(resolved))
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", resolved, resolved, resolved), "s3cr3t"+text+"}")
			if called != nil { // a header that the SDK owns, or a key as a default
				field, ok := errors.AsType[*amazonpay.FieldError](called)
				require.True(t, ok, "%v", called)
				require.Contains(t, []string{"WithHeader(" + textproto.CanonicalMIMEHeaderKey(name) + ")", "Client.With"}, field.Field)
				require.NotContains(t, called.Error(), "s3cr3t")
				require.Len(t, net.requests(), sent)
			}
		}
	})
}

func TestWithUnsettledNeedsTheKey(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(201, `{}`))
	client := newClient(t, n)
	_, err := client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithUnsettled(true))
	require.ErrorContains(t, err, "WithUnsettled: the earlier call's key is missing")
	_, err = client.With(amazonpay.WithUnsettled(true)).Call(t.Context(), chargeOp, goodCharge(), nil)
	require.ErrorContains(t, err, "belongs to one call")
	assert.Empty(t, n.requests())
	_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithUnsettled(true), amazonpay.WithUnsettled(false))
	require.NoError(t, err)
	_, err = client.Call(t.Context(), updateOp, goodCharge(), nil, amazonpay.WithUnsettled(true))
	require.NoError(t, err, "an operation without keys")
}
