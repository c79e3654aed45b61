package load_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/store/internal/storetest"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

var (
	buyers = flag.Int("buyers", 10, "how many buyers buy at the same time")
	length = flag.Duration("for", 2*time.Second, "how long they buy")
)

// Buyers buy all the time, at the same time, through the shop's pages. None sees an error, and the
// shop's orders and the emulator's charges agree to the cent.
func TestLoad(t *testing.T) { //nolint:paralleltest // one load after the other, so that the times mean something
	program := storetest.Build(t, "")
	for _, address := range datatest.Addresses(t) { //nolint:paralleltest // see above
		name := "postgres"
		if filepath.IsAbs(address) {
			name = "sqlite"
		}
		t.Run(name, func(t *testing.T) { buyAll(t, program, address) })
	}
}

func buyAll(t *testing.T, program, address string) {
	t.Helper()
	server := emulator.Start(t)
	store := storetest.New(t, program, server, address)
	require.True(t, store.Start())
	times := &times{took: make(map[string][]time.Duration)}
	deadline := time.Now().Add(*length)
	var all sync.WaitGroup
	for range *buyers {
		all.Go(func() {
			b := store.NewBuyer(server)
			b.Took = times.add
			for time.Now().Before(deadline) {
				if err := buy(t.Context(), b); !assert.NoError(t, err) {
					return
				}
			}
		})
	}
	all.Wait()
	db, err := data.Open(t.Context(), address, nil)
	require.NoError(t, err)
	sums := storetest.Audit(t.Context(), t, db, server)
	require.NoError(t, db.Close())
	assert.Equal(t, sums.Orders, sums.Paid)
	assert.GreaterOrEqual(t, sums.Paid, *buyers)
	t.Logf("%d buyers for %s: %d orders, all paid, %d.%02d USD in the shop and at the emulator\n%s",
		*buyers, *length, sums.Paid, sums.Charged/100, sums.Charged%100, times)
}

// buy goes through the shop once, as a buyer would.
func buy(ctx context.Context, b *storetest.Buyer) error {
	skus := []string{"mug", "dripper", "filters", "kettle", "gift-card", "beans-house"}
	sku := skus[rand.IntN(len(skus))]
	for _, path := range []string{"/", "/products/" + sku} {
		if err := shown(b.Get(ctx, path)); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	number, err := b.Place(ctx, sku, "review")
	if err != nil {
		return err
	}
	session, err := b.Click(ctx, number)
	if err != nil {
		return err
	}
	result, err := b.Approve(ctx, number, session)
	if err != nil {
		return err
	}
	page, err := b.Get(ctx, result)
	if err != nil {
		return err
	}
	if page.Status != http.StatusSeeOther || page.To != "/orders/"+number {
		return fmt.Errorf("the result page has status %d and leads to %q", page.Status, page.To)
	}
	page, err = b.Get(ctx, page.To)
	if err := shown(page, err); err != nil {
		return err
	}
	if !strings.Contains(page.Body, `data-status="authorized"`) && !strings.Contains(page.Body, `data-status="paid"`) {
		return errors.New("the order's page does not say that it is paid")
	}
	return nil
}

func shown(page *storetest.Page, err error) error {
	if err == nil && page.Status != http.StatusOK {
		err = fmt.Errorf("status %d", page.Status)
	}
	return err
}

// times are how long the shop's pages took.
type times struct {
	mu   sync.Mutex
	took map[string][]time.Duration
}

func (x *times) add(page string, d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.took[page] = append(x.took[page], d)
	x.took["all pages"] = append(x.took["all pages"], d)
}

// String returns a line a page.
func (x *times) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var lines []string
	for page, took := range x.took {
		slices.Sort(took)
		at := func(percent int) time.Duration {
			return took[min(len(took)-1, len(took)*percent/100)].Round(100 * time.Microsecond)
		}
		lines = append(lines, fmt.Sprintf("%-34s %7d times  p50 %8s  p99 %8s", page, len(took), at(50), at(99)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
