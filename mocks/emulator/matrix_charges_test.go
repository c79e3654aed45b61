package emulator_test

import (
	"net/http"
	"time"
)

// All charges are of 20, of a permission of 50, but for Captured:total.
var chargeMatrix = matrix{
	cells: 26 * 15,
	table: `
state                              get  toCanceled  toDeclined  capture  cancel  createRefund  till  createDispute  close  closeAll  ResolvePending  DeclinePending  CancelCharge  Expire  Dispute
AuthorizationInitiated             ok   BC          SD          ICS      MC      ICS           ICS   ICS            ok     CPC       AU              TT              AC            error   error
AuthorizationInitiated:declining   ok   BC          SD          ICS      MC      ICS           ICS   ICS            ok     CPC       HD              TT              AC            error   error
AuthorizationInitiated:closed      ok   ICPS        ICPS        ICS      ICPS    ICS           ICS   ICS            ICPS   ICPS      AU              TT              AC            error   error
Authorized                         ok   BC          ICS         CA       MC      ICS           ICS   ICS            ok     CPC       error           error           AC            EU      error
Authorized:resolved                ok   BC          ICS         CA       MC      ICS           ICS   ICS            ok     CPC       error           error           AC            EU      error
Authorized:late                    ok   BC          ICS         CI       MC      ICS           ICS   ICS            ok     CPC       error           error           AC            EU      error
Authorized:closed                  ok   ICPS        ICS         ICPS     ICPS    ICS           ICS   ICS            ICPS   ICPS      error           error           AC            EU      error
CaptureInitiated                   ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        CA              TT              error         error   error
CaptureInitiated:late              ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        CA              TT              error         error   error
CaptureInitiated:declining         ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        PF              TT              error         error   error
CaptureInitiated:closed            ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ICPS   ICPS      CA              TT              error         error   error
Captured                           ok   ICS         ICS         ICS      ICS     ok            ok    ok             ok     ok        error           error           error         error   ok
Captured:refunded                  ok   ICS         ICS         ICS      ICS     ok            ok    ok             ok     ok        error           error           error         error   ok
Captured:closed                    ok   ICS         ICS         ICS      ICS     ok            ok    ok             ICPS   ICPS      error           error           error         error   ok
Captured:total                     ok   ICS         ICS         ICS      ICS     ok            ok    ok             ICPS   ICPS      error           error           error         error   ok
Canceled/ExpiredUnused             ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Canceled/MerchantCanceled          ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Canceled/BuyerCanceled             ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Canceled/AmazonCanceled            ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Canceled/AmazonCanceled:closed     ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ICPS   ICPS      error           error           error         error   error
Canceled/ChargePermissionCanceled  ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ICPS   ICPS      error           error           error         error   error
Declined/SoftDeclined              ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Declined/HardDeclined              ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Declined/AmazonRejected            ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ICPS   ICPS      error           error           error         error   error
Declined/ProcessingFailure         ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
Declined/TransactionTimedOut       ok   ICS         ICS         ICS      ICS     ICS           ICS   ICS            ok     ok        error           error           error         error   error
`,
	states: `AU=Authorized CI=CaptureInitiated CA=Captured EU=Canceled/ExpiredUnused MC=Canceled/MerchantCanceled BC=Canceled/BuyerCanceled
		AC=Canceled/AmazonCanceled CPC=Canceled/ChargePermissionCanceled SD=Declined/SoftDeclined HD=Declined/HardDeclined
		PF=Declined/ProcessingFailure TT=Declined/TransactionTimedOut`,
	state: stateOf,
	makes: map[string]func(f *fixture){
		"AuthorizationInitiated":           func(f *fixture) { f.newPendingCharge("AuthorizationInitiated") },
		"AuthorizationInitiated:declining": func(f *fixture) { f.newPendingCharge("PendingHardDeclined") },
		"AuthorizationInitiated:closed":    func(f *fixture) { f.newPendingCharge("AuthorizationInitiated"); f.close(false) },
		"Authorized":                       func(f *fixture) { f.newChargeOf("", nil) },
		"Authorized:resolved":              func(f *fixture) { f.newPendingCharge("AuthorizationInitiated"); f.clock.Add(30 * time.Second) },
		"Authorized:late":                  func(f *fixture) { f.newChargeOf("", nil); f.clock.Add(8 * wholeDay) },
		"Authorized:closed":                func(f *fixture) { f.newChargeOf("", nil); f.close(false) },
		"CaptureInitiated":                 func(f *fixture) { f.newChargeOf("CaptureInitiated", object{"captureNow": true}) },
		"CaptureInitiated:late": func(f *fixture) {
			f.newChargeOf("", nil)
			f.clock.Add(8 * wholeDay)
			f.capture("").must(f.tb, 202)
		},
		"CaptureInitiated:declining": func(f *fixture) { f.newChargeOf("", nil); f.capture("CaptureDeclined").must(f.tb, 202) },
		"CaptureInitiated:closed": func(f *fixture) {
			f.newChargeOf("CaptureInitiated", object{"captureNow": true})
			f.close(true)
		},
		"Captured":          capturedCharge,
		"Captured:refunded": func(f *fixture) { capturedCharge(f); f.refund("").must(f.tb, 201) },
		"Captured:closed":   func(f *fixture) { capturedCharge(f); f.close(true) },
		"Captured:total":    func(f *fixture) { f.newChargeOf("", object{"chargeAmount": usd("50"), "captureNow": true}) },

		"Canceled/ExpiredUnused": func(f *fixture) { f.newChargeOf("", nil); f.clock.Add(30 * wholeDay) },
		"Canceled/MerchantCanceled": func(f *fixture) {
			f.newChargeOf("", nil)
			f.remove(f.path+"/cancel", object{"cancellationReason": "x"}).must(f.tb, 200)
		},
		"Canceled/BuyerCanceled":  func(f *fixture) { f.newChargeOf("", nil); f.done(f.server.CancelCharge(f.id, "BuyerCanceled")) },
		"Canceled/AmazonCanceled": func(f *fixture) { f.newChargeOf("", nil); f.done(f.server.CancelCharge(f.id, "AmazonCanceled")) },
		"Canceled/AmazonCanceled:closed": func(f *fixture) {
			f.newChargeOf("", nil)
			f.close(false)
			f.done(f.server.CancelCharge(f.id, "AmazonCanceled"))
		},
		"Canceled/ChargePermissionCanceled": func(f *fixture) { f.newChargeOf("", nil); f.close(true) },
		"Declined/SoftDeclined":             declinedCharge("SoftDeclined"),
		"Declined/HardDeclined":             declinedCharge("HardDeclined"),
		"Declined/AmazonRejected":           declinedCharge("AmazonRejected"),
		"Declined/ProcessingFailure":        declinedCharge("ProcessingFailure"),
		"Declined/TransactionTimedOut":      declinedCharge("TransactionTimedOut"),
	},
	operations: map[string]onFixture{
		"get": {call: func(f *fixture) answer { return f.get(f.path) }},
		"toCanceled": {call: func(f *fixture) answer {
			return f.patch(f.path, object{"statusDetails": object{"state": "Canceled", "reasonCode": "BuyerCanceled"}})
		}},
		"toDeclined": {call: func(f *fixture) answer {
			return f.patch(f.path, object{"statusDetails": object{"state": "Declined", "reasonCode": "SoftDeclined"}})
		}},
		"capture":      {later: http.StatusAccepted, call: func(f *fixture) answer { return f.capture("") }},
		"cancel":       {call: func(f *fixture) answer { return f.remove(f.path+"/cancel", object{"cancellationReason": "x"}) }},
		"createRefund": {status: http.StatusCreated, shows: refundPath, call: func(f *fixture) answer { return f.refund("") }},
		"till": {silent: true, call: func(f *fixture) answer {
			return f.post("/in-store/refund", object{"chargeId": f.id, "refundReferenceId": "r", "refundTotal": usd("5")})
		}},
		"createDispute":  {shows: disputePath, call: func(f *fixture) answer { return f.dispute() }},
		"close":          {shows: permissionPath, call: func(f *fixture) answer { return f.closing(false) }},
		"closeAll":       {shows: permissionPath, call: func(f *fixture) answer { return f.closing(true) }},
		"ResolvePending": {act: func(f *fixture) error { return f.server.ResolvePending(f.id) }},
		"DeclinePending": {act: func(f *fixture) error { return f.server.DeclinePending(f.id, "TransactionTimedOut") }},
		"CancelCharge":   {act: func(f *fixture) error { return f.server.CancelCharge(f.id, "AmazonCanceled") }},
		"Expire":         {act: func(f *fixture) error { return f.server.Expire(f.id) }},
		"Dispute": {act: func(f *fixture) error {
			_, err := f.server.Buyer().Dispute(f.id)
			return err
		}},
	},
}

