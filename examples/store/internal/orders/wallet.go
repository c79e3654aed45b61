package orders

import (
	"context"
	"errors"
	"strconv"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
)

// Wallet is a customer's saved payment method.
type Wallet struct {
	ChargePermissionID string
	Payment            string // the card, as Amazon describes it
	Address            *amazonpay.Address
	Chargeable         bool
}

// Wallet reads the saved payment method at Amazon. If there is none, or it is closed, the error is
// ErrNoWallet.
func (s *Shop) Wallet(ctx context.Context, customer string) (*Wallet, error) {
	id, err := s.walletOf(ctx, s.db.Queries, customer)
	if err != nil {
		return nil, err
	}
	permission, err := s.pay.GetChargePermission(ctx, id)
	if err != nil {
		return nil, unavailable(err)
	}
	state := permission.StatusDetails.State
	if state == amazonpay.StateClosed {
		return nil, errors.Join(ErrNoWallet, s.db.DropWallet(ctx, id))
	}
	w := &Wallet{ChargePermissionID: id, Address: permission.ShippingAddress, Chargeable: state == amazonpay.StateChargeable}
	if len(permission.PaymentPreferences) > 0 {
		w.Payment = permission.PaymentPreferences[0].PaymentDescriptor
	}
	return w, nil
}

func (s *Shop) walletOf(ctx context.Context, q data.Queries, customer string) (chargePermissionID string, err error) {
	id, err := q.Wallet(ctx, customer)
	if errors.Is(err, data.ErrNone) {
		err = ErrNoWallet
	}
	return id, err
}

// ForgetWallet closes the saved charge permission at Amazon and forgets it.
func (s *Shop) ForgetWallet(ctx context.Context, customer string) error {
	id, err := s.walletOf(ctx, s.db.Queries, customer)
	if err != nil {
		return err
	}
	number, err := s.db.OrderOfPermission(ctx, id)
	if err != nil {
		return err
	}
	_, err = s.closePermission(ctx, number, id)
	return err
}

// PayWithWallet charges an order of KindOneClick to the saved payment method, once. Look at the
// order's Status, as after Result. After a decline it may be called again.
func (s *Shop) PayWithWallet(ctx context.Context, number string) (*Order, error) {
	var name string
	err := s.change(ctx, number, func(q data.Queries, o *data.Order) error {
		charges, err := q.Charges(ctx, number)
		if err != nil {
			return err
		}
		name = chargeName(number, 1, charges)
		if o.Kind != KindOneClick {
			return ErrNotAllowed
		}
		if !mayPay(o) {
			return nil
		}
		permission, err := s.walletOf(ctx, q, o.Customer)
		if err != nil {
			return err
		}
		opened, err := q.OpenWork(ctx, &data.Work{
			Name: name, OrderNumber: number, Kind: workCharge, Target: permission, Period: 1, Amount: o.Total, Detail: detailWallet,
		})
		if err != nil || !opened {
			return err
		}
		o.Status, o.Failure = StatusCompleting, ""
		return q.AddEvent(ctx, number, "paying", o.Total.String())
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, number, s.do(ctx, name))
}

// chargeName names the work that charges a period. A charge that was declined after it was made
// does not count: the next one is other work.
func chargeName(number string, period int, charges []Charge) string {
	failed := 0
	for _, c := range charges {
		if c.Period == period && !isAlive(c) {
			failed++
		}
	}
	return number + "/charge/" + strconv.Itoa(period) + "/" + strconv.Itoa(failed)
}
