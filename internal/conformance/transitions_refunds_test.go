package conformance_test

import (
	"slices"
	"testing"
	"time"
)

// TestRefundTransitions is each way of a refund and of a dispute, and the till, with the Node SDK.
func TestRefundTransitions(t *testing.T) {
	t.Parallel()
	play(t, slices.Concat(refundRows, disputeRows, disputeStates(), tillRows),
		"refund: none → RefundInitiated",
		"refund: RefundInitiated → Refunded, Declined AmazonRejected, Declined ProcessingFailure",
		"dispute: none → ActionRequired, ActionRequired ChargebackFiled",
		"dispute: ActionRequired → UnderReview, Resolved",
		"dispute: ActionRequired → Resolved NoFault, Resolved MerchantAcceptedDispute BuyerWon, Resolved MerchantResponseDeadlineExpired BuyerWon",
		"dispute: ActionRequired ChargebackFiled → UnderReview, Resolved MerchantResponseDeadlineExpired BuyerWon",
		"dispute: ActionRequired MerchantAdditionalEvidencesRequired → UnderReview",
		"dispute: UnderReview → ActionRequired MerchantAdditionalEvidencesRequired, Resolved, Resolved InvestigatorResolved MerchantWon",
		"dispute: Resolved → Closed",
		"dispute: Resolved NoFault → Closed NoFault",
		"charge: none → Authorized, Captured",
		"charge: Authorized → Captured",
		"charge: Captured → Captured",
		"permission: none → Chargeable, Closed AmazonClosed",
		"permission: Chargeable → NonChargeable PaymentMethodInvalid, Closed AmazonClosed, Closed MerchantClosed",
		"session: none → Open",
		"session: Open → Completed",
	)
}

var refundRows = []row{
	{name: "it is initiated", after: captured("50"), turns: []turn{createRefund("20"), sees("charge", "refundedAmount", `"amount":"20.00"`)}, ends: "refund RefundInitiated, charge Captured"},
	{name: "half a minute", after: append(captured("50"), createRefund("20")), turns: []turn{wait(30 * time.Second)}, ends: "refund Refunded, charge Captured"},
	{name: "resolved now", after: append(captured("50"), createRefund("20")), turns: []turn{resolve("refundId")}, ends: "refund Refunded"},
	{name: "rejected now", after: append(captured("50"), createRefund("20")), turns: []turn{declinePending("refundId", "AmazonRejected"), sees("charge", "refundedAmount", "null")}, ends: "refund Declined AmazonRejected, charge Captured"},
	{name: "failed now", after: append(captured("50"), createRefund("20")), turns: []turn{declinePending("refundId", "ProcessingFailure")}, ends: "refund Declined ProcessingFailure, charge Captured"},
	{name: "RefundDeclined", after: captured("50"), turns: []turn{createRefund("20").simulating("RefundDeclined"), wait(30 * time.Second)}, ends: "refund Declined ProcessingFailure"},
	{name: "AmazonRejected", after: captured("50"), turns: []turn{createRefund("20").simulating("AmazonRejected"), resolve("refundId")}, ends: "refund Declined AmazonRejected"},
	{name: "ProcessingFailure", after: captured("50"), turns: []turn{createRefund("20").simulating("ProcessingFailure"), wait(30 * time.Second)}, ends: "refund Declined ProcessingFailure"},
	{name: "of a capture in part", after: append(authorized(), captureCharge("20")), turns: []turn{createRefund("23.01").gives(tooMuch), createRefund("23")}, ends: "refund RefundInitiated"},
	{name: "15 % more than was captured", after: captured("50"), turns: []turn{createRefund("57.51").gives(tooMuch), createRefund("57.50"), createRefund("0.01").gives(tooMuch)}, ends: "refund RefundInitiated, charge Captured"},
	{name: "no more than 75 more", after: captured("1000"), turns: []turn{createRefund("1075.01").gives(tooMuch), createRefund("1075")}, ends: "refund RefundInitiated"},
	{
		name:  "what was declined can be refunded",
		after: append(captured("50"), createRefund("50"), declinePending("refundId", "AmazonRejected")), turns: []turn{createRefund("57.50"), wait(30 * time.Second)},
		ends: "refund Refunded",
	},
	{name: "ten refunds and no more", after: captured("50"), turns: append(slices.Repeat([]turn{createRefund("1")}, 10), createRefund("1").gives(tooMany)), ends: "refund RefundInitiated, charge Captured"},
	{name: "of what is not captured", after: authorized(), turns: []turn{createRefund("1").gives(badCharge)}, ends: "charge Authorized"},
	{name: "in another currency", after: captured("50"), turns: []turn{calls("createRefund", currencyDiffers, `{"chargeId": "${chargeId}", "refundAmount": `+amount("1", "EUR")+`}`)}, ends: "charge Captured"},
	{name: "of nothing", after: captured("50"), turns: []turn{createRefund("0").gives("400 InvalidParameterValue")}, ends: "charge Captured"},
	{name: "simulate what refund does not know", after: captured("50"), turns: []turn{createRefund("20").simulating("HardDeclined").gives(badSimulation)}, ends: "charge Captured"},
	{name: "rejected at once", after: captured("50"), turns: []turn{failNext("CreateRefund", 422, "AmazonRejected"), createRefund("20").gives("422 AmazonRejected")}, ends: "charge Captured"},
	{name: "failed at once", after: captured("50"), turns: []turn{failNext("CreateRefund", 500, "ProcessingFailure"), createRefund("20").gives("500 ProcessingFailure")}, ends: "charge Captured"},
}

