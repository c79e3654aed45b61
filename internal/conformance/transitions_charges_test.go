package conformance_test

import (
	"slices"
	"testing"
	"time"
)

// TestChargeTransitions is each way of a charge, with the Node SDK.
func TestChargeTransitions(t *testing.T) {
	t.Parallel()
	play(t, slices.Concat(chargeRows, chargeDeclines(), chargeStates()),
		"charge: none → Authorized, Captured, AuthorizationInitiated, CaptureInitiated",
		"charge: AuthorizationInitiated → Authorized, Captured, Canceled MerchantCanceled, Canceled BuyerCanceled, Canceled AmazonCanceled, Canceled ExpiredUnused",
		"charge: AuthorizationInitiated → Declined SoftDeclined, Declined HardDeclined, Declined AmazonRejected, Declined TransactionTimedOut, Declined ProcessingFailure",
		"charge: Authorized → Captured, CaptureInitiated, Canceled MerchantCanceled, Canceled BuyerCanceled, Canceled AmazonCanceled",
		"charge: Authorized → Canceled ExpiredUnused, Canceled ChargePermissionCanceled",
		"charge: CaptureInitiated → Captured",
		"charge: CaptureInitiated → Declined SoftDeclined, Declined HardDeclined, Declined AmazonRejected, Declined TransactionTimedOut, Declined ProcessingFailure",
		"charge: Captured → Captured",
		"permission: none → Chargeable, NonChargeable ChargeInProgress, Closed AmazonClosed",
		"permission: Chargeable → NonChargeable ChargeInProgress, NonChargeable PaymentMethodInvalid, Closed AmazonClosed, Closed MerchantClosed",
		"permission: NonChargeable ChargeInProgress → Chargeable, NonChargeable PaymentMethodInvalid, Closed AmazonClosed",
		"refund: none → RefundInitiated",
		"dispute: none → ActionRequired",
		"session: none → Open",
		"session: Open → Completed",
		"session: Completed → 404 ResourceNotFound",
	)
}

