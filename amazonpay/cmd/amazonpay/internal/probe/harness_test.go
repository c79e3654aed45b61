package probe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// targetOf is an emulator as a merchant's sandbox, with a buyer who goes through its pages.
func targetOf(tb testing.TB, server *emulator.Server) probe.Target {
	tb.Helper()
	merchant := server.Description().Merchants[0]
	return probe.Target{
		Config: emulatortest.Config(server), Network: server.RoundTripper(), StoreID: merchant.StoreID,
		ReturnURL: "https://shop.example/return?cart=7", ScanData: merchant.ScanData, Provider: true,
		Buyer: browser{server}.checkout,
		Wait: func(ctx context.Context, d time.Duration) error {
			return errorsOr(context.Cause(ctx), server.Advance(d))
		},
	}
}

func errorsOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// browser is a buyer's.
type browser struct{ server *emulator.Server }

func (b browser) checkout(ctx context.Context, c probe.Checkout) (*url.URL, error) {
	d := b.server.Description()
	to, err := b.visit(ctx, d.BaseURL+"/checkout/start", url.Values{
		"region": {d.Region}, "merchantId": {d.Merchants[0].MerchantID}, "publicKeyId": {c.Button.PublicKeyID}, "sandbox": {"true"},
		"productType": {c.ProductType}, "payloadJSON": {c.Button.PayloadJSON}, "signature": {c.Button.Signature}, "algorithm": {c.Button.Algorithm},
	})
	for page := 0; err == nil && page < 5; page++ {
		if to.Host == "shop.example" {
			return to, nil
		}
		form := url.Values{"amazonCheckoutSessionId": {to.Query().Get("amazonCheckoutSessionId")}}
		switch to.Path {
		case "/checkout/signin":
			form.Set("buyer", "0")
		case "/checkout/review":
			form.Set("card", "1111")
			form.Set("address", "0")
		}
		to, err = b.visit(ctx, d.BaseURL+to.Path, form)
	}
	return nil, fmt.Errorf("the buyer got nowhere: %w", err)
}

func (b browser) visit(ctx context.Context, to string, form url.Values) (*url.URL, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := b.server.RoundTripper().RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	return res.Location()
}

// observe runs probes and returns what they observed, and the file.
func observe(t *testing.T, target probe.Target) (map[string]probe.Result, *probe.File) {
	t.Helper()
	found := make(map[string]probe.Result)
	file, err := probe.Run(t.Context(), target, func(r probe.Result) { found[r.Fact] = r })
	require.NoError(t, err)
	require.Len(t, file.Results, len(found))
	return found, file
}

// seen is a network that shows the body of each answer to the test.
type seen struct {
	http.RoundTripper

	look func(r *http.Request, body []byte)
}

func (s seen) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	s.look(r, body)
	return res, err
}

// network is a network that is a function.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// answered is the service's refusal with a status and a reason code.
func answered(r *http.Request, refusal string) *http.Response {
	status, reason, _ := strings.Cut(refusal, " ")
	code, _ := strconv.Atoi(status)
	return &http.Response{
		StatusCode: code, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"reasonCode":"` + reason + `","message":"No."}`)),
	}
}

// thing is an object of the emulator.
type thing struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// things are the objects that the emulator has.
type things struct {
	Permissions []thing `json:"permissions"`
	Charges     []thing `json:"charges"`
	Disputes    []thing `json:"disputes"`
}

func stateOf(t *testing.T, server *emulator.Server) (all things) {
	t.Helper()
	d := server.Description()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, d.BaseURL+"/_emulator/state", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+d.ControlToken)
	res, err := server.RoundTripper().RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&all))
	return all
}

// nothingOpen checks that nothing is left at the emulator on which money could still move.
func nothingOpen(t *testing.T, server *emulator.Server) {
	t.Helper()
	all := stateOf(t, server)
	for _, p := range all.Permissions {
		assert.Equal(t, "Closed", p.State, p.ID)
	}
	for _, d := range all.Disputes {
		assert.Equal(t, "Closed", d.State, d.ID)
	}
	for _, ch := range server.Charges() {
		if ch.State == "Captured" {
			assert.Equal(t, ch.Captured, ch.Refunded, ch.ID)
		} else {
			assert.Contains(t, []string{"Canceled", "Declined"}, ch.State, ch.ID)
		}
	}
	schedules, err := webstore.New(emulatortest.Connect(t, server)).GetReportSchedules(context.Background(), &webstore.GetReportSchedulesRequest{})
	require.NoError(t, err)
	assert.Empty(t, schedules.ReportSchedules)
}
