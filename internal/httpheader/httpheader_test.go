package httpheader_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/httpheader"
)

func TestNamesAreCanonical(t *testing.T) {
	t.Parallel()
	names := []string{
		httpheader.AuthToken, httpheader.Date, httpheader.Host, httpheader.IdempotencyKey, httpheader.IntegratorID,
		httpheader.IntegratorVersion, httpheader.PlatformVersion, httpheader.Region, httpheader.RequestID, httpheader.SimulationCode,
	}
	for _, name := range names {
		assert.Equal(t, http.CanonicalHeaderKey(name), name)
		assert.True(t, httpheader.IsToken(name), name)
		assert.True(t, httpheader.IsAmazonPay(name), name)
		assert.True(t, httpheader.IsAmazonPay(strings.ToLower(name)), name)
		assert.True(t, httpheader.IsAmazonPay(strings.ToUpper(name)), name)
	}
}

func TestIsAmazonPay(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"x-amz-pay-": true, "X-Amz-Pay-New": true,
		"": false, "x-amz-pay": false, "X-Amz-Date": false, "Accept": false, " x-amz-pay-date": false,
	} {
		assert.Equal(t, want, httpheader.IsAmazonPay(name), "%q", name)
	}
}

func TestIsToken(t *testing.T) {
	t.Parallel()
	const tokens = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" // RFC 9110, section 5.6.2
	assert.True(t, httpheader.IsToken(tokens))
	assert.False(t, httpheader.IsToken(""))
	for c := range 256 {
		text := string([]byte{byte(c)})
		want := strings.Contains(tokens, text)
		assert.Equal(t, want, httpheader.IsToken(text), "%q", text)
		assert.Equal(t, want, httpheader.IsToken("Name-"+text), "%q", text)
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		value := "a" + string([]byte{byte(c)}) + "b"
		control := c < 0x20 || c == 0x7f
		assert.Equal(t, control && c != '\t', httpheader.HasControl(value), "%q", value)
		assert.Equal(t, !control && c < 0x80, httpheader.IsPrintable(value), "%q", value)
		assert.Equal(t, c == '\t', httpheader.HasSpaceRun(value), "%q", value)
	}
	assert.False(t, httpheader.HasControl(""))
	assert.True(t, httpheader.IsPrintable(""))
	assert.False(t, httpheader.HasSpaceRun(""))
	assert.False(t, httpheader.HasSpaceRun(" a b "))
	assert.True(t, httpheader.HasSpaceRun("a  b"))
	assert.False(t, httpheader.HasControl("Zürich"))
	assert.False(t, httpheader.IsPrintable("Zürich"))
}

// FuzzHeader compares the rules with net/http, which checks each header before it looks at the
// context.
func FuzzHeader(f *testing.F) {
	f.Add("X-Amz-Pay-Date", "20261129T150000Z")
	f.Add("Na me", "a\r\nb")
	f.Add("", "\t\x7f\x80")
	f.Add("x-amz-pay-\u212a", "a  b")
	ended, cancel := context.WithCancel(f.Context())
	cancel()
	network := &http.Transport{}
	f.Fuzz(func(t *testing.T, name, value string) {
		req, err := http.NewRequestWithContext(ended, http.MethodGet, "https://pay-api.amazon.com/", http.NoBody)
		require.NoError(t, err)
		req.Header[name] = []string{value}
		_, err = network.RoundTrip(req) //nolint:bodyclose // never sent
		require.Error(t, err)
		refused := strings.Contains(err.Error(), "invalid header field")
		assert.Equal(t, refused, !httpheader.IsToken(name) || httpheader.HasControl(value), "%q: %q: %v", name, value, err)
		assert.False(t, httpheader.IsPrintable(value) && httpheader.HasControl(value), "%q", value)
		assert.Equal(t, strings.HasPrefix(strings.ToLower(name), "x-amz-pay-"), httpheader.IsAmazonPay(name), "%q", name)
	})
}
