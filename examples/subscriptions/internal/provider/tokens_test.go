package provider_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A merchant that has taken its authorization back costs one call each few minutes, whatever waits
// for it in however many processes, and the operator is told. The other merchants go on. A new
// authorization is used at once, in all processes.
func TestNoAuthorization(t *testing.T) {
	t.Parallel()
	w, db, processes := open(t, 1)
	region := w.Regions[0]
	m := data.Merchant{ID: region.Merchants[0].MerchantID, Region: region.Region, Currency: region.Currency}
	const wrong = "amzn.mws.00000000-0000-0000-0000-000000000000"
	require.NoError(t, processes[0].Add(t.Context(), m, wrong))
	var log bytes.Buffer
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	processes = append(processes, p)
	for _, p := range processes {
		_, err := p.Shop(t.Context(), m.ID)
		require.NoError(t, err)
	}

	_, err = processes[1].Take(t.Context(), m.ID, "CreateCharge")
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeUnauthorizedAccess), "%v", err)
	for _, p := range processes {
		for range 5 {
			wait, err := p.Take(t.Context(), m.ID, "CreateCharge")
			require.NoError(t, err)
			require.InDelta(t, 5*time.Minute, wait, float64(time.Minute))
		}
	}
	require.Equal(t, 1, asked(region))
	require.Equal(t, 1, strings.Count(log.String(), "level=ERROR"))
	require.Contains(t, log.String(), m.ID)
	require.Contains(t, log.String(), "UnauthorizedAccess")
	require.NotContains(t, log.String(), wrong)
	wait, err := processes[1].Take(t.Context(), region.Merchants[1].MerchantID, "CreateCharge")
	require.NoError(t, err)
	require.Zero(t, wait)

	require.NoError(t, processes[1].Add(t.Context(), m, region.Merchants[0].MWSAuthToken))
	for _, p := range processes {
		wait, err := p.Take(t.Context(), m.ID, "CreateCharge")
		require.NoError(t, err)
		require.Zero(t, wait)
	}
}

// If the service gives no token because there were too many calls, all merchants of the account
// wait as long as it says.
func TestTokensThrottled(t *testing.T) {
	t.Parallel()
	w, _, processes := open(t, 2)
	region := w.Regions[0]
	require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "GetAuthorizationToken", Status: http.StatusTooManyRequests, RetryAfter: "20"}))
	_, err := processes[0].Take(t.Context(), region.Merchants[0].MerchantID, "CreateCharge")
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeTooManyRequests), "%v", err)
	for _, m := range region.Merchants {
		wait, err := processes[1].Take(t.Context(), m.MerchantID, "CreateCharge")
		require.NoError(t, err)
		require.Greater(t, wait, 15*time.Second)
	}
	require.Equal(t, 1, asked(region))
	wait, err := processes[1].Take(t.Context(), w.Regions[1].Merchants[0].MerchantID, "CreateCharge")
	require.NoError(t, err)
	require.Zero(t, wait)
}
