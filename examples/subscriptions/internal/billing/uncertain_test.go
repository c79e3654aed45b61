package billing

import (
	"strconv"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// A bill of which it could not be read whether it was charged is paid if a report has the charge.
func TestCheckIsSettledByItsRow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*data.SettlementRow)
		charge string
		want   data.BillState
		kinds  []string
	}{
		"its reference":       {func(*data.SettlementRow) {}, "", data.BillPaid, []string{}},
		"its charge":          {func(s *data.SettlementRow) { s.Period = "" }, "P-C1", data.BillPaid, []string{}},
		"another charge":      {func(*data.SettlementRow) {}, "P-C2", data.BillCheck, []string{"capture_doubled P-C1"}},
		"another reference":   {func(s *data.SettlementRow) { s.Period = "" }, "", data.BillCheck, []string{"capture_unknown P-C1"}},
		"another amount":      {func(s *data.SettlementRow) { s.Amount++ }, "", data.BillCheck, []string{"too_much P-C1"}},
		"another transaction": {func(s *data.SettlementRow) { s.Type = "Authorization"; s.Amount = 0 }, "", data.BillCheck, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks(t)
			bill := b.bill(t, "P", func(bill *data.Bill) { bill.State, bill.ChargeID = data.BillCheck, tt.charge })
			require.NoError(t, b.DB.SetSubscriptionState(t.Context(), "P", data.SubscriptionPastDue))
			row := capture("P", "P-C1")
			row.Period, row.Posted = bill.Period, b.now
			tt.change(&row)
			b.report(t, "1", -1, 1, row)
			assert.Equal(t, tt.kinds, b.kinds(t))
			now, err := b.DB.Bill(t.Context(), "P", bill.Period)
			require.NoError(t, err)
			assert.Equal(t, tt.want, now.State)
			if tt.want == data.BillPaid {
				assert.Equal(t, "P-C1", now.ChargeID)
				assert.Equal(t, b.now, now.PaidAt)
				assert.False(t, now.Unsettled)
				s, err := b.DB.Subscription(t.Context(), "P")
				require.NoError(t, err)
				assert.Equal(t, data.SubscriptionActive, s.State)
			}
		})
	}
}

// A bill that is to be charged, again or at last, is paid if a report has the charge: it is not
// charged again, and a person sees it.
func TestToBeChargedIsSettledByItsRow(t *testing.T) {
	t.Parallel()
	const link = "a link"
	for name, tt := range map[string]struct {
		change func(*data.Bill)
		amount int64
		want   data.BillState
		kinds  []string
	}{
		"planned":             {func(b *data.Bill) { b.State, b.Unsettled = data.BillPlanned, false }, 999, data.BillPaid, []string{"capture_unpaid P-C1"}},
		"a call is under way": {func(b *data.Bill) { b.State = data.BillPlanned }, 999, data.BillPaid, []string{}},
		"retry":               {func(b *data.Bill) { b.State, b.Unsettled = data.BillRetry, false }, 999, data.BillPaid, []string{"capture_unpaid P-C1"}},
		"repair": {func(b *data.Bill) {
			b.State, b.Unsettled, b.RepairToken, b.Recharge = data.BillRepair, false, link, true
		}, 999, data.BillPaid, []string{"capture_unpaid P-C1"}},
		"retry, its charge":     {func(b *data.Bill) { b.State, b.Unsettled, b.ChargeID = data.BillRetry, false, "P-C1" }, 999, data.BillPaid, []string{"capture_unpaid P-C1"}},
		"retry, another charge": {func(b *data.Bill) { b.State, b.Unsettled, b.ChargeID = data.BillRetry, false, "P-C2" }, 999, data.BillRetry, []string{"capture_doubled P-C1"}},
		"retry, another amount": {func(b *data.Bill) { b.State, b.Unsettled = data.BillRetry, false }, 998, data.BillRetry, []string{"too_little P-C1"}},
		"unpaid":                {func(b *data.Bill) { b.State, b.Unsettled = data.BillUnpaid, false }, 999, data.BillUnpaid, []string{"capture_unpaid P-C1"}},
		"pending":               {func(b *data.Bill) { b.State, b.ChargeID = data.BillPending, "P-C1" }, 999, data.BillPending, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks(t)
			bill := b.bill(t, "P", tt.change)
			require.NoError(t, b.DB.SetSubscriptionState(t.Context(), "P", data.SubscriptionPastDue))
			row := capture("P", "P-C1")
			row.Period, row.Posted, row.Amount = bill.Period, b.now, tt.amount
			b.report(t, "1", -1, 1, row)
			for range 2 {
				assert.Equal(t, tt.kinds, b.kinds(t))
				require.NoError(t, b.compare(t.Context(), &data.Report{MerchantID: "M", ID: "1", Start: b.now.Add(-24 * time.Hour), End: b.now.Add(24 * time.Hour)}))
			}
			now, err := b.DB.Bill(t.Context(), "P", bill.Period)
			require.NoError(t, err)
			assert.Equal(t, tt.want, now.State)
			s, err := b.DB.Subscription(t.Context(), "P")
			require.NoError(t, err)
			if tt.want != data.BillPaid {
				assert.Equal(t, bill.Version, now.Version)
				assert.Equal(t, data.SubscriptionPastDue, s.State)
				return
			}
			assert.Equal(t, "P-C1", now.ChargeID)
			assert.Equal(t, b.now, now.PaidAt)
			assert.False(t, now.Unsettled)
			assert.False(t, now.Recharge)
			assert.Empty(t, now.RepairToken)
			assert.Equal(t, data.SubscriptionActive, s.State)
			require.ErrorIs(t, b.DB.SaveBill(t.Context(), bill), data.ErrChanged, "who read it before stores nothing")
			_, err = b.DB.BeginCall(t.Context(), "P", bill.Period)
			require.ErrorIs(t, err, data.ErrNone, "it is not charged again")
		})
	}
}

