package orders

import (
	"context"

	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// ChargeNextPeriod charges a period of a subscription, once. period is the one that the page showed
// as the next, so that a double click charges one. A period that is charged already is returned as
// it is; one after the next is ErrNotAllowed. If Amazon declines, the order's Failure says why, and
// the period may be charged again.
func (s *Shop) ChargeNextPeriod(ctx context.Context, number string, period int) (*Order, error) {
	var name string
	err := s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		charges, err := q.Charges(ctx, number)
		if err != nil {
			return err
		}
		next := nextPeriod(charges)
		switch {
		case o.Kind != KindRecurring, period < 2, period > next:
			return ErrNotAllowed
		case period < next:
			return nil
		case o.Closed, o.Status != StatusAuthorized && o.Status != StatusPaid:
			return ErrNotAllowed
		}
		name = chargeName(number, period, charges)
		opened, err := q.OpenWork(ctx, &data.Work{
			Name: name, OrderNumber: number, Kind: workCharge, Target: o.ChargePermissionID, Period: period, Amount: o.Total,
		})
		if err != nil || !opened {
			return err
		}
		o.Failure = ""
		return q.AddEvent(ctx, number, "charging", o.Total.String())
	})
	if err != nil || name == "" {
		return s.after(ctx, number, err)
	}
	return s.after(ctx, number, s.do(ctx, name))
}
