package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cleanTime is how long the clean-up may take. It has a context of its own.
const cleanTime = 5 * time.Minute

// made is something that a probe made.
type made struct {
	kind string
	id   string
	name string // in a file
	// undo returns why the object stays as it is; "" if it does not.
	undo func(ctx context.Context, r *run) (why string)
}

// bin holds what was made.
type bin struct {
	things []made
	counts map[string]int
	stays  []stay
	lost   []request // may have made something: their answers were lost
}

// maker says how an answer names what was made. An object without put ends by itself, which stays
// says.
type maker struct {
	kind, member string
	put          func(b *bin, id string)
	stays        string
}

var (
	makesSession    = maker{kind: "checkout session", member: "checkoutSessionId", stays: "expires by itself after 24 hours"}
	makesReport     = maker{kind: "report", member: "reportId", stays: "kept for 90 days"}
	makesPermission = maker{kind: "charge permission", member: "chargePermissionId", put: (*bin).putPermission}
	makesCharge     = maker{kind: "charge", member: "chargeId", put: (*bin).putCharge}
	makesSchedule   = maker{kind: "report schedule", member: "reportScheduleId", put: (*bin).putSchedule}
	makesDispute    = maker{kind: "dispute", member: "disputeId", put: (*bin).putDispute}
	makesAccount    = maker{kind: "merchant account", member: "merchantAccountId", put: (*bin).putAccount}
)

// makers are the operations that make something, the main thing first.
var makers = map[string][]maker{
	"CreateCheckoutSession":    {makesSession},
	"CompleteCheckoutSession":  {makesPermission, makesCharge},
	"FinalizeCheckoutSession":  {makesPermission, makesCharge},
	"MerchantScan":             {makesPermission},
	"CreateCharge":             {makesCharge},
	"InStoreCharge":            {makesCharge},
	"CreateDispute":            {makesDispute},
	"CreateReport":             {makesReport},
	"CreateReportSchedule":     {makesSchedule},
	"RegisterAmazonPayAccount": {makesAccount},
	"CreateMerchantAccount":    {makesAccount},
}

// create sends a request that makes something, and notes what it made.
func (r *run) create(ctx context.Context, q request) (answer, error) {
	a, err := r.send(ctx, q)
	if !r.bin.note(q, a) && (a.unsure || err != nil && !errors.Is(err, errInterrupted)) {
		r.bin.lost = append(r.bin.lost, q)
	}
	return a, err
}

// note notes what an answer says was made, and reports whether it is clear what that is.
func (b *bin) note(q request, a answer) (known bool) {
	for i, m := range makers[q.name] {
		id := a.text(m.member)
		switch {
		case a.ok() && m.put == nil:
			b.keep(m.kind, m.stays, id)
		case m.put != nil && idText.MatchString(id):
			m.put(b, id)
		case i == 0 && a.ok() && a.marked:
			b.keep(m.kind, "was made, but the answer does not show its id", "")
		default:
			continue
		}
		known = known || i == 0
	}
	return known
}

// stay are objects that nobody can delete, and that end by themselves.
type stay struct {
	kind, why string
	ids       []string
	count     int
}

// put notes what was made, and how it is undone.
func (b *bin) put(kind, id string, undo func(ctx context.Context, r *run) string) {
	if slices.ContainsFunc(b.things, func(m made) bool { return m.kind == kind && m.id == id }) {
		return
	}
	if b.counts == nil {
		b.counts = make(map[string]int)
	}
	b.counts[kind]++
	b.things = append(b.things, made{kind: kind, id: id, name: "<" + kind + " " + strconv.Itoa(b.counts[kind]) + ">", undo: undo})
}

// keep notes what was made and ends by itself, once. Without an id it counts each time.
func (b *bin) keep(kind, why, id string) {
	i := slices.IndexFunc(b.stays, func(s stay) bool { return s.kind == kind && s.why == why })
	if i < 0 {
		i = len(b.stays)
		b.stays = append(b.stays, stay{kind: kind, why: why})
	}
	s := &b.stays[i]
	if id != "" && slices.Contains(s.ids, id) {
		return
	}
	s.ids = append(s.ids, id)
	s.count++
}

// findLost finds out what was made by requests whose answers were lost: the same request with the
// same idempotency key has the same answer. If the key is ignored, what is made now is undone, too.
func (b *bin) findLost(ctx context.Context, r *run) {
	for _, q := range b.lost {
		if q.key != "" {
			if a, _ := r.send(ctx, q); b.note(q, a) {
				continue
			}
		}
		b.keep(makers[q.name][0].kind, "may have been made: its request had no answer", "")
	}
	b.lost = nil
}

