package emulator_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// BenchmarkMemory says what a subscription takes, what a captured charge and what its stored answer
// add to it: go test -run '^$' -bench Memory -benchtime 1000000x.
func BenchmarkMemory(b *testing.B) {
	s, err := emulator.New(emulator.WithClients(1))
	require.NoError(b, err)
	m := s.Description().Merchants[2]
	of := emulator.Subscription{MerchantID: m.MerchantID, Live: true, Amount: "9.99", Currency: "USD", Reference: "sub-0000001"}
	before := inUse()
	ids, err := s.Buyer().Subscribe(of, b.N)
	require.NoError(b, err)
	afterwards := inUse()
	b.ReportMetric(float64(afterwards-before-int64(16*b.N))/float64(b.N), "B/permission")
	before = afterwards
	for i, id := range ids {
		body := fmt.Appendf(nil, `{"chargePermissionId":%q,"chargeAmount":{"amount":"9.99","currencyCode":"USD"},"captureNow":true,"merchantMetadata":{"merchantReferenceId":"sub-%07d-2026-11"}}`, id, i)
		status, answer := s.Do(m.MerchantID, "live", http.MethodPost, "/charges", fmt.Sprintf("key-%028d", i), body)
		require.Equal(b, http.StatusCreated, status, string(answer))
	}
	b.ReportMetric(float64(inUse()-before)/float64(b.N), "B/charge")
	runtime.KeepAlive(ids)
	runtime.KeepAlive(s)
}

// inUse is the size of what is alive.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkCreateCharge says how many charges a second the emulator makes over HTTPS, beside as
// many senders as there are processors. What they send is signed before.
func BenchmarkCreateCharge(b *testing.B) {
	s := emulator.Start(b, emulator.WithClients(1))
	d := s.Description()
	m := d.Merchants[2]
	ids, err := s.Buyer().Subscribe(emulator.Subscription{MerchantID: m.MerchantID, Live: true, Amount: "9.99", Currency: "USD"}, b.N)
	require.NoError(b, err)
	c := newClient(b, s, 0)
	c = c.withKey(d.Merchants[0].KeyIDs.Live, d.Merchants[0].PrivateKeyPEM).with(tokenHeader, m.AuthToken)
	requests := make(chan *http.Request, len(ids))
	for i, id := range ids {
		requests <- c.sign(c.request(http.MethodPost, "/charges", object{
			"chargePermissionId": id, "chargeAmount": usd("9.99"), "captureNow": true,
			"merchantMetadata": object{"merchantReferenceId": fmt.Sprintf("sub-%07d", i)},
		}))
	}
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if a, err := c.send(<-requests); err != nil || a.status != http.StatusCreated {
				b.Errorf("%v %s", err, a.raw)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "charges/s")
}

// BenchmarkBesideMany says what a request costs beside a thousand subscriptions with a charge
// each, and beside twenty thousand, with an endpoint for notifications, for which the emulator
// looks at what has changed.
func BenchmarkBesideMany(b *testing.B) {
	for _, n := range []int{1_000, 20_000} {
		s := emulator.Start(b, emulator.WithClients(1000))
		m := s.Description().Merchants[700]
		ids, err := s.Buyer().Subscribe(emulator.Subscription{MerchantID: m.MerchantID, Live: true, Amount: "9.99", Currency: "USD"}, n)
		require.NoError(b, err)
		do := func(method, path, body string) string {
			status, answer := s.Do(m.MerchantID, "live", method, path, rand.Text(), []byte(body))
			require.Less(b, status, 300, string(answer))
			return string(answer)
		}
		charge := func(permissionID string) string {
			answer := do(http.MethodPost, "/charges", `{"chargePermissionId":"`+permissionID+`","chargeAmount":{"amount":"1.00","currencyCode":"USD"},"captureNow":true}`)
			_, id, _ := strings.Cut(answer, `"chargeId":"`)
			id, _, _ = strings.Cut(id, `"`)
			return id
		}
		var charges []string
		for _, id := range ids {
			charges = append(charges, charge(id))
		}
		require.NoError(b, s.NotifyAt("http://127.0.0.1:1/ipn"))
		for name, work := range map[string]func(i int){
			"GetCharge":           func(i int) { do(http.MethodGet, "/charges/"+charges[i], "") },
			"GetChargePermission": func(i int) { do(http.MethodGet, "/chargePermissions/"+ids[i], "") },
			"CreateCharge":        func(i int) { charge(ids[i]) },
			"CreateRefund": func(i int) {
				do(http.MethodPost, "/refunds", `{"chargeId":"`+charges[i]+`","refundAmount":{"amount":"0.01","currencyCode":"USD"}}`)
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for i := range b.N {
					work(i * 7919 % n)
				}
			})
		}
		require.NoError(b, s.Close())
	}
}

// Of thousands of subscriptions the window shows the latest, the workbench finds one to charge, and
// says what the charge changed, and of nothing that it is gone.
func TestWindowOfManySubscriptions(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClientAt(t, s, 0, clock)
	of := emulator.Subscription{Amount: "9.99", Currency: "USD"}
	_, err := s.Buyer().Subscribe(of, 1500)
	require.NoError(t, err)
	clock.Add(time.Minute)
	newest, err := s.Buyer().Subscribe(of, 3)
	require.NoError(t, err)

	_, text := c.control(http.MethodGet, "state", "")
	var shown struct {
		Permissions []struct {
			ID string `json:"id"`
		} `json:"permissions"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &shown))
	require.Len(t, shown.Permissions, 100)
	var first []string
	for _, p := range shown.Permissions[:3] {
		first = append(first, p.ID)
	}
	assert.ElementsMatch(t, newest, first)

	a := c.sendFilled("CreateCharge", nil)
	require.Equal(t, http.StatusCreated, a.Answer.Status, a.Answer.Body)
	what := make(map[string]string)
	for _, change := range a.Changes {
		what[change.Kind] = change.What
	}
	assert.Equal(t, map[string]string{"charge": "made", "charge permission": "changed"}, what)
	require.Len(t, s.Charges(), 1)
	assert.Contains(t, newest, s.Charges()[0].PermissionID)

	clock.Add(time.Minute) // one more than the latest that are compared
	session := c.newApproved("Confirm", "5")
	a = c.sendFilled("CompleteCheckoutSession", object{"id": session})
	require.Equal(t, http.StatusOK, a.Answer.Status, a.Answer.Body)
	for _, change := range a.Changes {
		assert.NotEqual(t, "gone", change.What, change.ID)
	}
}
