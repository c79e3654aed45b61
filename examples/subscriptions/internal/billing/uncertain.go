package billing

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/webstore/report"
)

// settleByRow settles a bill that is to be charged, or of which it could not be read whether it
// was: the report has the charge. It does so with a refund too, and reports whether it did.
func (e *Engine) settleByRow(ctx context.Context, r *data.Report, m *data.Match) (bool, error) {
	b := m.Bill
	switch {
	case m.Again:
		return false, nil
	case report.TransactionType(m.Type) == report.TransactionTypeRefund && m.Refund == nil && m.Owner == r.MerchantID:
		return e.settleRefundByRow(ctx, r, m)
	case b == nil, b.MerchantID != r.MerchantID, !pays(m, b):
		return false, nil
	}
	bill, err := e.DB.Bill(ctx, b.PermissionID, b.Period)
	if err != nil || !pays(m, bill) {
		return err == nil, err
	}
	before, uncertain := bill.State, bill.Unsettled || bill.State == data.BillCheck
	bill.State, bill.Reason, bill.ChargeID, bill.Unsettled, bill.PaidAt = data.BillPaid, "", m.TransactionID, false, m.Posted
	bill.RepairToken, bill.Recharge = "", false
	return true, e.change(ctx, bill, func(ctx context.Context, q data.Queries, _ *sql.Tx) error {
		err := q.PaidSubscription(ctx, bill.PermissionID)
		if uncertain {
			return err
		}
		// Of no report: compared again, the report agrees with the bill, and would not have it.
		d := differenceOf(m, data.DifferenceCaptureUnpaid, 0, m.Amount, "The bill was "+string(before)+" in the ledger, but %[2]s had been captured: it is paid now, and is not charged again.")
		d.MerchantID = r.MerchantID
		return errors.Join(err, q.AddDifference(ctx, d))
	})
}

// pays reports whether the charge of a row pays a bill that is not paid.
func pays(m *data.Match, b *data.Bill) bool {
	switch b.State {
	case data.BillPlanned, data.BillRetry, data.BillRepair, data.BillCheck:
		return b.Amount == m.Amount && b.Currency == m.Currency && (b.ChargeID == "" || b.ChargeID == m.TransactionID)
	case data.BillPending, data.BillPaid, data.BillUnpaid:
	}
	return false
}

// settleRefundByRow settles the refund of which it could not be read whether it was made: the only
// one of the permission and the row's amount.
func (e *Engine) settleRefundByRow(ctx context.Context, r *data.Report, m *data.Match) (bool, error) {
	refund, err := e.DB.UncertainRefund(ctx, r.MerchantID, m.PermissionID, m.Period, -m.Amount, m.Currency)
	if errors.Is(err, data.ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	refund.State, refund.Reason, refund.RefundID, refund.Unsettled, refund.RefundedAt = data.RefundRefunded, "", m.TransactionID, false, m.Posted
	return true, e.changeRefund(ctx, refund)
}

// absent is how long after a bill was last touched the reports must have gone on without its
// charge: an authorization may be pending for a day.
func (e *Engine) absent() time.Duration { return max(time.Minute, e.Calendar.Days(7)) }

// settleByAbsence settles the bills of which it could not be read whether they were charged, and of
// whose charge the reports prove that there is none. For that whole reports must cover all the time
// from before the first call until well after the last one, without a gap, and of the permission
// they must have no charge that is not another bill's. The bill is charged again under the same
// key, so that even a charge that no report has would be repeated as an answer, and not made twice.
func (e *Engine) settleByAbsence(ctx context.Context, r *data.Report) error {
	after := &data.Bill{}
	for {
		bills, err := e.DB.UncertainBills(ctx, r.MerchantID, after, r.End.Add(-e.absent()), settlementPage)
		if err != nil || len(bills) == 0 {
			return err
		}
		for _, b := range bills {
			after = b
			reports, err := e.DB.WholeReports(ctx, r.MerchantID, b.CalledAt.Add(-e.late()))
			if err != nil {
				return err
			}
			if !cover(reports, b.CalledAt.Add(-e.late()), b.ChangedAt.Add(e.absent())) {
				continue
			}
			b.State, b.NextAt, b.Unsettled = data.BillRetry, b.ChangedAt, false
			err = e.change(ctx, b, func(ctx context.Context, _ data.Queries, tx *sql.Tx) error {
				_, err := e.River.InsertTx(ctx, tx, dunOf(b), nil)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
}

// cover reports whether reports, in the order of their periods, leave no gap from one time to
// another.
func cover(reports []*data.Report, from, until time.Time) bool {
	for _, r := range reports {
		if r.Start.After(from) {
			return false
		}
		if r.End.After(from) {
			from = r.End
		}
	}
	return !from.Before(until)
}
