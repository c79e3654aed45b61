package conformance_test

import (
	"cmp"
	"testing"
	"time"
)

// TestSessionTransitions is each way of a checkout session, with the Node SDK.
func TestSessionTransitions(t *testing.T) {
	t.Parallel()
	play(t, append(sessionRows, sessionStates()...),
		"session: none → Open",
		"session: Open → Open, Completed, Canceled BuyerCanceled, Canceled Declined, Canceled Expired, Canceled AmazonCanceled",
		"session: Completed → 404 ResourceNotFound",
		"session: Canceled Expired → 404 ResourceNotFound",
		"permission: none → Chargeable, NonChargeable ChargeInProgress, Closed AmazonClosed",
		"permission: Chargeable → Closed MerchantClosed, Closed Expired",
		"permission: NonChargeable ChargeInProgress → Chargeable, NonChargeable PaymentMethodInvalid",
		"charge: none → Authorized, AuthorizationInitiated, Captured",
		"charge: AuthorizationInitiated → Authorized, Declined HardDeclined",
		"charge: Authorized → Canceled ExpiredUnused",
	)
}

var sessionRows = []row{
	// Open.
	{
		name: "an empty session says what is missing",
		turns: []turn{
			createSession(""),
			sees("session", "constraints", "BuyerNotAssociated"), sees("session", "constraints", "ChargeAmountNotSet"),
			sees("session", "constraints", "PaymentIntentNotSet"),
		},
		ends: "session Open",
	},
	{
		name: "an update and a buyer take the constraints away",
		turns: []turn{
			createSession(""), updateSession(paying("Authorize", "50", "")),
			sees("session", "constraints", "BuyerNotAssociated"),
			signIn(),
			sees("session", "constraints", "[]"), sees("session", "webCheckoutDetails", `"amazonPayRedirectUrl":"https://`),
		},
		ends: "session Open",
	},
	{name: "approved, it is still open", turns: approved(paying("Authorize", "50", "")), ends: "session Open"},
	{name: "not yet a day old", after: approved(paying("Authorize", "50", "")), turns: []turn{wait(24*time.Hour - time.Minute)}, ends: "session Open"},

	// Open → Completed.
	{
		name:  "Authorize",
		after: approved(paying("Authorize", "50", "")), turns: []turn{completeSession("50.00")},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "AuthorizeWithCapture",
		after: approved(paying("AuthorizeWithCapture", "50", "")), turns: []turn{completeSession("50.00")},
		ends: "session Completed, permission Closed AmazonClosed, charge Captured",
	},
	{
		name:  "Confirm makes no charge",
		after: approved(paying("Confirm", "50", "")), turns: []turn{completeSession("50.00"), sees("session", "chargeId", "null")},
		ends: "session Completed, permission Chargeable",
	},
	{
		name:  "a total is completed with the total",
		after: approved(paying("Authorize", "50", `, "totalOrderAmount": `+dollars("70"))),
		turns: []turn{
			calls("completeCheckoutSession", "200", `"${checkoutSessionId}"`, `{"chargeAmount": `+dollars("50")+`, "totalOrderAmount": `+dollars("70")+`}`),
			sees("permission", "limits", `"amountLimit":{"amount":"70.00"`),
		},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "pending, by simulation",
		after: approved(waiting), turns: []turn{completeSession("50").simulating("AuthorizationInitiated").gives("202")},
		ends: "session Completed, permission NonChargeable ChargeInProgress, charge AuthorizationInitiated",
	},
	{
		name:  "card 0701: pending, then authorized",
		after: []turn{createSession(`, "paymentDetails": ` + waiting), signIn(), changeCard("0701"), approve()},
		turns: []turn{
			completeSession("50").gives("202"), wait(20 * time.Second), sees("charge", "statusDetails", "AuthorizationInitiated"), wait(10 * time.Second),
		},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "card 4354: pending, then declined",
		after: []turn{createSession(`, "paymentDetails": ` + waiting), signIn(), changeCard("4354"), approve()},
		turns: []turn{completeSession("50").gives("202"), wait(30 * time.Second)},
		ends:  "session Completed, permission NonChargeable PaymentMethodInvalid, charge Declined HardDeclined",
	},
	{
		name:  "a simulation code overrides card 4354",
		after: []turn{createSession(`, "paymentDetails": ` + waiting), signIn(), changeCard("4354"), approve()},
		turns: []turn{completeSession("50").simulating("AuthorizationInitiated").gives("202"), wait(30 * time.Second)},
		ends:  "session Completed, permission Chargeable, charge Authorized",
	},
	{name: "set up only", after: []turn{createSession(setUpOnly), approve()}, turns: []turn{calls("completeCheckoutSession", "200", `"${checkoutSessionId}"`, `{}`)}, ends: "session Completed, permission Chargeable"},
	{
		name:  "finalize with Authorize",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(paying("Authorize", "9", ""))},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "finalize with AuthorizeWithCapture",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(paying("AuthorizeWithCapture", "9", ""))},
		ends: "session Completed, permission Closed AmazonClosed, charge Captured",
	},
	{
		name:  "finalize with Confirm",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(paying("Confirm", "9", ""))},
		ends: "session Completed, permission Chargeable",
	},
	{
		name:  "finalize, pending",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(waiting).simulating("AuthorizationInitiated").gives("202")},
		ends: "session Completed, permission NonChargeable ChargeInProgress, charge AuthorizationInitiated",
	},

	{
		name:  "finalize, card 4354, which Confirm does not charge",
		after: []turn{createSession(""), signIn(), changeCard("4354")}, turns: []turn{finalizeSession(paying("Confirm", "9", ""))},
		ends: "session Completed, permission Chargeable",
	},
	{
		name:  "finalize, card 0701",
		after: []turn{createSession(""), signIn(), changeCard("0701")}, turns: []turn{finalizeSession(waiting).gives("202")},
		ends: "session Completed, permission NonChargeable ChargeInProgress, charge AuthorizationInitiated",
	},

	// Open → Canceled.
	{name: "the buyer gives up", after: []turn{createSession("")}, turns: []turn{abandon()}, ends: "session Canceled BuyerCanceled"},
	{name: "the payment fails", after: []turn{createSession(""), signIn()}, turns: []turn{decline()}, ends: "session Canceled Declined"},
	{name: "Amazon cancels it", after: []turn{createSession("")}, turns: []turn{cancelSession()}, ends: "session Canceled AmazonCanceled"},
	{name: "a day passes", after: approved(paying("Authorize", "50", "")), turns: []turn{wait(24 * time.Hour)}, ends: "session Canceled Expired"},
	{name: "it expires now", after: []turn{createSession("")}, turns: []turn{expire("checkoutSessionId")}, ends: "session Canceled Expired"},
	{
		name:  "card 3064",
		after: []turn{createSession(`, "paymentDetails": ` + paying("Authorize", "50", "")), signIn(), changeCard("3064")}, turns: []turn{approve()},
		ends: "session Canceled BuyerCanceled",
	},
	{
		name:  "card 3434",
		after: []turn{createSession(`, "paymentDetails": ` + paying("Authorize", "50", "")), signIn(), changeCard("3434")}, turns: []turn{approve()},
		ends: "session Canceled Declined",
	},
	{
		name:  "another card than 3434 is good",
		after: []turn{createSession(`, "paymentDetails": ` + paying("Authorize", "50", "")), signIn(), changeCard("3434"), changeCard("9424")},
		turns: []turn{approve(), completeSession("50")},
		ends:  "session Completed, permission Chargeable, charge Authorized",
	},
	{name: "complete, BuyerCanceled", after: approved(waiting), turns: []turn{completeSession("50").simulating("BuyerCanceled").gives(sessionCanceled)}, ends: "session Canceled BuyerCanceled"},
	{name: "complete, AmazonCanceled", after: approved(waiting), turns: []turn{completeSession("50").simulating("AmazonCanceled").gives(sessionCanceled)}, ends: "session Canceled AmazonCanceled"},
	{name: "complete, Declined", after: approved(waiting), turns: []turn{completeSession("50").simulating("Declined").gives(sessionCanceled)}, ends: "session Canceled Declined"},
	{name: "finalize, BuyerCanceled", after: approved(waiting), turns: []turn{finalizeSession(waiting).simulating("BuyerCanceled").gives(sessionCanceled)}, ends: "session Canceled BuyerCanceled"},
	{name: "finalize, AmazonCanceled", after: approved(waiting), turns: []turn{finalizeSession(waiting).simulating("AmazonCanceled").gives(sessionCanceled)}, ends: "session Canceled AmazonCanceled"},
	{name: "finalize, Declined", after: approved(waiting), turns: []turn{finalizeSession(waiting).simulating("Declined").gives(sessionCanceled)}, ends: "session Canceled Declined"},
	{name: "finalize, card 3064", after: []turn{createSession(""), signIn(), changeCard("3064")}, turns: []turn{finalizeSession(waiting).gives(sessionCanceled)}, ends: "session Canceled BuyerCanceled"},
	{name: "finalize, card 3434", after: []turn{createSession(""), signIn(), changeCard("3434")}, turns: []turn{finalizeSession(waiting).gives(sessionCanceled)}, ends: "session Canceled Declined"},
	{name: "finalize, card 4354, when it may not wait", after: []turn{createSession(""), signIn(), changeCard("4354")}, turns: []turn{finalizeSession(paying("AuthorizeWithCapture", "50", "")).gives(sessionCanceled)}, ends: "session Canceled Declined"},
	{name: "complete, failed MFA", after: approved(waiting), turns: []turn{failNext("CompleteCheckoutSession", 422, "MFANotCompleted"), completeSession("50").gives("422 MFANotCompleted")}, ends: "session Canceled Declined"},

	// After 30 days there is none.
	{name: "deleted once completed", after: permitted("50"), turns: []turn{waitDays(30)}, ends: "session 404 ResourceNotFound, permission Chargeable"},
	{name: "deleted once canceled", after: []turn{createSession(""), waitDays(1)}, turns: []turn{waitDays(29)}, ends: "session 404 ResourceNotFound"},

	// Refused, and as open as before.
	{name: "complete without an amount", after: approved(waiting), turns: []turn{calls("completeCheckoutSession", "400 MissingParameterValue", `"${checkoutSessionId}"`, `{}`)}, ends: "session Open"},
	{name: "complete another amount", after: approved(waiting), turns: []turn{completeSession("50.01").gives("409 AmountMismatch")}, ends: "session Open"},
	{name: "set up only, for one time", turns: []turn{createSession(""), calls("createCheckoutSession", "400 InvalidParameterCombination", `{"storeId": "${storeId}", "webCheckoutDetails": `+returnURLs+`, "paymentMethodOnFileMetadata": {"setupOnly": true}}`)}, ends: "session Open"},
	{
		name:  "complete another currency",
		after: approved(waiting), turns: []turn{calls("completeCheckoutSession", currencyDiffers, `"${checkoutSessionId}"`, `{"chargeAmount": `+amount("50", "EUR")+`}`)},
		ends: "session Open",
	},
	{
		name:  "complete with a total that the session lacks",
		after: approved(waiting), turns: []turn{calls("completeCheckoutSession", "409 AmountMismatch", `"${checkoutSessionId}"`, `{"chargeAmount": `+dollars("50")+`, "totalOrderAmount": `+dollars("50")+`}`)},
		ends: "session Open",
	},
	{
		name:  "complete without the session's total",
		after: approved(paying("Authorize", "50", `, "totalOrderAmount": `+dollars("70"))), turns: []turn{completeSession("50").gives("400 MissingParameterValue")},
		ends: "session Open",
	},
	{
		name:  "after a refusal it can be completed",
		after: approved(waiting), turns: []turn{completeSession("49").gives("409 AmountMismatch"), completeSession("50")},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "complete what was changed since the approval",
		after: approved(waiting), turns: []turn{updateSession(paying("Authorize", "60", "")), completeSession("60").gives(badSession), approve(), completeSession("60")},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{name: "complete after a change of card", after: approved(waiting), turns: []turn{changeCard("4444"), completeSession("50").gives(badSession)}, ends: "session Open"},
	{name: "complete after a change of address", after: approved(waiting), turns: []turn{changeAddress(), completeSession("50").gives(badSession)}, ends: "session Open"},
	{name: "a total below the charge", after: []turn{createSession("")}, turns: []turn{updateSession(paying("Authorize", "50", `, "totalOrderAmount": `+dollars("49"))).gives("400 InvalidParameterValue")}, ends: "session Open"},
	{name: "a total in another currency", after: []turn{createSession("")}, turns: []turn{updateSession(paying("Authorize", "50", `, "totalOrderAmount": `+amount("50", "EUR"))).gives(currencyDiffers)}, ends: "session Open"},
	{
		name:  "finalize without an amount",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(`{"paymentIntent": "Authorize"}`).gives("400 MissingParameterValue")},
		ends: "session Open",
	},
	{
		name:  "finalize with a total below the charge",
		after: []turn{createSession(""), signIn()}, turns: []turn{finalizeSession(paying("Authorize", "50", `, "totalOrderAmount": `+dollars("49"))).gives("400 InvalidParameterValue")},
		ends: "session Open",
	},
	{
		name:  "simulate a pending authorization that the shop cannot take",
		after: approved(paying("AuthorizeWithCapture", "50", mayWait)), turns: []turn{completeSession("50").simulating("AuthorizationInitiated").gives(badSimulation)},
		ends: "session Open",
	},
	{name: "simulate what complete does not know", after: approved(waiting), turns: []turn{completeSession("50").simulating("SoftDeclined").gives(badSimulation)}, ends: "session Open"},
	{name: "a failure of processing", after: approved(waiting), turns: []turn{failNext("CompleteCheckoutSession", 500, "ProcessingFailure"), completeSession("50").gives("500 ProcessingFailure")}, ends: "session Open"},

	// Sessions onto a permission on file.
	{
		name:  "a session onto a permission on file",
		after: []turn{createSession(onFile + `, "paymentDetails": ` + paying("Confirm", "5", "")), approve(), completeSession("5")},
		turns: []turn{
			createSession(onFile + `, "chargePermissionId": "${chargePermissionId}", "paymentDetails": ` + paying("Authorize", "5", "")), approve(), completeSession("5"),
		},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "a session onto a permission that is in progress",
		after: []turn{createSession(onFile + `, "paymentDetails": ` + waiting), approve(), completeSession("50").simulating("AuthorizationInitiated").gives("202")},
		turns: []turn{
			createSession(onFile + `, "chargePermissionId": "${chargePermissionId}", "paymentDetails": ` + waiting), approve(), completeSession("50").gives(badPermission),
			wait(30 * time.Second), completeSession("50"),
		},
		ends: "session Completed, permission Chargeable, charge Authorized",
	},
	{
		name:  "a session onto a permission that was closed",
		after: []turn{createSession(onFile + `, "paymentDetails": ` + paying("Confirm", "5", "")), approve(), completeSession("5"), closePermission("")},
		turns: []turn{createSession(onFile + `, "chargePermissionId": "${chargePermissionId}"`).gives("400 InvalidParameterValue")},
		ends:  "session Completed, permission Closed MerchantClosed",
	},
}