var chargeRows = []row{
	// Made.
	{name: "authorized", after: permitted("50"), turns: []turn{createCharge("20", "")}, ends: "charge Authorized, permission Chargeable"},
	{name: "captured at once", after: permitted("50"), turns: []turn{createCharge("20", captureNow)}, ends: "charge Captured, permission Chargeable"},
	{name: "pending, by simulation", after: permitted("50"), turns: []turn{createCharge("20", mayWait).simulating("AuthorizationInitiated")}, ends: "charge AuthorizationInitiated, permission NonChargeable ChargeInProgress"},
	{name: "it may wait, and need not", after: permitted("50"), turns: []turn{createCharge("20", mayWait)}, ends: "charge Authorized"},

	// AuthorizationInitiated → …
	{name: "half a minute", after: pending(), turns: []turn{wait(30 * time.Second)}, ends: "charge Authorized, permission Chargeable"},
	{name: "resolved now", after: pending(), turns: []turn{resolve("chargeId"), captureCharge("50")}, ends: "charge Captured, permission Closed AmazonClosed"},
	{
		name:  "pending, then captured",
		after: permitted("50"), turns: []turn{createCharge("20", captureNow+mayWait).simulating("PendingAuthorized"), wait(30 * time.Second)},
		ends: "charge Captured, permission Chargeable",
	},
	{
		name:  "card 0701, pending, then authorized",
		after: permitted("50"), turns: []turn{changePaymentMethod("0701"), createCharge("20", mayWait), wait(30 * time.Second)},
		ends: "charge Authorized, permission Chargeable",
	},
	{
		name:  "card 4354, pending, then declined",
		after: permitted("50"), turns: []turn{changePaymentMethod("4354"), createCharge("20", mayWait), wait(30 * time.Second)},
		ends: "charge Declined HardDeclined, permission NonChargeable PaymentMethodInvalid",
	},
	{name: "card 0701, when it may not wait", after: permitted("50"), turns: []turn{changePaymentMethod("0701"), createCharge("20", "")}, ends: "charge Authorized"},
	{name: "canceled while pending", after: pending(), turns: []turn{cancelCharge(), wait(time.Hour)}, ends: "charge Canceled MerchantCanceled, permission Chargeable"},
	{name: "canceled by the buyer while pending", after: pending(), turns: []turn{cancelFor("BuyerCanceled")}, ends: "charge Canceled BuyerCanceled"},
	{name: "canceled by Amazon while pending", after: pending(), turns: []turn{cancelFor("AmazonCanceled")}, ends: "charge Canceled AmazonCanceled"},
	{name: "canceled by a provider while pending", after: pending(), turns: []turn{updateCharge("Canceled", "ExpiredUnused")}, ends: "charge Canceled ExpiredUnused"},
	{name: "declined by a provider while pending", after: pending(), turns: []turn{updateCharge("Declined", "SoftDeclined")}, ends: "charge Declined SoftDeclined, permission Chargeable"},
	{name: "declined hard by a provider", after: pending(), turns: []turn{updateCharge("Declined", "HardDeclined")}, ends: "charge Declined HardDeclined, permission NonChargeable PaymentMethodInvalid"},
	{name: "rejected, says a provider", after: pending(), turns: []turn{updateCharge("Declined", "AmazonRejected")}, ends: "charge Declined AmazonRejected, permission Closed AmazonClosed"},

	// Authorized → …
	{name: "captured", after: authorized(), turns: []turn{captureCharge("50")}, ends: "charge Captured, permission Closed AmazonClosed"},
	{
		name:  "captured in part, and no more",
		after: authorized(), turns: []turn{captureCharge("20"), sees("charge", "captureAmount", `"amount":"20.00"`), captureCharge("20").gives(badCharge)},
		ends: "charge Captured, permission Chargeable",
	},
	{name: "captured on the seventh day", after: authorized(), turns: []turn{wait(7*24*time.Hour - time.Minute), captureCharge("50")}, ends: "charge Captured"},
	{name: "captured after the seventh day", after: authorized(), turns: []turn{wait(7*24*time.Hour + time.Second), captureCharge("50").gives("202")}, ends: "charge CaptureInitiated"},
	{name: "captured, pending by simulation", after: authorized(), turns: []turn{captureCharge("50").simulating("CaptureInitiated").gives("202")}, ends: "charge CaptureInitiated"},
	{name: "canceled", after: authorized(), turns: []turn{cancelCharge()}, ends: "charge Canceled MerchantCanceled, permission Chargeable"},
	{name: "canceled, ExpiredUnused", after: authorized(), turns: []turn{cancelCharge().simulating("ExpiredUnused")}, ends: "charge Canceled ExpiredUnused"},
	{name: "canceled, AmazonCanceled", after: authorized(), turns: []turn{cancelCharge().simulating("AmazonCanceled")}, ends: "charge Canceled AmazonCanceled"},
	{name: "canceled by the buyer", after: authorized(), turns: []turn{cancelFor("BuyerCanceled")}, ends: "charge Canceled BuyerCanceled"},
	{name: "canceled by Amazon", after: authorized(), turns: []turn{cancelFor("AmazonCanceled")}, ends: "charge Canceled AmazonCanceled"},
	{name: "canceled by a provider", after: authorized(), turns: []turn{updateCharge("Canceled", "ExpiredUnused")}, ends: "charge Canceled ExpiredUnused"},
	{name: "declined by a provider, too late", after: authorized(), turns: []turn{updateCharge("Declined", "SoftDeclined").gives(badCharge)}, ends: "charge Authorized"},
	{name: "unused for 29 days", after: authorized(), turns: []turn{waitDays(29)}, ends: "charge Authorized, permission Chargeable"},
	{name: "unused for 30 days", after: authorized(), turns: []turn{waitDays(30)}, ends: "charge Canceled ExpiredUnused, permission Chargeable"},
	{name: "expired now", after: authorized(), turns: []turn{expire("chargeId")}, ends: "charge Canceled ExpiredUnused, permission Chargeable"},
	{name: "its permission is closed, with it", after: authorized(), turns: []turn{closePermission(cancelPending), captureCharge("50").gives(badCharge)}, ends: "charge Canceled ChargePermissionCanceled, permission Closed MerchantClosed"},
	{name: "its permission is closed, without it", after: authorized(), turns: []turn{closePermission(keepPending), captureCharge("50").gives(badPermission)}, ends: "charge Authorized, permission Closed MerchantClosed"},

	// CaptureInitiated → …
	{name: "made, capturing", after: permitted("50"), turns: []turn{createCharge("20", captureNow).simulating("CaptureInitiated"), wait(30 * time.Second)}, ends: "charge Captured, permission Chargeable"},
	{name: "captured in half a minute", after: append(authorized(), waitDays(8), captureCharge("50").gives("202")), turns: []turn{wait(30 * time.Second)}, ends: "charge Captured, permission Closed AmazonClosed"},
	{name: "captured in part, late", after: append(authorized(), waitDays(8), captureCharge("20").gives("202")), turns: []turn{resolve("chargeId"), sees("charge", "captureAmount", `"amount":"20.00"`)}, ends: "charge Captured, permission Chargeable"},
	{name: "CaptureDeclined", after: authorized(), turns: []turn{captureCharge("50").simulating("CaptureDeclined").gives("202"), wait(30 * time.Second)}, ends: "charge Declined ProcessingFailure, permission Chargeable"},
	{name: "capture, AmazonRejected", after: authorized(), turns: []turn{captureCharge("50").simulating("AmazonRejected").gives("202"), wait(30 * time.Second)}, ends: "charge Declined AmazonRejected, permission Closed AmazonClosed"},

	// Captured → Captured.
	{name: "refunded", after: captured("50"), turns: []turn{createRefund("20"), createRefund("30"), sees("charge", "refundedAmount", `"amount":"50.00"`)}, ends: "charge Captured"},

	// Refused.
	{name: "capture too much", after: authorized(), turns: []turn{captureCharge("50.01").gives(tooMuch)}, ends: "charge Authorized"},
	{name: "capture another currency", after: authorized(), turns: []turn{calls("captureCharge", currencyDiffers, `"${chargeId}"`, `{"captureAmount": `+amount("50", "JPY")+`}`)}, ends: "charge Authorized"},
	{name: "capture fails", after: authorized(), turns: []turn{failNext("CaptureCharge", 500, "ProcessingFailure"), captureCharge("50").gives("500 ProcessingFailure")}, ends: "charge Authorized, permission Chargeable"},
	{name: "simulate what capture does not know", after: authorized(), turns: []turn{captureCharge("50").simulating("HardDeclined").gives(badSimulation)}, ends: "charge Authorized"},
	{name: "simulate what cancel does not know", after: authorized(), turns: []turn{cancelCharge().simulating("MerchantCanceled").gives(badSimulation)}, ends: "charge Authorized"},
	{name: "simulate on an update", after: authorized(), turns: []turn{updateCharge("Canceled", "ExpiredUnused").simulating("AmazonCanceled").gives(badSimulation)}, ends: "charge Authorized"},
	{name: "an update for no reason that there is", after: authorized(), turns: []turn{updateCharge("Canceled", "Gulp").gives("400 InvalidParameterValue")}, ends: "charge Authorized"},
	{name: "an update for the reason of another end", after: pending(), turns: []turn{updateCharge("Declined", "ExpiredUnused").gives("400 InvalidParameterValue")}, ends: "charge AuthorizationInitiated"},
	{name: "an update to what is no end", after: authorized(), turns: []turn{updateCharge("Captured", "").gives("400 InvalidParameterValue")}, ends: "charge Authorized"},
	{name: "simulate what create charge does not know", after: permitted("50"), turns: []turn{createCharge("20", "").simulating("BuyerCanceled").gives(badSimulation)}, ends: "permission Chargeable"},
	{name: "simulate pending, when it may not wait", after: permitted("50"), turns: []turn{createCharge("20", "").simulating("PendingAuthorized").gives(badSimulation)}, ends: "permission Chargeable"},
	{name: "simulate capturing, without captureNow", after: permitted("50"), turns: []turn{createCharge("20", "").simulating("CaptureInitiated").gives(badSimulation)}, ends: "permission Chargeable"},
	{name: "card 4354, when it may not wait", after: permitted("50"), turns: []turn{changePaymentMethod("4354"), createCharge("20", "").gives("422 HardDeclined")}, ends: "permission NonChargeable PaymentMethodInvalid"},
}

