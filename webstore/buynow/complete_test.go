package buynow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

func TestPaid(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	assert.Equal(t, object{"amount": "25.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	v.moveTo("AK")
	assert.Equal(t, object{"amount": "32.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	v.moveTo("WA")
	v.choose("express")
	assert.Equal(t, object{"amount": "29.00", "currencyCode": "USD"}, v.cart["totalChargeAmount"])
	assert.Equal(t, object{"status": "success"}, v.pay("express"))
	v.paidOnce("29.00 USD")
	c := v.stored(v.checkout)
	assert.Equal(t, "WA", c.ShippingAddress.StateOrRegion)
	assert.Equal(t, "express", c.DeliveryOptionID)
	assert.NotEmpty(t, c.Buyer.Name)
	assert.NotEmpty(t, c.PaymentDescriptor)
	assert.Equal(t, "en_US", c.Language)
	charge, err := v.client.GetCharge(t.Context(), c.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, v.checkout, charge.MerchantMetadata.MerchantReferenceID)

	// A repetition gets the same answer, and nothing happens.
	assert.Equal(t, object{"status": "success"}, v.complete())
	assert.Equal(t, object{"status": "error", "reasonCode": "CheckoutOver"}, v.post("onDeliveryOptionSelection", v.checkout, object{"deliveryOptions": []object{{"id": "standard"}}}))
	v.paidOnce("29.00 USD")
	assert.Len(t, v.told, 1)
}

// payOnly is a shop of things that are not shipped, for 7.70.
func payOnly(t *testing.T) *shop {
	t.Helper()
	return open(t, func(c *buynow.Config) {
		c.Session.ProductType, c.Session.PaymentIntent = webstore.ProductTypePayOnly, webstore.PaymentIntentAuthorize
		c.SelectShippingAddress, c.SelectDeliveryOption = nil, nil
		c.InitCheckout = func(context.Context, buynow.InitCheckout) (*webstore.CartDetails, error) {
			return &webstore.CartDetails{
				TotalBaseAmount: usd("7.00"), TotalShippingAmount: usd("0.00"), TotalTaxAmount: usd("0.70"), TotalChargeAmount: usd("7.70"), TotalOrderAmount: usd("7.70"),
			}, nil
		}
	})
}

// Nothing is shipped: the billing address is what Amazon wants back.
func TestPayOnly(t *testing.T) {
	t.Parallel()
	s := payOnly(t)
	v := s.enter()
	assert.Equal(t, object{"status": "error", "reasonCode": "MalformedEvent"}, v.post("onShippingAddressSelection", v.checkout, object{"shippingAddress": object{"countryCode": "US"}}))
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	c := v.stored(v.checkout)
	assert.Equal(t, buynow.StatusPaid, c.Status)
	charge, err := v.client.GetCharge(t.Context(), c.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateAuthorized, charge.StatusDetails.State)
	assert.Equal(t, "7.70 USD", charge.ChargeAmount.String())
}

// Two tabs show one checkout. It is paid once, and the second tab is told.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	second := v.again(nil)
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	assert.Equal(t, object{"status": "decline", "reasonCode": "AlreadyPaid"}, second.pay(""))
	assert.Equal(t, object{"status": "success"}, v.complete())
	v.paidOnce("25.00 USD")
}

// A declined card, then another one, in the same session: a new idempotency key.
func TestDeclined(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"SoftDeclined", "HardDeclined", "PaymentMethodNotAllowed", "MFANotCompleted"} {
		v := open(t).enter()
		require.NoError(t, v.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 422, ReasonCode: reason}))
		assert.Equal(t, object{"status": "decline", "reasonCode": reason}, v.pay(""))
		v.notPaid()
		assert.Equal(t, 2, v.stored(v.checkout).Attempt)

		second := v.again(nil) // the first session can still be completed
		assert.Equal(t, object{"status": "decline", "reasonCode": "SessionRefused"}, second.pay(""))
		v.notPaid()

		require.NoError(t, v.server.Buyer().ChangeCard(v.session, "4444"))
		assert.Equal(t, object{"status": "success"}, v.pay(""))
		assert.Len(t, v.keys(), 2)
		v.paidOnce("25.00 USD")
	}
}

// overtaken is a Store in which another process has saved the decline just before.
type overtaken struct {
	buynow.MemoryStore

	done atomic.Bool
}

func (s *overtaken) Save(ctx context.Context, c buynow.Checkout) error {
	err := s.MemoryStore.Save(ctx, c)
	if err == nil && c.Status == buynow.StatusOpen && c.Attempt == 2 && !s.done.Swap(true) {
		return buynow.ErrConflict
	}
	return err
}

// One press tries one card once, also if another process settles it in between.
func TestDeclinedByAnotherProcess(t *testing.T) {
	t.Parallel()
	store := &overtaken{}
	v := open(t, func(c *buynow.Config) { c.Store = store }).enter()
	require.NoError(t, v.server.FailNext(5, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 422, ReasonCode: "SoftDeclined"}))
	assert.Equal(t, object{"status": "decline", "reasonCode": "SoftDeclined"}, v.pay(""))
	assert.Len(t, v.keys(), 1)
	assert.True(t, store.done.Load())
}

