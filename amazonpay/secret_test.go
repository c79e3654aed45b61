package amazonpay_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	secret := amazonpay.NewSecret("token-1")
	assert.Equal(t, "token-1", secret.Reveal())
	assert.Equal(t, secret, amazonpay.NewSecret([]byte("token-1")))
	assert.NotEqual(t, secret, amazonpay.NewSecret("token-2"))
	assert.Empty(t, amazonpay.Secret{}.Reveal())
	assert.Equal(t, amazonpay.Secret{}, amazonpay.NewSecret(""))
	assert.Empty(t, amazonpay.Secret{}.String())

	type holder struct {
		Secret  amazonpay.Secret `json:"secret"`
		hidden  amazonpay.Secret
		pointer *amazonpay.Secret
	}
	h := holder{secret, secret, &secret}
	encoded, err := json.Marshal(h)
	require.NoError(t, err)
	assert.JSONEq(t, `{"secret":"[redacted]"}`, string(encoded))
	for _, value := range []any{secret, &secret, h, &h, []amazonpay.Secret{secret}, map[string]amazonpay.Secret{"a": secret}, h.hidden, h.pointer} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assertNoSecret(t, fmt.Sprintf(verb, value))
		}
		for _, handler := range []func(*strings.Builder) slog.Handler{
			func(b *strings.Builder) slog.Handler { return slog.NewTextHandler(b, nil) },
			func(b *strings.Builder) slog.Handler { return slog.NewJSONHandler(b, nil) },
		} {
			var b strings.Builder
			slog.New(handler(&b)).Info("x", slog.Any("value", value))
			assertNoSecret(t, b.String())
		}
	}

	var read holder
	require.NoError(t, json.Unmarshal([]byte(`{"secret":"token-1"}`), &read))
	assert.Equal(t, "token-1", read.Secret.Reveal())
	require.NoError(t, json.Unmarshal([]byte(`{"secret":null}`), &read))
	assert.Empty(t, read.Secret.Reveal())
	require.Error(t, json.Unmarshal([]byte(`{"secret":5}`), &read))
}

func assertNoSecret(t *testing.T, text string) {
	t.Helper()
	assert.NotContains(t, text, "token-1")
	assert.NotContains(t, text, fmt.Sprintf("%x", "token-1"))
	assert.NotContains(t, text, "116 111 107", "the bytes in decimal")
}