func refundPath(f *fixture, a answer) string     { return "/refunds/" + a.text(f.tb, "refundId") }
func disputePath(f *fixture, a answer) string    { return "/disputes/" + a.text(f.tb, "disputeId") }
func permissionPath(f *fixture, _ answer) string { return "/chargePermissions/" + f.permission }

func (f *fixture) newChargeOf(code string, more object) {
	f.newPermission("OneTime")
	f.charge = f.newCharge20(code, more).must(f.tb, 201).text(f.tb, "chargeId")
	f.is("/charges/"+f.charge, f.charge)
}

func (f *fixture) newPendingCharge(code string) {
	f.newChargeOf(code, object{"canHandlePendingAuthorization": true})
}

func declinedCharge(reason string) func(f *fixture) {
	return func(f *fixture) {
		f.newPendingCharge("AuthorizationInitiated")
		f.done(f.server.DeclinePending(f.id, reason))
	}
}

func capturedCharge(f *fixture) { f.newChargeOf("", object{"captureNow": true}) }

func (f *fixture) capture(code string) answer {
	c := f.client
	if code != "" {
		c = c.with(simulationHeader, code)
	}
	return c.post(f.path+"/capture", object{"captureAmount": usd("20")})
}

func (f *fixture) refund(code string) answer {
	c := f.client
	if code != "" {
		c = c.with(simulationHeader, code)
	}
	return c.post("/refunds", object{"chargeId": f.charge, "refundAmount": usd("5")})
}

