package data_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

// hourly is a limit of which a test sees the burst alone.
var hourly = amazonpay.RateLimit{Burst: 3, PerSecond: 1.0 / 3600}

// A burst goes through at once. Those who come after it are told different times, a gap apart, and
// another merchant and another operation have limits of their own.
func TestTake(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	for range 3 {
		wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
	for place := 1; place <= 3; place++ {
		wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
		require.NoError(t, err)
		require.InDelta(t, float64(place)*3600, wait.Seconds(), 60, "place %d", place)
	}
	for _, other := range [][2]string{{"B", "CreateCharge"}, {"A", "GetCharge"}} {
		wait, err := db.Take(t.Context(), other[0], other[1], hourly)
		require.NoError(t, err)
		require.Zero(t, wait)
	}
}

// However many ask together, the burst goes through, and no more.
func TestTakeTogether(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	var mu sync.Mutex
	var free int
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if wait == 0 {
				free++
			}
		})
	}
	group.Wait()
	require.Equal(t, 3, free)
}

// The rate comes back with time, and no faster.
func TestTakeRefills(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	limit := amazonpay.RateLimit{Burst: 2, PerSecond: 20}
	begun := time.Now()
	taken := 0
	for taken < 12 {
		wait, err := db.Take(t.Context(), "A", "CreateCharge", limit)
		require.NoError(t, err)
		if wait == 0 {
			taken++
			continue
		}
		<-time.After(wait)
	}
	require.GreaterOrEqual(t, time.Since(begun), 490*time.Millisecond) // 10 gaps of 50 ms after the burst of 2
}

// A 429 empties the bucket and halves the rate, once a second; a Retry-After is waited for; calls
// that go through bring the rate back.
func TestSlow(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	_, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
	require.NoError(t, err)
	for place := 1; place <= 3; place++ { // at once: one cut
		require.NoError(t, db.Slow(t.Context(), "A", "CreateCharge", hourly, 0))
		wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
		require.NoError(t, err)
		require.InDelta(t, place*2*3600, wait.Seconds(), 120) // a gap is two hours now
		_, err = db.Take(t.Context(), "A", "GetCharge", hourly)
		require.NoError(t, err)
	}
	require.NoError(t, db.Slow(t.Context(), "A", "CreateCharge", hourly, 100*time.Hour))
	wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
	require.NoError(t, err)
	require.Greater(t, wait, 100*time.Hour)

	quick := amazonpay.RateLimit{Burst: 1000, PerSecond: 1000}
	_, err = db.Take(t.Context(), "B", "CreateCharge", quick)
	require.NoError(t, err)
	require.NoError(t, db.Slow(t.Context(), "B", "CreateCharge", quick, 0))
	slowed, err := db.LatestSlowed(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, slowed, 2)
}

// If the database's clock was set back, nobody waits for what the wrong clock had said, and the
// pause that the service wants is as long as before.
func TestClockSetBack(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	const ahead = ` + 86400000000`
	for range 8 { // three go through, five wait in line
		_, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
		require.NoError(t, err)
	}
	change(t, db, `UPDATE pace SET next_at = next_at`+ahead+`, line_at = line_at`+ahead+`, asked_at = asked_at`+ahead)
	for place := 6; place <= 7; place++ {
		wait, err := db.Take(t.Context(), "A", "CreateCharge", hourly)
		require.NoError(t, err)
		require.InDelta(t, float64(place)*3600, wait.Seconds(), 60, "place %d", place)
	}

	quick := amazonpay.RateLimit{Burst: 1000, PerSecond: 1000}
	_, err := db.Take(t.Context(), "A", "GetCharge", quick)
	require.NoError(t, err)
	change(t, db, `UPDATE pace SET next_at = next_at`+ahead+`, line_at = line_at`+ahead+`, asked_at = asked_at`+ahead+`, cut_at = asked_at`+ahead+` WHERE operation = 'GetCharge'`)
	wait, err := db.Take(t.Context(), "A", "GetCharge", quick)
	require.NoError(t, err)
	require.Zero(t, wait)
	require.NoError(t, db.Slow(t.Context(), "A", "GetCharge", quick, 0)) // a cut of tomorrow does not keep the rate from being halved
	slowed, err := db.LatestSlowed(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 2*time.Millisecond, slowed[0].Gap)
}
