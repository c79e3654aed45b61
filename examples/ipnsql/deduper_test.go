package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

func open(t *testing.T, path, clock string) *deduper {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
	check(t, err)
	t.Cleanup(func() { _ = db.Close() })
	d, err := newDeduper(t.Context(), db, clock)
	check(t, err)
	return d
}

func begin(t *testing.T, d *deduper, claim ipn.Claim, want ipn.ClaimStatus) {
	t.Helper()
	if got, err := d.Begin(t.Context(), "m", claim); err != nil || got != want {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A message is begun once, again after it failed or was left, and never after it was done, also by
// another process. Only the database's clock counts, which is a table here. A process that comes
// back late has an old claim.
func TestPhases(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	const clock = "(SELECT at FROM clock)"
	first := open(t, path, clock)
	set := func(at time.Duration) {
		t.Helper()
		_, err := first.db.ExecContext(t.Context(), `INSERT INTO clock (id, at) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET at = excluded.at`, int64(at.Seconds()))
		check(t, err)
	}
	_, err := first.db.ExecContext(t.Context(), `CREATE TABLE clock (id INTEGER PRIMARY KEY, at BIGINT NOT NULL)`)
	check(t, err)
	set(0)
	second := open(t, path, clock)
	begin(t, first, "a", ipn.ClaimStatusBegun)
	begin(t, second, "b", ipn.ClaimStatusInProgress)
	check(t, first.Failed(t.Context(), "m", "a"))
	begin(t, second, "b", ipn.ClaimStatusBegun)
	set(lease - time.Second)
	begin(t, first, "c", ipn.ClaimStatusInProgress)
	set(lease)
	begin(t, first, "c", ipn.ClaimStatusBegun)     // the second has ended
	check(t, second.Failed(t.Context(), "m", "b")) // or was slow: the message is the first's now
	begin(t, second, "d", ipn.ClaimStatusInProgress)
	begin(t, first, "e", ipn.ClaimStatusInProgress) // also for the same process
	check(t, second.Done(t.Context(), "m", "b"))
	begin(t, second, "d", ipn.ClaimStatusDone) // it was handled well, whoever has it now
	check(t, first.Failed(t.Context(), "m", "c"))
	set(time.Hour)
	begin(t, first, "f", ipn.ClaimStatusDone)
}

// Of many at once one gets the message, by the clock that SQLite has.
func TestTwins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	var begun atomic.Int64
	var wg sync.WaitGroup
	for process := range 4 {
		d := open(t, path, sqliteClock)
		for request := range 8 {
			wg.Go(func() {
				switch progress, err := d.Begin(t.Context(), "m", ipn.Claim(fmt.Sprint(process, request))); {
				case err != nil:
					t.Error(err)
				case progress == ipn.ClaimStatusBegun:
					begun.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if begun.Load() != 1 {
		t.Fatalf("%d have begun", begun.Load())
	}
}
