package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// sums compares what the shop reported with what the emulator has.
type sums struct {
	charged, failed, cancelled int
	reported, captured         int64 // cents
	returned, refunded         int64
}

func (s sums) print(out io.Writer) {
	_, _ = fmt.Fprintf(out, "%d orders charged, %d failed, %d cancelled.\n", s.charged, s.failed, s.cancelled)
	_, _ = fmt.Fprintf(out, "Captured: %s reported, %s at Amazon. Refunded: %s reported, %s at Amazon.\n",
		dollars(s.reported), dollars(s.captured), dollars(s.returned), dollars(s.refunded))
}

func dollars(cents int64) string { return fmt.Sprintf("%d.%02d USD", cents/100, cents%100) }

// audit compares the reports of the shop with the emulator, order by order, and returns the
// differences.
func audit(results []result, charges []emulator.Charge, refunds []emulator.Refund) (s sums, faults []string) {
	complain := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	ofOrder := make(map[string][]emulator.Charge)
	for _, ch := range charges {
		ofOrder[ch.Reference] = append(ofOrder[ch.Reference], ch)
		s.captured += cents(ch.Captured)
	}
	ofCharge := make(map[string][]emulator.Refund)
	for _, r := range refunds {
		ofCharge[r.ChargeID] = append(ofCharge[r.ChargeID], r)
		s.refunded += cents(r.Amount)
	}
	for _, r := range results {
		s.reported, s.returned = s.reported+r.charged, s.returned+r.given
		switch {
		case r.failed == "":
			s.charged++
		case r.order.kind == cancelled:
			s.cancelled++
		default:
			s.failed++
		}
		made := ofOrder[r.order.reference()]
		delete(ofOrder, r.order.reference())
		for _, fault := range auditOrder(r, made, ofCharge) {
			complain("%s: %s", fault, r)
		}
	}
	for reference := range ofOrder {
		complain("a charge belongs to no order: %q", reference)
	}
	if s.reported != s.captured {
		complain("captured: %s were reported, and there are %s", dollars(s.reported), dollars(s.captured))
	}
	if s.returned != s.refunded {
		complain("refunded: %s were reported, and there are %s", dollars(s.returned), dollars(s.refunded))
	}
	return s, faults
}

// auditOrder returns what is wrong with the charges of an order.
func auditOrder(r result, made []emulator.Charge, refunds map[string][]emulator.Refund) (faults []string) {
	var captured, open int
	for _, ch := range made {
		switch ch.State {
		case "Captured":
			captured++
			if got := cents(ch.Captured); got != r.charged || got != r.order.amount {
				faults = append(faults, "captured were "+ch.Captured)
			}
			var given int64
			for _, refund := range refunds[ch.ID] {
				given += cents(refund.Amount)
			}
			if given != r.given || len(refunds[ch.ID]) > 1 {
				faults = append(faults, fmt.Sprintf("%d refunds of %d cents", len(refunds[ch.ID]), given))
			}
		case "Canceled", "Declined":
		default:
			open++
		}
	}
	want := 0
	if r.failed == "" {
		want = 1
	}
	if captured != want {
		faults = append(faults, fmt.Sprintf("charged %d times, not %d", captured, want))
	}
	if open > 0 {
		faults = append(faults, fmt.Sprintf("%d charges are open", open))
	}
	return faults
}

// cents parses an amount such as 14.00 USD. An empty amount is 0.
func cents(amount string) int64 {
	if amount == "" {
		return 0
	}
	digits := strings.Replace(strings.TrimSuffix(amount, " USD"), ".", "", 1)
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		panic("the emulator gave the amount " + amount)
	}
	return n
}
