package main

import (
	"database/sql"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

func open(t *testing.T, path string, now func() time.Time) *deduper {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	d, err := newDeduper(t.Context(), db, now)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func begin(t *testing.T, d *deduper, want ipn.Progress) {
	t.Helper()
	if got, err := d.Begin(t.Context(), "m"); err != nil || got != want {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A message is begun once, again after it failed or was left, and never after it was done; by another process, too.
func TestPhases(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "db")
	first, second := open(t, path, func() time.Time { return at }), open(t, path, func() time.Time { return at })
	begin(t, first, ipn.Begun)
	begin(t, second, ipn.InProgress)
	check(t, first.Failed(t.Context(), "m"))
	begin(t, second, ipn.Begun)
	at = at.Add(lease - time.Second)
	begin(t, first, ipn.InProgress)
	at = at.Add(time.Second)
	begin(t, first, ipn.Begun)                // the second has ended
	check(t, second.Failed(t.Context(), "m")) // or was slow: the message is the first's now
	begin(t, second, ipn.InProgress)
	check(t, first.Done(t.Context(), "m"))
	at = at.Add(time.Hour)
	begin(t, second, ipn.Finished)
	check(t, second.Failed(t.Context(), "m")) // the second was slow, and comes back
	begin(t, first, ipn.Finished)
}

// Of many at once one gets the message.
func TestTwins(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	var begun atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		d := open(t, path, time.Now)
		for range 8 {
			wg.Go(func() {
				switch progress, err := d.Begin(t.Context(), "m"); {
				case err != nil:
					t.Error(err)
				case progress == ipn.Begun:
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
