package transport

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// date gives the attempt its start and its date. On the way back it learns the service's time: if
// the date was refused for the first time, the attempt is repeated at once.
func (c *Client) date(next step) step {
	return func(ctx context.Context, x *exchange) error {
		start := c.cfg.Now()
		x.attempt = Attempt{Start: start, Date: start.Add(x.offset).UTC().Truncate(time.Second)}
		x.result.ClockOffset = x.offset
		if err := next(ctx, x); err != nil {
			return err
		}
		told, ok := x.result.Answer.clockOffset(x.came)
		status := x.result.Answer.Status
		if ok && status < http.StatusInternalServerError { // a gateway's page may be of any age
			c.correction.revise(told)
		}
		x.verdict.DateRefused = x.verdict.DateRefused && ok && status >= http.StatusBadRequest && !x.redated
		if x.verdict.DateRefused {
			x.redated, x.offset = true, told
			c.correction.learn(told)
			c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "amazon pay refused the date: signing again with the service's time",
				x.attrs(len(x.result.Attempts), slog.Duration("clock_offset", told))...)
		}
		return nil
	}
}

// clockOffset is what brings the clock to one second behind the answer's Date, which is cut to
// whole seconds: the service refuses a date that is even slightly ahead.
func (a Answer) clockOffset(came time.Time) (time.Duration, bool) {
	date, err := http.ParseTime(a.Header.Get("Date"))
	return date.Add(-time.Second).Sub(came), err == nil
}

const (
	// maxKeptOffset bounds what one answer can do to the calls that follow it.
	maxKeptOffset = 24 * time.Hour

	// What an answer tells is one to two seconds below the truth, more if it was slow to come. A
	// difference above clockWasSet shows that the clock was set since the last offset was learnt.
	// An offset up to clockIsRight is what a right clock shows.
	clockWasSet  = 5 * time.Second
	clockIsRight = 3 * time.Second
)

// correction is what a client adds to its clock: 0 until the service refuses a date.
type correction struct{ nanoseconds atomic.Int64 }

func (c *correction) load() time.Duration { return time.Duration(c.nanoseconds.Load()) }

func (c *correction) learn(told time.Duration) {
	if -maxKeptOffset <= told && told <= maxKeptOffset {
		c.nanoseconds.Store(int64(told))
	}
}

// revise replaces the offset in force by the one that an answer tells, if the clock must have been
// set in the meantime: a repaired clock gets no refusal to learn from. If another answer was
// quicker, its offset stays.
func (c *correction) revise(told time.Duration) {
	inForce := c.load()
	if inForce == 0 || told.Abs() > maxKeptOffset || (told-inForce).Abs() <= clockWasSet {
		return
	}
	if told.Abs() <= clockIsRight {
		told = 0
	}
	c.nanoseconds.CompareAndSwap(int64(inForce), int64(told))
}