var disputeRows = []row{
	{name: "filed by the buyer's bank", after: captured("50"), turns: []turn{fileDispute()}, ends: "dispute ActionRequired ChargebackFiled, charge Captured"},
	{name: "contested after the bank filed it", after: append(captured("50"), fileDispute()), turns: []turn{contestDispute()}, ends: "dispute UnderReview"},
	{name: "filed by a provider", after: captured("50"), turns: []turn{createDispute("50")}, ends: "dispute ActionRequired"},
	{name: "contested", after: append(captured("50"), createDispute("50")), turns: []turn{contestDispute(), sees("dispute", "merchantEvidences", "Paid")}, ends: "dispute UnderReview"},
	{name: "contested, the deadline passes", after: append(captured("50"), createDispute("50")), turns: []turn{contestDispute(), waitDays(11)}, ends: "dispute UnderReview"},
	{name: "never contested", after: append(captured("50"), createDispute("50")), turns: []turn{waitDays(11)}, ends: "dispute Resolved MerchantResponseDeadlineExpired BuyerWon"},
	{name: "the bank's, never contested", after: append(captured("50"), fileDispute()), turns: []turn{waitDays(11)}, ends: "dispute Resolved MerchantResponseDeadlineExpired BuyerWon"},
	{name: "not contested yet", after: append(captured("50"), createDispute("50")), turns: []turn{waitDays(10)}, ends: "dispute ActionRequired"},
	{
		name:  "more evidence is wanted",
		after: append(captured("50"), createDispute("50"), contestDispute()), turns: []turn{updateDispute("ActionRequired", `, "reasonCode": "MerchantAdditionalEvidencesRequired"`), contestDispute()},
		ends: "dispute UnderReview",
	},
	{
		name:  "the merchant wins",
		after: append(captured("50"), createDispute("50"), contestDispute()), turns: []turn{updateDispute("Resolved", `, "reasonCode": "InvestigatorResolved", "resolution": "MerchantWon"`)},
		ends: "dispute Resolved InvestigatorResolved MerchantWon",
	},
	{
		name:  "the merchant gives in",
		after: append(captured("50"), createDispute("50")), turns: []turn{updateDispute("Resolved", `, "reasonCode": "MerchantAcceptedDispute", "resolution": "BuyerWon"`)},
		ends: "dispute Resolved MerchantAcceptedDispute BuyerWon",
	},
	{
		name:  "closed for good",
		after: append(captured("50"), createDispute("50"), updateDispute("Resolved", `, "resolution": "NoFault"`)), turns: []turn{updateDispute("Closed", "")},
		ends: "dispute Closed NoFault",
	},
	{name: "more than was captured", after: append(authorized(), captureCharge("20")), turns: []turn{createDispute("20.01").gives(tooMuch)}, ends: "charge Captured"},
	{
		name:  "disputed in another currency",
		after: captured("50"),
		turns: []turn{calls("createDispute", currencyDiffers, `{"chargeId": "${chargeId}", "disputeAmount": `+amount("1", "EUR")+`, "filingReason": "Fraudulent", "filingTimestamp": ${now}, "statusDetails": {"state": "ActionRequired"}}`)},
		ends:  "charge Captured",
	},
	{name: "disputed twice, in parts", after: captured("50"), turns: []turn{createDispute("20"), createDispute("30")}, ends: "dispute ActionRequired"},
	{name: "disputed twice, for too much", after: captured("50"), turns: []turn{createDispute("20"), createDispute("30.01").gives(tooMuch)}, ends: "dispute ActionRequired"},
	{name: "disputed again once it was resolved", after: captured("50"), turns: []turn{createDispute("50"), updateDispute("Resolved", ""), createDispute("50")}, ends: "dispute ActionRequired"},
	{name: "back from a resolution", after: append(captured("50"), createDispute("50")), turns: []turn{updateDispute("Resolved", ""), updateDispute("ActionRequired", "").gives(badRequest)}, ends: "dispute Resolved"},
	{name: "closed before it is resolved", after: append(captured("50"), createDispute("50")), turns: []turn{updateDispute("Closed", "").gives(badRequest)}, ends: "dispute ActionRequired"},
	{
		name:  "evidence that is none",
		after: append(captured("50"), createDispute("50")), turns: []turn{calls("contestDispute", "400 MissingParameterValue", `"${disputeId}"`, `{"merchantEvidences": [{"evidenceType": "Receipt"}]}`)},
		ends: "dispute ActionRequired",
	},
	{
		name:  "evidence in a file that was not uploaded",
		after: append(captured("50"), createDispute("50")), turns: []turn{calls("contestDispute", "400 InvalidParameterValue", `"${disputeId}"`, `{"merchantEvidences": [{"evidenceType": "Receipt", "fileId": "nothing"}]}`)},
		ends: "dispute ActionRequired",
	},
}

