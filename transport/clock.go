package transport

import (
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"
)

// maxKeptOffset bounds what one answer can do to the calls that follow it.
const maxKeptOffset = 24 * time.Hour

// correction is what a client adds to its clock. It is 0 until the service refuses a date.
type correction struct{ nanoseconds atomic.Int64 }

func (c *correction) load() time.Duration { return time.Duration(c.nanoseconds.Load()) }

func (c *correction) learn(d time.Duration) {
	if -maxKeptOffset <= d && d <= maxKeptOffset {
		c.nanoseconds.Store(int64(d))
	}
}

// dateRefused reports whether to sign again at once because the last answer refused
// the date, and learns the time from it: one second behind its Date, since that
// is cut to whole seconds and the service refuses a date that is ever so slightly
// ahead. It says so once a call.
func (x *exchange) dateRefused() bool {
	if x.ended || x.err != nil || x.redated || x.DateRefused == nil {
		return false
	}
	status, header := x.last.response.StatusCode, x.last.response.Header
	if status < http.StatusBadRequest || !x.DateRefused(status, header, x.last.body) {
		return false
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return false
	}
	x.redated = true
	x.offset = date.Add(-time.Second).Sub(x.Now())
	x.correction.learn(x.offset)
	x.Logger.LogAttrs(x.request.Context(), slog.LevelWarn, "amazon pay refused the date: signing with its clock",
		slog.String("operation", x.call.Operation),
		slog.String("method", x.request.Method),
		slog.Int("attempt", len(x.call.Attempts)),
		slog.Duration("clock_offset", x.offset),
	)
	return true
}