func (f *fixture) dispute() answer {
	return f.post("/disputes", object{
		"chargeId": f.charge, "disputeAmount": usd("5"), "filingReason": "Other", "filingTimestamp": noon.Unix(),
		"statusDetails": object{"state": "ActionRequired"},
	})
}

func (f *fixture) closing(cancelPending bool) answer {
	return f.remove("/chargePermissions/"+f.permission+"/close", object{"closureReason": "x", "cancelPendingCharges": cancelPending})
}

func (f *fixture) close(cancelPending bool) { f.closing(cancelPending).must(f.tb, 200) }

var refundMatrix = matrix{
	cells: 7 * 5,
	table: `
state                        get  ResolvePending  DeclinePending  CancelCharge  Expire
RefundInitiated              ok   RF              AR              error         error
RefundInitiated:declining    ok   PF              AR              error         error
Refunded                     ok   error           error           error         error
Refunded:now                 ok   error           error           error         error
Declined/ProcessingFailure   ok   error           error           error         error
Declined/AmazonRejected      ok   error           error           error         error
Declined/AmazonRejected:now  ok   error           error           error         error
`,
	states: "RF=Refunded PF=Declined/ProcessingFailure AR=Declined/AmazonRejected",
	state:  stateOf,
	makes: map[string]func(f *fixture){
		"RefundInitiated":             func(f *fixture) { f.newRefund("") },
		"RefundInitiated:declining":   func(f *fixture) { f.newRefund("RefundDeclined") },
		"Refunded":                    func(f *fixture) { f.newRefund(""); f.clock.Add(30 * time.Second) },
		"Refunded:now":                func(f *fixture) { f.newRefund(""); f.done(f.server.ResolvePending(f.id)) },
		"Declined/ProcessingFailure":  func(f *fixture) { f.newRefund("ProcessingFailure"); f.clock.Add(30 * time.Second) },
		"Declined/AmazonRejected":     func(f *fixture) { f.newRefund("AmazonRejected"); f.clock.Add(30 * time.Second) },
		"Declined/AmazonRejected:now": func(f *fixture) { f.newRefund(""); f.done(f.server.DeclinePending(f.id, "AmazonRejected")) },
	},
	operations: map[string]onFixture{
		"get":            {call: func(f *fixture) answer { return f.get(f.path) }},
		"ResolvePending": {act: func(f *fixture) error { return f.server.ResolvePending(f.id) }},
		"DeclinePending": {act: func(f *fixture) error { return f.server.DeclinePending(f.id, "AmazonRejected") }},
		"CancelCharge":   {act: func(f *fixture) error { return f.server.CancelCharge(f.id, "AmazonCanceled") }},
		"Expire":         {act: func(f *fixture) error { return f.server.Expire(f.id) }},
	},
}

