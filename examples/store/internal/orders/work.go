package orders

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

const (
	// mostKeys is how many keys work gets if Amazon advises a new one.
	mostKeys = 3
	// patience is how long a request waits for another that is at the same work.
	patience = 15 * time.Second
	// workTime is how long a request or a round of Run is at a piece of work.
	workTime = time.Minute
	// later is when unfinished work is due again.
	later = 5 * time.Second
)

// errLost reports that somebody else has taken up the work, since this process was too slow.
var errLost = errors.New("orders: the lease of the work was lost")

// do does a piece of work once, however often it is called and wherever the process ends in it. It
// returns nil if the work is no longer open: it is done, refused, or for a person to check. If the
// caller's context ends, the work goes on.
func (s *Shop) do(ctx context.Context, name string) error {
	ctx = context.WithoutCancel(ctx)
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		lease := rand.Text()
		taken, err := s.db.LeaseWork(ctx, name, lease, s.config.Lease)
		if err != nil {
			return err
		}
		if taken {
			if err := s.work(ctx, name, lease); !errors.Is(err, errLost) {
				return err
			}
		}
		w, err := s.db.Work(ctx, name)
		if err != nil || w.State != data.WorkOpen {
			return err
		}
		if !pause(waiting, 50*time.Millisecond) {
			return ErrBusy
		}
	}
}

// work does leased work: the loop of the example of amazonpay.Advise.
func (s *Shop) work(ctx context.Context, name, lease string) error {
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	defer s.keep(ctx, name, lease)()
	w, err := s.db.LeasedWork(ctx, name, lease)
	if errors.Is(err, data.ErrNone) {
		return errLost
	}
	if err != nil {
		return err
	}
	for try := 1; w.State == data.WorkOpen; try++ {
		earlier := w.Unsettled
		w.Unsettled = true // the process may end during the call
		if err := s.save(ctx, w); err != nil {
			return err
		}
		made, err := s.call(ctx, w,
			amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(w.Name, strconv.Itoa(w.Attempt))),
			amazonpay.WithUnsettled(earlier))
		next := amazonpay.Advise(err)
		w.Unsettled = next.Unsettled
		w.Failure = cmp.Or(string(next.ReasonCode), string(next.Class))
		switch next.Step {
		case amazonpay.StepDone:
			w.State, w.Failure = data.WorkDone, ""
		case amazonpay.StepGiveUp:
			w.State = data.WorkRefused
		case amazonpay.StepNewKey:
			w.Attempt++
			if w.NewKeys++; w.NewKeys >= mostKeys {
				w.State = data.WorkRefused
			}
		case amazonpay.StepRead:
			s.read(ctx, w, &made, err)
		case amazonpay.StepRepeat: // under the same key
		}
		if err != nil {
			s.log.WarnContext(ctx, "a call failed", slog.String("work", w.Name), slog.Any("error", err), slog.String("step", next.Step.String()), slog.Bool("unsettled", w.Unsettled), slog.String("state", string(w.State)))
		}
		if w.State != data.WorkOpen {
			return s.finish(ctx, w, made)
		}
		if err := s.save(ctx, w); err != nil {
			return err
		}
		if next.Step == amazonpay.StepRead || try >= 3 || !pause(ctx, time.Duration(try)*300*time.Millisecond) {
			return errors.Join(ErrUnavailable, s.db.LeaveWork(ctx, w, later))
		}
	}
	return nil
}

// save stores how far work is.
func (s *Shop) save(ctx context.Context, w *data.Work) error {
	held, err := s.db.SaveWork(ctx, w)
	if err == nil && !held {
		err = errLost
	}
	return err
}

// finish stores work that is no longer open, together with what it changes about its order.
func (s *Shop) finish(ctx context.Context, w *data.Work, made made) error {
	return s.change(ctx, w.OrderNumber, func(q data.Queries, o *data.Order) error {
		if err := s.apply(ctx, q, o, w, made); err != nil {
			return err
		}
		held, err := q.SaveWork(ctx, w)
		if err == nil && !held {
			err = errLost
		}
		return err
	})
}

// keep renews a lease until stop is called.
func (s *Shop) keep(ctx context.Context, name, lease string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for pause(ctx, s.config.Lease/3) {
			if _, err := s.db.RenewWork(ctx, name, lease, s.config.Lease); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "a lease cannot be renewed", slog.String("work", name), slog.Any("error", err))
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// pause waits. It reports whether the context is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