// empty undoes all, the last first, and returns what is left.
func (b *bin) empty(ctx context.Context, r *run) []Left {
	ctx, cancel := context.WithTimeout(ctx, cleanTime)
	defer cancel()
	b.findLost(ctx, r)
	var left []Left
	for _, m := range slices.Backward(b.things) {
		why := m.undo(ctx, r)
		if why == noAnswer {
			if why = m.undo(ctx, r); strings.HasPrefix(why, "404 ") {
				why = "" // the first time it was deleted
			}
		}
		if why != "" {
			left = append(left, Left{Object: m.name, Why: why, ID: m.id})
		}
	}
	b.things = nil
	for _, s := range b.stays {
		left = append(left, Left{Object: fmt.Sprintf("%d × %s", s.count, s.kind), Why: s.why})
	}
	return left
}

// noAnswer is why an object could not be undone, if not even a refusal came.
const noAnswer = "no answer"

// whyNot says why an object could not be undone.
func whyNot(a answer, err error) string {
	if err != nil {
		return noAnswer
	}
	if a.ok() {
		return ""
	}
	return a.code()
}

func (b *bin) putPermission(id string) {
	b.put("charge permission", id, func(ctx context.Context, r *run) string {
		a, err := r.send(ctx, remove("CloseChargePermission", "chargePermissions/{id}/close", object{"closureReason": "probe", "cancelPendingCharges": true}, id))
		if err == nil && !a.ok() {
			if now, err := r.send(ctx, getPermission(id)); err == nil && now.text("statusDetails", "state") == "Closed" {
				return ""
			}
		}
		return whyNot(a, err)
	})
}

func (b *bin) putSchedule(id string) {
	b.put("report schedule", id, func(ctx context.Context, r *run) string {
		return whyNot(r.send(ctx, remove("CancelReportSchedule", "report-schedules/{id}", nil, id)))
	})
}

func (b *bin) putAccount(id string) {
	b.put("merchant account", id, func(ctx context.Context, r *run) string {
		return whyNot(r.send(ctx, remove("DeleteAmazonPayAccount", "merchantAccounts/{id}", nil, id)))
	})
}

func (b *bin) putDispute(id string) {
	b.put("dispute", id, func(ctx context.Context, r *run) string {
		for _, status := range []object{
			{"state": "Resolved", "resolution": "MerchantWon", "reasonCode": "InvestigatorResolved"}, {"state": "Closed", "resolution": "MerchantWon"},
		} {
			if why := whyNot(r.send(ctx, patch("UpdateDispute", "disputes/{id}", object{"statusDetails": status}, id).withKey(newKey()))); why != "" {
				return why
			}
		}
		return ""
	})
}

// putCharge has a charge cancelled, or what it captured refunded.
func (b *bin) putCharge(id string) {
	refund := newKey() // the same if it is sent again
	b.put("charge", id, func(ctx context.Context, r *run) string { return undoCharge(ctx, r, id, refund) })
}

// captureTime is how long to wait for a capture that was initiated.
const captureTime = time.Minute

func undoCharge(ctx context.Context, r *run, id, refund string) string {
	a, err := r.send(ctx, get("GetCharge", "charges/{id}", id))
	if err == nil && a.text("statusDetails", "state") == "CaptureInitiated" {
		if err = r.Wait(ctx, captureTime); err == nil {
			a, err = r.send(ctx, get("GetCharge", "charges/{id}", id))
		}
	}
	if err != nil || a.status != http.StatusOK {
		return whyNot(a, err)
	}
	switch state := a.text("statusDetails", "state"); state {
	case "Canceled", "Declined":
		return ""
	case "Authorized", "AuthorizationInitiated":
		return whyNot(r.send(ctx, remove("CancelCharge", "charges/{id}/cancel", object{"cancellationReason": "probe"}, id)))
	case "Captured":
		rest := minor(a.text("captureAmount", "amount"), string(r.Currency)) - minor(a.text("refundedAmount", "amount"), string(r.Currency))
		if rest <= 0 {
			return ""
		}
		return whyNot(r.send(ctx, post("CreateRefund", "refunds", object{"chargeId": id, "refundAmount": r.price(rest)}).withKey(refund)))
	default:
		return "it is " + shown(state)
	}
}
