package webstore_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

func cart() webstore.CartDetails {
	return webstore.CartDetails{
		TotalBaseAmount: usd("20.00"), TotalShippingAmount: usd("5.00"), TotalTaxAmount: usd("1.50"), TotalDiscountAmount: usd("2.00"), TotalChargeAmount: usd("24.50"),
		DeliveryOptions: []webstore.DeliveryOption{
			{ID: "standard", Price: usd("5.00"), IsDefault: true, ShippingEstimate: []webstore.EstimationDetails{{TimeUnit: webstore.TimeUnitHour, Value: 48}}},
			{ID: "express", Price: usd("9.00")},
		},
		LineItems: []webstore.LineItem{{ID: "cup", Title: "Cup", Quantity: "2", ListPrice: usd("10.00"), TotalListPrice: usd("20.00"), DiscountedPrice: usd("18.00")}},
	}
}

func TestCartDetails(t *testing.T) {
	t.Parallel()
	yen := func(amount amazonpay.Decimal) amazonpay.Price { return amazonpay.JPY.Price(amount) }
	for name, change := range map[string]func(*webstore.CartDetails){
		"tax on top":        func(*webstore.CartDetails) {},
		"tax included":      func(c *webstore.CartDetails) { c.TotalChargeAmount = usd("23") },
		"a part is charged": func(c *webstore.CartDetails) { c.TotalOrderAmount, c.TotalChargeAmount = usd("24.50"), usd("10.00") },
		"no discount": func(c *webstore.CartDetails) {
			c.TotalDiscountAmount, c.TotalChargeAmount = amazonpay.Price{}, usd("26.500")
		},
		"nothing shipped":        func(c *webstore.CartDetails) { c.DeliveryOptions, c.LineItems = nil, nil },
		"a discount of a parcel": func(c *webstore.CartDetails) { c.DeliveryOptions[0].Price = usd("0") },
		"yen": func(c *webstore.CartDetails) {
			*c = webstore.CartDetails{TotalBaseAmount: yen("1000"), TotalShippingAmount: yen("0"), TotalTaxAmount: yen("90"), TotalChargeAmount: yen("1000")}
		},
	} {
		c := cart()
		change(&c)
		_, err := amazonpay.EncodeJSON(c)
		require.NoError(t, err, name)
	}
	for want, change := range map[string]func(*webstore.CartDetails){
		"totalChargeAmount: is required":   func(c *webstore.CartDetails) { c.TotalChargeAmount = amazonpay.Price{} },
		"totalBaseAmount: is required":     func(c *webstore.CartDetails) { c.TotalBaseAmount = amazonpay.Price{} },
		"totalShippingAmount: is required": func(c *webstore.CartDetails) { c.TotalShippingAmount = amazonpay.Price{} },
		"totalTaxAmount: is required":      func(c *webstore.CartDetails) { c.TotalTaxAmount = amazonpay.Price{} },
		"totalChargeAmount: is 24.51 USD: it must be totalBaseAmount (20.00) + totalShippingAmount (5.00) - totalDiscountAmount (2.00), with or without totalTaxAmount (1.50)": func(c *webstore.CartDetails) { c.TotalChargeAmount = usd("24.51") },
		"totalOrderAmount: is 24.49 USD: it must be":                                func(c *webstore.CartDetails) { c.TotalOrderAmount, c.TotalChargeAmount = usd("24.49"), usd("1") },
		"totalOrderAmount: is 24.50 USD, less than chargeAmount (30.00 USD)":        func(c *webstore.CartDetails) { c.TotalOrderAmount, c.TotalChargeAmount = usd("24.50"), usd("30.00") },
		`totalDiscountAmount.amount: "-2.00" is not decimal text`:                   func(c *webstore.CartDetails) { c.TotalDiscountAmount = usd("-2.00") },
		`totalTaxAmount.amount: "1.505" has more decimals than USD allows (2)`:      func(c *webstore.CartDetails) { c.TotalTaxAmount = usd("1.505") },
		"totalTaxAmount.currencyCode: is EUR, but totalChargeAmount is in USD":      func(c *webstore.CartDetails) { c.TotalTaxAmount = amazonpay.EUR.Price("1.50") },
		"totalChargeAmount: amazonpay: MinorUnits: the currency \"KWD\" is unknown": func(c *webstore.CartDetails) { c.TotalChargeAmount = amazonpay.CurrencyCode("KWD").Price("1") },
		"totalChargeAmount: is zero: it must be more than zero": func(c *webstore.CartDetails) {
			c.TotalBaseAmount, c.TotalShippingAmount, c.TotalTaxAmount, c.TotalDiscountAmount, c.TotalChargeAmount = usd("0"), usd("0"), usd("0"), usd("0"), usd("0.00")
		},
		"totalChargeAmount: is 200000.00 USD, more than 150000.00 USD": func(c *webstore.CartDetails) {
			c.TotalBaseAmount, c.TotalChargeAmount = usd("199997"), usd("200000.00")
		},
		"deliveryOptions: have 0 defaults":                                  func(c *webstore.CartDetails) { c.DeliveryOptions[0].IsDefault = false },
		"deliveryOptions: have 2 defaults":                                  func(c *webstore.CartDetails) { c.DeliveryOptions[1].IsDefault = true },
		`deliveryOptions[1].id: is "standard", the id of an earlier option`: func(c *webstore.CartDetails) { c.DeliveryOptions[1].ID = "standard" },
		"deliveryOptions[1].id: is required":                                func(c *webstore.CartDetails) { c.DeliveryOptions[1].ID = "" },
		"deliveryOptions[1].price: is required":                             func(c *webstore.CartDetails) { c.DeliveryOptions[1].Price = amazonpay.Price{} },
		"deliveryOptions[0].price.currencyCode: is JPY":                     func(c *webstore.CartDetails) { c.DeliveryOptions[0].Price = yen("500") },
		"deliveryOptions[0].shippingEstimate[0].timeUnit: is required":      func(c *webstore.CartDetails) { c.DeliveryOptions[0].ShippingEstimate[0].TimeUnit = "" },
		"lineItems[0].title: is required":                                   func(c *webstore.CartDetails) { c.LineItems[0].Title = " " },
		`lineItems[0].quantity: is "1.5": it must be a whole number`:        func(c *webstore.CartDetails) { c.LineItems[0].Quantity = "1.5" },
		`lineItems[0].quantity: is "0"`:                                     func(c *webstore.CartDetails) { c.LineItems[0].Quantity = "0" },
		`lineItems[0].quantity: is "-2"`:                                    func(c *webstore.CartDetails) { c.LineItems[0].Quantity = "-2" },
		"lineItems[0].totalListPrice: is 20.00 USD: it must be 3 times":     func(c *webstore.CartDetails) { c.LineItems[0].Quantity = "3" },
		"lineItems[0].listPrice: is required":                               func(c *webstore.CartDetails) { c.LineItems[0].ListPrice = amazonpay.Price{} },
		"lineItems[0].discountedPrice: is 20.01 USD, more than":             func(c *webstore.CartDetails) { c.LineItems[0].DiscountedPrice = usd("20.01") },
	} {
		c := cart()
		change(&c)
		_, err := amazonpay.EncodeJSON(c)
		require.ErrorContains(t, err, want)
		var broken *amazonpay.FieldError
		require.ErrorAs(t, err, &broken, want)
	}
}

