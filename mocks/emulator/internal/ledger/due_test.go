package ledger_test

import (
	"bytes"
	"encoding/gob"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// Whatever is done at random, in any order: when the time passes, nothing is forgotten, and each
// change has one notification. A restart changes neither.
func TestNothingIsForgotten(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		random := rand.New(rand.NewPCG(seed, 0))
		l, now := ledger.New(), noon
		l.Notify("http://127.0.0.1/", now)
		ids, err := l.Subscribe(call(now, "", ledger.Object{"recurringMetadata": ledger.Object{}, "chargePermissionType": ledger.Recurring}), "", 20)
		require.NoError(t, err)
		var charges, refunds []string
		told := make(map[string]int)
		one := func(from []string) string {
			if len(from) == 0 {
				return ""
			}
			return from[random.IntN(len(from))]
		}
		post := func(do func(*ledger.Ledger, *ledger.Call) (ledger.Code, ledger.Object, *ledger.Refusal), id, code, returns string, body ledger.Object) string {
			c := call(now, id, body)
			c.Simulation = code
			_, made, _ := do(l, c) // refused, if the state does not allow it
			return made.Text(returns)
		}
		deliver := func() {
			for {
				ready, _ := l.Due(now)
				if len(ready) == 0 {
					return
				}
				for _, d := range ready {
					told[d.Notification.ObjectID]++
					l.Delivered(d.MessageID, "", false, now)
				}
			}
		}
		for range 400 {
			switch random.IntN(12) {
			case 0, 1, 2:
				code := one([]string{"", "", "AuthorizationInitiated", "PendingSoftDeclined", "PendingHardDeclined", "CaptureInitiated"})
				if made := post((*ledger.Ledger).CreateCharge, "", code, "chargeId", ledger.Object{
					"chargePermissionId": one(ids), "chargeAmount": usd("1.00"), "captureNow": random.IntN(2) == 0, "canHandlePendingAuthorization": true,
				}); made != "" {
					charges = append(charges, made)
				}
			case 3:
				post((*ledger.Ledger).CaptureCharge, one(charges), one([]string{"", "CaptureInitiated", "CaptureDeclined"}), "", ledger.Object{"captureAmount": usd("1.00")})
			case 4:
				if made := post((*ledger.Ledger).CreateRefund, "", one([]string{"", "RefundDeclined"}), "refundId", ledger.Object{"chargeId": one(charges), "refundAmount": usd("0.10")}); made != "" {
					refunds = append(refunds, made)
				}
			case 5:
				post((*ledger.Ledger).CancelCharge, one(charges), "", "", nil)
			case 6:
				_ = l.DeclinePending(one(append(charges, refunds...)), "ProcessingFailure", now)
			case 7:
				_ = l.Expire(one(charges), now)
			case 8:
				post((*ledger.Ledger).GetRefund, one(refunds), "", "", nil)
			case 9:
				now = now.Add(time.Duration(random.Int64N(int64(40 * 24 * time.Hour))))
			case 10:
				now = now.Add(time.Duration(random.Int64N(int64(time.Minute))))
			case 11:
				l = restarted(t, l)
			}
			if random.IntN(3) == 0 {
				deliver()
				require.Empty(t, l.Forgotten(now), seed)
			}
		}
		deliver()
		changes := make(map[string]int)
		count := func(id string, s ledger.Status) {
			if s.Count > 1 {
				changes[id] = s.Count - 1
			}
		}
		for _, p := range l.MadePermissions {
			count(p.ID, p.Status)
		}
		for _, ch := range l.MadeCharges {
			count(ch.ID, ch.Status)
		}
		for _, r := range l.MadeRefunds {
			count(r.ID, r.Status)
		}
		assert.Equal(t, changes, told, seed)
		assert.NotEmpty(t, refunds)
	}
}

// restarted is the ledger after it was written and read.
func restarted(t *testing.T, l *ledger.Ledger) *ledger.Ledger {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, gob.NewEncoder(&file).Encode(l.Save()))
	var saved ledger.State
	require.NoError(t, gob.NewDecoder(&file).Decode(&saved))
	again, err := ledger.Restore(saved)
	require.NoError(t, err)
	return again
}
