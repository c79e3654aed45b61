// Package buynowtest has the test that every implementation of [buynow.Store] must pass:
//
//	func TestStore(t *testing.T) {
//		buynowtest.TestStore(t, newStore(t))
//	}
//
// Run it with -race too.
package buynowtest

import (
	"context"
	"crypto/rand"
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// TestStore tests the contract of [buynow.Store]. The store may hold other checkouts.
func TestStore(t *testing.T, store buynow.Store) {
	t.Helper()
	t.Run("a checkout comes back as it was saved", func(t *testing.T) { comesBack(t, store) })
	t.Run("a version is saved once", func(t *testing.T) { savedOnce(t, store) })
	t.Run("a session belongs to one checkout", func(t *testing.T) { claimedOnce(t, store) })
	t.Run("a version is saved once, at the same time", func(t *testing.T) { savedOnceAtOnce(t, store) })
	t.Run("a session belongs to one checkout, at the same time", func(t *testing.T) { claimedOnceAtOnce(t, store) })
}

func full() buynow.Checkout {
	price := amazonpay.USD.Price("14.00")
	return buynow.Checkout{
		ID: rand.Text(), Reference: "order 1042 <&\"'\u2028日本", Status: buynow.StatusBegun,
		Cart: webstore.CartDetails{
			TotalBaseAmount: price, TotalChargeAmount: price, DeliveryOptions: []webstore.DeliveryOption{{ID: "standard", Price: price, IsDefault: true}},
			LineItems: []webstore.LineItem{{ID: "cup", Title: "Cup", Quantity: "1", ListPrice: price, TotalListPrice: price}},
		},
		DeliveryOptionID: "standard", ShippingAddress: &amazonpay.Address{Name: "Ζωή", CountryCode: "US"}, Language: "en_US",
		SessionID: rand.Text(), BillingAddress: &amazonpay.Address{City: "Seattle"}, Buyer: &webstore.Buyer{BuyerID: "amzn1.account.A"}, PaymentDescriptor: "Visa ****1111",
		Attempt: 2, Calls: 3, Unsettled: true,
		ChargePermissionID: "S01-1", ChargeID: "S01-1-C1", Pending: true, ReasonCode: amazonpay.ReasonCodeSoftDeclined, Completed: true,
	}
}

func save(t *testing.T, store buynow.Store, c buynow.Checkout) {
	t.Helper()
	if err := store.Save(t.Context(), c); err != nil {
		t.Fatalf("Save of version %d: %v", c.Version, err)
	}
}

func load(t *testing.T, store buynow.Store, id string) buynow.Checkout {
	t.Helper()
	c, err := store.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	return c
}

// mustBe fails the test unless err is want.
func mustBe(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: the error is %v, want %v", what, err, want)
	}
}

func comesBack(t *testing.T, store buynow.Store) {
	t.Helper()
	_, err := store.Load(t.Context(), rand.Text())
	mustBe(t, "Load of an unknown id", err, buynow.ErrUnknownCheckout)
	c := full()
	save(t, store, c)
	c.Version = 1
	if got := load(t, store, c.ID); !reflect.DeepEqual(got, c) {
		t.Errorf("Load returns another checkout than was saved:\n%#v", got)
	}
	empty := buynow.Checkout{ID: rand.Text(), Status: buynow.StatusOpen}
	save(t, store, empty)
	empty.Version = 1
	if got := load(t, store, empty.ID); !reflect.DeepEqual(got, empty) {
		t.Errorf("Load returns another checkout than was saved, without a session:\n%#v", got)
	}
	save(t, store, buynow.Checkout{ID: rand.Text()}) // a second one without a session
}

func savedOnce(t *testing.T, store buynow.Store) {
	t.Helper()
	c := buynow.Checkout{ID: rand.Text(), Status: buynow.StatusOpen}
	unknown := c
	unknown.Version = 1
	mustBe(t, "Save of version 1 of an unknown checkout", store.Save(t.Context(), unknown), buynow.ErrConflict)
	save(t, store, c)
	mustBe(t, "a second Save of version 0", store.Save(t.Context(), c), buynow.ErrConflict)
	first, second := load(t, store, c.ID), load(t, store, c.ID)
	first.Status, second.Status = buynow.StatusPaid, buynow.StatusFailed
	save(t, store, first)
	mustBe(t, "Save of an old version", store.Save(t.Context(), second), buynow.ErrConflict)
	if got := load(t, store, c.ID); got.Status != buynow.StatusPaid || got.Version != 2 {
		t.Errorf("after two saves the checkout is %s in version %d, want paid in version 2", got.Status, got.Version)
	}
}

func claimedOnce(t *testing.T, store buynow.Store) {
	t.Helper()
	session := rand.Text()
	owner, other := buynow.Checkout{ID: rand.Text(), SessionID: session}, buynow.Checkout{ID: rand.Text()}
	save(t, store, owner)
	save(t, store, other)
	other = load(t, store, other.ID)
	other.SessionID, other.Status = session, buynow.StatusBegun
	mustBe(t, "Save with the session of another checkout", store.Save(t.Context(), other), buynow.ErrSessionClaimed)
	mustBe(t, "a new checkout with the session of another one", store.Save(t.Context(), buynow.Checkout{ID: rand.Text(), SessionID: session}), buynow.ErrSessionClaimed)
	if got := load(t, store, other.ID); got.Version != 1 || got.Status == buynow.StatusBegun {
		t.Errorf("a refused Save changed the checkout: it is %q in version %d", got.Status, got.Version)
	}
	owner = load(t, store, owner.ID)
	save(t, store, owner) // keeps its session
	owner = load(t, store, owner.ID)
	owner.SessionID = rand.Text()
	save(t, store, owner)
	save(t, store, other) // the owner has released the session
}

// race calls try at once in several goroutines, and fails the test unless it succeeds exactly once
// and otherwise returns want.
func race(t *testing.T, want error, try func(ctx context.Context, n int) error) {
	t.Helper()
	var done atomic.Int32
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			if err := try(t.Context(), n); err == nil {
				done.Add(1)
			} else if !errors.Is(err, want) {
				t.Errorf("the error is %v, want %v", err, want)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 {
		t.Errorf("%d saves succeeded, want 1", done.Load())
	}
}

func savedOnceAtOnce(t *testing.T, store buynow.Store) {
	t.Helper()
	c := buynow.Checkout{ID: rand.Text()}
	race(t, buynow.ErrConflict, func(ctx context.Context, _ int) error { return store.Save(ctx, c) })
	c.Version = 1
	race(t, buynow.ErrConflict, func(ctx context.Context, n int) error {
		mine := c
		mine.Attempt = n
		return store.Save(ctx, mine)
	})
}

func claimedOnceAtOnce(t *testing.T, store buynow.Store) {
	t.Helper()
	session := rand.Text()
	race(t, buynow.ErrSessionClaimed, func(ctx context.Context, _ int) error {
		return store.Save(ctx, buynow.Checkout{ID: rand.Text(), SessionID: session})
	})
}
