package orders_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// A lease that ends while its holder works costs no second charge, and nobody sees an error. One
// of the holders has enough time: if all were too slow, none might ever come to an end.
func TestLeaseTooShort(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.paid(orders.KindWallet)
		o := w.place(orders.KindOneClick)
		require.NoError(w.t, w.server.FailNext(3, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindDelay, Delay: 200 * time.Millisecond}))
		var all sync.WaitGroup
		for _, lease := range []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond, time.Minute} {
			shop, err := orders.New(orders.Config{
				DB: database(w.t, w.address), Client: w.client, StoreID: w.server.Description().Merchants[0].StoreID, BaseURL: "https://shop.example",
				Lease: lease,
			})
			require.NoError(w.t, err)
			all.Go(func() {
				found, err := shop.PayWithWallet(w.ctx(), o.Number)
				if assert.NoError(w.t, err) {
					assert.Equal(w.t, orders.StatusAuthorized, found.Status)
				}
			})
		}
		all.Wait()
		w.audit()
	})
}

func TestNewRefusesABadConfig(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		good := orders.Config{DB: w.db, Client: w.client, StoreID: "store", BaseURL: "https://shop.example"}
		_, err := orders.New(good)
		require.NoError(w.t, err)
		for name, change := range map[string]func(c *orders.Config){
			"no database": func(c *orders.Config) { c.DB = nil },
			"no client":   func(c *orders.Config) { c.Client = nil },
			"no store id": func(c *orders.Config) { c.StoreID = "" },
			"no address":  func(c *orders.Config) { c.BaseURL = "" },
			"a slash":     func(c *orders.Config) { c.BaseURL += "/" },
			"lease":       func(c *orders.Config) { c.Lease = -1 },
		} {
			bad := good
			change(&bad)
			_, err := orders.New(bad)
			require.Error(w.t, err, name)
		}
	})
}
