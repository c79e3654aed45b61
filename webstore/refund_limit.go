package webstore

import (
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// RefundLimit returns how much may be refunded in all of a charge that has captured this much: 15 %
// more, rounded down to the cent or yen, but no more than 75 USD, GBP or EUR or 8,400 JPY more, and
// no more than 150,000 USD, GBP or EUR or 10,000,000 JPY in all. For other currencies no limit is
// documented, and there is an error; so there is for a price that is not valid.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/manage-refunds.html
func RefundLimit(captured amazonpay.Price) (amazonpay.Price, error) {
	var most, mostInAll int64
	switch captured.CurrencyCode {
	case amazonpay.USD, amazonpay.GBP, amazonpay.EUR:
		most, mostInAll = 75_00, 150_000_00
	case amazonpay.JPY:
		most, mostInAll = 8_400, 10_000_000
	default:
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: no limit is documented for the currency %.10q", captured.CurrencyCode)
	}
	minor, err := captured.MinorUnits()
	if err != nil {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %w", err)
	}
	if minor > mostInAll {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %s is more than one charge may be", captured)
	}
	return amazonpay.NewPrice(min(minor+min(minor*15/100, most), mostInAll), captured.CurrencyCode)
}

// RefundableWithMargin returns how much may still be refunded of a charge, the margin above what
// was captured included: its [RefundLimit] less what was refunded, or is about to be. It is nothing
// for a charge that has captured nothing. To give back what the buyer has paid and no more, use
// [Unrefunded]. An amount of the charge that was not understood ([amazonpay.Meta].Undecoded) is an
// error.
func RefundableWithMargin(charge *Charge) (amazonpay.Price, error) {
	return refundLeft("RefundableWithMargin", charge, RefundLimit)
}

// Unrefunded returns what of a charge was captured and is not refunded yet, nor about to be: what a
// full refund gives back. It is nothing where refunds have used up the margin ([RefundLimit]). An
// amount of the charge that was not understood ([amazonpay.Meta].Undecoded) is an error; give it
// the charge as it was read, since one that was stored as JSON has no Meta.
func Unrefunded(charge *Charge) (amazonpay.Price, error) {
	return refundLeft("Unrefunded", charge, func(captured amazonpay.Price) (amazonpay.Price, error) { return captured, nil })
}

// refundLeft is what limit allows of what was captured, less what was refunded.
func refundLeft(name string, charge *Charge, limit func(captured amazonpay.Price) (amazonpay.Price, error)) (amazonpay.Price, error) {
	none := amazonpay.Price{}
	switch {
	case charge == nil:
		return none, fmt.Errorf("webstore: %s: the charge is nil", name)
	case !amountsUnderstood(charge): // they are not nothing
		return none, fmt.Errorf("webstore: %s: the answer has an amount of another JSON type: see the Raw of the charge's Meta", name)
	case charge.CaptureAmount == none:
		return amazonpay.NewPrice(0, charge.ChargeAmount.CurrencyCode)
	}
	most, err := limit(charge.CaptureAmount)
	if err != nil || charge.RefundedAmount == none {
		return most, err
	}
	if charge.RefundedAmount.CurrencyCode != most.CurrencyCode {
		return none, fmt.Errorf("webstore: %s: the charge has captured %s and refunded %s", name, charge.CaptureAmount, charge.RefundedAmount)
	}
	all, err := most.MinorUnits()
	if err != nil {
		return none, fmt.Errorf("webstore: %s: %w", name, err)
	}
	refunded, err := charge.RefundedAmount.MinorUnits()
	if err != nil {
		return none, fmt.Errorf("webstore: %s: %w", name, err)
	}
	return amazonpay.NewPrice(max(0, all-refunded), most.CurrencyCode)
}
