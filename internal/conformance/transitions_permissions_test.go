package conformance_test

import (
	"slices"
	"testing"
	"time"
)

// TestPermissionTransitions is each way of a charge permission, with the Node SDK.
func TestPermissionTransitions(t *testing.T) {
	t.Parallel()
	arrows := []string{
		"permission: none → Chargeable, NonChargeable ChargeInProgress",
		"permission: Chargeable → Chargeable, NonChargeable ChargeInProgress",
		"permission: Chargeable → Closed MerchantClosed, Closed AmazonClosed, Closed AmazonCanceled, Closed BuyerClosed, Closed BuyerCanceled, Closed Expired",
		"permission: NonChargeable ChargeInProgress → Chargeable, NonChargeable PaymentMethodInvalid, Closed MerchantClosed",
		"permission: NonChargeable ChargeInProgress → Closed AmazonClosed, Closed AmazonCanceled, Closed BuyerClosed, Closed BuyerCanceled",
		"permission: NonChargeable MFAFailed → Closed Expired",
		"charge: none → Authorized, Captured, AuthorizationInitiated",
		"charge: AuthorizationInitiated → Authorized, Captured, Canceled MerchantCanceled, Canceled AmazonCanceled, Canceled ExpiredUnused, Canceled ChargePermissionCanceled",
		"charge: AuthorizationInitiated → Declined SoftDeclined, Declined HardDeclined, Declined AmazonRejected, Declined TransactionTimedOut, Declined ProcessingFailure",
		"charge: Authorized → Captured, Canceled MerchantCanceled, Canceled ChargePermissionCanceled",
		"session: none → Open",
		"session: Open → Completed",
		"session: Completed → 404 ResourceNotFound",
	}
	for _, reason := range suspensionReasons {
		arrows = append(arrows, "permission: Chargeable → NonChargeable "+reason, "permission: NonChargeable "+reason+" → Chargeable, Closed MerchantClosed")
	}
	play(t, slices.Concat(permissionRows, suspensions(), closures()), arrows...)
}

// TestPermissionStates is what each call does in each state of a charge permission, with the Node
// SDK.
func TestPermissionStates(t *testing.T) {
	t.Parallel()
	arrows := []string{
		"permission: none → Chargeable",
		"permission: Chargeable → Chargeable, NonChargeable ChargeInProgress",
		"permission: Chargeable → Closed MerchantClosed, Closed AmazonClosed, Closed AmazonCanceled, Closed BuyerClosed, Closed BuyerCanceled, Closed Expired",
		"permission: NonChargeable ChargeInProgress → NonChargeable ChargeInProgress, Closed MerchantClosed",
		"charge: none → Authorized, Captured, AuthorizationInitiated",
		"charge: Authorized → Captured, Canceled MerchantCanceled, Canceled ChargePermissionCanceled",
		"charge: Captured → Captured",
		"refund: none → RefundInitiated",
		"session: none → Open",
		"session: Open → Completed",
	}
	for _, reason := range []string{"MerchantClosed", "AmazonClosed", "AmazonCanceled", "BuyerClosed", "BuyerCanceled", "Expired"} { // its metadata was completed
		arrows = append(arrows, "permission: Closed "+reason+" → Closed "+reason)
	}
	for _, reason := range suspensionReasons {
		arrows = append(arrows, "permission: Chargeable → NonChargeable "+reason, "permission: NonChargeable "+reason+" → NonChargeable "+reason+", Closed MerchantClosed")
	}
	play(t, permissionStates(), arrows...)
}

