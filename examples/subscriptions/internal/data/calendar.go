package data

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Date is a day: how many have passed since 1970-01-01.
type Date int64

// DateOf returns the date of a time, in UTC.
func DateOf(t time.Time) Date {
	year, month, day := t.UTC().Date()
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

// Time returns the beginning of the date, in UTC.
func (d Date) Time() time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }

// String returns the date, such as 2026-11-29.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// Period returns the month of the date, such as 2026-11.
func (d Date) Period() string { return d.Time().Format("2006-01") }

// NextMonth returns the date in the following month that is the anchor-th day of it, or its last
// day if it is shorter.
func (d Date) NextMonth(anchor int) Date {
	year, month, _ := d.Time().Date()
	last := time.Date(year, month+2, 0, 0, 0, 0, 0, time.UTC)
	return DateOf(last.AddDate(0, 0, min(anchor, last.Day())-last.Day()))
}

// Calendar tells the date of the business. In production a day has 24 hours and begins at midnight
// in UTC: the zero Calendar. In a demonstration it is shorter, so that a month passes in a minute.
type Calendar struct {
	Began  time.Time // when First began
	First  Date
	Length time.Duration // of a day
}

// Date returns the date at a time.
func (c Calendar) Date(at time.Time) Date {
	if c.Length == 0 {
		return DateOf(at)
	}
	return c.First + Date(at.Sub(c.Began)/c.Length)
}

// Begins returns when a date begins.
func (c Calendar) Begins(d Date) time.Time {
	if c.Length == 0 {
		return d.Time()
	}
	return c.Began.Add(time.Duration(d-c.First) * c.Length)
}

// Days returns how long so many days are.
func (c Calendar) Days(n int) time.Duration {
	if c.Length == 0 {
		return time.Duration(n) * 24 * time.Hour
	}
	return time.Duration(n) * c.Length
}

// Scale returns how long a duration of a real day, such as an hour, is by this calendar.
func (c Calendar) Scale(d time.Duration) time.Duration {
	if c.Length == 0 {
		return d
	}
	return time.Duration(float64(d) * float64(c.Length) / float64(24*time.Hour))
}

// SetCalendar stores the calendar that all processes use, once: [ErrCalendar] if another is stored.
func (q Queries) SetCalendar(ctx context.Context, c Calendar) error {
	if c.Length <= 0 {
		return fmt.Errorf("data: a day of %s: it must be longer than nothing", c.Length)
	}
	stored, err := q.exec(ctx, `INSERT INTO calendar (id, began_at, first_day, day) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING`,
		c.Began.UnixMicro(), int64(c.First), c.Length.Microseconds())
	if err == nil && stored == 0 {
		return ErrCalendar
	}
	return err
}

// ErrCalendar reports that the database has a calendar already.
var ErrCalendar = errors.New("data: the database has a calendar already: use a new database")

// Calendar returns the calendar: the zero Calendar if none is stored.
func (q Queries) Calendar(ctx context.Context) (Calendar, error) {
	var began, first, length int64
	err := q.on.QueryRowContext(ctx, `SELECT began_at, first_day, day FROM calendar`).Scan(&began, &first, &length)
	if errors.Is(err, ErrNone) {
		return Calendar{}, nil
	}
	return Calendar{time.UnixMicro(began).UTC(), Date(first), time.Duration(length) * time.Microsecond}, err
}

// Now returns the database's time.
func (q Queries) Now(ctx context.Context) (time.Time, error) {
	var micros int64
	err := q.on.QueryRowContext(ctx, `SELECT `+q.dialect.clock).Scan(&micros)
	return time.UnixMicro(micros).UTC(), err
}
