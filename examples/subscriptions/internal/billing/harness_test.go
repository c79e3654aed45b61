package billing

import (
	"context"
	"log/slog"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// bench is an engine with a database and emulators of its own.
type bench struct {
	*Engine

	world *world.World
	now   data.Date
}

// newBench starts a world of one region and two merchants, and an engine that has not been started.
// A day of its calendar is a second.
func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, []string{"na"}, nil)
}

// newBenchOf is newBench with these regions, and other rate limits where limits has them.
func newBenchOf(t *testing.T, regions []string, limits map[string]provider.Limit) *bench {
	t.Helper()
	w, err := world.New(t.TempDir(), 2, regions)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	calendar := data.Calendar{Began: now, First: data.DateOf(now), Length: time.Second}
	require.NoError(t, db.SetCalendar(t.Context(), calendar))
	log := slog.New(slog.DiscardHandler)
	if testing.Verbose() {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	w.Accounts.Limits = make(map[string]provider.Limit) // so high that a test meets none, unless a 429 has taught it
	for operation := range amazonpay.DocumentedRateLimits(amazonpay.EnvironmentLive) {
		w.Accounts.Limits[operation] = provider.Limit{Burst: 1000, PerSecond: 1000}
	}
	maps.Copy(w.Accounts.Limits, limits)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: log})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	e, err := New(Config{DB: db, Provider: p, Calendar: calendar, Roles: []Role{RoleWorker, RolePlanner}, Logger: log, Workers: 8, JobTimeout: 20 * time.Second})
	require.NoError(t, err)
	return &bench{e, w, data.DateOf(now)}
}

// start starts the engine until the test ends.
func (b *bench) start(t *testing.T) {
	t.Helper()
	require.NoError(t, b.Start(context.Background()))
	t.Cleanup(func() { require.NoError(t, b.Stop(context.Background())) })
}

// jobs returns the jobs of a kind that are not at their end.
func (b *bench) jobs(t *testing.T, kind string) []*rivertype.JobRow {
	t.Helper()
	list, err := b.River.JobList(t.Context(), river.NewJobListParams().Kinds(kind).States(alive...).First(1000))
	require.NoError(t, err)
	return list.Jobs
}
