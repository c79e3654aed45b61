// What must hold after each step of the random runs in property_test.go.

package emulator_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// arrows are the documented changes of states.
var arrows = map[string][]string{
	"sessions":    {" Open", "Open Completed", "Open Canceled"},
	"permissions": {" Chargeable", "Chargeable NonChargeable", "Chargeable Closed", "NonChargeable Chargeable", "NonChargeable NonChargeable", "NonChargeable Closed"},
	"charges": {
		" AuthorizationInitiated", " Authorized", " CaptureInitiated", " Captured",
		"AuthorizationInitiated Authorized", "AuthorizationInitiated Declined", "AuthorizationInitiated Canceled",
		"Authorized Captured", "Authorized CaptureInitiated", "Authorized Canceled", "CaptureInitiated Captured", "CaptureInitiated Declined",
	},
	"refunds":  {" RefundInitiated", "RefundInitiated Refunded", "RefundInitiated Declined"},
	"disputes": {" ActionRequired", "ActionRequired UnderReview", "ActionRequired Resolved"},
}

func isDecline(reason string) bool {
	return slices.Contains([]string{"SoftDeclined", "HardDeclined", "AmazonRejected", "TransactionTimedOut", "ProcessingFailure", "CheckoutSessionCanceled"}, reason)
}

// look reads all objects after a step, and checks what must hold of them.
func (w *walk) look(last answer) {
	w.t.Helper()
	before := w.shown
	w.shown = map[string]string{}
	for prefix, ids := range map[string][]string{
		"/checkoutSessions/": w.sessions, "/chargePermissions/": w.permissions, "/charges/": w.charges, "/refunds/": w.refunds, "/disputes/": w.disputes,
	} {
		for _, id := range ids {
			w.shown[prefix+id] = w.get(prefix + id)
		}
	}
	if last.status >= 400 && !isDecline(last.reason) {
		require.Equal(w.t, before, w.shown, "a refusal changed something:\n%s", &w.story)
	}
	if path := pathOf(last.body); path != "" && last.status < 300 {
		require.JSONEq(w.t, last.raw, w.shown[path], "%s is not what the change answered:\n%s", path, &w.story)
	}
	w.checkMoney()
	w.checkHistory()
}

// pathOf is where an object that an operation answered is read; "" for what is not such an object.
func pathOf(o object) string {
	if o["statusDetails"] == nil {
		return ""
	}
	for _, kind := range []struct{ id, prefix string }{
		{"disputeId", "/disputes/"}, {"refundId", "/refunds/"}, {"checkoutSessionId", "/checkoutSessions/"}, {"chargeId", "/charges/"}, {"chargePermissionId", "/chargePermissions/"},
	} {
		if id, ok := o[kind.id].(string); ok {
			return kind.prefix + id
		}
	}
	return ""
}

// get reads an object, with the signature of the first time: no date has changed.
func (w *walk) get(path string) string {
	w.t.Helper()
	r, raw := w.c.request(http.MethodGet, path, nil)
	if w.signed[path] == nil {
		w.signed[path] = w.c.sign(r, raw).Header
	}
	r.Header = w.signed[path]
	a, err := w.c.send(r)
	require.NoError(w.t, err)
	if strings.HasPrefix(path, "/checkoutSessions/") && a.status == http.StatusNotFound {
		return "deleted"
	}
	require.Equal(w.t, http.StatusOK, a.status, "%s: %s\n%s", path, a.raw, &w.story)
	return a.raw
}

type seenPrice struct {
	Amount string `json:"amount"`
}

// cents reads an amount of dollars; nothing for none.
func (p *seenPrice) cents() (sum int64) {
	if p == nil {
		return 0
	}
	for _, digit := range strings.ReplaceAll(p.Amount, ".", "") {
		sum = sum*10 + int64(digit-'0')
	}
	return sum
}

type seenObject struct {
	ChargeID           string     `json:"chargeId"`
	ChargePermissionID string     `json:"chargePermissionId"`
	ChargeAmount       *seenPrice `json:"chargeAmount"`
	CaptureAmount      *seenPrice `json:"captureAmount"`
	RefundedAmount     *seenPrice `json:"refundedAmount"`
	RefundAmount       *seenPrice `json:"refundAmount"`
	StatusDetails      struct {
		State string `json:"state"`
	} `json:"statusDetails"`
	Limits struct {
		AmountLimit   *seenPrice `json:"amountLimit"`
		AmountBalance *seenPrice `json:"amountBalance"`
	} `json:"limits"`
	ChargePermissionType string `json:"chargePermissionType"`
	CreationTimestamp    string `json:"creationTimestamp"`
}

func (w *walk) read(path string) (o seenObject) {
	require.NoError(w.t, json.Unmarshal([]byte(w.shown[path]), &o), path)
	return o
}

// margin is how much more than an amount of dollars may be refunded.
func margin(cents int64) int64 { return min(cents*15/100, 75_00) }

