package data_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
)

func date(text string) data.Date {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return data.DateOf(at)
}

// A period begins on its day of the month, or on the last day of a shorter month, and goes back to
// its day after that. No month is left out or billed twice.
func TestNextMonth(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from   string
		anchor int
		want   string
	}{
		{"2026-01-31", 31, "2026-02-28"},
		{"2026-02-28", 31, "2026-03-31"},
		{"2028-01-30", 30, "2028-02-29"},
		{"2026-04-30", 31, "2026-05-31"},
		{"2026-12-15", 15, "2027-01-15"},
		{"2026-11-01", 1, "2026-12-01"},
		{"2026-01-29", 29, "2026-02-28"},
	} {
		require.Equal(t, test.want, date(test.from).NextMonth(test.anchor).String(), "%s, anchor %d", test.from, test.anchor)
	}
	for anchor := 1; anchor <= 31; anchor++ {
		at := date("2024-01-01").NextMonth(anchor)
		for month := range 48 {
			want := time.Date(2024, time.Month(2+month), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
			require.Equal(t, want, at.Period(), "anchor %d", anchor)
			at = at.NextMonth(anchor)
		}
	}
}

func TestCalendar(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 29, 23, 59, 59, 0, time.UTC)
	var daily data.Calendar
	require.Equal(t, "2026-11-29", daily.Date(at).String())
	require.Equal(t, "2026-11-30", daily.Date(at.Add(time.Second)).String())
	require.Equal(t, 72*time.Hour, daily.Days(3))
	require.Equal(t, time.Hour, daily.Scale(time.Hour))

	short := data.Calendar{Began: at, First: date("2026-11-01"), Length: 2 * time.Second}
	require.Equal(t, "2026-11-01", short.Date(at.Add(1999*time.Millisecond)).String())
	require.Equal(t, "2026-11-02", short.Date(at.Add(2*time.Second)).String())
	require.Equal(t, 6*time.Second, short.Days(3))
	require.Equal(t, 2*time.Second/24, short.Scale(time.Hour))
}

// Of the processes that start together on a new database, one sets the calendar.
func TestSetCalendar(t *testing.T) {
	t.Parallel()
	db := datatest.Open(t)
	stored, err := db.Calendar(t.Context())
	require.NoError(t, err)
	require.Zero(t, stored)
	first := data.Calendar{Began: time.Unix(1000, 0).UTC(), First: 5, Length: time.Second}
	require.NoError(t, db.SetCalendar(t.Context(), first))
	require.ErrorIs(t, db.SetCalendar(t.Context(), data.Calendar{Began: time.Unix(2000, 0), First: 9, Length: time.Minute}), data.ErrCalendar)
	require.Error(t, db.SetCalendar(t.Context(), data.Calendar{}))
	stored, err = db.Calendar(t.Context())
	require.NoError(t, err)
	require.Equal(t, first, stored)
}
