package web

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// overview is what the operator's page shows.
type overview struct {
	Now       time.Time // by the database's clock, like all times here
	Counted   time.Time
	Period    string
	Periods   []string
	Sum       sum
	Queues    []queue
	Search    string
	Merchants []merchant
	Next      string // the query of the next page; empty: this is the last
	First     string // the query of the first page; empty: this is it

	Slowed      []slowed
	Check       []*data.Bill
	Refunds     []*data.Refund // to be checked, or refused
	Found       int64
	Differences []*data.Difference
	Messages    []data.Message
}

// stateOrder is the order in which states are shown: settled, under way, in trouble.
var stateOrder = []data.BillState{data.BillPaid, data.BillPlanned, data.BillPending, data.BillRetry, data.BillRepair, data.BillUnpaid, data.BillCheck}

// sum is the bills of a period, of one merchant or of all.
type sum struct {
	Bills  int64
	States []stateSum // in stateOrder, each with bills
}

// stateSum is the bills of a period in one state.
type stateSum struct {
	State   data.BillState
	Bills   int64
	Amounts []amount
	// X and Width are of the state's part of a bar that is barWidth wide.
	X, Width float64
}

type amount struct {
	Minor    int64
	Refunded int64 // of it
	Currency amazonpay.CurrencyCode
}

const barWidth = 1000

func sumOf(tallies []data.Tally) sum {
	var s sum
	for _, state := range stateOrder {
		in := stateSum{State: state}
		for _, t := range tallies {
			if t.State != state {
				continue
			}
			in.Bills += t.Bills
			in.Amounts = append(in.Amounts, amount{t.Amount, t.Refunded, t.Currency})
		}
		if in.Bills > 0 {
			s.Bills += in.Bills
			s.States = append(s.States, in)
		}
	}
	// One bill of a million must be seen too: no part is narrower than a few pixels.
	const narrowest = barWidth / 200
	whole := 0.0
	for i := range s.States {
		s.States[i].Width = max(narrowest, barWidth*float64(s.States[i].Bills)/float64(s.Bills))
		whole += s.States[i].Width
	}
	x := 0.0
	for i := range s.States {
		s.States[i].X = x
		s.States[i].Width *= barWidth / whole
		x += s.States[i].Width
	}
	return s
}

// In returns the bills in some states.
func (s sum) In(states ...data.BillState) (n int64) {
	for _, in := range s.States {
		if slices.Contains(states, in.State) {
			n += in.Bills
		}
	}
	return n
}

// Paid returns the bills that are paid.
func (s sum) Paid() int64 { return s.In(data.BillPaid) }

// Unpaid returns the bills that were given up.
func (s sum) Unpaid() int64 { return s.In(data.BillUnpaid) }

// Check returns the bills of which it is unknown whether they were charged.
func (s sum) Check() int64 { return s.In(data.BillCheck) }

// Open returns the bills for which something is still to be done by itself.
func (s sum) Open() int64 { return s.Bills - s.Paid() - s.Unpaid() - s.Check() }

// Settled returns the share of bills that are paid or given up in percent, rounded down: 100 is
// all.
func (s sum) Settled() int64 {
	if s.Bills == 0 {
		return 0
	}
	return 100 * (s.Paid() + s.Unpaid()) / s.Bills
}

// PaidAmounts returns what was paid.
func (s sum) PaidAmounts() []amount {
	for _, in := range s.States {
		if in.State == data.BillPaid {
			return in.Amounts
		}
	}
	return nil
}

// merchant is a row of the page's list.
type merchant struct {
	data.Merchant

	Sum sum
}

// queue is the jobs of a queue.
type queue struct {
	Name                                              string
	Running, Available, Scheduled, Retryable, Dropped int64
}

// slowed is a rate limit, compared with the documented one.
type slowed struct {
	data.Slowed

	Base time.Duration
}

// Percent returns the rate as a share of the documented one.
func (s slowed) Percent() int64 {
	if s.Gap == 0 {
		return 100
	}
	return int64(100 * s.Base / s.Gap)
}

