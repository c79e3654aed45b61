package transport

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// maxKeptOffset bounds what one answer can do to the calls that follow it.
	maxKeptOffset = 24 * time.Hour

	// What an answer tells is one to two seconds below the truth, more where it was slow to
	// come. A difference above clockWasSet says that the clock was set since the last
	// one was learnt, and one up to clockIsRight is what a right clock shows.
	clockWasSet  = 5 * time.Second
	clockIsRight = 3 * time.Second
)

// correction is what a client adds to its clock. It is 0 until the service refuses a date.
type correction struct{ nanoseconds atomic.Int64 }

func (c *correction) load() time.Duration { return time.Duration(c.nanoseconds.Load()) }

func (c *correction) learn(d time.Duration) {
	if -maxKeptOffset <= d && d <= maxKeptOffset {
		c.nanoseconds.Store(int64(d))
	}
}

// revise takes the offset that an answer tells for the one in force, if the clock must have
// been set since that was learnt: a repaired clock gets no refusal to learn from. Only an
// answer of the service itself counts, since a gateway's page may be of any age. Where
// another answer was quicker, its word stands.
func (c *correction) revise(a *answer) {
	inForce := c.load()
	if inForce == 0 || a.response.StatusCode >= http.StatusInternalServerError {
		return
	}
	told, ok := a.clockOffset()
	if !ok || told.Abs() > maxKeptOffset || (told-inForce).Abs() <= clockWasSet {
		return
	}
	if told.Abs() <= clockIsRight {
		told = 0
	}
	c.nanoseconds.CompareAndSwap(int64(inForce), int64(told))
}

// clockOffset is what brings the clock to one second behind the answer's Date: that is cut
// to whole seconds, and the service refuses a date that is ever so slightly ahead.
func (a *answer) clockOffset() (time.Duration, bool) {
	date, err := http.ParseTime(a.response.Header.Get("Date"))
	return date.Add(-time.Second).Sub(a.came), err == nil
}

// dateRefused reports whether to sign again at once because the last answer refused
// the date, and learns the time from it. It says so once a call.
func (x *exchange) dateRefused() bool {
	if x.ended || x.err != nil || x.redated || x.DateRefused == nil {
		return false
	}
	status, header := x.last.response.StatusCode, x.last.response.Header
	if status < http.StatusBadRequest || !x.DateRefused(status, header, x.last.body) {
		return false
	}
	told, ok := x.last.clockOffset()
	if !ok {
		return false
	}
	x.redated, x.offset = true, told
	x.correction.learn(x.offset)
	x.Logger.LogAttrs(x.request.Context(), slog.LevelWarn, "amazon pay refused the date: signing with its clock",
		slog.String("operation", x.call.Operation),
		slog.String("method", x.request.Method),
		slog.Int("attempt", len(x.call.Attempts)),
		slog.Duration("clock_offset", x.offset),
	)
	return true
}
