package emulator_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

var (
	walks    = flag.Int("walks", defaultWalks, "how many random walks TestRandomWalks takes")
	walkSeed = flag.Uint64("walkseed", 1, "the seed of the first of them")
)

const walkSteps = 80

// Whatever shop, buyer, Amazon and clock do in whatever order, no money is made or lost, and states
// move along the documented arrows alone.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	for i := range *walks {
		seed := *walkSeed + uint64(i)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, seed)
			for len(w.permissions) < 3 || len(w.charges) == 0 { // to have something to charge, capture and refund
				w.take(w.createSession)
				w.take(w.approve)
				w.take(w.complete)
			}
			for range walkSteps {
				w.step()
			}
		})
	}
}

// walk is a random sequence of steps.
type walk struct {
	t      *testing.T
	random *rand.Rand
	s      *emulator.Server
	c      *client
	story  strings.Builder

	sessions, permissions, charges, refunds, disputes []string
	roomier                                           map[string]bool   // permissions with allowOvercharge
	shown                                             map[string]string // path → what GET answered last
	signed                                            map[string]http.Header
	last                                              func() answer // the last POST once more
	lastAnswer                                        answer
}

func newWalk(t *testing.T, seed uint64) *walk {
	t.Helper()
	s := emulator.Start(t, emulator.WithClock(func() time.Time { return noon }))
	c := newClient(t, s, 0)
	c.now = func() time.Time { return noon } // as before each Advance, so that one signature of a GET serves all the time
	return &walk{
		t: t, random: rand.New(rand.NewPCG(seed, 0)), s: s, c: c,
		roomier: map[string]bool{}, shown: map[string]string{}, signed: map[string]http.Header{},
	}
}

// pick returns one of the values.
func pick[T any](w *walk, values ...T) T { return values[w.random.IntN(len(values))] }

// one returns one of the ids, seldom one that there is not.
func (w *walk) one(ids []string) string {
	if len(ids) == 0 || w.random.IntN(50) == 0 {
		return "none"
	}
	return ids[w.random.IntN(len(ids))]
}

func (w *walk) amount() string {
	return pick(w, "0.01", "1.00", "7.49", "20.00", "49.99", "50.00", "50.01", "57.50", "100.00", "575.00", "150000.00")
}

// take does one thing, and looks at all that there is.
func (w *walk) take(do func() (string, answer, error)) {
	what, a, err := do()
	fmt.Fprintf(&w.story, "%s: %d %s %v\n", what, a.status, a.reason, err)
	w.look(a)
}

// step does one thing at random.
func (w *walk) step() {
	steps := []struct {
		weight int
		do     func() (string, answer, error)
	}{
		{6, w.createSession},
		{10, w.approve},
		{8, w.complete},
		{2, w.finalize},
		{2, w.updateSession},
		{3, w.buyer},
		{10, w.createCharge},
		{8, w.capture},
		{2, w.cancel},
		{2, w.updateCharge},
		{8, w.refund},
		{2, w.closePermission},
		{2, w.updatePermission},
		{2, w.dispute},
		{2, w.till},
		{4, w.pending},
		{4, w.amazon},
		{4, w.repeat},
		{6, w.advance},
	}
	total := 0
	for _, s := range steps {
		total += s.weight
	}
	drawn := w.random.IntN(total)
	for _, s := range steps {
		if drawn -= s.weight; drawn < 0 {
			w.take(s.do)
			return
		}
	}
}

func (w *walk) post(path string, body object) answer {
	key := "k" + strconv.FormatUint(w.random.Uint64(), 36)
	code := ""
	if w.random.IntN(8) == 0 {
		code = pick(w, "AuthorizationInitiated", "PendingAuthorized", "PendingSoftDeclined", "PendingHardDeclined", "SoftDeclined", "HardDeclined",
			"AmazonRejected", "TransactionTimedOut", "CaptureInitiated", "CaptureDeclined", "RefundDeclined", "BuyerCanceled", "Declined")
	}
	w.last = func() answer {
		c := w.c.with(keyHeader, key)
		if code != "" {
			c = c.with("X-Amz-Pay-Simulation-Code", code)
		}
		return c.post(path, body)
	}
	w.lastAnswer = w.last()
	return w.lastAnswer
}

func (w *walk) createSession() (string, answer, error) {
	payment := object{"paymentIntent": pick(w, "Confirm", "Authorize", "Authorize", "AuthorizeWithCapture"), "chargeAmount": usd(w.amount())}
	if w.random.IntN(3) == 0 {
		payment["canHandlePendingAuthorization"] = true
	}
	if w.random.IntN(4) == 0 {
		payment["totalOrderAmount"] = usd(w.amount())
	}
	if w.random.IntN(4) == 0 {
		payment["allowOvercharge"] = true
	}
	body := object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/review", "checkoutResultReturnUrl": "https://shop.example/result"},
		"storeId":            w.c.store(), "paymentDetails": payment,
	}
	switch w.random.IntN(5) {
	case 0:
		body["chargePermissionType"], body["recurringMetadata"] = "Recurring", object{"frequency": object{"unit": "Month", "value": "1"}}
	case 1:
		body["chargePermissionType"] = "PaymentMethodOnFile"
	}
	a := w.post("/checkoutSessions", body)
	if a.status == 201 {
		w.sessions = append(w.sessions, a.text(w.t, "checkoutSessionId"))
	}
	return "create session", a, nil
}

