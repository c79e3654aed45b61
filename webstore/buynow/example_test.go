package buynow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// A shop that sells one thing for 20.00, and delivers it for 5.00. The emulator plays Amazon and the
// buyer.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	merchant := server.Description().Merchants[0]
	maker, err := button.New(button.Config{Client: client, MerchantID: merchant.MerchantID, ScriptURL: server.Description().ScriptURL})
	if err != nil {
		fmt.Println(err)
		return
	}

	usd := amazonpay.USD.Price
	cart := func() *webstore.CartDetails { // of the shop's database, by the id of the checkout
		return &webstore.CartDetails{
			TotalBaseAmount: usd("20.00"), TotalShippingAmount: usd("5.00"), TotalTaxAmount: usd("0.00"), TotalChargeAmount: usd("25.00"),
			DeliveryOptions: []webstore.DeliveryOption{{
				ID: "standard", Price: usd("5.00"), IsDefault: true, ShippingMethod: webstore.ShippingMethod{ShippingMethodName: "Standard"},
			}},
		}
	}
	shop, err := buynow.New(buynow.Config{
		Client: webstore.New(client), Store: new(buynow.MemoryStore), Maker: maker, HandlerURL: "/buynow",
		InitCheckout: func(context.Context, buynow.InitCheckout) (*webstore.CartDetails, error) { return cart(), nil },
		SelectShippingAddress: func(_ context.Context, e buynow.ShippingAddressSelection) (*webstore.CartDetails, error) {
			if e.ShippingAddress.CountryCode != "US" {
				return nil, &buynow.DeclineError{ReasonCode: "AddressNotServed"}
			}
			return cart(), nil
		},
		SelectDeliveryOption: func(context.Context, buynow.DeliveryOptionSelection) (*webstore.CartDetails, error) {
			return cart(), nil
		},
		CompleteCheckout: func(_ context.Context, c buynow.Checkout) error {
			fmt.Println(c.Reference, "is paid:", c.Cart.TotalChargeAmount)
			return nil
		},
		Session: buynow.Session{StoreID: merchant.StoreID},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	id, err := shop.NewCheckout(ctx, "order-1042")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The page shows shop.Button(ctx, id, …).HTML(nonce). Without a browser, the buyer signs in, sees
	// the cart and pays:
	session, err := server.Buyer().BuyNow(emulator.BuyNowButton{CheckoutSessionConfig: map[string]any{"storeId": merchant.StoreID}})
	if err != nil {
		fmt.Println(err)
		return
	}
	post := func(event string, data map[string]any) map[string]any {
		body, _ := json.Marshal(map[string]any{"checkoutId": id, "event": event, "data": data})
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/buynow", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		shop.ServeHTTP(w, r)
		var answer map[string]any
		_ = json.Unmarshal(w.Body.Bytes(), &answer)
		return answer
	}
	shown := post("onInitCheckout", map[string]any{"shippingAddress": map[string]any{"countryCode": "US"}})
	if err := server.Buyer().PayNow(session, shown, "standard"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(post("onCompleteCheckout", map[string]any{"amazonCheckoutSessionId": session})["status"])
	fmt.Println("charges:", len(server.Charges()))
	// Output:
	// order-1042 is paid: 25.00 USD
	// success
	// charges: 1
}
