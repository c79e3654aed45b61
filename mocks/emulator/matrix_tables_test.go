package emulator_test

import (
	"maps"
	"net/http"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

const strangerCells = (5 + 8 + 10 + 10 + 1 + 6) * 3

var sessionMatrix = matrix{
	cells: 11 * 13,
	table: `
state                    get  update  pay   complete  finalize  SignIn  Approve  Abandon  Decline  ChangeAddress  ChangeCard  CancelSession  Expire
Open/new                 ok   ok      ok    ICSS      ICSS      IN      APP      BC       DE       error          error       AC             EX
Open/signedIn            ok   ok      ok    ICSS      DONE      ok      APP      BC       DE       ok             ok          AC             EX
Open/approved            ok   ok      IN    DONE      DONE      ok      ok       BC       DE       IN             IN          AC             EX
Completed                ok   ICSS    ICSS  ICSS      ICSS      error   error    error    error    error          error       error          error
Canceled/BuyerCanceled   ok   ICSS    ICSS  CSC       CSC       error   error    error    error    error          error       error          error
Canceled/Declined        ok   ICSS    ICSS  CSC       CSC       error   error    error    error    error          error       error          error
Canceled/Expired         ok   ICSS    ICSS  CSC       CSC       error   error    error    error    error          error       error          error
Canceled/Expired:now     ok   ICSS    ICSS  CSC       CSC       error   error    error    error    error          error       error          error
Canceled/AmazonCanceled  ok   ICSS    ICSS  CSC       CSC       error   error    error    error    error          error       error          error
deleted                  RNF  RNF     RNF   RNF       RNF       error   error    error    error    error          error       error          error
deleted:completed        RNF  RNF     RNF   RNF       RNF       error   error    error    error    error          error       error          error
`,
	states: "IN=Open/signedIn APP=Open/approved DONE=Completed BC=Canceled/BuyerCanceled DE=Canceled/Declined AC=Canceled/AmazonCanceled EX=Canceled/Expired",
	state:  sessionStateOf,
	makes: map[string]func(f *fixture){
		"Open/new":                func(f *fixture) { f.newOpen() },
		"Open/signedIn":           func(f *fixture) { f.newOpen(); f.done(f.server.Buyer().SignIn(f.id)) },
		"Open/approved":           func(f *fixture) { f.newOpen(); f.done(f.server.Buyer().Approve(f.id)) },
		"Completed":               completedSession,
		"Canceled/BuyerCanceled":  func(f *fixture) { f.newOpen(); f.done(f.server.Buyer().Abandon(f.id)) },
		"Canceled/Declined":       func(f *fixture) { f.newOpen(); f.done(f.server.Buyer().Decline(f.id)) },
		"Canceled/Expired":        func(f *fixture) { f.newOpen(); f.clock.Add(wholeDay) },
		"Canceled/Expired:now":    func(f *fixture) { f.newOpen(); f.done(f.server.Expire(f.id)) },
		"Canceled/AmazonCanceled": func(f *fixture) { f.newOpen(); f.done(f.server.CancelSession(f.id)) },
		"deleted":                 func(f *fixture) { f.newOpen(); f.clock.Add(30 * wholeDay) },
		"deleted:completed":       func(f *fixture) { completedSession(f); f.done(f.server.Advance(30 * wholeDay)) },
	},
	operations: map[string]onFixture{
		"get":    {call: func(f *fixture) answer { return f.get(f.path) }},
		"update": {call: func(f *fixture) answer { return f.patch(f.path, object{"platformId": "P"}) }},
		"pay": {call: func(f *fixture) answer {
			return f.patch(f.path, object{"paymentDetails": object{"paymentIntent": "Confirm"}})
		}},
		"complete": {call: func(f *fixture) answer {
			return f.post(f.path+"/complete", object{"chargeAmount": usd("50")})
		}},
		"finalize": {call: func(f *fixture) answer {
			return f.post(f.path+"/finalize", object{"paymentIntent": "Authorize", "chargeAmount": usd("50")})
		}},
		"SignIn":  {act: func(f *fixture) error { return f.server.Buyer().SignIn(f.id) }},
		"Approve": {act: func(f *fixture) error { return f.server.Buyer().Approve(f.id) }},
		"Abandon": {act: func(f *fixture) error { return f.server.Buyer().Abandon(f.id) }},
		"Decline": {act: func(f *fixture) error { return f.server.Buyer().Decline(f.id) }},
		"ChangeAddress": {act: func(f *fixture) error {
			return f.server.Buyer().ChangeAddress(f.id, emulator.Address{City: "Reno", CountryCode: "US"})
		}},
		"ChangeCard":    {act: func(f *fixture) error { return f.server.Buyer().ChangeCard(f.id, "4444") }},
		"CancelSession": {act: func(f *fixture) error { return f.server.CancelSession(f.id) }},
		"Expire":        {act: func(f *fixture) error { return f.server.Expire(f.id) }},
	},
}

func (f *fixture) newOpen() {
	id := f.newSession("Authorize", "50")
	f.is("/checkoutSessions/"+id, id)
}

func completedSession(f *fixture) {
	f.newOpen()
	f.done(f.server.Buyer().Approve(f.id))
	f.post(f.path+"/complete", object{"chargeAmount": usd("50")}).must(f.tb, 200)
}

// What the merchantMetadata of a closed one lacks can still be set.
var oneTimeMatrix = matrix{
	cells: 20 * 11,
	table: `
state                                        get  update  close  createCharge  chargeAll  till  session  ChangePaymentMethod  ClosePermission  SuspendPermission  Expire
Chargeable                                   ok   ok      MC     ok            TOT        ok    IPV      ok                   BC               SU                 EX
NonChargeable/PaymentMethodInvalid           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodInvalid:declined  ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodDeleted           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/BillingAddressDeleted          ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodExpired           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodNotAllowed        ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodNotSet            ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/MFAFailed                      ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/ChargeInProgress               ok   ok      MC     ICPS          ICPS       ICPS  IPV      ok                   BC               error              EX
Closed/MerchantClosed                        ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/BuyerClosed                           ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/BuyerCanceled                         ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed                          ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed:simulated                ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed:rejected                 ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed:total                    ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonCanceled                        ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/Expired                               ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/Expired:now                           ok   ok      ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
`,
	states: permissionStates,
	state:  stateOf,
	makes: permissionMakes("OneTime", map[string]func(f *fixture){
		"Closed/AmazonClosed:total": func(f *fixture) { f.newPermission("OneTime"); chargeAll(f).must(f.tb, 201) },
		"Closed/Expired":            func(f *fixture) { f.newPermission("OneTime"); f.clock.Add(180 * wholeDay) },
	}),
	operations: permissionOperations(nil),
}

var recurringMatrix = matrix{
	cells: 19 * 11,
	table: `
state                                        get  update  close  createCharge  chargeAll  till  session  ChangePaymentMethod  ClosePermission  SuspendPermission  Expire
Chargeable                                   ok   ok      MC     ok            ok         ok    IPV      ok                   BC               SU                 EX
NonChargeable/PaymentMethodInvalid           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodInvalid:declined  ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodDeleted           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/BillingAddressDeleted          ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodExpired           ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodNotAllowed        ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/PaymentMethodNotSet            ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/MFAFailed                      ok   ok      MC     ICPS          ICPS       ICPS  IPV      CH                   BC               error              EX
NonChargeable/ChargeInProgress               ok   ok      MC     ICPS          ICPS       ICPS  IPV      ok                   BC               error              EX
Closed/MerchantClosed                        ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/BuyerClosed                           ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/BuyerCanceled                         ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed                          ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed:simulated                ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonClosed:rejected                 ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/AmazonCanceled                        ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/Expired                               ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
Closed/Expired:now                           ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      error                error            error              error
`,
	states: permissionStates,
	state:  stateOf,
	makes: permissionMakes("Recurring", map[string]func(f *fixture){
		"Closed/Expired": func(f *fixture) { f.newPermission("Recurring"); f.clock.Add(noon.AddDate(0, 13, 0).Sub(noon)) },
	}),
	operations: permissionOperations(nil),
}

// A permission on file expires at nobody's clock.
var onFileMatrix = matrix{
	cells: 18 * 12,
	table: `
state                                        get  update  close  createCharge  chargeAll  till  session  complete  ChangePaymentMethod  ClosePermission  SuspendPermission  Expire
Chargeable                                   ok   ok      MC     ok            ok         ok    ok       ok        ok                   BC               SU                 EX
NonChargeable/PaymentMethodInvalid           ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/PaymentMethodInvalid:declined  ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/PaymentMethodDeleted           ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/BillingAddressDeleted          ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/PaymentMethodExpired           ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/PaymentMethodNotAllowed        ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/PaymentMethodNotSet            ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/MFAFailed                      ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      CH                   BC               error              EX
NonChargeable/ChargeInProgress               ok   ok      MC     ICPS          ICPS       ICPS  ok       ICPS      ok                   BC               error              EX
Closed/MerchantClosed                        ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/BuyerClosed                           ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/BuyerCanceled                         ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/AmazonClosed                          ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/AmazonClosed:simulated                ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/AmazonClosed:rejected                 ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/AmazonCanceled                        ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
Closed/Expired:now                           ok   CPNM    ICPS   ICPS          ICPS       ICPS  IPV      ICPS      error                error            error              error
`,
	states: permissionStates,
	state:  stateOf,
	makes:  permissionMakes("PaymentMethodOnFile", nil),
	operations: permissionOperations(map[string]onFixture{
		"complete": {
			call: func(f *fixture) answer {
				return f.post("/checkoutSessions/"+f.session+"/complete", object{"chargeAmount": usd("10")})
			},
			shows: func(f *fixture, _ answer) string { return "/checkoutSessions/" + f.session },
		},
	}),
}

const permissionStates = "CH=Chargeable MC=Closed/MerchantClosed BC=Closed/BuyerClosed TOT=Closed/AmazonClosed SU=NonChargeable/MFAFailed EX=Closed/Expired"

// newPermission makes a permission of 50 and, if it is on file, an approved session that names it.
func (f *fixture) newPermission(kind string) {
	body := object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": f.store(),
		"chargePermissionType": kind, "paymentDetails": object{"paymentIntent": "Confirm", "chargeAmount": usd("50")},
	}
	if kind == "Recurring" {
		body["recurringMetadata"] = object{"frequency": object{"unit": "Month", "value": "1"}}
	}
	id := f.post("/checkoutSessions", body).must(f.tb, 201).text(f.tb, "checkoutSessionId")
	f.done(f.server.Buyer().Approve(id))
	made := f.post("/checkoutSessions/"+id+"/complete", object{"chargeAmount": usd("50")}).must(f.tb, 200)
	f.permission = made.text(f.tb, "chargePermissionId")
	f.is("/chargePermissions/"+f.permission, f.permission)
	if kind == "PaymentMethodOnFile" {
		f.session = f.naming().must(f.tb, 201).text(f.tb, "checkoutSessionId")
		f.done(f.server.Buyer().Approve(f.session))
	}
}