// A decline that cancels the session ends the checkout.
func TestCanceledByDecline(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	require.NoError(t, v.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 422, ReasonCode: "AmazonRejected"}))
	assert.Equal(t, object{"status": "decline", "reasonCode": "AmazonRejected"}, v.pay(""))
	assert.Equal(t, object{"status": "decline", "reasonCode": "Declined"}, v.complete())
	assert.Equal(t, buynow.StatusFailed, v.stored(v.checkout).Status)
	assert.Equal(t, object{"status": "decline", "reasonCode": "Declined"}, v.complete())
	v.notPaid()
}

// Calls that fail: the buyer presses again, or Resume goes on, and there is one charge.
func TestFaults(t *testing.T) {
	t.Parallel()
	faults := map[string]emulator.Fault{
		"lost answer": {Kind: emulator.FaultKindLoseAnswer}, "truncated answer": {Kind: emulator.FaultKindTruncate}, "reset": {Kind: emulator.FaultKindReset},
		"503": {Status: 503}, "500": {Status: 500, ReasonCode: "InternalServerError"}, "429": {Status: 429}, "page of a gateway": {Kind: emulator.FaultKindHTML},
		"account": {Status: 403, ReasonCode: "InvalidAccountStatus"},
	}
	for name, fault := range faults {
		for _, operation := range []string{"FinalizeCheckoutSession", "GetCheckoutSession", "GetCharge"} {
			for _, times := range []int{1, 4, 5} {
				if operation != "FinalizeCheckoutSession" && times == 5 {
					continue
				}
				t.Run(fmt.Sprint(name, " ", operation, " ", times), func(t *testing.T) {
					t.Parallel()
					v := open(t).enter()
					v.press("")
					fault := fault
					fault.Operation = operation
					require.NoError(t, v.server.FailNext(times, fault))
					answer := v.complete()
					for range 6 {
						if answer["status"] == "success" {
							break
						}
						assert.Equal(t, "error", answer["status"], "%v", answer)
						c, err := v.handler.Resume(t.Context(), v.checkout)
						if err == nil && c.Status == buynow.StatusPaid {
							v.paidOnce("25.00 USD")
						}
						answer = v.complete()
					}
					assert.Equal(t, object{"status": "success"}, answer)
					v.paidOnce("25.00 USD")
				})
			}
		}
	}
}

// dying is a Store whose process ends at a call: before it has stored anything, or after.
type dying struct {
	buynow.Store

	calls, at int
	after     bool
}

var errKilled = errors.New("the process was killed")

func (d *dying) Save(ctx context.Context, c buynow.Checkout) error {
	d.calls++
	switch {
	case d.at == 0 || d.calls < d.at:
		return d.Store.Save(ctx, c)
	case d.calls == d.at && d.after:
		_ = d.Store.Save(ctx, c)
	}
	return errKilled // and no later call does anything
}

func (d *dying) Load(ctx context.Context, id string) (buynow.Checkout, error) {
	if d.at > 0 && d.calls >= d.at {
		return buynow.Checkout{}, errKilled
	}
	return d.Store.Load(ctx, id)
}

// The process is killed at each step of a payment in turn, and another one goes on: by the page's
// repetition, or by Resume.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, resume := range []bool{false, true} {
		for _, unreferenced := range []bool{false, true} {
			for _, lost := range []bool{false, true} {
				for at := 1; at <= 5; at++ {
					for _, after := range []bool{false, true} {
						t.Run(fmt.Sprint("resume ", resume, " unreferenced ", unreferenced, " lost ", lost, " at ", at, " after ", after), func(t *testing.T) {
							t.Parallel()
							v := open(t).enter()
							if unreferenced {
								v.session = v.unreferenced()
							}
							v.press("")
							if lost {
								require.NoError(t, v.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Kind: emulator.FaultKindLoseAnswer}))
							}
							whole := v.config.Store
							v.config.Store = &dying{Store: whole, at: at, after: after}
							v.handler = v.another()
							first := v.complete()
							v.config.Store = whole
							v.handler = v.another()
							if resume {
								c, err := v.handler.Resume(t.Context(), v.checkout)
								require.NoError(t, err)
								if first["status"] == "success" {
									assert.Equal(t, buynow.StatusPaid, c.Status)
								}
								if c.Status == buynow.StatusPaid {
									v.paidOnce("25.00 USD")
									return
								}
								v.notPaid()
								assert.Equal(t, buynow.StatusOpen, c.Status, "the payment had not begun")
							}
							assert.Equal(t, object{"status": "success"}, v.complete())
							v.paidOnce("25.00 USD")
						})
					}
				}
			}
		}
	}
}

// unreferenced is a session without the reference that the page's configuration has.
func (v *visit) unreferenced() string {
	v.tb.Helper()
	session, err := v.server.Buyer().BuyNow(emulator.BuyNowButton{CheckoutSessionConfig: object{"storeId": v.merchant.StoreID}})
	require.NoError(v.tb, err)
	return session
}