// A refund of which it could not be read whether it was made is the only one of its permission and
// amount, or it stays.
func TestRefundIsSettledByItsRow(t *testing.T) {
	t.Parallel()
	check := func(*data.Refund) {}
	for name, tt := range map[string]struct {
		refunds []func(*data.Refund)
		change  func(*data.SettlementRow)
		want    data.RefundState
		kinds   []string
	}{
		"the only one":            {[]func(*data.Refund){check}, func(*data.SettlementRow) {}, data.RefundRefunded, []string{}},
		"its period is named":     {[]func(*data.Refund){check}, func(s *data.SettlementRow) { s.Period = data.DateOf(time.Now()).Period() }, data.RefundRefunded, []string{}},
		"of another amount":       {[]func(*data.Refund){check}, func(s *data.SettlementRow) { s.Amount-- }, data.RefundCheck, []string{"refund_unknown P-R1"}},
		"another period is named": {[]func(*data.Refund){check}, func(s *data.SettlementRow) { s.Period = "2001-01" }, data.RefundCheck, []string{"refund_unknown P-R1"}},
		"one of two":              {[]func(*data.Refund){check, check}, func(*data.SettlementRow) {}, data.RefundCheck, []string{"refund_unknown P-R1"}},
		"it has another id":       {[]func(*data.Refund){func(r *data.Refund) { r.RefundID = "P-R2" }}, func(*data.SettlementRow) {}, data.RefundCheck, []string{"refund_unknown P-R1"}},
		"it was refused":          {[]func(*data.Refund){func(r *data.Refund) { r.State = data.RefundRefused }}, func(*data.SettlementRow) {}, data.RefundRefused, []string{"refund_unknown P-R1"}},
		"of another permission":   {[]func(*data.Refund){check}, func(s *data.SettlementRow) { s.PermissionID = "Q" }, data.RefundCheck, []string{"permission_unknown "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks(t)
			bill := b.bill(t, "P", func(bill *data.Bill) { bill.State, bill.Unsettled, bill.ChargeID = data.BillPaid, false, "P-C1" })
			for i, change := range tt.refunds {
				r := &data.Refund{ID: strconv.Itoa(i), PermissionID: "P", Period: bill.Period, MerchantID: "M", ChargeID: "P-C1", Amount: 100, Currency: "USD"}
				_, err := b.DB.AddRefund(t.Context(), r)
				require.NoError(t, err)
				r.State, r.Unsettled, r.Reason = data.RefundCheck, true, "InvalidChargeStatus"
				change(r)
				require.NoError(t, b.DB.SaveRefund(t.Context(), r))
			}
			row := data.SettlementRow{Type: "Refund", TransactionID: "P-R1", PermissionID: "P", Amount: -100, Posted: b.now}
			tt.change(&row)
			b.report(t, "1", -1, 1, row)
			assert.Equal(t, tt.kinds, b.kinds(t))
			r, err := b.DB.Refund(t.Context(), "0")
			require.NoError(t, err)
			assert.Equal(t, tt.want, r.State)
			bill, err = b.DB.Bill(t.Context(), "P", bill.Period)
			require.NoError(t, err)
			if tt.want != data.RefundRefunded {
				assert.Zero(t, bill.Refunded)
				return
			}
			assert.Equal(t, "P-R1", r.RefundID)
			assert.Equal(t, b.now, r.RefundedAt)
			assert.False(t, r.Unsettled)
			assert.Empty(t, r.Reason)
			assert.EqualValues(t, 100, bill.Refunded)

			b.report(t, "2", 1, 2, row) // again
			assert.Equal(t, []string{"duplicate P-R1"}, b.kinds(t))
		})
	}
}

