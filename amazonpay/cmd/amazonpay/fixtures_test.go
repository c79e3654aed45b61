package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const refundedStory = `name: paid, captured, partly refunded
steps:
  - call: CreateCheckoutSession
    as: session
    with:
      storeId: ${account.storeId}
      webCheckoutDetails: {checkoutReviewReturnUrl: "https://shop.example/review", checkoutResultReturnUrl: "https://shop.example/result"}
      paymentDetails: {paymentIntent: Authorize, chargeAmount: {amount: "14.00", currencyCode: USD}}
  - trigger: session.approve
    id: ${session.checkoutSessionId}
  - call: CompleteCheckoutSession
    id: ${session.checkoutSessionId}
    as: done
    with: {chargeAmount: {amount: "14.00", currencyCode: USD}}
    check: {statusDetails.state: Completed}
  - advance: 36h
  - call: CaptureCharge
    id: ${done.chargeId}
    with: {captureAmount: {amount: "14.00", currencyCode: USD}}
    key: capture-${run.id}
    check: {statusDetails.state: Captured, captureAmount.amount: "14.00"}
  - call: CreateRefund
    as: refund
    with: {chargeId: "${done.chargeId}", refundAmount: {amount: "4.00", currencyCode: USD}}
  - trigger: refund.refunded
    id: ${refund.refundId}
  - call: CreateRefund
    with: {chargeId: "${done.chargeId}", refundAmount: {amount: "400.00", currencyCode: USD}}
    refused: TransactionAmountExceeded
  - call: GetCharge
    id: ["${done.chargeId}"]
    as: charge
    check: {refundedAmount.amount: "4.00"}
`

func TestFixtures(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	file := p.write("story.yaml", refundedStory)
	for range 2 { // it can be repeated
		done := p.types("emulator", "fixtures", file)
		require.Zero(t, done.code, done.err)
		assert.Equal(t, 9, strings.Count(done.out, "ok "), done.out)
		assert.Contains(t, done.out, "refused: TransactionAmountExceeded")
	}
	assert.Len(t, p.server.Refunds(), 2)
	answers := p.gets("emulator", "fixtures", file)
	assert.Equal(t, "4.00", text(t, answers, "charge.refundedAmount.amount"))
}

func TestWrongFixtures(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	for _, bad := range []struct {
		code          int
		old, new, say string
	}{
		{exitUsage, "call: GetCharge", "cal: GetCharge", "cal"},
		{exitUsage, "call: GetCharge", "call: GetCharges", `step 9 (GetCharges): there is no operation "GetCharges"`},
		{exitUsage, "advance: 36h", "advance: soon", "step 4 (advance soon)"},
		{exitUsage, "advance: 36h", "advance: *wait", "has an alias"},
		{exitUsage, "trigger: session.approve", "trigger: session.pay", `no event "session.pay"`},
		{exitUsage, "${refund.refundId}", "${refund.id}", "${refund.id} leads to nothing"},
		{exitUsage, "${refund.refundId}", "${nobody.id}", "${nobody.id} leads to nothing"},
		{exitUsage, "paymentIntent: Authorize", "intent: Authorize", `no member "paymentDetails.intent"`},
		{exitUsage, "  - advance: 36h", "  - advance: 36h\n    call: GetCharge", "it has 2 of them"},
		{exitUsage, `id: ["${done.chargeId}"]`, "id: []", "takes 1"},
		{exitFailed, `refundedAmount.amount: "4.00"`, `refundedAmount.amount: "5.00"`, `step 9 (GetCharge): refundedAmount.amount is "4.00", and was to be "5.00"`},
		{exitFailed, "refused: TransactionAmountExceeded", "refused: InvalidChargeStatus", "was with TransactionAmountExceeded"},
		{exitFailed, "as: refund", "refused: SoftDeclined", "succeeded"},
		{exitRefused, "    refused: TransactionAmountExceeded\n", "", "step 8 (CreateRefund)"},
	} {
		require.Contains(t, refundedStory, bad.old)
		done := p.types("emulator", "fixtures", p.write("story.yaml", strings.Replace(refundedStory, bad.old, bad.new, 1)))
		assert.Equal(t, bad.code, done.code, "%s\n%s", bad.new, done.err)
		assert.Contains(t, done.err, bad.say)
	}
}
