package orders

import (
	"context"
	"slices"

	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// Contest answers a dispute with a text as evidence, such as a tracking number. It can be done once
// a dispute, and only while it is ActionRequired. A dispute that is not contested until its
// deadline is the buyer's.
func (s *Shop) Contest(ctx context.Context, number, disputeID, evidence string) (*Order, error) {
	name := number + "/contest/" + disputeID
	err := s.change(ctx, number, func(q data.Queries, _ *data.Order) error {
		disputes, err := q.Disputes(ctx, number)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(disputes, func(d Dispute) bool { return d.DisputeID == disputeID })
		if i < 0 || disputes[i].State != string(webstore.DisputeStateActionRequired) || evidence == "" {
			return ErrNotAllowed
		}
		_, err = q.OpenWork(ctx, &data.Work{Name: name, OrderNumber: number, Kind: workContest, Target: disputeID, Detail: evidence})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, number, s.do(ctx, name))
}

// applyDispute stores a dispute as it is now.
func applyDispute(ctx context.Context, q data.Queries, o *data.Order, d *webstore.Dispute) error {
	row := Dispute{
		DisputeID: d.DisputeID, ChargeID: d.ChargeID, Amount: d.DisputeAmount, State: string(d.StatusDetails.State), Reason: string(d.StatusDetails.ReasonCode),
	}
	if err := q.PutDispute(ctx, o.Number, &row); err != nil {
		return err
	}
	return q.AddEvent(ctx, o.Number, "dispute "+row.State, row.Reason+" "+row.DisputeID)
}