var permissionRows = []row{
	// Chargeable ⇄ NonChargeable.
	{
		name:  "a hard decline, until the buyer pays otherwise",
		after: permitted("50"),
		turns: []turn{
			createCharge("10", "").simulating("HardDeclined").gives("422 HardDeclined"), sees("permission", "statusDetails", "PaymentMethodInvalid"),
			createCharge("10", "").gives(badPermission), changePaymentMethod("1111"), createCharge("10", ""),
		},
		ends: "permission Chargeable, charge Authorized",
	},
	{
		name:  "in progress, authorized after half a minute",
		after: permitted("50"),
		turns: []turn{
			createCharge("10", mayWait).simulating("PendingAuthorized"), createCharge("10", "").gives(badPermission), wait(30 * time.Second), createCharge("10", ""),
		},
		ends: "permission Chargeable, charge Authorized",
	},
	{name: "in progress, resolved now", after: pending(), turns: []turn{resolve("chargeId")}, ends: "permission Chargeable, charge Authorized"},
	{name: "in progress, canceled by the merchant", after: pending(), turns: []turn{cancelCharge()}, ends: "permission Chargeable, charge Canceled MerchantCanceled"},
	{name: "in progress, canceled by Amazon", after: pending(), turns: []turn{cancelFor("AmazonCanceled")}, ends: "permission Chargeable, charge Canceled AmazonCanceled"},
	{name: "in progress, canceled by a provider", after: pending(), turns: []turn{updateCharge("Canceled", "ExpiredUnused")}, ends: "permission Chargeable, charge Canceled ExpiredUnused"},
	{name: "in progress, softly declined", after: pending(), turns: []turn{declinePending("chargeId", "SoftDeclined")}, ends: "permission Chargeable, charge Declined SoftDeclined"},
	{name: "in progress, timed out", after: pending(), turns: []turn{declinePending("chargeId", "TransactionTimedOut")}, ends: "permission Chargeable, charge Declined TransactionTimedOut"},
	{name: "in progress, failed", after: pending(), turns: []turn{declinePending("chargeId", "ProcessingFailure")}, ends: "permission Chargeable, charge Declined ProcessingFailure"},
	{
		name:  "in progress, hard declined",
		after: pending(), turns: []turn{declinePending("chargeId", "HardDeclined"), changePaymentMethod("0005"), createCharge("50", "")},
		ends: "permission Chargeable, charge Authorized",
	},
	{name: "in progress, another card ends nothing", after: pending(), turns: []turn{changePaymentMethod("0005")}, ends: "permission NonChargeable ChargeInProgress, charge AuthorizationInitiated"},
	{name: "updated", after: permitted("50"), turns: []turn{updatePermission()}, ends: "permission Chargeable"},

	// → Closed.
	{name: "all is captured at once", after: permitted("50"), turns: []turn{createCharge("50", captureNow)}, ends: "permission Closed AmazonClosed, charge Captured"},
	{name: "all is captured later", after: authorized(), turns: []turn{captureCharge("50")}, ends: "permission Closed AmazonClosed, charge Captured"},
	{
		name:  "all is captured in parts",
		after: permitted("50"), turns: []turn{createCharge("20", captureNow), sees("permission", "limits", `"amountBalance":{"amount":"30.00"`), createCharge("30", captureNow)},
		ends: "permission Closed AmazonClosed, charge Captured",
	},
	{name: "what is not captured is left", after: authorized(), turns: []turn{captureCharge("20"), createCharge("30", "")}, ends: "permission Chargeable, charge Authorized"},
	{
		name:  "a pending charge is captured at last",
		after: permitted("50"), turns: []turn{createCharge("50", captureNow+mayWait).simulating("PendingAuthorized"), resolve("chargeId")},
		ends: "permission Closed AmazonClosed, charge Captured",
	},
	{name: "Amazon rejects a charge", after: permitted("50"), turns: []turn{createCharge("10", "").simulating("AmazonRejected").gives("422 AmazonRejected")}, ends: "permission Closed AmazonClosed"},
	{name: "Amazon rejects a pending charge", after: pending(), turns: []turn{declinePending("chargeId", "AmazonRejected")}, ends: "permission Closed AmazonClosed, charge Declined AmazonRejected"},
	{name: "closed by the merchant", after: permitted("50"), turns: []turn{closePermission("")}, ends: "permission Closed MerchantClosed"},
	{name: "closed by simulation", after: permitted("50"), turns: []turn{closePermission("").simulating("AmazonClosed")}, ends: "permission Closed AmazonClosed"},
	{name: "closed with its open charge", after: authorized(), turns: []turn{closePermission(cancelPending)}, ends: "permission Closed MerchantClosed, charge Canceled ChargePermissionCanceled"},
	{name: "closed with its pending charge", after: pending(), turns: []turn{closePermission(cancelPending)}, ends: "permission Closed MerchantClosed, charge Canceled ChargePermissionCanceled"},
	{name: "closed without its open charge", after: authorized(), turns: []turn{closePermission(keepPending)}, ends: "permission Closed MerchantClosed, charge Authorized"},
	{name: "closed without its pending charge", after: pending(), turns: []turn{closePermission(keepPending), wait(30 * time.Second)}, ends: "permission Closed MerchantClosed, charge Authorized"},
	{name: "a decline does not open it again", after: append(pending(), closePermission(keepPending)), turns: []turn{declinePending("chargeId", "HardDeclined")}, ends: "permission Closed MerchantClosed, charge Declined HardDeclined"},

	// Expiry.
	{name: "179 days", after: permitted("50"), turns: []turn{waitDays(179)}, ends: "permission Chargeable"},
	{name: "180 days", after: permitted("50"), turns: []turn{waitDays(180)}, ends: "permission Closed Expired"},
	{name: "extended, 180 days", after: paid("Confirm", "50", `, "extendExpiration": true`), turns: []turn{waitDays(180)}, ends: "permission Chargeable"},
	{name: "extended, 13 months", after: paid("Confirm", "50", `, "extendExpiration": true`), turns: []turn{waitDays(398)}, ends: "permission Closed Expired"},
	{name: "recurring, 12 months", after: recurring(), turns: []turn{waitDays(366)}, ends: "permission Chargeable"},
	{name: "recurring, 13 months", after: recurring(), turns: []turn{waitDays(398)}, ends: "permission Closed Expired"},
	{name: "recurring, charged in between", after: recurring(), turns: []turn{waitDays(366), createCharge("30", captureNow), waitDays(366)}, ends: "permission Chargeable, charge Captured"},
	{name: "on file, ten years", after: setUp(), turns: []turn{waitDays(3653)}, ends: "permission Chargeable"},
	{name: "suspended, 180 days", after: permitted("50"), turns: []turn{suspend("MFAFailed"), waitDays(180)}, ends: "permission Closed Expired"},

	// Limits.
	{name: "over the limit", after: permitted("50"), turns: []turn{createCharge("50.01", "").gives(tooMuch)}, ends: "permission Chargeable"},
	{name: "open charges count", after: permitted("50"), turns: []turn{createCharge("30", ""), createCharge("20.01", "").gives(tooMuch), cancelCharge(), createCharge("50", "")}, ends: "permission Chargeable, charge Authorized"},
	{
		name:  "overcharged, up to nine times as much, and 500 at least",
		after: paid("Confirm", "50", `, "allowOvercharge": true`), turns: []turn{createCharge("500.01", "").gives(tooMuch), createCharge("500", "")},
		ends: "permission Chargeable, charge Authorized",
	},
	{name: "25 charges and no more", after: permitted("50"), turns: append(slices.Repeat([]turn{createCharge("1", "")}, 25), createCharge("1", "").gives(tooMany)), ends: "permission Chargeable, charge Authorized"},
	{name: "recurring, 26 charges", after: recurring(), turns: slices.Repeat([]turn{createCharge("1", captureNow)}, 26), ends: "permission Chargeable, charge Captured"},
	{
		name:  "recurring, no more than so much a month",
		after: recurring(), turns: []turn{createCharge("970", captureNow), createCharge("0.01", "").gives("400 PeriodicAmountExceeded"), waitDays(31), createCharge("0.01", "")},
		ends: "permission Chargeable, charge Authorized",
	},
	{name: "on file, a charge says who began it", after: setUp(), turns: []turn{createCharge("5", "").gives("400 MissingParameterValue"), createCharge("5", byMerchant)}, ends: "permission Chargeable, charge Authorized"},
	{name: "on file, closed", after: setUp(), turns: []turn{closePermission("")}, ends: "permission Closed MerchantClosed"},
	{
		name:  "another currency",
		after: permitted("50"), turns: []turn{calls("createCharge", currencyDiffers, `{"chargePermissionId": "${chargePermissionId}", "chargeAmount": `+amount("1", "GBP")+`}`)},
		ends: "permission Chargeable",
	},
	{
		name:  "a one-time permission has no frequency",
		after: permitted("50"), turns: []turn{calls("updateChargePermission", "400 InvalidParameterCombination", `"${chargePermissionId}"`, `{"recurringMetadata": {"frequency": {"unit": "Year", "value": "1"}}}`)},
		ends: "permission Chargeable",
	},
	{
		name:  "a recurring permission has another frequency",
		after: recurring(), turns: []turn{
			calls("updateChargePermission", "200", `"${chargePermissionId}"`, `{"recurringMetadata": {"frequency": {"unit": "Year", "value": "1"}}}`),
			sees("permission", "recurringMetadata", `"unit":"Year"`),
		},
		ends: "permission Chargeable",
	},
	{name: "simulate what close does not know", after: permitted("50"), turns: []turn{closePermission("").simulating("MerchantClosed").gives(badSimulation)}, ends: "permission Chargeable"},
}