// chargeDeclines has rows for each reason of a decline: at once, of an authorization that was
// pending, and of a capture.
func chargeDeclines() []row {
	var rows []row
	for _, in := range []struct{ reason, permission string }{
		{"SoftDeclined", "Chargeable"},
		{"HardDeclined", "NonChargeable PaymentMethodInvalid"},
		{"AmazonRejected", "Closed AmazonClosed"},
		{"TransactionTimedOut", "Chargeable"},
		{"ProcessingFailure", "Chargeable"},
	} {
		atOnce := []turn{createCharge("50", "").simulating(in.reason).gives("422 " + in.reason)}
		if in.reason == "ProcessingFailure" { // no simulation code, and not 422
			atOnce = []turn{failNext("CreateCharge", 500, in.reason), createCharge("50", "").gives("500 " + in.reason)}
		}
		ends := "charge Declined " + in.reason + ", permission " + in.permission
		late := then(authorized(), waitDays(8), captureCharge("50").gives("202"))
		rows = append(rows,
			row{name: in.reason + " at once", after: permitted("50"), turns: atOnce, ends: "permission " + in.permission},
			row{name: in.reason + " after a while", after: permitted("50"), turns: []turn{createCharge("50", mayWait).simulating("Pending" + in.reason), wait(30 * time.Second)}, ends: ends},
			row{name: in.reason + " of what was pending", after: pending(), turns: []turn{declinePending("chargeId", in.reason)}, ends: ends},
			row{name: in.reason + " of a late capture", after: late, turns: []turn{declinePending("chargeId", in.reason), sees("charge", "captureAmount", "null")}, ends: ends},
		)
	}
	return rows
}

