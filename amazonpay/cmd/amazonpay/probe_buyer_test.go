package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// The page shows one button after the other, and tells who waits when its buyer is back.
func TestCheckoutPage(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulatortest.Connect(t, server)
	merchant := server.Description().Merchants[0]
	var said strings.Builder
	s := newSession(t.Context(), nil, io.Discard, &said)
	page, err := newCheckoutPage(s, client, merchant.MerchantID, probe.Target{StoreID: merchant.StoreID})
	require.NoError(t, err)
	t.Cleanup(page.close)
	visit := func(method, path string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, page.url+path, nil)
		require.NoError(t, err)
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(text)
	}
	signed, err := client.ButtonSignature([]byte(`{"a":"</script>"}`))
	require.NoError(t, err)
	type came struct {
		back *url.URL
		err  error
	}
	ended := make(chan came)
	begin := func(ctx context.Context) {
		go func() {
			back, err := page.checkout(ctx, probe.Checkout{Purpose: "a <payment>", ProductType: "PayOnly", Button: signed, Pays: true})
			ended <- came{back, err}
		}()
		require.Eventually(t, func() bool { page.mu.Lock(); defer page.mu.Unlock(); return page.back != nil }, 10*time.Second, time.Millisecond)
	}
	status, _ := visit(http.MethodGet, "/1")
	assert.Equal(t, http.StatusNotFound, status)

	begin(t.Context())
	status, text := visit(http.MethodGet, "/1")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, "static-na.payments-amazon.com/checkout.js")
	assert.Contains(t, text, `"ledgerCurrency":"USD"`)
	assert.Contains(t, text, "a &lt;payment&gt;")
	assert.Equal(t, 2, strings.Count(text, "</script>"), "the payload is escaped")
	_, _ = visit(http.MethodGet, "/return?amazonCheckoutSessionId=x")
	one := <-ended
	require.NoError(t, one.err)
	assert.Equal(t, "x", one.back.Query().Get("amazonCheckoutSessionId"))
	_, _ = visit(http.MethodGet, "/return?amazonCheckoutSessionId=late")

	begin(t.Context())
	status, _ = visit(http.MethodGet, "/1")
	assert.Equal(t, http.StatusNotFound, status, "it is over")
	_, _ = visit(http.MethodPost, "/skip")
	require.ErrorIs(t, (<-ended).err, probe.ErrSkipped)

	ctx, interrupt := context.WithCancel(t.Context())
	begin(ctx)
	interrupt()
	require.ErrorIs(t, (<-ended).err, context.Canceled)
	assert.Contains(t, said.String(), page.url+"/3")
}
