package data_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
)

// Of many orders that claim a session at once, in two processes, one gets it, and keeps it.
func TestSessionBelongsToOneOrder(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		var processes [2]*data.DB
		for i := range processes {
			db, err := data.Open(t.Context(), address, nil)
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, db.Close()) })
			processes[i] = db
		}
		price := amazonpay.USD.Price("1.00")
		numbers := []string{"S0", "S1", "S2", "S3", "S4", "S5"}
		for _, number := range numbers {
			require.NoError(t, processes[0].InsertOrder(t.Context(), &data.Order{Number: number, Subtotal: price, Delivery: price, Total: price}, nil))
		}
		var claims atomic.Int32
		var all sync.WaitGroup
		for i, number := range numbers {
			all.Go(func() {
				for range 2 { // the second time it is its own
					ours, err := processes[i%2].PutSession(t.Context(), &data.Session{SessionID: "session", OrderNumber: number, Delivery: price, Total: price})
					if assert.NoError(t, err) && ours {
						claims.Add(1)
					}
				}
			})
		}
		all.Wait()
		assert.EqualValues(t, 2, claims.Load())
	})
}