// recurring is a permission of a plan, charged 30.00.
func recurring() []turn {
	return []turn{createSession(ofAPlan + `, "paymentDetails": ` + paying("AuthorizeWithCapture", "30", "")), approve(), completeSession("30")}
}

// setUp is a permission on file.
func setUp() []turn {
	return []turn{createSession(setUpOnly), approve(), calls("completeCheckoutSession", "200", `"${checkoutSessionId}"`, `{}`)}
}

var suspensionReasons = []string{
	"PaymentMethodInvalid", "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired", "PaymentMethodNotAllowed", "PaymentMethodNotSet", "MFAFailed",
}

// suspensions has rows for each reason why a permission is NonChargeable for its payment method.
func suspensions() []row {
	var rows []row
	for _, reason := range suspensionReasons {
		after := append(permitted("50"), suspend(reason))
		rows = append(rows,
			row{name: reason + ", mended", after: after, turns: []turn{changePaymentMethod("4444"), createCharge("50", "")}, ends: "permission Chargeable, charge Authorized"},
			row{name: reason + ", closed", after: after, turns: []turn{closePermission("")}, ends: "permission Closed MerchantClosed"},
		)
	}
	return rows
}

var closureReasons = []string{"BuyerClosed", "BuyerCanceled", "AmazonClosed", "AmazonCanceled"}

