package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/metrics"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// run charges bills of a merchant, whose first call is answered with 429, and has one refund wait
// for the rate limit. It returns what Prometheus reads then, and the merchant's id.
func run(t *testing.T) (page, merchantID string) {
	t.Helper()
	w, err := world.New(t.TempDir(), 1, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	w.Accounts.Limits = map[string]provider.Limit{"CreateRefund": {Burst: 1, PerSecond: 0.001}}
	db := datatest.Open(t)
	log := slog.New(slog.DiscardHandler)
	m := metrics.New(db)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: log, Called: m.Called, Waited: m.Waited})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	e, err := billing.New(billing.Config{
		DB: db, Provider: p, Roles: []billing.Role{billing.RoleWorker, billing.RolePlanner}, Logger: log, Workers: 8, Plugins: []rivertype.Plugin{m},
	})
	require.NoError(t, err)
	merchantID = w.Regions[0].Merchants[0].MerchantID
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	const bills = 5
	paid, err := w.Regions[0].Subscribe(t.Context(), db.Queries, merchantID, world.Plan{Amount: 999, NextDue: data.DateOf(now)}, bills)
	require.NoError(t, err)
	require.NoError(t, w.Regions[0].FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 429}))
	require.NoError(t, e.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, e.Stop(context.Background())) })
	require.Eventually(t, func() bool {
		tallies, err := db.Tallies(t.Context())
		return err == nil && len(tallies) == 1 && tallies[0].State == data.BillPaid && tallies[0].Bills == bills
	}, 3*time.Minute, 100*time.Millisecond)
	r := &data.Refund{ID: "r", PermissionID: paid[0], Period: data.DateOf(now).Period(), MerchantID: merchantID, Amount: 1, Currency: "USD"}
	_, err = db.AddRefund(t.Context(), r)
	require.NoError(t, err)
	r.State = data.RefundCheck
	require.NoError(t, db.SaveRefund(t.Context(), r))
	for range 2 {
		_, err := p.Take(t.Context(), merchantID, "CreateRefund")
		require.NoError(t, err)
	}
	return scrape(t, m), merchantID
}

func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	require.Equal(t, 200, answer.Code, answer.Body.String())
	return answer.Body.String()
}

// After a run the metrics say what happened, and name nobody.
func TestMetrics(t *testing.T) {
	t.Parallel()
	page, merchantID := run(t)
	for _, want := range []string{
		`subscriptions_calls_total{operation="CreateCharge",outcome="done",region="na",status="201"} 5`,
		`subscriptions_attempts_total{operation="CreateCharge",region="na",status="201"} 5`,
		`subscriptions_attempts_total{operation="CreateCharge",region="na",status="429"} 1`,
		`subscriptions_call_duration_seconds_count{operation="CreateCharge",region="na"} 6`,
		`subscriptions_calls_total{operation="GetAuthorizationToken",outcome="done",region="na",status="200"} 1`,
		`subscriptions_bills{currency="USD",state="paid"} 5`,
		`subscriptions_bills_amount{currency="USD",state="paid"} 49.95`,
		`subscriptions_refunded_amount{currency="USD"} 0`,
		`subscriptions_refunds{state="check"} 1`,
		`subscriptions_refunds{state="refused"} 0`,
		`subscriptions_jobs_worked_total{kind="charge",result="completed"} 5`,
		`subscriptions_jobs_worked_total{kind="charge",result="failed"} 1`,
		`subscriptions_rate_limit_waits_total{operation="CreateRefund"} 1`,
		`subscriptions_job_wait_seconds_count{kind="charge"} `,
		`process_resident_memory_bytes `,
	} {
		assert.Contains(t, page, "\n"+want)
	}
	assert.NotContains(t, page, merchantID)
	assert.NotContains(t, page, "charges/", "a path")
}

// Each end of a job is counted as what it is, a panic too.
func TestWork(t *testing.T) {
	t.Parallel()
	m := metrics.New(datatest.Open(t))
	work := func(kind string, err error) {
		_ = m.Work(t.Context(), &rivertype.JobRow{Kind: kind}, func(context.Context) error { return err })
	}
	work("a", nil)
	work("b", river.JobSnooze(time.Second))
	work("c", river.JobCancel(errors.New("no")))
	work("d", errors.New("no"))
	assert.Panics(t, func() {
		_ = m.Work(t.Context(), &rivertype.JobRow{Kind: "e"}, func(context.Context) error { panic("no") })
	})
	var got []string
	for line := range strings.Lines(scrape(t, m)) {
		if strings.HasPrefix(line, "subscriptions_jobs_worked_total") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	assert.Equal(t, []string{
		`subscriptions_jobs_worked_total{kind="a",result="completed"} 1`,
		`subscriptions_jobs_worked_total{kind="b",result="snoozed"} 1`,
		`subscriptions_jobs_worked_total{kind="c",result="canceled"} 1`,
		`subscriptions_jobs_worked_total{kind="d",result="failed"} 1`,
		`subscriptions_jobs_worked_total{kind="e",result="panicked"} 1`,
	}, got)
}

// A database that does not answer costs its own metrics, not the others.
func TestNoDatabase(t *testing.T) {
	t.Parallel()
	db, err := data.Open(t.Context(), datatest.Address(t), 4)
	require.NoError(t, err)
	m := metrics.New(db)
	require.NoError(t, db.Close())
	page := scrape(t, m)
	assert.Contains(t, page, "\nprocess_resident_memory_bytes ")
	assert.NotContains(t, page, "\nsubscriptions_bills")
}
