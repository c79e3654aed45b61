package probe

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
}

// stay are objects that nobody can delete, and that end by themselves.
type stay struct {
	kind, why string
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

// keep notes what was made and ends by itself.
func (b *bin) keep(kind, why string) {
	for i := range b.stays {
		if b.stays[i].kind == kind && b.stays[i].why == why {
			b.stays[i].count++
			return
		}
	}
	b.stays = append(b.stays, stay{kind, why, 1})
}

// maybe notes that a request that makes something had no answer.
func (b *bin) maybe(kind string) { b.keep(kind, "may have been made: its request had no answer") }

// empty undoes all, the last first, and returns what is left.
func (b *bin) empty(ctx context.Context, r *run) []Left {
	ctx, cancel := context.WithTimeout(ctx, cleanTime)
	defer cancel()
	var left []Left
	for _, m := range slices.Backward(b.things) {
		if why := m.undo(ctx, r); why != "" {
			left = append(left, Left{Object: m.name, Why: why, ID: m.id})
		}
	}
	b.things = nil
	for _, s := range b.stays {
		left = append(left, Left{Object: fmt.Sprintf("%d × %s", s.count, s.kind), Why: s.why})
	}
	return left
}

// whyNot says why an object could not be undone.
func whyNot(a answer, err error) string {
	if err != nil {
		return "no answer"
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
	b.put("charge", id, func(ctx context.Context, r *run) string { return undoCharge(ctx, r, id) })
}

// captureTime is how long to wait for a capture that was initiated.
const captureTime = time.Minute

func undoCharge(ctx context.Context, r *run, id string) string {
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
		return whyNot(r.send(ctx, post("CreateRefund", "refunds", object{"chargeId": id, "refundAmount": r.price(rest)}).withKey(newKey())))
	default:
		return "it is " + shown(state)
	}
}