// naming makes a session that names the permission.
func (f *fixture) naming() answer {
	return f.post("/checkoutSessions", object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": "https://shop.example/result"}, "storeId": f.store(),
		"chargePermissionType": "PaymentMethodOnFile", "chargePermissionId": f.permission,
		"paymentDetails": object{"paymentIntent": "Authorize", "chargeAmount": usd("10")},
	})
}

// newCharge20 charges the permission 20, or what else is said.
func (f *fixture) newCharge20(code string, more object) answer {
	body := object{"chargePermissionId": f.permission, "chargeAmount": usd("20"), "chargeInitiator": "CITU", "channel": "Web"}
	maps.Copy(body, more)
	if code == "" {
		return f.post("/charges", body)
	}
	return f.with(simulationHeader, code).post("/charges", body)
}

func chargeAll(f *fixture) answer {
	return f.newCharge20("", object{"chargeAmount": usd("50"), "captureNow": true})
}

// permissionMakes has the states that each kind has, and those that this kind has besides.
func permissionMakes(kind string, more map[string]func(f *fixture)) map[string]func(f *fixture) {
	makes := map[string]func(f *fixture){
		"Chargeable": func(*fixture) {},
		"NonChargeable/PaymentMethodInvalid:declined": func(f *fixture) {
			f.newCharge20("HardDeclined", nil).refused(f.tb, 422, "HardDeclined")
		},
		"NonChargeable/ChargeInProgress": func(f *fixture) {
			f.newCharge20("AuthorizationInitiated", object{"canHandlePendingAuthorization": true}).must(f.tb, 201)
		},
		"Closed/MerchantClosed": func(f *fixture) {
			f.remove(f.path+"/close", object{"closureReason": "x"}).must(f.tb, 200)
		},
		"Closed/AmazonClosed:simulated": func(f *fixture) {
			f.with(simulationHeader, "AmazonClosed").remove(f.path+"/close", object{"closureReason": "x"}).must(f.tb, 200)
		},
		"Closed/AmazonClosed:rejected": func(f *fixture) {
			f.newCharge20("AmazonRejected", nil).refused(f.tb, 422, "AmazonRejected")
		},
		"Closed/Expired:now": func(f *fixture) { f.done(f.server.Expire(f.id)) },
	}
	for _, reason := range []string{
		"PaymentMethodInvalid", "PaymentMethodDeleted", "BillingAddressDeleted", "PaymentMethodExpired", "PaymentMethodNotAllowed",
		"PaymentMethodNotSet", "MFAFailed",
	} {
		makes["NonChargeable/"+reason] = func(f *fixture) { f.done(f.server.SuspendPermission(f.id, reason)) }
	}
	for _, reason := range []string{"BuyerClosed", "BuyerCanceled", "AmazonClosed", "AmazonCanceled"} {
		makes["Closed/"+reason] = func(f *fixture) { f.done(f.server.ClosePermission(f.id, reason)) }
	}
	for name, then := range makes {
		makes[name] = func(f *fixture) { f.newPermission(kind); then(f) }
	}
	maps.Copy(makes, more)
	return makes
}