func (w *walk) approve() (string, answer, error) {
	id := w.one(w.sessions)
	return "approve " + id, answer{}, w.s.Buyer().Approve(id)
}

func (w *walk) buyer() (string, answer, error) {
	id, b := w.one(w.sessions), w.s.Buyer()
	what := pick(w, "sign in", "change card", "change card", "change address", "abandon", "decline")
	var err error
	switch what {
	case "sign in":
		err = b.SignIn(id)
	case "change card":
		err = b.ChangeCard(id, pick(w, "1111", "0005", "3064", "3434", "0701", "4354"))
	case "change address":
		err = b.ChangeAddress(id, emulator.Address{CountryCode: "US", City: "Dallas"})
	case "abandon":
		err = b.Abandon(id)
	default:
		err = b.Decline(id)
	}
	return what + " " + id, answer{}, err
}

// ended takes what a session left behind.
func (w *walk) ended(id string, a answer) {
	if a.status != 200 && a.status != 202 {
		return
	}
	p := a.text(w.t, "chargePermissionId")
	if !slices.Contains(w.permissions, p) {
		w.permissions = append(w.permissions, p)
		w.roomier[p] = strings.Contains(w.shown["/checkoutSessions/"+id], `"allowOvercharge":true`)
	}
	if ch, ok := a.body["chargeId"].(string); ok {
		w.charges = append(w.charges, ch)
	}
}

func (w *walk) complete() (string, answer, error) {
	id := w.one(w.sessions)
	var shown object
	_ = json.Unmarshal([]byte(w.shown["/checkoutSessions/"+id]), &shown) // what there is not has no amounts
	payment, _ := shown["paymentDetails"].(object)
	body := object{}
	for _, name := range []string{"chargeAmount", "totalOrderAmount"} {
		if payment[name] != nil {
			body[name] = payment[name]
		}
	}
	if w.random.IntN(6) == 0 {
		body["chargeAmount"] = usd(w.amount())
	}
	a := w.post("/checkoutSessions/"+id+"/complete", body)
	w.ended(id, a)
	return "complete " + id, a, nil
}

func (w *walk) finalize() (string, answer, error) {
	id := w.one(w.sessions)
	a := w.post("/checkoutSessions/"+id+"/finalize", object{
		"paymentIntent": pick(w, "Confirm", "Authorize", "AuthorizeWithCapture"), "chargeAmount": usd(w.amount()), "canHandlePendingAuthorization": w.random.IntN(2) == 0,
	})
	w.ended(id, a)
	return "finalize " + id, a, nil
}

func (w *walk) updateSession() (string, answer, error) {
	id := w.one(w.sessions)
	return "update session " + id, w.c.patch("/checkoutSessions/"+id, object{"paymentDetails": object{"chargeAmount": usd(w.amount())}}), nil
}

func (w *walk) createCharge() (string, answer, error) {
	p := w.one(w.permissions)
	body := object{"chargePermissionId": p, "chargeAmount": usd(w.amount()), "chargeInitiator": "MITU", "channel": "Web"}
	if w.random.IntN(2) == 0 {
		body["captureNow"] = true
	}
	if w.random.IntN(3) == 0 {
		body["canHandlePendingAuthorization"] = true
	}
	a := w.post("/charges", body)
	if a.status == 201 {
		require.Contains(w.t, w.shown["/chargePermissions/"+p], `"state":"Chargeable"`, "%s was charged:\n%s", p, &w.story)
		w.charges = append(w.charges, a.text(w.t, "chargeId"))
	}
	return "create charge of " + p, a, nil
}

func (w *walk) capture() (string, answer, error) {
	id := w.one(w.charges)
	return "capture " + id, w.post("/charges/"+id+"/capture", object{"captureAmount": usd(w.amount())}), nil
}

func (w *walk) cancel() (string, answer, error) {
	id := w.one(w.charges)
	return "cancel " + id, w.c.remove("/charges/"+id+"/cancel", object{"cancellationReason": "x"}), nil
}

func (w *walk) updateCharge() (string, answer, error) {
	id := w.one(w.charges)
	details := object{"state": "Canceled", "reasonCode": "ExpiredUnused"}
	if w.random.IntN(2) == 0 {
		details = object{"state": "Declined", "reasonCode": pick(w, "SoftDeclined", "HardDeclined", "AmazonRejected")}
	}
	return "update charge " + id, w.c.patch("/charges/"+id, object{"statusDetails": details}), nil
}

