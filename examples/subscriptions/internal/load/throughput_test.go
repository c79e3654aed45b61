//go:build linux

package load_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const (
	warming   = 4 * time.Second // until the processes have started and have their tokens
	measuring = 10 * time.Second
)

// How many bills 1, 2 and 4 worker processes charge in a second, one after the other and twice,
// and who uses the processors meanwhile; and how many charges clients make that have no database.
// First the service answers at once: the machine is the limit. Then it answers after 300
// milliseconds, and each process may wait for ten answers at a time: what the processes have in
// common is the limit.
func TestThroughput(t *testing.T) { //nolint:paralleltest // it has the machine for itself, since it is measured
	needs(t)
	s := newScene(t, scenery{address: postgres(t), merchants: 60, subscriptions: *subscriptions, limits: agreed(50)})
	program := build(t)
	f := newFleet(t, s, program)
	planner := f.start(t, "planner")
	m := &meter{scene: s, fleet: f}
	t.Run("at once", func(t *testing.T) { m.compare(t, "--workers=50") }) //nolint:paralleltest // see above
	t.Run("without a database", m.bare)                                   //nolint:paralleltest // see above
	for _, r := range s.world.Regions {
		require.NoError(t, r.FailSome(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindDelay, Delay: 300 * time.Millisecond}))
	}
	t.Run("after 300 ms", func(t *testing.T) { m.compare(t, "--workers=10") }) //nolint:paralleltest // see above
	planner.retire(t)
}

// meter measures what a scene charges.
type meter struct {
	*scene

	fleet *fleet
}

// usage is what has been charged up to a moment, and who has used the processors for it.
type usage struct {
	at                                    time.Time
	charges                               int
	emulators, workers, planner, database time.Duration
	busy, idle                            time.Duration
}

func (m *meter) now(t *testing.T) (u usage) {
	t.Helper()
	u.at = time.Now()
	require.NoError(t, m.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM bills WHERE state = 'paid'`).Scan(&u.charges))
	u.emulators, _ = processorTime(os.Getpid())
	u.workers, u.planner, u.database = m.fleet.spent("worker"), m.fleet.spent("planner"), postgresTime(t, m.pool)
	u.busy, u.idle = machineTime(t)
	return u
}

// row describes what happened between two moments: charges a second, and of each of the machine's
// processors how much was used by whom.
func (u usage) row(before usage, what string, first float64) (string, float64) {
	took := u.at.Sub(before.at)
	rate := float64(u.charges-before.charges) / took.Seconds()
	share := func(a, b time.Duration) float64 { return float64(a-b) / float64(took) }
	ratio := 1.0
	if first > 0 {
		ratio = rate / first
	}
	return fmt.Sprintf("| %s | %.0f | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |", what, rate, ratio, share(u.workers, before.workers), share(u.database, before.database),
		share(u.planner, before.planner), share(u.emulators, before.emulators), share(u.idle, before.idle)), rate
}

const usageHead = "| worker processes | charges/s | to one | processors: workers | database | planner | emulators | idle |"

// compare measures 1, 2 and 4 processes, twice.
func (m *meter) compare(t *testing.T, flags ...string) {
	t.Helper()
	var rows []string
	for range 2 {
		first := 0.0
		for _, n := range []int{1, 2, 4} {
			before, after := m.measure(t, n, flags...)
			row, rate := after.row(before, strconv.Itoa(n), first)
			if n == 1 {
				first = rate
			}
			rows = append(rows, row)
		}
	}
	t.Log(table(usageHead, rows...))
}

func (m *meter) measure(t *testing.T, n int, flags ...string) (before, after usage) {
	t.Helper()
	for range n {
		m.fleet.start(t, "worker", flags...)
	}
	<-time.After(warming)
	before = m.now(t)
	<-time.After(measuring)
	after = m.now(t)
	for _, w := range m.fleet.members[len(m.fleet.members)-n:] {
		w.retire(t)
	}
	assert.NotEqual(t, before.charges, after.charges)
	assert.NotEqual(t, m.subscriptions, after.charges, "all are charged: give more -subscriptions")
	return before, after
}
