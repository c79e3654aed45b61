// A hundred emulators in one process.

package emulator_test

import (
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A hundred emulators in one process know nothing of each other, and leave nothing behind.
func TestHundredEmulators(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("at once", func(t *testing.T) {
		for i := range 100 {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				s := emulator.Start(t)
				c := newClient(t, s, i%2)
				require.NoError(t, s.FailNext(1, emulator.Fault{Operation: "GetCharge"}))
				require.NoError(t, s.Advance(time.Duration(i)*time.Hour))
				id, _ := c.newCharge("AuthorizeWithCapture", "50")
				c.post("/refunds", object{"chargeId": id, "refundAmount": usd("5")}).must(t, 201)
				c.get("/charges/"+id).refused(t, 503, "ServiceUnavailable")
				c.get("/charges/"+id).must(t, 200)
				require.Len(t, s.Charges(), 1)
				require.Len(t, s.Refunds(), 1)
				for _, r := range s.Requests() {
					require.True(t, r.Verified, r.Refusal)
				}
			})
		}
	})
	// The client's side of a closed connection may take a moment.
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(deadline); {
		runtime.Gosched()
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// BenchmarkVerifiedCalls measures how many calls a second the emulator verifies and answers, from
// 64 clients at once over TLS. The signature is made once, so that its cost is not in the figure;
// the clients' side of the connections is.
func BenchmarkVerifiedCalls(b *testing.B) {
	const clients = 64
	s := emulator.Start(b, emulator.WithClock(func() time.Time { return noon }))
	c := newClient(b, s, 0)
	c.now = func() time.Time { return noon }
	id, _ := c.newCharge("Authorize", "50")
	signed, raw := c.request(http.MethodGet, "/charges/"+id, nil)
	c.sign(signed, raw)

	var next, failed atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range clients {
		wg.Go(func() {
			for next.Add(1) <= int64(b.N) {
				r := signed.Clone(b.Context())
				r.Body = http.NoBody
				res, err := s.RoundTripper().RoundTrip(r)
				if err != nil {
					failed.Add(1)
					continue
				}
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if err != nil || res.StatusCode != http.StatusOK {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	require.Zero(b, failed.Load())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
