package buynow_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// Of what is not shipped there is no address that would tell a wrong session.
func TestPayOnlyRefusesSessions(t *testing.T) {
	t.Parallel()
	s := payOnly(t)
	v := s.enter()
	shipped, err := v.server.Buyer().BuyNow(emulator.BuyNowButton{CheckoutSessionConfig: object{"storeId": v.merchant.StoreID}})
	require.NoError(t, err)
	completed := s.enter()
	completed.press("")
	session, err := v.client.GetCheckoutSession(t.Context(), completed.session)
	require.NoError(t, err)
	_, err = v.client.FinalizeCheckoutSession(t.Context(), completed.session, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: usd("7.70"), TotalOrderAmount: usd("7.70"), BillingAddress: session.BillingAddress,
	})
	require.NoError(t, err)
	for _, id := range []string{shipped, completed.session} {
		assert.Equal(t, object{"status": "decline", "reasonCode": "SessionRefused"}, v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": id}))
		c := v.stored(v.checkout)
		assert.Equal(t, buynow.StatusOpen, c.Status)
		assert.Empty(t, c.SessionID)
		assert.Contains(t, v.logs.String(), "a session was refused")
	}
}

// What a browser can lie about. Nothing is charged.
func TestLies(t *testing.T) {
	t.Parallel()
	refused, changed := object{"status": "decline", "reasonCode": "SessionRefused"}, object{"status": "decline", "reasonCode": "AmountChanged"}
	total := func(cart object, amount string) object {
		cart = maps.Clone(cart)
		cart["totalChargeAmount"], cart["totalBaseAmount"] = object{"amount": amount, "currencyCode": "USD"}, object{"amount": amount, "currencyCode": "USD"}
		cart["totalShippingAmount"] = object{"amount": "0.00", "currencyCode": "USD"}
		return cart
	}
	for name, row := range map[string]struct {
		lie  func(v *visit) object // returns the answer
		want object
	}{
		"a total of its own on Amazon's page": {func(v *visit) object {
			v.cart = total(v.cart, "1.00")
			return v.pay("")
		}, changed},
		"an amount in the event": {func(v *visit) object {
			v.cart = total(v.cart, "1.00")
			v.press("")
			return v.post("onCompleteCheckout", v.checkout, object{
				"amazonCheckoutSessionId": v.session, "totalChargeAmount": object{"amount": "1.00", "currencyCode": "USD"}, "cart": v.cart, "version": 0,
			})
		}, changed},
		"another currency": {func(v *visit) object {
			v.cart = object{
				"totalChargeAmount": object{"amount": "25.00", "currencyCode": "EUR"}, "totalBaseAmount": object{"amount": "25.00", "currencyCode": "EUR"},
				"totalShippingAmount": object{"amount": "0.00", "currencyCode": "EUR"}, "totalTaxAmount": object{"amount": "0.00", "currencyCode": "EUR"},
				"deliveryOptions": []object{{"id": "standard", "price": object{"amount": "0.00", "currencyCode": "EUR"}, "isDefault": true, "shippingMethod": object{"shippingMethodName": "x"}}},
			}
			if err := v.server.Buyer().PayNow(v.session, v.cart, ""); err != nil { // the region has one currency
				v.cart = total(v.cart, "24.99")
			}
			return v.complete()
		}, nil},
		"an address without an event": {func(v *visit) object {
			v.moveSilently("AK") // where delivery costs more
			return v.pay("")
		}, object{"status": "decline", "reasonCode": "AmountChanged"}},
		"an address that is not served": {func(v *visit) object {
			v.moveSilently("HI")
			return v.pay("")
		}, object{"status": "decline", "reasonCode": "AddressNotServed"}},
		"the event of another address": {func(v *visit) object {
			v.moveSilently("AK")
			v.cart = v.post("onShippingAddressSelection", v.checkout, object{"shippingAddress": object{"countryCode": "US", "stateOrRegion": "WA"}})
			return v.pay("")
		}, changed},
		"a delivery option without an event": {func(v *visit) object { return v.pay("express") }, changed},
		"a delivery option that is not offered": {func(v *visit) object {
			v.cart["deliveryOptions"] = []object{{"id": "teleport", "price": object{"amount": "5.00", "currencyCode": "USD"}, "isDefault": true, "shippingMethod": object{"shippingMethodName": "x"}}}
			return v.pay("teleport")
		}, changed},
		"the price before it changed": {func(v *visit) object {
			v.reprice("30.00")
			return v.pay("")
		}, changed},
		"a subscription": {func(v *visit) object {
			return v.again(object{"chargePermissionType": "Recurring", "recurringMetadata": object{"frequency": object{"unit": "Month", "value": "1"}}}).pay("")
		}, refused},
		"the reference of another order": {func(v *visit) object {
			return v.again(object{"merchantMetadata": object{"merchantReferenceId": "order-1"}}).pay("")
		}, refused},
		"a session that was not paid": {func(v *visit) object { return v.complete() }, nil},
		"no session":                  {func(v *visit) object { return v.post("onCompleteCheckout", v.checkout, object{}) }, refused},
		"a session that does not exist": {func(v *visit) object {
			return v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": "9ca8bcf5-9d4f-4b3e-9c5e-0a0a0a0a0a0a"})
		}, refused},
		"a path for a session": {func(v *visit) object {
			return v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": "../charges"})
		}, refused},
		"a canceled session": {func(v *visit) object {
			require.NoError(t, v.server.Buyer().Abandon(v.session))
			return v.complete()
		}, refused},
		"the session of a one-time button, not paid": {func(v *visit) object {
			session, err := v.client.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
				StoreID: v.merchant.StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
			})
			require.NoError(t, err)
			return v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": session.CheckoutSessionID})
		}, refused},
		"another checkout": {func(v *visit) object {
			v.press("")
			return v.post("onCompleteCheckout", "ABC", object{"amazonCheckoutSessionId": v.session})
		}, object{"status": "error", "reasonCode": "UnknownCheckout"}},
		"the session of another checkout": {func(v *visit) object {
			v.press("")
			other := v.enter()
			return v.post("onCompleteCheckout", other.checkout, object{"amazonCheckoutSessionId": v.session})
		}, refused},
		"a product that is not shipped": {func(v *visit) object {
			session, err := v.server.Buyer().BuyNow(emulator.BuyNowButton{ProductType: "PayOnly", CheckoutSessionConfig: object{"storeId": v.merchant.StoreID}})
			require.NoError(t, err)
			v.session = session
			return v.complete()
		}, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t).enter()
			answer := row.lie(v)
			if row.want != nil {
				assert.Equal(t, row.want, answer)
			}
			assert.NotEqual(t, "success", answer["status"])
			v.notPaid()
		})
	}
}

