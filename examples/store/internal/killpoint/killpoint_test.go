package killpoint_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/store/internal/killpoint"
	"github.com/amazonpay-go/sdk/examples/store/internal/storetest"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// killEvery says of how many points a store is killed at one.
func killEvery(t *testing.T) int {
	t.Helper()
	text := os.Getenv("KILLEVERY")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "KILLEVERY")
	require.Positive(t, n, "KILLEVERY")
	return n
}

// A store is killed at each write, commit and request of a way to pay in turn, before it and after
// it, and started again. The buyer goes on as a person would: loads the page again. Each order ends
// paid once, to the cent.
func TestKilledAtEachPoint(t *testing.T) {
	t.Parallel()
	program := storetest.Build(t, "killpoint")
	for name, way := range map[string]way{
		"review": {func(*buyer) {}, func(b *buyer) {
			b.place("mug", "review")
			b.pay()
		}, "authorized", 1},
		"process order": {func(*buyer) {}, func(b *buyer) {
			b.place("donation", "donation")
			b.session = try(b, func() (string, error) { return b.Click(b.ctx, b.number) })
			require.NoError(b.t, b.server.Buyer().Approve(b.session))
			b.result("/orders/" + b.number + "/result?amazonCheckoutSessionId=" + b.session)
		}, "paid", 1},
		"one click": {func(b *buyer) {
			b.place("mug", "review", "save", "1")
			b.pay()
		}, func(b *buyer) {
			b.place("beans-house", "one-click")
			b.act("/orders/"+b.number+"/pay", "amount", "")
		}, "authorized", 1},
		"subscription": {func(b *buyer) {
			b.place("subscription", "recurring")
			b.pay()
			b.login()
		}, func(b *buyer) {
			b.act("/admin/orders/"+b.number+"/period", "period", "2")
		}, "authorized", 2},
		"capture and refund": {func(b *buyer) {
			b.place("kettle", "review")
			b.pay()
			b.login()
		}, func(b *buyer) {
			charge := b.charge()
			b.act("/admin/orders/"+b.number+"/capture", "charge", charge, "amount", "50.00")
			b.act("/admin/orders/"+b.number+"/refund", "charge", charge, "amount", "12.34", "form", "form-of-"+b.number)
			b.act("/admin/orders/" + b.number + "/close")
		}, "paid", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			datatest.Each(t, func(t *testing.T, address string) {
				t.Helper()
				way.test(t, program, address)
			})
		})
	}
}

// lease makes a program wait half a second before it takes up the work of the one before it.
const lease = "STORE_LEASE=500ms"

// way is a way to pay: what happens before the store may be killed, and what happens then.
type way struct {
	before, then func(b *buyer)
	status       string // of the order in the end
	charges      int    // of the order in the end
}

func (w way) test(t *testing.T, program, address string) {
	t.Helper()
	server := emulator.Start(t)
	store := storetest.New(t, program, server, address)
	require.True(t, store.Start(lease), "the store does not start")
	db, err := data.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	points := make(map[string]bool)
	kills := 0
	every := killEvery(t)
	for at := 1 + rand.IntN(every); ; at += every {
		b := &buyer{Buyer: store.NewBuyer(server), t: t, ctx: t.Context(), server: server, store: store, db: db}
		folder := t.TempDir()
		arm := filepath.Join(folder, "arm")
		b.env = []string{lease, killpoint.Arm + "=" + arm, killpoint.At + "=" + strconv.Itoa(at), killpoint.Log + "=" + filepath.Join(folder, "log")}
		store.Stop()
		require.True(t, store.Start(b.env...))
		w.before(b)
		b.settled()
		require.Zero(t, b.kills)
		require.NoError(t, os.WriteFile(arm, nil, 0o600))
		w.then(b)
		b.settled()
		require.NoError(t, os.Remove(arm))
		o, err := db.Order(t.Context(), b.number)
		require.NoError(t, err)
		charges, err := db.Charges(t.Context(), b.number)
		require.NoError(t, err)
		assert.Equal(t, w.status, string(o.Status), "killed at %d", at)
		assert.Len(t, charges, w.charges, "killed at %d", at)
		log, err := os.ReadFile(filepath.Join(folder, "log"))
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(log)), "\n")
		if t.Failed() {
			t.Fatalf("killed at %d: %s", at, strings.Join(lines, "; "))
		}
		if b.kills == 0 {
			break
		}
		kills++
		_, last, _ := strings.Cut(lines[len(lines)-1], " ")
		points[last] = true
	}
	sums := storetest.Audit(t.Context(), t, db, server)
	t.Logf("killed %d times at %d kinds of point; %d orders, %d paid: charged %d, captured %d, refunded %d cents",
		kills, len(points), sums.Orders, sums.Paid, sums.Charged, sums.Captured, sums.Refunded)
	if every > 1 {
		return // some of these may have been left out
	}
	for _, must := range []string{"before commit", "after commit", "before UPDATE work", "after UPDATE work"} {
		assert.True(t, points[must], "the store was never killed %s", must)
	}
}