// A sum of amounts that fit does not overflow.
func TestCartDetailsOverflow(t *testing.T) {
	t.Parallel()
	most := usd("92233720368547758.07")
	c := webstore.CartDetails{TotalBaseAmount: most, TotalShippingAmount: most, TotalTaxAmount: usd("0"), TotalChargeAmount: usd("1"), TotalDiscountAmount: most}
	require.Error(t, c.Validate())
	c.TotalOrderAmount, c.TotalDiscountAmount = most, most
	assert.NoError(t, c.Validate())
}

// The type of an estimate's value is not documented.
func TestEstimateIsANumberOrAText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{`{"timeUnit":"HOUR","value":48}`: 48, `{"timeUnit":"HOUR","value":"48"}`: 48, `{"timeUnit":"HOUR","value":null}`: 0} {
		var got webstore.EstimationDetails
		require.NoError(t, json.Unmarshal([]byte(text), &got), text)
		assert.Equal(t, webstore.EstimationDetails{TimeUnit: webstore.TimeUnitHour, Value: want}, got)
	}
	for _, text := range []string{`{"value":1.5}`, `{"value":"soon"}`, `{"value":[]}`, `{"value":"99999999999999999999"}`} {
		require.Error(t, json.Unmarshal([]byte(text), new(webstore.EstimationDetails)), text)
	}
}
