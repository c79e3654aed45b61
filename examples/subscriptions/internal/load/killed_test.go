//go:build linux

package load_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// jobTimeout is short, so that the jobs of a process that was killed are soon taken up.
const jobTimeout = 5 * time.Second

// Two planners and some workers bill all subscriptions of a period on PostgreSQL, while processes
// are killed, stopped and frozen, the database crashes, and the service fails and declines. At the
// end each subscription is billed once: paid once to the cent, or declined with a reason.
func TestKilled(t *testing.T) {
	t.Parallel()
	needs(t)
	s := newScene(t, troubled(postgres(t), *subscriptions))
	f := newFleet(t, s, build(t))
	for range 2 {
		f.start(t, "planner", "--job-timeout", jobTimeout.String())
	}
	for range *workers {
		f.start(t, "worker", "--job-timeout", jobTimeout.String(), "--connections", "8")
	}
	run(t, s, f)
}

// The same on SQLite, with one process that does everything.
func TestKilledOnSQLite(t *testing.T) {
	t.Parallel()
	if *onSQLite == 0 {
		t.Skip("give -onsqlite")
	}
	s := newScene(t, troubled(sqliteFile(t), *onSQLite))
	f := newFleet(t, s, build(t))
	f.start(t, "all", "--job-timeout", jobTimeout.String(), "--public", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	run(t, s, f)
}

func troubled(address string, subscriptions int) scenery {
	n := *merchants
	if n == 0 {
		n = min(600, max(3, subscriptions/100))
	}
	return scenery{address: address, merchants: n, subscriptions: subscriptions, pending: true, options: []emulator.Option{emulator.WithThrottling()}}
}

// trouble is what each emulator does to its callers: 5 in 100 requests fail, and 3 in 100 charges
// are declined.
func trouble(t *testing.T, server *emulator.Server) {
	t.Helper()
	for _, f := range []struct {
		percent float64
		emulator.Fault
	}{
		{1.2, emulator.Fault{Kind: emulator.FaultKindLoseAnswer}},
		{1, emulator.Fault{Kind: emulator.FaultKindReset}},
		{0.5, emulator.Fault{Kind: emulator.FaultKindTruncate}},
		{0.6, emulator.Fault{Kind: emulator.FaultKindStatus, Status: http.StatusServiceUnavailable}},
		{0.5, emulator.Fault{Kind: emulator.FaultKindStatus, Status: http.StatusInternalServerError}},
		{0.5, emulator.Fault{Kind: emulator.FaultKindStatus, Status: http.StatusTooManyRequests, RetryAfter: "1"}},
		{0.2, emulator.Fault{Kind: emulator.FaultKindHTML}},
		{0.4, emulator.Fault{Kind: emulator.FaultKindSlow, Delay: 50 * time.Millisecond}},
		{0.1, emulator.Fault{Kind: emulator.FaultKindDelay, Delay: jobTimeout + time.Second}}, // longer than the job may wait

		{2, emulator.Fault{Operation: "CreateCharge", Status: http.StatusUnprocessableEntity, ReasonCode: "SoftDeclined"}},
		{0.5, emulator.Fault{Operation: "CreateCharge", Status: http.StatusUnprocessableEntity, ReasonCode: "HardDeclined"}},
		{0.2, emulator.Fault{Operation: "CreateCharge", Status: http.StatusUnprocessableEntity, ReasonCode: "AmazonRejected"}},
		{0.2, emulator.Fault{Operation: "CreateCharge", Status: http.StatusUnprocessableEntity, ReasonCode: "TransactionTimedOut"}},
		{0.2, emulator.Fault{Operation: "CreateCharge", Status: http.StatusInternalServerError, ReasonCode: "ProcessingFailure"}},
	} {
		require.NoError(t, server.FailSome(f.percent/100, f.Fault))
	}
}

// run lets a fleet bill a scene while it is in trouble, then until nothing is left but to wait for
// the days after which what was declined is charged again, and audits it.
func run(t *testing.T, s *scene, f *fleet) {
	t.Helper()
	for _, r := range s.world.Regions {
		trouble(t, r.Server)
	}
	began, log := time.Now(), int64(0)
	if !s.db.IsSQLite() {
		log = written(t, s.pool)
	}
	traffic := watch(t, s.world)
	c := newChaos(s, f)
	c.until(t, func(p progress) bool { return p.bills == s.subscriptions && p.fresh <= s.subscriptions/50 })
	troubled := time.Since(began)
	for {
		c.wait(t, progress.done)
		for _, m := range f.members {
			m.retire(t)
		}
		if p, err := c.progress(t.Context()); assert.NoError(t, err) && !p.done() {
			const again = "started again, since a bill was charged again while all ended"
			require.Less(t, c.count[again], 10)
			c.count[again]++
			for _, m := range f.members {
				f.launch(t, m)
			}
			continue
		}
		break
	}
	took := time.Since(began)
	requests, faults := traffic.stop()
	assert.Positive(t, faults, "the service never failed")
	sums, wrong := readBooks(t, s.pool, s.world).audit(s.due.Period())
	t.Log(c.report(t, took, troubled, log) + table("| the bills | |", sums.String()) + table("| operation | calls | 429 |", requests...) +
		table("| process | lives | first life's peak, MiB | last's | most | last life's memory by quarters |", f.peaks()...) +
		table("| table | rows | size |", s.sizes(t)...) + table("| in the logs | times |", f.complaints(t)...))
	if len(wrong) > 0 {
		t.Error(few(wrong))
	}
}

// report is the first table of a run.
func (c *chaos) report(t *testing.T, took, troubled time.Duration, log int64) string {
	t.Helper()
	var paid, merchants int
	require.NoError(t, c.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM bills WHERE state = 'paid'`).Scan(&paid))
	require.NoError(t, c.pool.QueryRowContext(t.Context(), `SELECT count(*) FROM merchants`).Scan(&merchants))
	_, peak := memory(os.Getpid())
	rows := []string{
		fmt.Sprintf("| subscriptions, of %d merchants | %d |", merchants, c.subscriptions),
		fmt.Sprintf("| made in | %s |", c.seeded.Round(time.Millisecond)),
		fmt.Sprintf("| billed in | %s |", took.Round(time.Second)),
		fmt.Sprintf("| of this in trouble | %s |", troubled.Round(time.Second)),
		fmt.Sprintf("| paid bills a second in trouble, about | %.0f |", float64(paid)/troubled.Seconds()),
		fmt.Sprintf("| peak of this process, with the emulators and the audit, MiB | %d |", peak/1024),
	}
	for _, what := range sorted(c.count) {
		rows = append(rows, fmt.Sprintf("| %s | %d |", what, c.count[what]))
	}
	alone := 0
	for _, m := range c.fleet.members {
		alone += m.alone
	}
	rows = append(rows, fmt.Sprintf("| processes that ended by themselves | %d |", alone))
	if !c.db.IsSQLite() {
		rows = append(rows, fmt.Sprintf("| written to PostgreSQL's log | %s |", mib(written(t, c.pool)-log)))
	}
	return table("| the run | |", rows...)
}

// chaos ends and freezes processes, and restarts the database.
type chaos struct {
	*scene

	fleet *fleet

	mu    sync.Mutex
	count map[string]int

	planned bool // all bills are made
}

func newChaos(s *scene, f *fleet) *chaos {
	return &chaos{scene: s, fleet: f, count: make(map[string]int)}
}

// progress is how far a scene is billed.
type progress struct {
	bills     int
	fresh     int // planned, and never declined
	pending   int
	unsettled int
}

func (p progress) done() bool { return p.bills > 0 && p.fresh+p.pending+p.unsettled == 0 }

func (c *chaos) progress(ctx context.Context) (p progress, err error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if p.bills = c.subscriptions; !c.planned { // counting a million takes a while
		if err = c.pool.QueryRowContext(ctx, `SELECT count(*) FROM bills`).Scan(&p.bills); err != nil {
			return p, err
		}
		c.planned = p.bills == c.subscriptions
	}
	err = c.pool.QueryRowContext(ctx, `SELECT count(CASE WHEN state = 'planned' AND declines = 0 THEN 1 END),
		count(CASE WHEN state = 'pending' THEN 1 END), count(CASE WHEN unsettled THEN 1 END) FROM bills WHERE state NOT IN ('paid', 'unpaid')`).
		Scan(&p.fresh, &p.pending, &p.unsettled)
	return p, err
}

// until makes trouble until a scene is billed so far.
func (c *chaos) until(t *testing.T, enough func(progress) bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() {
		for first := true; ; first = false {
			pause := *every
			if len(c.fleet.members) == 1 && !first { // it is to get as far as to lead, which takes 15 seconds, now and then
				pause *= time.Duration(1 + rand.IntN(10))
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
				c.hit(ctx, &all, first)
			}
		}
	})
	outages := []struct {
		what string
		make func()
	}{
		{"PostgreSQL crashed", func() { restart(t, "immediate") }},
		{"PostgreSQL restarted", func() { restart(t, "fast") }},
		{"PostgreSQL did not answer for a while", func() { stall(t, c.pool, jobTimeout+3*time.Second) }}, // as if the network were cut
	}
	if c.db.IsSQLite() {
		outages = nil
	}
	parts := len(outages) + 1
	c.wait(t, func(p progress) bool {
		if done := p.bills - p.fresh; len(outages) > 0 && done > c.subscriptions*(parts-len(outages))/parts {
			outages[0].make()
			c.add(outages[0].what)
			outages = outages[1:]
		}
		return enough(p)
	})
	assert.Empty(t, outages, "PostgreSQL was always there")
	killed := 0
	c.mu.Lock()
	defer c.mu.Unlock()
	for what, times := range c.count {
		if strings.HasSuffix(what, "SIGKILL") {
			killed += times
		}
	}
	assert.Positive(t, killed, "no process was killed")
}

// hit does something to a process. What comes first is SIGKILL, since a short run has no time for
// chance to bring it.
func (c *chaos) hit(ctx context.Context, all *sync.WaitGroup, first bool) {
	m := c.fleet.members[rand.IntN(len(c.fleet.members))]
	if m.kind == "planner" && rand.IntN(4) > 0 { // seldom, so that what only the leader does is done now and then
		m = c.fleet.members[2+rand.IntN(len(c.fleet.members)-2)]
	}
	switch n := rand.IntN(10); {
	case n == 0 && !first:
		c.add(m.kind + " frozen")
		all.Go(func() { m.freeze(ctx, jobTimeout+3*time.Second) })
	case n <= 2 && !first:
		c.add(m.kind + " stopped with SIGTERM")
		m.end(syscall.SIGTERM)
	default:
		c.add(m.kind + " killed with SIGKILL")
		m.end(syscall.SIGKILL)
	}
}

func (c *chaos) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count[what]++
}

// wait waits until a scene is billed so far.
func (c *chaos) wait(t *testing.T, enough func(progress) bool) {
	t.Helper()
	ended := c.calendar.Began.Add(30 * c.calendar.Length)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for said := time.Now(); ; {
		<-tick.C
		for _, m := range c.fleet.members {
			m.measure()
		}
		began := time.Now()
		p, err := c.progress(t.Context())
		// Of a million bills, looking takes half a second.
		tick.Reset(max(time.Second, 20*time.Since(began)))
		if err != nil { // the database may be restarting
			c.add("looks at a database that was away")
			continue
		}
		if enough(p) {
			return
		}
		if time.Since(said) > 10*time.Second {
			said = time.Now()
			t.Logf("%+v %s", p, strings.Join(sorted(c.count), ", "))
		}
		require.True(t, time.Now().Before(ended), "after %d days the next period begins, and this one is not billed: give a longer -day; %+v", 30, p)
	}
}
