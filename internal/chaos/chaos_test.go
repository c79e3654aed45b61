package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestChaos(t *testing.T) { //nolint:paralleltest // it counts the goroutines of the process
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), options{payments: 300, workers: 16, seed: 1, disturbed: 0.3}, &out), "%s", &out)
	assert.Contains(t, out.String(), "Each order was charged exactly once, or failed and was never charged.")
	assert.Regexp(t, `of which [1-9]\d* without an answer`, out.String())
	assert.Regexp(t, `[1-9]\d* workers were killed, .* Of [1-9]\d* calls the outcome was unknown`, out.String())
	assert.Regexp(t, `[1-9]\d* orders charged, [1-9]\d* failed, [1-9]\d* cancelled`, out.String())
	t.Log(out.String())
}

// What the audit is there for: each of these is found.
func TestAuditFinds(t *testing.T) {
	t.Parallel()
	good := result{order: order{number: 7, amount: 1050, refund: 250}, charged: 1050, given: 250}
	failed := result{order: order{number: 7, amount: 1050}, failed: "HardDeclined"}
	captured := func(id string) emulator.Charge {
		return emulator.Charge{ID: id, Reference: "order-7", State: "Captured", Amount: "10.50 USD", Captured: "10.50 USD"}
	}
	refund := func(charge, amount string) emulator.Refund { return emulator.Refund{ChargeID: charge, Amount: amount} }
	open := captured("C1")
	open.State, open.Captured = "Authorized", ""
	less, stranger := captured("C1"), captured("C2")
	less.Captured, stranger.Reference = "10.49 USD", "order-8"

	_, faults := audit([]result{good}, []emulator.Charge{captured("C1")}, []emulator.Refund{refund("C1", "2.50 USD")})
	require.Empty(t, faults)
	_, faults = audit([]result{failed}, nil, nil)
	require.Empty(t, faults)
	for name, row := range map[string]struct {
		result  result
		charges []emulator.Charge
		refunds []emulator.Refund
		says    string
	}{
		"charged twice":          {good, []emulator.Charge{captured("C1"), captured("C2")}, []emulator.Refund{refund("C1", "2.50 USD")}, "charged 2 times, not 1"},
		"not charged":            {good, nil, nil, "charged 0 times, not 1"},
		"failed but charged":     {failed, []emulator.Charge{captured("C1")}, nil, "charged 1 times, not 0"},
		"failed but authorized":  {failed, []emulator.Charge{open}, nil, "1 charges are open"},
		"a cent is lost":         {good, []emulator.Charge{less}, []emulator.Refund{refund("C1", "2.50 USD")}, "captured were 10.49 USD"},
		"refunded twice":         {good, []emulator.Charge{captured("C1")}, []emulator.Refund{refund("C1", "2.50 USD"), refund("C1", "2.50 USD")}, "2 refunds of 500 cents"},
		"not refunded":           {good, []emulator.Charge{captured("C1")}, nil, "0 refunds of 0 cents"},
		"a charge of no order":   {failed, []emulator.Charge{stranger}, nil, `a charge belongs to no order: "order-8"`},
		"a refund of no order":   {failed, nil, []emulator.Refund{refund("C9", "0.01 USD")}, "refunded: 0.00 USD were reported, and there are 0.01 USD"},
		"sums that do not agree": {failed, []emulator.Charge{stranger}, nil, "captured: 0.00 USD were reported, and there are 10.50 USD"},
	} {
		_, faults := audit([]result{row.result}, row.charges, row.refunds)
		assert.Contains(t, strings.Join(faults, "\n"), row.says, name)
	}
}
