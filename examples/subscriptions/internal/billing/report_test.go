package billing

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// settled returns a merchant's two reports, each with bills of its own.
func (b *bench) settled(t *testing.T, merchant string) []*data.Report {
	t.Helper()
	region := b.world.Regions[0]
	for range 2 {
		for _, bill := range b.paid(t, region, merchant, 999, 2) {
			require.NoError(t, b.DB.SetSubscriptionState(t.Context(), bill.PermissionID, data.SubscriptionClosed))
		}
		require.NoError(t, region.Advance(5*time.Second))
		region.Settle()
	}
	found := b.reports(t, merchant)
	require.Len(t, found, 2)
	return found
}

// stateOf returns how far a report is.
func (b *bench) stateOf(t *testing.T, r *data.Report) data.ReportState {
	t.Helper()
	stored, err := b.DB.Report(t.Context(), r.MerchantID, r.ID)
	require.NoError(t, err)
	return stored.State
}

// whileDownloading has f called when the URL of a document is known, before it is used.
func (b *bench) whileDownloading(t *testing.T, f func()) {
	t.Helper()
	var err error
	b.Provider, err = provider.Open(provider.Config{
		Accounts: b.world.Accounts, DB: b.DB, Logger: slog.New(slog.DiscardHandler),
		Called: func(_ context.Context, _ amazonpay.Region, e amazonpay.Event) {
			if e.Operation == "GetReportDocument" {
				f()
			}
		},
	})
	require.NoError(t, err)
}

// The other reports wait for one whose document cannot be downloaded, but not for ever.
func TestNoDocument(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	region := b.world.Regions[0]
	for i, tt := range []struct { //nolint:paralleltest // of one emulator
		name    string
		status  int
		attempt int // the first that is enough
		note    string
	}{
		{"it may pass", 503, downloadAttempts, "ServiceUnavailable"},
		{"refused for good", 404, 1, "ResourceNotFound"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			merchant := b.merchant(i)
			found := b.settled(t, merchant)
			attempt := func(n int) error {
				require.NoError(t, region.FailNext(1, emulator.Fault{Operation: "GetReportDocument", Status: tt.status}))
				return run(t, &reconcileWorker{e: b.Engine}, ReconcileArgs{MerchantID: merchant, ReportID: found[0].ID}, n)
			}
			if tt.attempt > 1 {
				require.Error(t, attempt(tt.attempt-1))
				assert.Equal(t, data.ReportFound, b.stateOf(t, found[0]))
				assert.Positive(t, snoozed(t, b.reconcile(t, found[1])))
			}
			require.NoError(t, attempt(tt.attempt))
			assert.Equal(t, data.ReportUnreadable, b.stateOf(t, found[0]))
			shown := differences(t, b.Engine, merchant)
			require.Len(t, shown, 1)
			assert.Equal(t, data.DifferenceUnreadable, shown[0].Kind)
			assert.Contains(t, shown[0].Note, tt.note)
			require.NoError(t, b.reconcile(t, found[1]))
			assert.Equal(t, data.ReportDone, b.stateOf(t, found[1]))

			require.NoError(t, b.reconcile(t, found[0])) // on the next day
			assert.Equal(t, data.ReportDone, b.stateOf(t, found[0]))
			assert.Empty(t, differences(t, b.Engine, merchant))
		})
	}
}

// A process that stops says nothing about the document.
func TestNoTimeForADocument(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	found := b.settled(t, b.merchant(0))
	ctx, stop := context.WithCancel(t.Context())
	b.whileDownloading(t, stop)
	err := b.download(ctx, found[0], downloadAttempts)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorAs(t, err, new(unreadableError))
}

// A report that the service does not list any more has a job until it is compared or unreadable.
func TestReportsThatAreNotListed(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	merchant := b.merchant(0)
	listed := b.settled(t, merchant)
	old := &data.Report{MerchantID: merchant, ID: "old", DocumentID: "gone", Start: time.UnixMicro(0), End: time.UnixMicro(1), State: data.ReportFound}
	require.NoError(t, b.DB.AddReport(t.Context(), old))
	withJobs := func() (ids []string) {
		for _, job := range b.jobs(t, ReconcileArgs{}.Kind()) {
			_, err := b.River.JobCancel(t.Context(), job.ID)
			require.NoError(t, err)
		}
		b.reports(t, merchant)
		for _, job := range b.jobs(t, ReconcileArgs{}.Kind()) {
			var args ReconcileArgs
			require.NoError(t, json.Unmarshal(job.EncodedArgs, &args))
			ids = append(ids, args.ReportID)
		}
		return ids
	}
	assert.ElementsMatch(t, []string{listed[0].ID, listed[1].ID, "old"}, withJobs())
	assert.Positive(t, snoozed(t, b.reconcile(t, listed[0])))
	require.NoError(t, b.reconcile(t, old))
	assert.Equal(t, data.ReportUnreadable, b.stateOf(t, old))
	require.NoError(t, b.reconcile(t, listed[0]))
	require.NoError(t, b.DB.SetReportState(t.Context(), listed[1], data.ReportUnreadable))
	assert.Equal(t, []string{listed[1].ID}, withJobs(), "what the service does not have is not asked for every day")
}

// Who has no token waits for the turn to ask for one: no job fails for it.
func TestReportsWaitForTheToken(t *testing.T) {
	t.Parallel()
	b := newBenchOf(t, []string{"na"}, fast)
	limit := amazonpay.RateLimit{Burst: 1000, PerSecond: 1000}
	account := "na " + b.world.Accounts.Accounts[0].PublicKeyID
	_, err := b.DB.Take(t.Context(), account, "GetAuthorizationToken", limit)
	require.NoError(t, err)
	require.NoError(t, b.DB.Slow(t.Context(), account, "GetAuthorizationToken", limit, time.Minute))
	assert.Positive(t, snoozed(t, run(t, &reportsOfWorker{e: b.Engine}, ReportsOfArgs{MerchantID: b.merchant(0)}, 1)))
	r := &data.Report{MerchantID: b.merchant(0), ID: "1", State: data.ReportFound}
	require.NoError(t, b.DB.AddReport(t.Context(), r))
	assert.Positive(t, snoozed(t, b.reconcile(t, r)))
}

// A process that is killed leaves no document behind, and one that is not neither.
func TestDocumentIsRemoved(t *testing.T) { //nolint:paralleltest // the folder is the process's
	b := newBenchOf(t, []string{"na"}, fast)
	found := b.settled(t, b.merchant(0))
	folder := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, folder)
	}
	files := func() int {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		return len(entries)
	}
	downloading := -1
	b.whileDownloading(t, func() { downloading = files() })
	require.NoError(t, b.reconcile(t, found[0]))
	assert.Equal(t, data.ReportDone, b.stateOf(t, found[0]))
	if runtime.GOOS == "windows" {
		assert.Equal(t, 1, downloading)
	} else {
		assert.Zero(t, downloading)
	}
	assert.Zero(t, files())
}