// sessionStates has a row for each state of a session and each call that would change it.
func sessionStates() []row {
	var rows []row
	for _, in := range []struct {
		name, state                string
		after                      []turn
		update, complete, finalize string
	}{
		{"new", "Open", []turn{createSession(`, "paymentDetails": ` + waiting)}, "200", badSession, badSession},
		{"signed in", "Open", []turn{createSession(`, "paymentDetails": ` + waiting), signIn()}, "200", badSession, "200"},
		{"approved", "Open", approved(waiting), "200", "200", "200"},
		{"completed", "Completed", append(approved(waiting), completeSession("50")), badSession, badSession, badSession},
		{"pending", "Completed", pending(), badSession, badSession, badSession},
		{"given up", "Canceled BuyerCanceled", append(approved(waiting), abandon()), badSession, sessionCanceled, sessionCanceled},
		{"declined", "Canceled Declined", append(approved(waiting), decline()), badSession, sessionCanceled, sessionCanceled},
		{"canceled by Amazon", "Canceled AmazonCanceled", append(approved(waiting), cancelSession()), badSession, sessionCanceled, sessionCanceled},
		{"expired", "Canceled Expired", append(approved(waiting), expire("checkoutSessionId")), badSession, sessionCanceled, sessionCanceled},
		{"deleted", notFound, append(approved(waiting), completeSession("50"), waitDays(200)), notFound, notFound, notFound},
	} {
		completes := map[string]string{"200": "Completed"}
		rows = append(rows,
			row{name: in.name + ": update", after: in.after, turns: []turn{updateSession(waiting).gives(in.update)}, ends: "session " + in.state},
			row{name: in.name + ": complete", after: in.after, turns: []turn{completeSession("50").gives(in.complete)}, ends: "session " + cmp.Or(completes[in.complete], in.state)},
			row{name: in.name + ": finalize", after: in.after, turns: []turn{finalizeSession(waiting).gives(in.finalize)}, ends: "session " + cmp.Or(completes[in.finalize], in.state)},
		)
	}
	return rows
}
