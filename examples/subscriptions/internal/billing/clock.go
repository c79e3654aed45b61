package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// mostSkew is how far the clocks of a process and of the database may be apart. River plans
// repetitions with the clock of the process: one that is far ahead puts its jobs off for as long.
// The database's clock says which bills are due: one that is far ahead charges months too early.
const mostSkew = 10 * time.Second

// ErrSkew reports that the clocks of the process and of the database do not agree.
var ErrSkew = errors.New("billing: the clocks of this machine and of the database differ too much")

// checkClock returns the database's time, or [ErrSkew] if this process's clock differs too much.
func (e *Engine) checkClock(ctx context.Context) (time.Time, error) {
	before := e.now()
	now, err := e.DB.Now(ctx)
	if err != nil {
		return now, err
	}
	ahead := now.Sub(before)
	if ahead > 0 { // the database was read after that
		ahead = max(0, now.Sub(e.now()))
	}
	if ahead.Abs() > mostSkew {
		return now, fmt.Errorf("%w: the database's is ahead by %s, at most %s is allowed: set both by NTP", ErrSkew, ahead.Round(time.Second), mostSkew)
	}
	return now, nil
}

// today returns the date, by the database's clock, if nothing speaks against it.
func (e *Engine) today(ctx context.Context) (data.Date, error) {
	now, err := e.checkClock(ctx)
	return e.Calendar.Date(now), err
}

// WatchClock compares the clocks of the process and of the database now and then. It returns
// [ErrSkew] if they differ too much, with which the process should stop, and nil when ctx ends.
func (e *Engine) WatchClock(ctx context.Context, every time.Duration) error {
	for tick := time.NewTicker(every); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
		if _, err := e.checkClock(ctx); errors.Is(err, ErrSkew) { // any other error says nothing about clocks
			return err
		}
	}
}