// A double click, two tabs and two processes at once: one charge.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	for _, two := range []bool{false, true} {
		v := open(t).enter()
		second := v
		if two {
			second = v.again(nil)
			second.press("")
		}
		v.press("")
		handlers := []*buynow.Handler{v.handler, v.another(), v.another()}
		var wg sync.WaitGroup
		var successes atomic.Int32
		for i := range 51 {
			wg.Go(func() {
				use := v
				if i%2 == 1 {
					use = second
				}
				answer := use.through(handlers[i%3], use.session)
				if answer["status"] == "success" {
					successes.Add(1)
				}
			})
		}
		wg.Wait()
		assert.Positive(t, successes.Load())
		if !two {
			assert.EqualValues(t, 51, successes.Load())
		}
		v.paidOnce("25.00 USD")
	}
}

// A process repeats the payment of another one, which a decline has settled, and dies with the
// success. The next one finds it.
func TestSuccessThatNobodySaved(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	require.NoError(t, v.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 422, ReasonCode: "SoftDeclined"}))
	assert.Equal(t, object{"status": "decline", "reasonCode": "SoftDeclined"}, v.pay(""))
	c := v.stored(v.checkout)
	require.Equal(t, buynow.StatusOpen, c.Status)
	require.False(t, c.Unsettled)
	v.config.Client = &took{v.client, func(string) error {
		_, err := v.client.FinalizeCheckoutSession(t.Context(), v.session, &webstore.FinalizeCheckoutSessionRequest{
			PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("25.00"), ShippingAddress: c.ShippingAddress,
		})
		return err
	}}
	v.handler = v.another()
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	v.paidOnce("25.00 USD")
}

// The shop fails to hear of a paid checkout: the buyer has paid, and it is told again.
func TestDeafShop(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.deaf = 2
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	assert.False(t, v.stored(v.checkout).Completed)
	_, err := v.handler.Resume(t.Context(), v.checkout)
	require.ErrorContains(t, err, "the shop is deaf")
	c, err := v.handler.Resume(t.Context(), v.checkout)
	require.NoError(t, err)
	assert.True(t, c.Completed)
	v.paidOnce("25.00 USD")
	assert.Len(t, v.told, 1)
}

func TestResumeOfAnOpenCheckout(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.press("")
	c, err := v.handler.Resume(t.Context(), v.checkout)
	require.NoError(t, err)
	assert.Equal(t, buynow.StatusOpen, c.Status)
	v.notPaid()
	_, err = v.handler.Resume(t.Context(), "unknown")
	require.ErrorIs(t, err, buynow.ErrUnknownCheckout)
}

// keys are the idempotency keys of the finalizations, each once.
func (s *shop) keys() []string {
	var keys []string
	for _, r := range s.server.Requests() {
		if r.Operation == "FinalizeCheckoutSession" && !slices.Contains(keys, r.IdempotencyKey) {
			keys = append(keys, r.IdempotencyKey)
		}
	}
	return keys
}

// A payment whose result is not known is repeated with the same key. A refusal of a repetition says
// nothing of the first call.
func TestRefusedAfterUnsettled(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.press("")
	require.NoError(t, v.server.FailNext(4, emulator.Fault{Operation: "FinalizeCheckoutSession", Kind: emulator.FaultKindReset}))
	assert.Equal(t, "error", v.complete()["status"])
	require.True(t, v.stored(v.checkout).Unsettled)
	v.server.ClearFaults()
	require.NoError(t, v.server.FailNext(1, emulator.Fault{Operation: "FinalizeCheckoutSession", Status: 400, ReasonCode: "InvalidParameterValue"}))
	assert.Equal(t, "error", v.complete()["status"])
	c := v.stored(v.checkout)
	assert.Equal(t, buynow.StatusBegun, c.Status)
	assert.True(t, c.Unsettled)
	assert.Equal(t, object{"status": "success"}, v.complete())
	assert.Len(t, v.keys(), 1)
	v.paidOnce("25.00 USD")
}

// uncharged is a Client whose sessions are completed without a charge.
type uncharged struct{ buynow.Client }

func (c uncharged) FinalizeCheckoutSession(ctx context.Context, id string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error) {
	in.PaymentIntent, in.CanHandlePendingAuthorization = webstore.PaymentIntentConfirm, nil
	return c.Client.FinalizeCheckoutSession(ctx, id, in, opts...)
}

// A session that was completed, but has no charge, has not paid the checkout.
func TestCompletedWithoutACharge(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	v.config.Client = uncharged{v.client}
	v.handler = v.another()
	assert.Equal(t, object{"status": "error", "reasonCode": "CheckoutOver"}, v.pay(""))
	assert.Equal(t, buynow.StatusReview, v.stored(v.checkout).Status)
	v.notPaid()

	s := open(t, func(c *buynow.Config) { c.Session.PaymentIntent = webstore.PaymentIntentConfirm })
	v = s.enter()
	assert.Equal(t, object{"status": "success"}, v.pay(""))
	assert.Equal(t, buynow.StatusPaid, s.stored(v.checkout).Status, "the shop charges later")
}
