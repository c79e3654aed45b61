package main

import (
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// attemptTimeout limits an attempt. It is shorter than the longest delay.
const attemptTimeout = 2 * time.Second

// honoursNoKey lists the operations that may not honour an idempotency key. Here they do not.
var honoursNoKey = []string{"CompleteCheckoutSession", "FinalizeCheckoutSession", "MerchantScan", "InStoreCharge", "InStoreRefund", "DeliveryTrackers"}

// share is a fault and its frequency, in thousandths of the disturbed attempts.
type share struct {
	thousandths float64
	fault       emulator.Fault
}

// anywhere lists the faults of all operations: every kind, and every status of the service.
var anywhere = []share{
	{110, emulator.Fault{Kind: emulator.FaultKindReset}},
	{160, emulator.Fault{Kind: emulator.FaultKindLoseAnswer}},
	{100, emulator.Fault{Kind: emulator.FaultKindTruncate}},
	{60, emulator.Fault{Kind: emulator.FaultKindDelay, Delay: 5 * time.Millisecond}},
	{1, emulator.Fault{Kind: emulator.FaultKindDelay, Delay: attemptTimeout + time.Second}},
	{50, emulator.Fault{Kind: emulator.FaultKindSlow, Delay: time.Millisecond}},
	{1, emulator.Fault{Kind: emulator.FaultKindSlow, Delay: attemptTimeout / 4}},
	{50, emulator.Fault{Kind: emulator.FaultKindHTML}},
	{20, emulator.Fault{Kind: emulator.FaultKindHTML, Status: 503, Delay: time.Millisecond}},
	{10, emulator.Fault{Kind: emulator.FaultKindHTML, Status: 404}},
	{40, emulator.Fault{Status: 408}},
	{30, emulator.Fault{Status: 425}},
	{40, emulator.Fault{Status: 429}},
	{30, emulator.Fault{Status: 429, RetryAfter: "1"}},
	{60, emulator.Fault{Status: 500}},
	{30, emulator.Fault{Status: 502}},
	{70, emulator.Fault{Status: 503}},
	{20, emulator.Fault{Status: 503, RetryAfter: "Fri, 31 Dec 2100 23:59:59 GMT"}},
	{30, emulator.Fault{Status: 504}},
	{10, emulator.Fault{Status: 400}},
	{5, emulator.Fault{Status: 401}},
	{5, emulator.Fault{Status: 403, ReasonCode: "InvalidAccountStatus"}},
	{5, emulator.Fault{Status: 403, ReasonCode: "InvalidRequestSignature"}},
	{10, emulator.Fault{Status: 404}},
	{5, emulator.Fault{Status: 405}},
	{5, emulator.Fault{Status: 409}},
	{5, emulator.Fault{Status: 422, ReasonCode: "InvalidChargeStatus"}},
	{5, emulator.Fault{Status: 426}},
}

// declines lists the declines of payments.
var declines = []share{
	{30, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "SoftDeclined"}},
	{15, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "HardDeclined"}},
	{10, emulator.Fault{Operation: "CreateCharge", Status: 422, ReasonCode: "TransactionTimedOut"}},
	{30, emulator.Fault{Operation: "CreateCharge", Status: 500, ReasonCode: "ProcessingFailure"}},
	{20, emulator.Fault{Operation: "CaptureCharge", Status: 500, ReasonCode: "ProcessingFailure"}},
	{10, emulator.Fault{Operation: "CaptureCharge", Status: 422, ReasonCode: "AmazonRejected"}},
	{20, emulator.Fault{Operation: "CreateRefund", Status: 500, ReasonCode: "ProcessingFailure"}},
	{10, emulator.Fault{Operation: "CreateRefund", Status: 422, ReasonCode: "AmazonRejected"}},
	{30, emulator.Fault{Operation: "InStoreCharge", Status: 422, ReasonCode: "SoftDeclined"}},
	{20, emulator.Fault{Operation: "InStoreCharge", Status: 500, ReasonCode: "ProcessingFailure"}},
	{20, emulator.Fault{Operation: "InStoreRefund", Status: 500, ReasonCode: "ProcessingFailure"}},
	{20, emulator.Fault{Operation: "CompleteCheckoutSession", Status: 422, ReasonCode: "HardDeclined"}},
	{20, emulator.Fault{Operation: "CompleteCheckoutSession", Status: 500, ReasonCode: "ProcessingFailure"}},
	{20, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 422, ReasonCode: "HardDeclined"}},
	{20, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 500, ReasonCode: "ProcessingFailure"}},
}

// disturb makes the emulator disturb a share of all attempts. Only the first matching fault happens
// to a request, so each fault gets a share of what the faults before it have left.
func disturb(server *emulator.Server, part float64) error {
	if part == 0 {
		return nil
	}
	for _, operation := range honoursNoKey {
		if err := server.IgnoreIdempotencyKey(operation); err != nil {
			return err
		}
	}
	for _, s := range declines { // in addition to the share: declines are results
		if err := server.FailSome(s.thousandths/1000, s.fault); err != nil {
			return err
		}
	}
	var total float64
	for _, s := range anywhere {
		total += s.thousandths
	}
	left := 1.0
	for _, s := range anywhere {
		one := part * s.thousandths / total
		if err := server.FailSome(one/left, s.fault); err != nil {
			return err
		}
		left -= one
	}
	return nil
}