func (w *walk) refund() (string, answer, error) {
	id := w.one(w.charges)
	a := w.post("/refunds", object{"chargeId": id, "refundAmount": usd(w.amount())})
	if a.status == 201 {
		w.refunds = append(w.refunds, a.text(w.t, "refundId"))
	}
	return "refund " + id, a, nil
}

func (w *walk) closePermission() (string, answer, error) {
	id := w.one(w.permissions)
	return "close " + id, w.c.remove("/chargePermissions/"+id+"/close", object{"closureReason": "x", "cancelPendingCharges": w.random.IntN(2) == 0}), nil
}

func (w *walk) updatePermission() (string, answer, error) {
	id := w.one(w.permissions)
	return "update permission " + id, w.c.patch("/chargePermissions/"+id, object{"merchantMetadata": object{"noteToBuyer": w.amount()}}), nil
}

func (w *walk) dispute() (string, answer, error) {
	if len(w.disputes) > 0 && w.random.IntN(2) == 0 {
		id := w.one(w.disputes)
		return "contest " + id, w.post("/disputes/"+id+"/contest", object{"merchantEvidences": []any{object{"evidenceType": "Other", "evidenceText": "sent"}}}), nil
	}
	charge := w.one(w.charges)
	id, err := w.s.Buyer().Dispute(charge)
	if err == nil {
		w.disputes = append(w.disputes, id)
	}
	return "dispute " + charge, answer{}, err
}

func (w *walk) till() (string, answer, error) {
	p, reference := w.one(w.permissions), pick(w, "r1", "r2", "r3")
	a := w.post("/in-store/charge", object{"chargePermissionId": p, "chargeReferenceId": reference, "chargeTotal": usd(w.amount())})
	if id, ok := a.body["chargeId"].(string); ok && !slices.Contains(w.charges, id) {
		w.charges = append(w.charges, id)
	}
	return "till " + reference + " " + p, a, nil
}

func (w *walk) pending() (string, answer, error) {
	id := pick(w, w.one(w.charges), w.one(w.refunds))
	if w.random.IntN(2) == 0 {
		return "resolve " + id, answer{}, w.s.ResolvePending(id)
	}
	return "decline " + id, answer{}, w.s.DeclinePending(id, pick(w, "SoftDeclined", "HardDeclined", "AmazonRejected", "ProcessingFailure"))
}

func (w *walk) amazon() (string, answer, error) {
	p, ch := w.one(w.permissions), w.one(w.charges)
	switch w.random.IntN(6) {
	case 0:
		return "suspend " + p, answer{}, w.s.SuspendPermission(p, pick(w, "PaymentMethodExpired", "MFAFailed"))
	case 1:
		return "close " + p, answer{}, w.s.ClosePermission(p, pick(w, "BuyerClosed", "AmazonClosed"))
	case 2:
		return "cancel " + ch, answer{}, w.s.CancelCharge(ch, pick(w, "AmazonCanceled", "BuyerCanceled"))
	case 3:
		id := pick(w, p, ch, w.one(w.sessions))
		return "expire " + id, answer{}, w.s.Expire(id)
	default:
		return "another card for " + p, answer{}, w.s.Buyer().ChangePaymentMethod(p, pick(w, "1111", "0701", "4354"))
	}
}

// repeat sends the last POST again: it answers as before, and does nothing.
func (w *walk) repeat() (string, answer, error) {
	if w.last == nil {
		return "nothing to repeat", answer{}, nil
	}
	a := w.last()
	kept := w.lastAnswer.status < 300 || isDecline(w.lastAnswer.reason) && w.lastAnswer.reason != "CheckoutSessionCanceled" // which may have been so before
	if kept {
		require.Equal(w.t, w.lastAnswer.raw, a.raw, "a repetition:\n%s", &w.story)
		return "repeat", answer{status: 409}, nil // as a refusal: nothing may have changed
	}
	w.last = nil // it was refused without a trace, and may have worked now
	if a.status < 300 {
		w.adopt(a)
	}
	return "try again", a, nil
}

// adopt takes the ids of an answer whose objects the walk does not know.
func (w *walk) adopt(a answer) {
	for name, ids := range map[string]*[]string{
		"checkoutSessionId": &w.sessions, "chargePermissionId": &w.permissions, "chargeId": &w.charges, "refundId": &w.refunds,
	} {
		if id, ok := a.body[name].(string); ok && !slices.Contains(*ids, id) {
			*ids = append(*ids, id)
			if name == "chargePermissionId" {
				session, _ := a.body["checkoutSessionId"].(string)
				w.roomier[id] = strings.Contains(w.shown["/checkoutSessions/"+session], `"allowOvercharge":true`)
			}
		}
	}
}

func (w *walk) advance() (string, answer, error) {
	by := pick(w, time.Second, 30*time.Second, time.Hour, 24*time.Hour, 8*24*time.Hour, 31*24*time.Hour)
	err := w.s.Advance(by)
	return "advance " + by.String(), answer{status: 200}, err
}
