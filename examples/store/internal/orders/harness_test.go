package orders_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/examples/store/internal/storetest"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// world is a shop with an emulator and a customer.
type world struct {
	*orders.Shop

	t       *testing.T
	db      *data.DB
	client  *amazonpay.Client
	server  *emulator.Server
	api     *webstore.Client
	address string // of the database
}

// each runs a test on each database.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	datatest.Each(t, func(t *testing.T, address string) {
		t.Helper()
		test(open(t, address))
	})
}

func open(t *testing.T, address string) *world {
	t.Helper()
	w := &world{t: t, address: address}
	w.client, w.server = emulatortest.New(t, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 10 * time.Millisecond, MaxWait: 50 * time.Millisecond}))
	w.api = webstore.New(w.client)
	w.db = database(t, address)
	w.Shop = w.shop(w.db)
	return w
}

func database(t *testing.T, address string) *data.DB {
	t.Helper()
	db, err := data.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

// shop returns another process's shop.
func (w *world) shop(db *data.DB) *orders.Shop {
	w.t.Helper()
	shop, err := orders.New(orders.Config{
		DB: db, Client: w.client, StoreID: w.server.Description().Merchants[0].StoreID, BaseURL: "https://shop.example", Lease: time.Second,
	})
	require.NoError(w.t, err)
	return shop
}

const customer = "visitor-1"

// place orders something that suits the kind.
func (w *world) place(kind orders.Kind, lines ...orders.Line) *orders.Order {
	w.t.Helper()
	if lines == nil {
		lines = []orders.Line{{SKU: "mug", Quantity: 2}, {SKU: "filters", Quantity: 1}}
	}
	basket := orders.Basket{Customer: customer, Kind: kind, Currency: amazonpay.USD, Lines: lines}
	if kind == orders.KindProcessOrder || kind == orders.KindOneClick {
		basket.Address = &amazonpay.Address{
			Name: "Ada Example", AddressLine1: "1 Main St", City: "Seattle", StateOrRegion: "WA", PostalCode: "98101", CountryCode: "US", PhoneNumber: "2065550100",
		}
	}
	o, err := w.Place(w.ctx(), basket)
	require.NoError(w.t, err)
	return o
}

func (w *world) ctx() context.Context { return w.t.Context() }

// session makes the session that the order's button makes.
func (w *world) session(o *orders.Order) string {
	w.t.Helper()
	b := w.Button(o)
	in := &webstore.CreateCheckoutSessionRequest{
		WebCheckoutDetails: b.WebCheckoutDetails, StoreID: b.StoreID, DeliverySpecifications: b.DeliverySpecifications,
		ChargePermissionType: b.ChargePermissionType, RecurringMetadata: b.RecurringMetadata,
		PaymentDetails: b.PaymentDetails, MerchantMetadata: b.MerchantMetadata, AddressDetails: b.AddressDetails,
	}
	if o.Kind == orders.KindWallet {
		in.PaymentMethodOnFileMetadata = &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(false)}
	}
	session, err := w.api.CreateCheckoutSession(w.ctx(), in)
	require.NoError(w.t, err)
	require.NoError(w.t, w.server.Buyer().SignIn(session.CheckoutSessionID))
	return session.CheckoutSessionID
}

// approve goes through the review page and pays at Amazon.
func (w *world) approve(o *orders.Order, session string) {
	w.t.Helper()
	w.payPage(o, session)
	require.NoError(w.t, w.server.Buyer().Approve(session))
}

// payPage goes through the review page.
func (w *world) payPage(o *orders.Order, session string) {
	w.t.Helper()
	review, err := w.Review(w.ctx(), o.Number, session)
	require.NoError(w.t, err)
	redirect, err := w.Pay(w.ctx(), o.Number, session, review.Order.Total)
	require.NoError(w.t, err)
	require.NotEmpty(w.t, redirect)
}

// paid places and pays an order.
func (w *world) paid(kind orders.Kind, lines ...orders.Line) *orders.Order {
	w.t.Helper()
	o := w.place(kind, lines...)
	session := w.session(o)
	w.approve(o, session)
	o, err := w.Result(w.ctx(), o.Number, session)
	require.NoError(w.t, err)
	require.True(w.t, o.IsPaid(), o.Status)
	return o
}

// declinedLater places an order whose first charge was declined after a while.
func (w *world) declinedLater() *orders.Order {
	w.t.Helper()
	o := w.place(orders.KindReview)
	session := w.session(o)
	require.NoError(w.t, w.server.Buyer().ChangeCard(session, "4354"))
	w.approve(o, session)
	_, err := w.Result(w.ctx(), o.Number, session)
	require.NoError(w.t, err)
	require.NoError(w.t, w.server.Advance(time.Minute))
	o, err = w.Refresh(w.ctx(), o.Number)
	require.NoError(w.t, err)
	require.Equal(w.t, orders.StatusDeclined, o.Status)
	return o
}

// audit compares the orders with the emulator's charges.
func (w *world) audit() {
	w.t.Helper()
	storetest.Audit(w.ctx(), w.t, w.db, w.server)
}

// loseAll loses every answer of an operation.
func (w *world) loseAll(operation string) {
	w.t.Helper()
	require.NoError(w.t, w.server.FailNext(1000, emulator.Fault{Operation: operation, Kind: emulator.FaultKindLoseAnswer}))
}

func usd(amount amazonpay.Decimal) amazonpay.Price { return amazonpay.USD.Price(amount) }

// sql changes the database behind the shop's back.
func (w *world) sql(statement string) {
	w.t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(w.address, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, w.address)
	require.NoError(w.t, err)
	_, err = db.ExecContext(w.ctx(), statement)
	require.NoError(w.t, err)
	require.NoError(w.t, db.Close())
}