// disputeStates has a row for each state of a dispute and each call that would change it.
func disputeStates() []row {
	var rows []row
	disputed := append(captured("50"), createDispute("50"))
	for _, in := range []struct {
		state           string
		after           []turn
		contest, update string
		to              string // the state to update to
	}{
		{"ActionRequired", disputed, "200", "200", "Resolved"},
		{"UnderReview", then(disputed, contestDispute()), badRequest, "200", "Resolved"},
		{"Resolved", then(disputed, updateDispute("Resolved", "")), badRequest, "200", "Closed"},
		{"Closed", then(disputed, updateDispute("Resolved", ""), updateDispute("Closed", "")), badRequest, badRequest, "Closed"},
	} {
		contested := in.state
		if in.contest == "200" {
			contested = "UnderReview"
		}
		rows = append(rows,
			row{name: in.state + ": contest", after: in.after, turns: []turn{contestDispute().gives(in.contest)}, ends: "dispute " + contested},
			row{name: in.state + ": update", after: in.after, turns: []turn{updateDispute(in.to, "").gives(in.update)}, ends: "dispute " + in.to},
		)
	}
	return rows
}

// The till answers a reference that was there before as it did then.
var tillRows = []row{
	{name: "a scan", turns: []turn{merchantScan("")}, ends: "permission Chargeable"},
	{name: "a scan again", turns: []turn{merchantScan(""), merchantScan("").again()}, ends: "permission Chargeable"},
	{name: "another scan under its reference", turns: []turn{merchantScan(""), merchantScan(`, "chargeTotal": ` + dollars("2")).gives("400 DuplicateIdempotencyKey")}, ends: "permission Chargeable"},
	{name: "a charge at the till", after: []turn{merchantScan("")}, turns: []turn{tillCharge("${key}", "2")}, ends: "permission Chargeable, charge Captured"},
	{name: "a charge again", after: []turn{merchantScan("")}, turns: []turn{tillCharge("${key}", "2"), tillCharge("${key}", "2").again()}, ends: "permission Chargeable, charge Captured"},
	{name: "another charge under its reference", after: []turn{merchantScan("")}, turns: []turn{tillCharge("${key}", "2"), tillCharge("${key}", "3").gives("400 DuplicateIdempotencyKey")}, ends: "permission Chargeable, charge Captured"},
	{name: "all of what was scanned", after: []turn{merchantScan(`, "chargeTotal": ` + dollars("2"))}, turns: []turn{tillCharge("${new}", "2")}, ends: "permission Closed AmazonClosed, charge Captured"},
	{name: "more than was scanned", after: []turn{merchantScan(`, "chargeTotal": ` + dollars("2"))}, turns: []turn{tillCharge("${new}", "2.01").gives(tooMuch)}, ends: "permission Chargeable"},
	{name: "a charge after the close", after: []turn{merchantScan(""), closePermission("")}, turns: []turn{tillCharge("${new}", "2").gives(badPermission)}, ends: "permission Closed MerchantClosed"},
	{name: "a refund at the till", after: []turn{merchantScan(""), tillCharge("${new}", "2")}, turns: []turn{tillRefund("${key}", "2")}, ends: "charge Captured, refund RefundInitiated"},
	{name: "a refund at the till, half a minute", after: []turn{merchantScan(""), tillCharge("${new}", "2"), tillRefund("${key}", "2")}, turns: []turn{wait(30 * time.Second)}, ends: "charge Captured, refund Refunded"},
	{name: "a refund again", after: []turn{merchantScan(""), tillCharge("${new}", "2")}, turns: []turn{tillRefund("${key}", "1"), tillRefund("${key}", "1").again()}, ends: "charge Captured, refund RefundInitiated"},
	{name: "another refund under its reference", after: []turn{merchantScan(""), tillCharge("${new}", "2")}, turns: []turn{tillRefund("${key}", "1"), tillRefund("${key}", "2").gives("400 DuplicateIdempotencyKey")}, ends: "charge Captured, refund RefundInitiated"},
	{name: "too much back at the till", after: []turn{merchantScan(""), tillCharge("${new}", "2")}, turns: []turn{tillRefund("${new}", "2.31").gives(tooMuch)}, ends: "charge Captured"},
	{name: "a code that is nobody's", turns: []turn{merchantScan(""), calls("merchantScan", "400 InvalidParameterValue", `{"scanData": "nobody", "scanReferenceId": "${new}", "merchantCOE": "US", "ledgerCurrency": "USD"}`)}, ends: "permission Chargeable"},
	{name: "a hard decline at the till", after: []turn{merchantScan("")}, turns: []turn{failNext("InStoreCharge", 422, "HardDeclined"), tillCharge("${new}", "2").gives("422 HardDeclined")}, ends: "permission NonChargeable PaymentMethodInvalid"},
	{name: "simulate at the till", after: []turn{merchantScan("")}, turns: []turn{tillCharge("${new}", "2").simulating("HardDeclined").gives(badSimulation)}, ends: "permission Chargeable"},
}
