package billing

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// RepairInfo is what the page behind a repair link shows. It names nobody.
type RepairInfo struct {
	Merchant string
	Price    amazonpay.Price
	Period   string    // 2026-11
	Deadline data.Date // the last day
	Reason   string    // why the payment failed: a sentence
	URL      string    // the page of Amazon on which the buyer changes the payment method
}

// Repair returns what a bill that waits for its buyer is about, or [data.ErrNone] if no bill waits
// for the repair behind this token.
func (e *Engine) Repair(ctx context.Context, token string) (*RepairInfo, error) {
	bill, err := e.DB.BillOfRepair(ctx, token)
	if err != nil {
		return nil, err
	}
	merchant, err := e.DB.Merchant(ctx, bill.MerchantID)
	if err != nil {
		return nil, err
	}
	price, err := bill.Price()
	return &RepairInfo{merchant.Name, price, bill.Period, bill.Deadline, failure(bill.Reason), repairURL(merchant.Region, bill.PermissionID)}, err
}

// failure tells a buyer why a payment failed.
func failure(code amazonpay.ReasonCode) string {
	switch code {
	case amazonpay.ReasonCodePaymentMethodExpired:
		return "The payment method has expired."
	case amazonpay.ReasonCodePaymentMethodDeleted, amazonpay.ReasonCodePaymentMethodNotSet:
		return "There is no payment method any more."
	case amazonpay.ReasonCodePaymentMethodNotAllowed:
		return "The payment method cannot be used for this payment."
	case amazonpay.ReasonCodeBillingAddressDeleted:
		return "The payment method has no billing address any more."
	case amazonpay.ReasonCodeMFANotCompleted, amazonpay.ReasonCodeMFAFailed:
		return "The payment was not confirmed."
	default:
		return "The payment was declined."
	}
}

// repairURL returns the page of the buyer's account at Amazon on which the payment method of a
// subscription is changed. The emulator has no such page: there its Buyer.ChangePaymentMethod is
// it.
//
// https://developer.amazon.com/docs/amazon-pay-recurring-checkout/manage-recurring-payments.html
func repairURL(region amazonpay.Region, permissionID string) string {
	base := "https://payments.amazon.com/jr/your-account/ba/"
	if region == amazonpay.RegionJP {
		base = "https://pay.amazon.com/jp/jr/your-account/ba/"
	}
	return base + url.PathEscape(permissionID)
}

// repairGap is how long after the last look at a bill its buyer can have it looked at again. So a
// stranger with the link causes few calls.
const repairGap = 5 * time.Minute

// RepairNow has the charge permission behind a repair link read, since the buyer says that the
// payment method was changed: soon, if it was not read in the last minutes. It returns
// [data.ErrNone] if no bill waits for that repair.
func (e *Engine) RepairNow(ctx context.Context, token string) error {
	return e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error {
		bill, err := q.BillOfRepair(ctx, token)
		if err != nil {
			return err
		}
		return e.wakeBill(ctx, q, tx, bill, e.Calendar.Scale(repairGap))
	})
}

// wakeBill has the charge permission of a bill read soon, if the bill waits for a repair, but not
// sooner than a gap after the last look. It does nothing in other states: those wait for a date. tx
// is q's transaction.
func (e *Engine) wakeBill(ctx context.Context, q data.Queries, tx *sql.Tx, bill *data.Bill, gap time.Duration) error {
	bill, err := q.WakeBill(ctx, bill.PermissionID, bill.Period, gap, mostDeclines)
	switch {
	case errors.Is(err, data.ErrNone):
		return nil
	case err != nil:
		return err
	}
	_, err = e.River.InsertTx(ctx, tx, dunOf(bill), at(bill.NextAt))
	return err
}
