package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river/riverdriver"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Progress is how far the month is.
type Progress struct {
	Date     data.Date
	Passed   float64 // of the month, 0 to 1
	Outcomes []Outcome
}

// Looks is how often in a day Play looks, and tells of its progress.
const looks = 4

// Play lets the month pass: each day it moves the emulators' clocks, and lets buyers read their
// messages and do what they have planned. It returns when the last day is over and each bill was
// charged or declined, or with an error.
func (m *Month) Play(ctx context.Context, engine *billing.Engine, tell func(Progress)) error {
	m.engine = engine
	tick := time.NewTicker(m.Day / looks)
	defer tick.Stop()
	for yesterday := First - 2; ; { // some have done something the day before
		now, err := m.DB.Now(ctx)
		if err != nil {
			return err
		}
		today := m.calendar.Date(now)
		for ; yesterday < today; yesterday++ {
			if err := m.dawn(ctx, yesterday+1); err != nil {
				return err
			}
		}
		if err := errors.Join(m.mail(ctx, today), m.hurry(ctx)); err != nil {
			return err
		}
		outcomes, err := m.outcomes(ctx)
		if err != nil {
			return err
		}
		passed := max(0, float64(now.Sub(m.calendar.Began))/float64(m.calendar.Days(days)))
		tell(Progress{min(max(today, First), First+days-1), min(1, passed), outcomes})
		if over, err := m.over(ctx, passed, outcomes); over || err != nil {
			return err
		}
		if now.After(m.calendar.Begins(First + days).Add(patience)) {
			return errors.New("demo: bills still wait to be charged, and the month has long ended: give it a longer --day")
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("demo: stopped on %s", today)
		case <-tick.C:
		}
	}
}

// patience is how long a slow machine may take for what is left of the month's work.
const patience = 15 * time.Minute

// over reports whether the month is over. The next one is not billed: a slow machine would never
// come to an end.
func (m *Month) over(ctx context.Context, passed float64, outcomes []Outcome) (bool, error) {
	if passed < float64(lastDue)/days {
		return false, nil
	}
	if err := m.postpone(ctx); err != nil || passed < 1 {
		return false, err
	}
	for _, o := range outcomes {
		if o.State == data.BillPlanned || o.State == data.BillPending {
			return false, nil
		}
	}
	due, _, err := m.unbilled(ctx)
	return due == 0, err
}

// dawn begins a date.
func (m *Month) dawn(ctx context.Context, date data.Date) error {
	for _, r := range m.World.Regions {
		ahead := date.Time().Sub(r.Now())
		if date > First+days { // only what is pending ends yet: reports are kept for 90 days
			ahead = time.Minute
		}
		if ahead > 0 {
			if err := r.Advance(ahead); err != nil {
				return err
			}
		}
	}
	if (date-First)%settleDays == settleDays-1 {
		m.settle()
	}
	for _, e := range m.events[date] {
		if err := e(ctx); err != nil {
			return fmt.Errorf("demo: on %s: %w", date, err)
		}
	}
	delete(m.events, date)
	return nil
}

// settleDays is how often Amazon pays the merchants, and reports what it paid.
const settleDays = 7

func (m *Month) settle() {
	for _, r := range m.World.Regions {
		r.Settle()
	}
}

// Reconcile ends the last settlement, and waits until the reports have each bill that is paid, and
// each refund.
func (m *Month) Reconcile(ctx context.Context) error {
	for _, r := range m.World.Regions {
		if err := r.Advance(time.Hour); err != nil { // nothing is of this very instant
			return err
		}
	}
	const ask = 20 // how often Reconcile looks before it asks for reports again
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	end := time.Now().Add(patience)
	for i := 0; ; i++ {
		if i%ask == 0 {
			m.settle()
			if _, err := m.engine.River.Insert(ctx, billing.ReportsArgs{}, nil); err != nil {
				return err
			}
		}
		left, err := m.unreported(ctx)
		switch {
		case err != nil || left == 0:
			return err
		case time.Now().After(end):
			return fmt.Errorf("demo: %d paid bills and refunds are in no settlement report", left)
		}
		select {
		case <-ctx.Done():
			return errors.New("demo: stopped before the last settlement reports were compared")
		case <-tick.C:
		}
	}
}

// mail lets buyers read their messages. Two of three who are asked to repair their payment method
// do it some days later.
func (m *Month) mail(ctx context.Context, today data.Date) error {
	const page = 500
	messages, err := m.DB.OutgoingAfter(ctx, m.read, page)
	if err != nil {
		return err
	}
	for _, message := range messages {
		m.read = message.ID
		region := m.homes[message.PermissionID]
		if message.Kind != data.MessageRepair || m.random.IntN(3) == 0 {
			continue
		}
		m.at(today+1+data.Date(m.random.IntN(5)), func(context.Context) error {
			_ = region.Buyer().ChangePaymentMethod(message.PermissionID, "1111") // it may be closed by then
			return nil
		})
	}
	return nil
}

// hurry makes jobs that are due within a day available, as River's leader does every five seconds:
// too seldom for such days.
func (m *Month) hurry(ctx context.Context) error {
	soon := time.Now().Add(m.Day)
	_, err := m.DB.Driver().GetExecutor().JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: 10_000, Now: &soon})
	return err
}