func (f *fixture) newRefund(code string) {
	capturedCharge(f)
	id := f.refund(code).must(f.tb, 201).text(f.tb, "refundId")
	f.is("/refunds/"+id, id)
}

var disputeMatrix = matrix{
	cells: 8 * 6,
	table: `
state                    get  contest  toActionRequired  toUnderReview  toResolved  toClosed
ActionRequired           ok   UR       ok                UR             RE          IR
ActionRequired:byAmazon  ok   UR       ok                UR             RE          IR
ActionRequired:again     ok   UR       ok                UR             RE          IR
UnderReview              ok   IR       AR                ok             RE          IR
UnderReview:late         ok   IR       RE                ok             RE          IR
Resolved                 ok   IR       IR                IR             ok          CL
Resolved:late            ok   IR       IR                IR             ok          CL
Closed                   ok   IR       IR                IR             IR          IR
`,
	states: "AR=ActionRequired UR=UnderReview RE=Resolved CL=Closed",
	state:  plainStateOf,
	makes: map[string]func(f *fixture){
		"ActionRequired": (*fixture).newDispute,
		"ActionRequired:byAmazon": func(f *fixture) {
			capturedCharge(f)
			id, err := f.server.Buyer().Dispute(f.id)
			f.done(err)
			f.is("/disputes/"+id, id)
		},
		"ActionRequired:again": func(f *fixture) { f.newDispute(); f.report("UnderReview"); f.report("ActionRequired") },
		"UnderReview":          func(f *fixture) { f.newDispute(); f.contest().must(f.tb, 200) },
		"UnderReview:late":     func(f *fixture) { f.newDispute(); f.contest().must(f.tb, 200); f.clock.Add(12 * wholeDay) },
		"Resolved":             func(f *fixture) { f.newDispute(); f.report("Resolved") },
		"Resolved:late":        func(f *fixture) { f.newDispute(); f.clock.Add(11 * wholeDay) },
		"Closed":               func(f *fixture) { f.newDispute(); f.report("Resolved"); f.report("Closed") },
	},
	operations: map[string]onFixture{
		"get":              {call: func(f *fixture) answer { return f.get(f.path) }},
		"contest":          {call: (*fixture).contest},
		"toActionRequired": reporting("ActionRequired"),
		"toUnderReview":    reporting("UnderReview"),
		"toResolved":       reporting("Resolved"),
		"toClosed":         reporting("Closed"),
	},
}

func (f *fixture) newDispute() {
	capturedCharge(f)
	id := f.dispute().must(f.tb, 200).text(f.tb, "disputeId")
	f.is("/disputes/"+id, id)
}

func (f *fixture) contest() answer {
	return f.post(f.path+"/contest", object{"merchantEvidences": []any{object{"evidenceType": "Other", "evidenceText": "sent"}}})
}

// reporting is the update with which a provider reports a state.
func reporting(state string) onFixture {
	return onFixture{call: func(f *fixture) answer { return f.patch(f.path, object{"statusDetails": object{"state": state}}) }}
}

func (f *fixture) report(state string) { reporting(state).call(f).must(f.tb, 200) }
