package metrics

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// tally reads the tally when Prometheus asks. Every process has the same figures: a query must take
// the largest, not the sum.
type tally struct {
	db                                                *data.DB
	bills, amount, refunded, refunds, queued, counted *prometheus.Desc
}

func newTally(db *data.DB) *tally {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(prometheus.BuildFQName(namespace, "", name), help, labels, nil)
	}
	return &tally{
		db:       db,
		bills:    describe("bills", "Bills of all periods. The same in every process.", "state", "currency"),
		amount:   describe("bills_amount", "Amount of the bills, in the currency's main unit. The same in every process.", "state", "currency"),
		refunded: describe("refunded_amount", "Refunded of all bills, in the currency's main unit. The same in every process.", "currency"),
		refunds:  describe("refunds", "Refunds that a person must look at. The same in every process.", "state"),
		queued:   describe("jobs", "Jobs that are not completed. The same in every process.", "queue", "state"),
		counted:  describe("tally_timestamp_seconds", "When bills and jobs were last counted."),
	}
}

// Describe implements [prometheus.Collector].
func (t *tally) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{t.bills, t.amount, t.refunded, t.refunds, t.queued, t.counted} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (t *tally) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := t.collect(ctx, to); err != nil {
		to <- prometheus.NewInvalidMetric(t.counted, err)
	}
}

func (t *tally) collect(ctx context.Context, to chan<- prometheus.Metric) error {
	tallies, err := t.db.Tallies(ctx)
	if err != nil {
		return err
	}
	type key struct {
		state    data.BillState
		currency amazonpay.CurrencyCode
	}
	sums := make(map[key]data.Tally)
	refunded := make(map[amazonpay.CurrencyCode]int64)
	for _, row := range tallies { // one for each period
		k := key{row.State, row.Currency}
		sum := sums[k]
		sum.Bills += row.Bills
		sum.Amount += row.Amount
		sums[k] = sum
		refunded[row.Currency] += row.Refunded
	}
	for k, sum := range sums {
		to <- prometheus.MustNewConstMetric(t.bills, prometheus.GaugeValue, float64(sum.Bills), string(k.state), string(k.currency))
		to <- prometheus.MustNewConstMetric(t.amount, prometheus.GaugeValue, mainUnit(sum.Amount, k.currency), string(k.state), string(k.currency))
	}
	for currency, minor := range refunded {
		to <- prometheus.MustNewConstMetric(t.refunded, prometheus.GaugeValue, mainUnit(minor, currency), string(currency))
	}
	check, refused, err := t.db.CountRefundsToCheck(ctx)
	if err != nil {
		return err
	}
	to <- prometheus.MustNewConstMetric(t.refunds, prometheus.GaugeValue, float64(check), string(data.RefundCheck))
	to <- prometheus.MustNewConstMetric(t.refunds, prometheus.GaugeValue, float64(refused), string(data.RefundRefused))
	jobs, err := t.db.JobTallies(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		to <- prometheus.MustNewConstMetric(t.queued, prometheus.GaugeValue, float64(j.Jobs), j.Queue, j.State)
	}
	at, err := t.db.Counted(ctx)
	if err == nil && !at.IsZero() {
		to <- prometheus.MustNewConstMetric(t.counted, prometheus.GaugeValue, float64(at.UnixMicro())/1e6)
	}
	return err
}

// mainUnit turns cents into dollars. It is a float as all metrics are: for a graph, not for a
// ledger.
func mainUnit(minor int64, currency amazonpay.CurrencyCode) float64 {
	digits, _ := currency.MinorDigits()
	return float64(minor) / math.Pow10(digits)
}
