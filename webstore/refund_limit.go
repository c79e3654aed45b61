package webstore

import (
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// RefundLimit returns how much may be refunded in all of a charge with this captured amount. That
// is 15 % more, rounded down to the cent or yen, but at most 75 USD, GBP or EUR or 8,400 JPY more,
// and at most 150,000 USD, GBP or EUR or 10,000,000 JPY in all. For other currencies no limit is
// documented, and it returns an error. A price that is not valid is an error too.
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
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: no documented limit for the currency %.10q", captured.CurrencyCode)
	}
	minor, err := captured.MinorUnits()
	if err != nil {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %w", err)
	}
	if minor > mostInAll {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %s exceeds the maximum of one charge", captured)
	}
	return amazonpay.NewPrice(min(minor+min(minor*15/100, most), mostInAll), captured.CurrencyCode)
}

// RefundableWithMargin returns how much of a charge the service still lets you refund: its
// [RefundLimit], which is more than was captured, less the refunds that were made or started. It is
// zero if nothing was captured. To give back what the buyer has paid and no more, use [Unrefunded].
// If an amount of the charge was not understood ([amazonpay.Meta].Undecoded), it returns an error.
func RefundableWithMargin(charge *Charge) (amazonpay.Price, error) {
	return refundLeft("RefundableWithMargin", charge, RefundLimit)
}

// Unrefunded returns how much of a charge's captured amount is neither refunded nor being refunded:
// the amount of a full refund. It is zero if refunds have used up more than the captured amount. If
// an amount of the charge was not understood ([amazonpay.Meta].Undecoded), it returns an error.
// Pass the charge as it was read: one that was stored as JSON has no Meta.
func Unrefunded(charge *Charge) (amazonpay.Price, error) {
	return refundLeft("Unrefunded", charge, func(captured amazonpay.Price) (amazonpay.Price, error) { return captured, nil })
}

// refundLeft returns what limit allows for the captured amount, less the refunds.
func refundLeft(name string, charge *Charge, limit func(captured amazonpay.Price) (amazonpay.Price, error)) (amazonpay.Price, error) {
	none := amazonpay.Price{}
	switch {
	case charge == nil:
		return none, fmt.Errorf("webstore: %s: the charge is nil", name)
	case !amountsUnderstood(charge): // they are not nothing
		return none, fmt.Errorf("webstore: %s: an amount of the charge was not understood: see the Raw of its Meta", name)
	case charge.CaptureAmount == none:
		return amazonpay.NewPrice(0, charge.ChargeAmount.CurrencyCode)
	}
	most, err := limit(charge.CaptureAmount)
	if err != nil || charge.RefundedAmount == none {
		return most, err
	}
	if charge.RefundedAmount.CurrencyCode != most.CurrencyCode {
		return none, fmt.Errorf("webstore: %s: the charge captured %s but refunded %s", name, charge.CaptureAmount, charge.RefundedAmount)
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