// buyer is a buyer who starts the store again if it is killed, and loads the page again.
type buyer struct {
	*storetest.Buyer

	t               *testing.T
	ctx             context.Context //nolint:containedctx // of the test
	server          *emulator.Server
	store           *storetest.Store
	db              *data.DB
	env             []string
	number, session string
	kills           int
}

// try does a step, and does it again if the store is killed in it.
func try[T any](b *buyer, step func() (T, error)) T {
	b.t.Helper()
	for tries := 0; ; tries++ {
		found, err := step()
		if err == nil {
			return found
		}
		if !b.revive() && tries >= 3 {
			require.NoError(b.t, err)
		}
	}
}

// revive starts the store again if it has been killed.
func (b *buyer) revive() bool {
	b.t.Helper()
	if !b.store.Ended(50 * time.Millisecond) {
		return false
	}
	b.kills++
	require.Equal(b.t, 1, b.kills, "the store has ended without being killed:\n%s", b.store.Output())
	require.True(b.t, b.store.Start(lease)) // this one is not killed
	return true
}

func (b *buyer) place(sku, kind string, more ...string) {
	b.t.Helper()
	b.number = try(b, func() (string, error) { return b.Place(b.ctx, sku, kind, more...) })
}

// pay clicks the button, reviews and pays the order.
func (b *buyer) pay() {
	b.t.Helper()
	b.session = try(b, func() (string, error) { return b.Click(b.ctx, b.number) })
	b.result(try(b, func() (string, error) { return b.Approve(b.ctx, b.number, b.session) }))
}

// result loads the result page until it leads on.
func (b *buyer) result(path string) {
	b.t.Helper()
	try(b, func() (string, error) {
		page, err := b.Get(b.ctx, path)
		if err == nil && page.Status != http.StatusSeeOther {
			err = fmt.Errorf("%s: status %d", path, page.Status)
		}
		return "", err
	})
}

// act sends a form.
func (b *buyer) act(path string, pairs ...string) {
	b.t.Helper()
	try(b, func() (string, error) { return b.Redirected(b.ctx, path, pairs...) })
}

func (b *buyer) login() {
	b.t.Helper()
	b.act("/admin/login", "password", storetest.AdminPassword)
}

func (b *buyer) charge() string {
	b.t.Helper()
	charges, err := b.db.Charges(b.ctx, b.number)
	require.NoError(b.t, err)
	require.Len(b.t, charges, 1)
	return charges[0].ChargeID
}

// settled waits until no work of the order is open. The store may be killed meanwhile.
func (b *buyer) settled() {
	b.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for open := "work"; open != ""; {
		require.True(b.t, time.Now().Before(deadline), "%s is not done", open)
		b.revive()
		work, err := b.db.WorkOf(b.ctx, b.number)
		require.NoError(b.t, err)
		open = ""
		for _, w := range work {
			if w.State != data.WorkDone {
				open = w.Name + ", which is " + string(w.State)
			}
		}
	}
}