// Two charges for one such bill: one pays it, the other is the second.
func TestCheckWithTwoRows(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	bill := b.bill(t, "P", func(bill *data.Bill) { bill.State = data.BillCheck })
	one, two := capture("P", "P-C1"), capture("P", "P-C2")
	one.Period, two.Period = bill.Period, bill.Period
	b.report(t, "1", -1, 1, one, two)
	assert.Equal(t, []string{"capture_doubled P-C2"}, b.kinds(t))
}

// It is charged again only if the reports prove that it was not charged.
func TestCheckIsSettledByAbsence(t *testing.T) {
	t.Parallel()
	type part struct {
		from, until float64
		rows        []data.SettlementRow
	}
	short := []data.SettlementRow{{SettlementID: "S", Type: "Reserve", Amount: 1}} // that was not transferred
	for name, tt := range map[string]struct {
		reports []part
		change  func(*data.Bill)
		want    data.BillState
	}{
		"one report":                      {[]part{{-2, 8, nil}}, nil, data.BillRetry},
		"reports without a gap":           {[]part{{-2, 1, nil}, {1, 8, nil}}, nil, data.BillRetry},
		"another bill's charge":           {[]part{{-2, 8, []data.SettlementRow{capture("P", "other-C")}}}, nil, data.BillRetry},
		"another permission's charge":     {[]part{{-2, 8, []data.SettlementRow{capture("Q", "Q-C")}}}, nil, data.BillRetry},
		"it ends too early":               {[]part{{-2, 6.9, nil}}, nil, data.BillCheck},
		"it begins too late":              {[]part{{-0.5, 8, nil}}, nil, data.BillCheck},
		"rows are missing":                {[]part{{-2, 8, short}}, nil, data.BillCheck},
		"rows are missing in one of them": {[]part{{-2, 1, short}, {1, 8, nil}}, nil, data.BillCheck},
		"rows are missing in the last":    {[]part{{-2, 1, nil}, {1, 8, short}}, nil, data.BillCheck},
		"rows are missing, but not there": {[]part{{-5, -3, short}, {-2, 8, nil}}, nil, data.BillRetry},
		"a gap":                           {[]part{{-2, 1, nil}, {1.1, 8, nil}}, nil, data.BillCheck},
		"a charge without our reference":  {[]part{{-2, 8, []data.SettlementRow{capture("P", "P-C")}}}, nil, data.BillCheck},
		"a charge without a permission":   {[]part{{-2, 8, []data.SettlementRow{capture("", "P-C")}}}, nil, data.BillCheck},
		"a charge of another amount":      {[]part{{-2, 8, []data.SettlementRow{{Type: "Capture", TransactionID: "P-C", PermissionID: "P", Amount: 1}}}}, nil, data.BillCheck},
		"it was charged, but not in full": {[]part{{-2, 8, nil}}, func(b *data.Bill) { b.ChargeID = "P-C" }, data.BillCheck},
		"nothing is unsettled":            {[]part{{-2, 8, nil}}, func(b *data.Bill) { b.Unsettled = false }, data.BillCheck},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBooks(t)
			b.bill(t, "other", func(bill *data.Bill) { bill.State, bill.Unsettled, bill.ChargeID = data.BillPaid, false, "other-C" })
			bill := b.bill(t, "P", func(bill *data.Bill) {
				bill.State = data.BillCheck
				if tt.change != nil {
					tt.change(bill)
				}
			})
			for i, r := range tt.reports {
				b.report(t, strconv.Itoa(i), r.from, r.until, r.rows...)
			}
			now, err := b.DB.Bill(t.Context(), "P", bill.Period)
			require.NoError(t, err)
			assert.Equal(t, tt.want, now.State)
			jobs, err := b.River.JobList(t.Context(), river.NewJobListParams().Kinds(DunArgs{}.Kind()))
			require.NoError(t, err)
			if tt.want != data.BillRetry {
				assert.Empty(t, jobs.Jobs)
				return
			}
			require.Len(t, jobs.Jobs, 1)
			assert.False(t, now.Unsettled)
			assert.Equal(t, bill.Key(), now.Key())
		})
	}
}
