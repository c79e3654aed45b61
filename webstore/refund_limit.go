package webstore

import (
	"errors"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// RefundLimit returns how much may be refunded in all of a charge that has captured this much: 15 % more, but no more than
// 75 more and no more than 150,000 in all, in US dollars, pounds and euros, rounded down to the cent. For other
// currencies no limit is documented, and there is an error; so there is for a price that is not valid.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/refund.html
func RefundLimit(captured amazonpay.Price) (amazonpay.Price, error) {
	switch captured.CurrencyCode {
	case amazonpay.USD, amazonpay.GBP, amazonpay.EUR:
	default:
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: no limit is documented for the currency %.10q", captured.CurrencyCode)
	}
	minor, err := captured.MinorUnits()
	if err != nil {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %w", err)
	}
	const most, mostInAll = 75_00, 150_000_00
	if minor > mostInAll {
		return amazonpay.Price{}, fmt.Errorf("webstore: RefundLimit: %s is more than one charge may be", captured)
	}
	return amazonpay.NewPrice(min(minor+min(minor*15/100, most), mostInAll), captured.CurrencyCode)
}

// RefundLeft returns how much may still be refunded of a charge: its [RefundLimit] less what was refunded, or is about to be. It
// is nothing for a charge that has captured nothing.
func RefundLeft(charge *Charge) (amazonpay.Price, error) {
	if charge == nil {
		return amazonpay.Price{}, errors.New("webstore: RefundLeft: the charge is nil")
	}
	none := amazonpay.Price{}
	if charge.CaptureAmount == none {
		return amazonpay.NewPrice(0, charge.ChargeAmount.CurrencyCode)
	}
	limit, err := RefundLimit(charge.CaptureAmount)
	if err != nil || charge.RefundedAmount == none {
		return limit, err
	}
	if charge.RefundedAmount.CurrencyCode != limit.CurrencyCode {
		return none, fmt.Errorf("webstore: RefundLeft: the charge has captured %s and refunded %s", charge.CaptureAmount, charge.RefundedAmount)
	}
	all, err := limit.MinorUnits()
	if err != nil {
		return none, fmt.Errorf("webstore: RefundLeft: %w", err)
	}
	refunded, err := charge.RefundedAmount.MinorUnits()
	if err != nil {
		return none, fmt.Errorf("webstore: RefundLeft: %w", err)
	}
	return amazonpay.NewPrice(max(0, all-refunded), limit.CurrencyCode)
}
