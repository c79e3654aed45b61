package emulator_test

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"

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