func chargePath(f *fixture, a answer) string { return "/charges/" + a.text(f.tb, "chargeId") }
func sessionPath(f *fixture, a answer) string {
	return "/checkoutSessions/" + a.text(f.tb, "checkoutSessionId")
}

func permissionOperations(more map[string]onFixture) map[string]onFixture {
	operations := map[string]onFixture{
		"get": {call: func(f *fixture) answer { return f.get(f.path) }},
		"update": {call: func(f *fixture) answer {
			return f.patch(f.path, object{"merchantMetadata": object{"noteToBuyer": "soon"}})
		}},
		"close":        {call: func(f *fixture) answer { return f.remove(f.path+"/close", object{"closureReason": "x"}) }},
		"createCharge": {status: http.StatusCreated, shows: chargePath, call: func(f *fixture) answer { return f.newCharge20("", nil) }},
		"chargeAll":    {status: http.StatusCreated, shows: chargePath, call: chargeAll},
		"till": {silent: true, call: func(f *fixture) answer {
			return f.post("/in-store/charge", object{"chargePermissionId": f.permission, "chargeReferenceId": "r", "chargeTotal": usd("20")})
		}},
		"session":             {status: http.StatusCreated, shows: sessionPath, call: (*fixture).naming},
		"ChangePaymentMethod": {act: func(f *fixture) error { return f.server.Buyer().ChangePaymentMethod(f.id, "4444") }},
		"ClosePermission":     {act: func(f *fixture) error { return f.server.ClosePermission(f.id, "BuyerClosed") }},
		"SuspendPermission":   {act: func(f *fixture) error { return f.server.SuspendPermission(f.id, "MFAFailed") }},
		"Expire":              {act: func(f *fixture) error { return f.server.Expire(f.id) }},
	}
	maps.Copy(operations, more)
	return operations
}