// checkMoney adds up by itself what the emulator says, and compares.
func (w *walk) checkMoney() {
	w.t.Helper()
	refunded := map[string]int64{}
	for _, id := range w.refunds {
		if r := w.read("/refunds/" + id); r.StatusDetails.State != "Declined" {
			refunded[r.ChargeID] += r.RefundAmount.cents()
		}
	}
	captured, held, count := map[string]int64{}, map[string]int64{}, map[string]int{}
	for _, id := range w.charges {
		ch := w.read("/charges/" + id)
		count[ch.ChargePermissionID]++
		require.LessOrEqual(w.t, ch.CaptureAmount.cents(), ch.ChargeAmount.cents(), "%s captured more than authorized:\n%s", id, &w.story)
		switch ch.StatusDetails.State {
		case "Captured":
			captured[ch.ChargePermissionID] += ch.CaptureAmount.cents()
			require.Positive(w.t, ch.CaptureAmount.cents(), id)
		case "AuthorizationInitiated", "Authorized", "CaptureInitiated":
			held[ch.ChargePermissionID] += ch.ChargeAmount.cents()
		default:
			require.Zero(w.t, ch.CaptureAmount.cents(), "%s came to nothing, and has captured something:\n%s", id, &w.story)
		}
		require.Equal(w.t, refunded[id], ch.RefundedAmount.cents(), "%s:\n%s", id, &w.story)
		require.LessOrEqual(w.t, refunded[id], ch.CaptureAmount.cents()+margin(ch.CaptureAmount.cents()), "%s refunded more than the cap:\n%s", id, &w.story)
	}
	for _, id := range w.permissions {
		p := w.read("/chargePermissions/" + id)
		if p.ChargePermissionType != "OneTime" {
			w.checkMonths(id, p)
			continue
		}
		limit := p.Limits.AmountLimit.cents()
		if w.roomier[id] {
			require.GreaterOrEqual(w.t, limit, int64(500_00), "%s allows an overcharge:\n%s", id, &w.story)
		}
		require.LessOrEqual(w.t, count[id], 25, "%s has too many charges", id)
		require.LessOrEqual(w.t, captured[id]+held[id], limit, "%s took more than allowed:\n%s", id, &w.story)
		require.Equal(w.t, max(0, limit-captured[id]-held[id]), p.Limits.AmountBalance.cents(), "%s, balance:\n%s", id, &w.story)
		if captured[id] >= limit {
			require.Equal(w.t, "Closed", p.StatusDetails.State, "%s is used up:\n%s", id, &w.story)
		}
	}
}

// checkMonths holds the charges of each calendar month against the limit of the permission's type.
func (w *walk) checkMonths(id string, p seenObject) {
	w.t.Helper()
	limit := map[string]int64{"Recurring": 1_000_00, "PaymentMethodOnFile": 15_000_00}[p.ChargePermissionType]
	months := map[string]int64{}
	for _, chargeID := range w.charges {
		ch := w.read("/charges/" + chargeID)
		if ch.ChargePermissionID != id {
			continue
		}
		switch ch.StatusDetails.State {
		case "Captured":
			months[ch.CreationTimestamp[:6]] += ch.CaptureAmount.cents()
		case "AuthorizationInitiated", "Authorized", "CaptureInitiated":
			months[ch.CreationTimestamp[:6]] += ch.ChargeAmount.cents()
		}
	}
	for month, sum := range months {
		require.LessOrEqual(w.t, sum, limit, "%s in %s:\n%s", id, month, &w.story)
	}
	if p.ChargePermissionType == "PaymentMethodOnFile" {
		require.Nil(w.t, p.Limits.AmountLimit, id)
		return
	}
	require.Equal(w.t, limit, p.Limits.AmountLimit.cents(), id)
	require.Equal(w.t, limit-months[w.s.Now().Format("200601")], p.Limits.AmountBalance.cents(), "%s, balance:\n%s", id, &w.story)
}

// checkHistory checks that each object went along arrows, one after the other in time.
func (w *walk) checkHistory() {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.c.base+"/_emulator/state", nil)
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer "+w.s.Description().ControlToken)
	res, err := w.s.RoundTripper().RoundTrip(r)
	require.NoError(w.t, err)
	defer func() { _ = res.Body.Close() }()
	var state map[string]json.RawMessage
	require.NoError(w.t, json.NewDecoder(res.Body).Decode(&state))
	for kind, allowed := range arrows {
		var objects []struct {
			ID      string `json:"id"`
			History []struct {
				State string    `json:"state"`
				At    time.Time `json:"at"`
			} `json:"history"`
		}
		require.NoError(w.t, json.Unmarshal(state[kind], &objects))
		for _, o := range objects {
			require.NotEmpty(w.t, o.History, o.ID)
			from, at := "", time.Time{}
			for _, h := range o.History {
				require.Contains(w.t, allowed, from+" "+h.State, "%s:\n%s", o.ID, &w.story)
				require.False(w.t, h.At.Before(at), "%s went back in time:\n%s", o.ID, &w.story)
				from, at = h.State, h.At
			}
		}
	}
}
