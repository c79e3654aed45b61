package amazonpay_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func keysOf(n *network) []string {
	var keys []string
	for _, r := range n.requests() {
		keys = append(keys, r.Header.Get(idempotencyHeader))
	}
	return keys
}

// A UUID with its dashes has 36 characters, and the service takes 32:
// https://developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html.
func TestGeneratedKey(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusServiceUnavailable, `{}`), answer(http.StatusServiceUnavailable, `{}`), answer(http.StatusCreated, `{}`))
	client := newClient(t, n)
	seen := make(map[string]bool)
	for range 100 {
		meta, err := client.Call(t.Context(), chargeOp, goodCharge(), nil)
		require.NoError(t, err)
		assert.Regexp(t, `^[0-9a-f]{32}$`, meta.IdempotencyKey)
		assert.False(t, seen[meta.IdempotencyKey], "each call has its own key")
		seen[meta.IdempotencyKey] = true
	}
	first := keysOf(n)[:3]
	assert.Equal(t, []string{first[0], first[0], first[0]}, first, "all attempts of a call have one key")
	assert.Equal(t, n.requests()[0].Body, n.requests()[2].Body)
	assert.Len(t, n.requests(), 102)
}

// https://github.com/stripe/stripe-php/issues/637: retry code that overwrote the user's key.
func TestGivenKey(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusServiceUnavailable, `{}`), answer(http.StatusCreated, `{}`))
	meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("Order_1-charge-1"))
	require.NoError(t, err)
	assert.Equal(t, []string{"Order_1-charge-1", "Order_1-charge-1"}, keysOf(n))
	assert.Equal(t, "Order_1-charge-1", meta.IdempotencyKey)
}

func TestKeyIsOnEveryError(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]*network{
		"refusal": newNetwork(answer(http.StatusConflict, `{}`)),
		"network": newNetwork(fail(assert.AnError)),
		"decode":  newNetwork(answer(http.StatusOK, page)),
	} {
		_, err := amazonpay.Do[everything](t.Context(), newClient(t, n), chargeOp, goodCharge())
		failed := callError(t, err)
		assert.Equal(t, keysOf(n)[0], failed.Meta.IdempotencyKey, name)
		assert.ErrorContains(t, err, "idempotency key "+keysOf(n)[0], name)
	}
}

func TestOperationWithoutKey(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{}`))
	for _, op := range []amazonpay.Operation{getOp, updateOp} {
		meta, err := newClient(t, n).Call(t.Context(), op, nil, nil)
		require.NoError(t, err)
		assert.Empty(t, meta.IdempotencyKey)
	}
	for _, r := range n.requests() {
		assert.NotContains(t, r.Header, idempotencyHeader)
	}
}

// A POST through Call must be as safe as a typed method.
func TestEveryPOSTTakesAKey(t *testing.T) {
	t.Parallel()
	op := amazonpay.Operation{Name: "New", Method: http.MethodPost, Path: "news"}
	n := newNetwork(answer(http.StatusServiceUnavailable, `{}`), answer(http.StatusOK, `{}`))
	meta, err := newClient(t, n).Call(t.Context(), op, nil, nil)
	require.NoError(t, err)
	assert.Len(t, meta.IdempotencyKey, 32)
	assert.Equal(t, []string{meta.IdempotencyKey, meta.IdempotencyKey}, keysOf(n), "so it is repeated too")
	_, err = newClient(t, newNetwork(answer(http.StatusOK, `{}`))).Call(t.Context(), op, nil, nil, amazonpay.WithIdempotencyKey("key-1"))
	require.NoError(t, err)
}

// The values were computed without this SDK. They must never change: the service stores a key for
// ever.
func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	for want, parts := range map[string][]string{
		"uuR9XnkS94G3-v-4LbUoCSymvdGswoxg": {"order-1042", "charge", "1"},
		"EZlZ9-mjA9gW5V10FXGBUyUaB8niaQR7": {"order-1042", "charge", "2"},
		"YB1UduLM_iyHorunoyJllzSgV0nVtap4": {"ab", "c"},
		"P6-hzy8Zp8ESm-sgzwmD9zpImiIfwN0v": {"a", "bc"},
		"w0lMoaLPjuuKEd7TFvtVuDw7u-22MTzV": {"abc"},
		"7pZQ1fVMFmLBkjq6rx-RPmP0E4F4VWZ1": {"注文-1", "返金"},
	} {
		assert.Equal(t, want, amazonpay.IdempotencyKey(parts...))
		assert.Len(t, want, 32)
		_, err := amazonpay.ResolveOptions(amazonpay.WithIdempotencyKey(want))
		require.NoError(t, err)
	}
	assert.NotEqual(t, amazonpay.IdempotencyKey("ab", "c"), amazonpay.IdempotencyKey("a", "bc"))
	assert.NotEqual(t, amazonpay.IdempotencyKey("abc"), amazonpay.IdempotencyKey("ab", "c"))
	assert.NotEqual(t, amazonpay.IdempotencyKey("a", "b"), amazonpay.IdempotencyKey("b", "a"))
}

// An empty part is nearly always an unset variable, and would give unrelated payments the same key.
func TestIdempotencyKeyNothing(t *testing.T) {
	t.Parallel()
	for _, parts := range [][]string{nil, {""}, {"order-1", ""}, {"", "charge"}} {
		key := amazonpay.IdempotencyKey(parts...)
		assert.Empty(t, key)
		n := newNetwork()
		_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey(key))
		require.ErrorContains(t, err, "WithIdempotencyKey: the key is empty")
		assert.Empty(t, n.requests())
	}
}

// A key is accepted if it has the documented form. IdempotencyKey returns such a key for any parts,
// and different keys for different parts, also if only their boundaries differ.
func FuzzIdempotencyKey(f *testing.F) {
	for _, key := range append(badKeys, "order-1042", strings.Repeat("Z", 32)) {
		f.Add(key, "order-1042", "charge", 3)
	}
	f.Add("", "", "", 0)
	f.Add("", "ab", "c", 1)
	f.Fuzz(func(t *testing.T, key, one, two string, at int) {
		resolved, err := amazonpay.ResolveOptions(amazonpay.WithIdempotencyKey(key))
		require.Equal(t, goodKey.MatchString(key), err == nil, "%q: %v", key, err)
		if err == nil {
			require.Equal(t, key, resolved.IdempotencyKey)
		}

		made := amazonpay.IdempotencyKey(one, two)
		require.Equal(t, one == "" || two == "", made == "")
		if made == "" {
			return
		}
		require.Regexp(t, goodKey, made)
		require.Len(t, made, 32)
		require.Equal(t, made, amazonpay.IdempotencyKey(one, two))
		others := [][]string{{one + two}, {one, two, one}, {two + one}, {one, two + "\x00"}}
		joined := one + two
		if at > 0 && at < len(joined) && at != len(one) {
			others = append(others, []string{joined[:at], joined[at:]})
		}
		if one != two {
			others = append(others, []string{two, one})
		}
		for _, parts := range others {
			require.NotEqual(t, made, amazonpay.IdempotencyKey(parts...), "%q and %q", []string{one, two}, parts)
		}
	})
}

var (
	goodKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	badKeys = []string{"", strings.Repeat("a", 33), "a b", "a.b", "ä", "a\n"}
)