// again has the buyer click the same button with a changed configuration.
func (v *visit) again(lies object) *visit {
	v.tb.Helper()
	return v.click(v.checkout, lies)
}

// The session of another merchant is not found, and one of another store is refused.
func TestOtherMerchant(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	other := v.server.Description().Merchants[1]
	session, err := v.server.Buyer().BuyNow(emulator.BuyNowButton{MerchantID: other.MerchantID, CheckoutSessionConfig: object{"storeId": other.StoreID}})
	require.NoError(t, err)
	assert.Equal(t, "decline", v.post("onCompleteCheckout", v.checkout, object{"amazonCheckoutSessionId": session})["status"])
	v.notPaid()
}

// A session that has paid one checkout pays no other one, at the same price either, whether it has
// the reference of the other one or not.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := open(t)
	paid := s.enter()
	assert.Equal(t, object{"status": "success"}, paid.pay(""))
	other := s.enter()
	assert.Equal(t, object{"status": "decline", "reasonCode": "SessionRefused"}, s.post("onCompleteCheckout", other.checkout, object{"amazonCheckoutSessionId": paid.session}))
	assert.Equal(t, buynow.StatusOpen, s.stored(other.checkout).Status)
	paid.paidOnce("25.00 USD")
	assert.Equal(t, object{"status": "success"}, other.pay(""), "the checkout can still be paid by its own session")
	assert.Len(t, s.server.Charges(), 2)
}

// took is a Client in which something happens at Amazon before or after a call.
type took struct {
	buynow.Client

	before func(operation string) error
}

func (c *took) FinalizeCheckoutSession(ctx context.Context, id string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error) {
	if err := c.before("first"); err != nil {
		return nil, err
	}
	return c.Client.FinalizeCheckoutSession(ctx, id, in, opts...)
}

func (c *took) FinalizeOrFetch(ctx context.Context, id string, in *webstore.FinalizeCheckoutSessionRequest, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error) {
	if err := c.before("again"); err != nil {
		return nil, err
	}
	return c.Client.FinalizeOrFetch(ctx, id, in, opts...)
}