// closures has rows for each reason why a permission is closed from outside.
func closures() []row {
	var rows []row
	for _, reason := range closureReasons {
		rows = append(rows,
			row{name: reason, after: authorized(), turns: []turn{closeFor(reason), captureCharge("50").gives(badPermission)}, ends: "permission Closed " + reason + ", charge Authorized"},
			row{name: reason + ", in progress", after: pending(), turns: []turn{closeFor(reason)}, ends: "permission Closed " + reason + ", charge AuthorizationInitiated"},
		)
	}
	return rows
}

// permissionStates has a row for each state of a permission and each call that would change it, its
// open charge or its captured one.
func permissionStates() []row {
	charged := then(permitted("100"), createCharge("10", captureNow), keep("captured"), createCharge("10", ""), keep("authorized"))
	type states struct {
		name, state                                    string
		after                                          []turn
		create, update, close, capture, cancel, refund string
	}
	all := []states{
		{"Chargeable", "Chargeable", charged, "201", "200", "200", "200", "200", "201"},
		{"hard declined", "NonChargeable PaymentMethodInvalid", then(charged, createCharge("1", "").simulating("HardDeclined").gives("422 HardDeclined")), badPermission, "200", "200", "200", "200", "201"},
		{inProgress, inProgress, then(charged, createCharge("1", mayWait).simulating("AuthorizationInitiated")), badPermission, "200", "200", "200", "200", "201"},
		{"rejected", "Closed AmazonClosed", then(charged, createCharge("1", "").simulating("AmazonRejected").gives("422 AmazonRejected")), badPermission, "200", badPermission, badPermission, badPermission, "201"},
		{"expired", "Closed Expired", then(charged, expire("chargePermissionId")), badPermission, "200", badPermission, badPermission, badPermission, "201"},
		{"closed", "Closed MerchantClosed", then(charged, closePermission(keepPending)), badPermission, "200", badPermission, badPermission, badPermission, "201"},
		{"closed with its charges", "Closed MerchantClosed", then(charged, closePermission(cancelPending)), badPermission, "200", badPermission, badCharge, badCharge, "201"},
		{"simulated", "Closed AmazonClosed", then(charged, closePermission(keepPending).simulating("AmazonClosed")), badPermission, "200", badPermission, badPermission, badPermission, "201"},
		{"used up", "Closed AmazonClosed", then(charged, captureCharge("10"), createCharge("80", captureNow)), badPermission, "200", badPermission, badCharge, badCharge, "201"},
	}
	for _, reason := range suspensionReasons {
		all = append(all, states{"suspended, " + reason, "NonChargeable " + reason, then(charged, suspend(reason)), badPermission, "200", "200", "200", "200", "201"})
	}
	for _, reason := range closureReasons {
		all = append(all, states{"from outside, " + reason, "Closed " + reason, then(charged, closeFor(reason)), badPermission, "200", badPermission, badPermission, badPermission, "201"})
	}
	var rows []row
	for _, in := range all {
		end := "permission " + in.state
		closed := end
		if in.close == "200" {
			closed = "permission Closed MerchantClosed"
		}
		rows = append(rows,
			row{name: in.name + ": create charge", after: in.after, turns: []turn{createCharge("1", "").gives(in.create)}, ends: end},
			row{name: in.name + ": update", after: in.after, turns: []turn{updatePermission().gives(in.update)}, ends: end},
			row{name: in.name + ": close", after: in.after, turns: []turn{closePermission("").gives(in.close)}, ends: closed},
			row{name: in.name + ": capture", after: in.after, turns: []turn{captureOf("authorized", "10").gives(in.capture)}, ends: end},
			row{name: in.name + ": cancel", after: in.after, turns: []turn{cancelOf("authorized").gives(in.cancel)}, ends: end},
			row{name: in.name + ": refund", after: in.after, turns: []turn{refundOf("captured", "10").gives(in.refund)}, ends: end + ", charge Captured"},
		)
	}
	return rows
}
