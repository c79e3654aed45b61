package webstore

import "github.com/amazonpay-go/sdk/amazonpay"

// CartDetails are the cart of a "Buy Now" checkout, as the shop shows it on Amazon's page: the
// answer to the events of the page (package buynow). In a [CheckoutSession] they have the delivery
// option that the buyer chose, and no amounts.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buy-now-checkout.html
type CartDetails struct {
	// DeliveryOptions are the ways to deliver to the address. Required if something is shipped.
	DeliveryOptions []DeliveryOption `json:"deliveryOptions,omitzero"`
	// TotalShippingAmount is the price of the delivery, TotalBaseAmount of the goods, TotalTaxAmount
	// the tax on both. All three are required.
	TotalShippingAmount amazonpay.Price `json:"totalShippingAmount,omitzero"`
	TotalBaseAmount     amazonpay.Price `json:"totalBaseAmount,omitzero"`
	TotalTaxAmount      amazonpay.Price `json:"totalTaxAmount,omitzero"`
	// TotalChargeAmount is what the buyer pays now. Required.
	TotalChargeAmount amazonpay.Price `json:"totalChargeAmount,omitzero"`
	// TotalDiscountAmount is subtracted from the other amounts. It is not negative.
	TotalDiscountAmount amazonpay.Price `json:"totalDiscountAmount,omitzero"`
	// TotalOrderAmount is the amount of the whole order, if more charges follow the first one.
	TotalOrderAmount amazonpay.Price `json:"totalOrderAmount,omitzero"`
	// LineItems are shown to the buyer. The amounts above count, not these.
	LineItems []LineItem `json:"lineItems,omitzero"`
}

// LineItem is a line of the cart. ID, Title, Quantity, ListPrice and TotalListPrice are required.
type LineItem struct {
	ID    string `json:"id,omitzero"` // the shop's own
	Title string `json:"title,omitzero"`
	// Quantity is a whole number.
	Quantity       amazonpay.Decimal `json:"quantity,omitzero"`
	ListPrice      amazonpay.Price   `json:"listPrice,omitzero"`      // of one
	TotalListPrice amazonpay.Price   `json:"totalListPrice,omitzero"` // ListPrice times Quantity
	// VariantTitle says which variant it is, such as "blue, M".
	VariantTitle string `json:"variantTitle,omitzero"`
	// DiscountedPrice is the price of the line after a discount.
	DiscountedPrice amazonpay.Price `json:"discountedPrice,omitzero"`
}

// DeliveryOption is a way to deliver an order, and its price.
type DeliveryOption struct {
	ID             string          `json:"id,omitzero"` // the shop's own
	Price          amazonpay.Price `json:"price,omitzero"`
	ShippingMethod ShippingMethod  `json:"shippingMethod,omitzero"`
	// ShippingEstimate is how long the delivery takes: one value, or the least and the most.
	ShippingEstimate []EstimationDetails `json:"shippingEstimate,omitzero"`
	IsDefault        amazonpay.Bool      `json:"isDefault"`
}

// ShippingMethod is the name and the shop's code of a [DeliveryOption].
type ShippingMethod struct {
	ShippingMethodName string `json:"shippingMethodName,omitzero"`
	ShippingMethodCode string `json:"shippingMethodCode,omitzero"`
}

// EstimationDetails are a duration, such as 2 days.
type EstimationDetails struct {
	TimeUnit TimeUnit `json:"timeUnit,omitzero"`
	Value    int      `json:"value"`
}

// TimeUnit is the unit of [EstimationDetails].
type TimeUnit string

// The units of time.
const (
	TimeUnitHour TimeUnit = "HOUR"
	TimeUnitDay  TimeUnit = "DAY"
)