// chargeStates has a row for each state of a charge and each call that would change it.
func chargeStates() []row {
	var rows []row
	for _, in := range []struct {
		state                                    string
		after                                    []turn
		capture, cancel, update, refund, dispute string
	}{
		{"AuthorizationInitiated", pending(), badCharge, "200", "200", badCharge, badCharge},
		{"Authorized", authorized(), "200", "200", "200", badCharge, badCharge},
		{"CaptureInitiated", then(authorized(), captureCharge("20").simulating("CaptureInitiated").gives("202")), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Captured", then(authorized(), captureCharge("20")), badCharge, badCharge, badCharge, "201", "200"},
		{"Canceled MerchantCanceled", then(authorized(), cancelCharge()), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Canceled ExpiredUnused", then(authorized(), waitDays(30)), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Canceled BuyerCanceled", then(authorized(), cancelFor("BuyerCanceled")), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Canceled ChargePermissionCanceled", then(authorized(), closePermission(cancelPending)), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Declined SoftDeclined", then(pending(), declinePending("chargeId", "SoftDeclined")), badCharge, badCharge, badCharge, badCharge, badCharge},
		{"Declined HardDeclined", then(pending(), declinePending("chargeId", "HardDeclined")), badCharge, badCharge, badCharge, badCharge, badCharge},
	} {
		end := func(answer, after string) string {
			if answer == "200" {
				return "charge " + after
			}
			return "charge " + in.state
		}
		rows = append(rows,
			row{name: in.state + ": capture", after: in.after, turns: []turn{captureCharge("20").gives(in.capture)}, ends: end(in.capture, "Captured")},
			row{name: in.state + ": cancel", after: in.after, turns: []turn{cancelCharge().gives(in.cancel)}, ends: end(in.cancel, "Canceled MerchantCanceled")},
			row{name: in.state + ": update", after: in.after, turns: []turn{updateCharge("Canceled", "ExpiredUnused").gives(in.update)}, ends: end(in.update, "Canceled ExpiredUnused")},
			row{name: in.state + ": refund", after: in.after, turns: []turn{createRefund("20").gives(in.refund)}, ends: "charge " + in.state},
			row{name: in.state + ": dispute", after: in.after, turns: []turn{createDispute("20").gives(in.dispute)}, ends: "charge " + in.state},
		)
	}
	return rows
}