const (
	merchantPage = 25 // merchants on a page
	latest       = 12 // rows of the other lists
)

// overview reads what the operator's page shows: of a period (empty or unknown: the newest), the
// merchants whose id or name contains a text, after an id.
func (c Config) overview(ctx context.Context, period, search, after string) (*overview, error) {
	db := c.Engine.DB
	v := &overview{Search: search}
	tallies, err := db.Tallies(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tallies {
		if !slices.Contains(v.Periods, t.Period) {
			v.Periods = append(v.Periods, t.Period)
		}
	}
	if v.Period = period; !slices.Contains(v.Periods, period) && len(v.Periods) > 0 {
		v.Period = v.Periods[0]
	}
	v.Sum = sumOf(slices.DeleteFunc(tallies, func(t data.Tally) bool { return t.Period != v.Period }))
	var rows []data.MerchantTally
	var jobs []data.JobTally
	var slow []data.Slowed
	for _, read := range []func() error{
		func() (err error) { v.Now, err = db.Now(ctx); return err },
		func() (err error) { v.Counted, err = db.Counted(ctx); return err },
		func() (err error) {
			rows, err = db.MerchantTallies(ctx, v.Period, search, after, merchantPage+1)
			return err
		},
		func() (err error) { jobs, err = db.JobTallies(ctx); return err },
		func() (err error) { slow, err = db.LatestSlowed(ctx, latest); return err },
		func() (err error) { v.Check, err = db.LatestToCheck(ctx, latest); return err },
		func() (err error) { v.Refunds, err = db.LatestRefundsToCheck(ctx, latest); return err },
		func() (err error) { v.Found, err = db.CountDifferences(ctx); return err },
		func() (err error) { v.Differences, err = db.Differences(ctx, "", latest); return err },
		func() (err error) { v.Messages, err = db.LatestMessages(ctx, latest); return err },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	v.setMerchants(rows, after)
	v.setQueues(jobs)
	for _, s := range slow {
		v.Slowed = append(v.Slowed, slowed{s, c.Engine.Provider.Gap(s.Operation)})
	}
	return v, nil
}

// setMerchants makes the list of merchants, from rows of one more merchant than the page has.
func (v *overview) setMerchants(rows []data.MerchantTally, after string) {
	for len(rows) > 0 {
		of := rows[0].Merchant
		var tallies []data.Tally
		for len(rows) > 0 && rows[0].Merchant.ID == of.ID {
			tallies = append(tallies, rows[0].Tally)
			rows = rows[1:]
		}
		v.Merchants = append(v.Merchants, merchant{of, sumOf(tallies)})
	}
	query := url.Values{"period": {v.Period}, "q": {v.Search}}
	if after != "" {
		v.First = "?" + query.Encode() + "#merchants"
	}
	if len(v.Merchants) > merchantPage {
		v.Merchants = v.Merchants[:merchantPage]
		query.Set("after", v.Merchants[merchantPage-1].ID)
		v.Next = "?" + query.Encode() + "#merchants"
	}
}

// setQueues makes the list of queues.
func (v *overview) setQueues(jobs []data.JobTally) {
	for _, j := range jobs {
		if len(v.Queues) == 0 || v.Queues[len(v.Queues)-1].Name != j.Queue {
			v.Queues = append(v.Queues, queue{Name: j.Queue})
		}
		q := &v.Queues[len(v.Queues)-1]
		switch rivertype.JobState(j.State) {
		case rivertype.JobStateRunning:
			q.Running += j.Jobs
		case rivertype.JobStateAvailable, rivertype.JobStatePending:
			q.Available += j.Jobs
		case rivertype.JobStateScheduled:
			q.Scheduled += j.Jobs
		case rivertype.JobStateRetryable:
			q.Retryable += j.Jobs
		case rivertype.JobStateDiscarded, rivertype.JobStateCancelled, rivertype.JobStateCompleted:
			q.Dropped += j.Jobs
		}
	}
}