// Another page of the shop completes the session for its own order, at the same price, between this
// checkout's checks and its payment. It does not claim sessions in the Store. Whatever this process
// lives to see, this checkout is not paid.
func TestSessionTakenByAnotherOrder(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{false, true} {
		for _, reference := range []string{"order-1", ""} {
			v := open(t).enter()
			v.press("")
			steal := func(string) error {
				if reference != "" {
					_, err := v.client.UpdateCheckoutSession(t.Context(), v.session, &webstore.UpdateCheckoutSessionRequest{MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: reference}})
					require.NoError(t, err)
				}
				session, err := v.client.GetCheckoutSession(t.Context(), v.session)
				require.NoError(t, err)
				_, err = v.client.FinalizeCheckoutSession(t.Context(), v.session, &webstore.FinalizeCheckoutSessionRequest{
					PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("25.00"), ShippingAddress: session.ShippingAddress,
				})
				require.NoError(t, err)
				if killed {
					return errKilled
				}
				return nil
			}
			v.config.Client = &took{v.client, steal}
			v.handler = v.another()
			assert.Equal(t, "error", v.complete()["status"])
			if killed && reference == "" {
				continue // a page that neither claims sessions nor looks at their reference: see Store.Save
			}
			v.config.Client = v.client
			v.handler = v.another()
			c, err := v.handler.Resume(t.Context(), v.checkout)
			require.NoError(t, err)
			assert.Equal(t, buynow.StatusReview, c.Status)
			assert.NotEmpty(t, c.ChargeID)
			assert.NotEqual(t, "success", v.complete()["status"])
			assert.Empty(t, v.told)
			assert.Len(t, v.server.Charges(), 1)
		}
	}
}

// A page of the shop that claims sessions like this handler has the session first.
func TestSessionClaimedByAnotherFlow(t *testing.T) {
	t.Parallel()
	v := open(t).enter()
	for i, session := range []string{v.session, v.unreferenced()} {
		v.session = session
		v.press("")
		require.NoError(t, v.config.Store.Save(t.Context(), buynow.Checkout{ID: fmt.Sprint("order-", i), SessionID: v.session}))
		assert.Equal(t, object{"status": "decline", "reasonCode": "SessionRefused"}, v.complete())
		v.notPaid()
	}
	session, err := v.client.GetCheckoutSession(t.Context(), v.session)
	require.NoError(t, err)
	if session.MerchantMetadata != nil {
		assert.Empty(t, session.MerchantMetadata.MerchantReferenceID, "the session of another order keeps its reference")
	}
}

// read is a Client that reads other sessions than Amazon has.
type read struct {
	buynow.Client

	change func(*webstore.CheckoutSession)
}

func (c read) GetCheckoutSession(ctx context.Context, id string, opts ...amazonpay.CallOption) (*webstore.CheckoutSession, error) {
	session, err := c.Client.GetCheckoutSession(ctx, id, opts...)
	if err == nil {
		c.change(session)
	}
	return session, err
}

// The emulator makes no such session, but a checkout is not paid with it.
func TestMisfits(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*webstore.CheckoutSession){
		"another store":    func(s *webstore.CheckoutSession) { s.StoreID = "amzn1.application-oa2-client.other" },
		"another spelling": func(s *webstore.CheckoutSession) { s.CheckoutSessionID = strings.ToUpper(s.CheckoutSessionID) },
		"a saved payment method": func(s *webstore.CheckoutSession) {
			s.ChargePermissionType = webstore.ChargePermissionTypePaymentMethodOnFile
		},
		"another product type":     func(s *webstore.CheckoutSession) { s.ProductType = webstore.ProductTypePayOnly },
		"no address":               func(s *webstore.CheckoutSession) { s.ShippingAddress = nil },
		"a state that is not Open": func(s *webstore.CheckoutSession) { s.StatusDetails.State = amazonpay.StateCompleted },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t).enter()
			v.press("")
			v.config.Client = read{v.client, change}
			v.handler = v.another()
			assert.Equal(t, object{"status": "decline", "reasonCode": "SessionRefused"}, v.complete())
			v.notPaid()
		})
	}
}

// The buyer saw the same charge, but another amount of the whole order.
func TestOrderAmountChanged(t *testing.T) {
	t.Parallel()
	order := amazonpay.Decimal("30.00")
	v := open(t, func(c *buynow.Config) {
		c.Session.ProductType = webstore.ProductTypePayOnly
		c.InitCheckout = func(context.Context, buynow.InitCheckout) (*webstore.CartDetails, error) {
			return &webstore.CartDetails{
				TotalBaseAmount: usd(order), TotalShippingAmount: usd("0.00"), TotalTaxAmount: usd("0.00"), TotalChargeAmount: usd("7.70"), TotalOrderAmount: usd(order),
			}, nil
		}
	}).enter()
	order = "40.00"
	assert.Equal(t, object{"status": "decline", "reasonCode": "AmountChanged"}, v.pay(""))
	v.notPaid()
}
