package webstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// CartDetails are the cart of a "Buy Now" checkout, as Amazon's page shows it to the buyer: the
// shop's answer to an event of the page (package webstore/buynow). In a [CheckoutSession] they have
// the delivery option that the buyer chose, and no amounts.
//
// TotalShippingAmount, TotalBaseAmount, TotalTaxAmount and TotalChargeAmount are required. The
// total is TotalOrderAmount or, without one, TotalChargeAmount. It must be
//
//	base + shipping + tax - discount
//
// or, if the prices include the tax, base + shipping - discount. All amounts have one currency.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/buy-now-checkout.html
type CartDetails struct {
	// DeliveryOptions are the ways to deliver to the address. Their ids differ, and exactly one of
	// them is the default.
	DeliveryOptions     []DeliveryOption `json:"deliveryOptions,omitzero"`
	TotalShippingAmount amazonpay.Price  `json:"totalShippingAmount,omitzero"` // of the delivery option that applies
	TotalBaseAmount     amazonpay.Price  `json:"totalBaseAmount,omitzero"`     // of the goods
	TotalTaxAmount      amazonpay.Price  `json:"totalTaxAmount,omitzero"`
	// TotalChargeAmount is what the buyer pays now.
	TotalChargeAmount amazonpay.Price `json:"totalChargeAmount,omitzero" pay:"transaction"`
	// TotalDiscountAmount is subtracted from the other amounts: it is not negative. Optional.
	TotalDiscountAmount amazonpay.Price `json:"totalDiscountAmount,omitzero"`
	// TotalOrderAmount is the amount of the whole order. Set it only if more charges follow the first
	// one.
	TotalOrderAmount amazonpay.Price `json:"totalOrderAmount,omitzero"`
	// LineItems are shown to the buyer. They are optional, and no total is computed from them.
	LineItems []LineItem `json:"lineItems,omitzero"`
	// AddOnFeatures are the features that the cart uses, such as [AddOnFeatureGift]. GiftDetails are
	// the gift wrapping on offer, as JSON: their members are not typed yet.
	//
	// https://developer.amazon.com/docs/amazon-pay-buy-now-checkout-with-gifting/provide-event-handlers.html
	AddOnFeatures []AddOnFeature  `json:"addOnFeatures,omitzero"`
	GiftDetails   json.RawMessage `json:"giftDetails,omitzero"`
	// AddressDisplayType is how the page asks for the address of a gift.
	AddressDisplayType string `json:"addressDisplayType,omitzero"`
}

// AddOnFeature is a feature of the "Buy Now" page that a merchant is allow-listed for.
type AddOnFeature string

// AddOnFeatureGift is gift wrapping, in Japan.
const AddOnFeatureGift AddOnFeature = "GIFT"

// Validate returns an error if an amount is missing, if the amounts do not add up or have several
// currencies, or if the delivery options have not exactly one default or have the same id twice.
func (c CartDetails) Validate() error {
	total := map[string]amazonpay.Price{
		"totalShippingAmount": c.TotalShippingAmount, "totalBaseAmount": c.TotalBaseAmount, "totalTaxAmount": c.TotalTaxAmount,
		"totalChargeAmount": c.TotalChargeAmount, "totalDiscountAmount": c.TotalDiscountAmount, "totalOrderAmount": c.TotalOrderAmount,
	}
	minor := make(map[string]int64)
	for _, name := range []string{"totalChargeAmount", "totalBaseAmount", "totalShippingAmount", "totalTaxAmount", "totalDiscountAmount", "totalOrderAmount"} {
		optional := name == "totalDiscountAmount" || name == "totalOrderAmount"
		if optional && total[name] == (amazonpay.Price{}) {
			continue
		}
		var err error
		if minor[name], err = c.amount(name, total[name]); err != nil {
			return err
		}
	}
	if err := checkTotal(c.TotalChargeAmount, c.TotalOrderAmount); err != nil {
		return err
	}
	name := "totalChargeAmount"
	if c.TotalOrderAmount != (amazonpay.Price{}) {
		name = "totalOrderAmount"
	}
	sum := new(big.Int) // of int64s, so that no sum overflows
	for _, part := range []string{"totalBaseAmount", "totalShippingAmount"} {
		sum.Add(sum, big.NewInt(minor[part]))
	}
	sum.Sub(sum, big.NewInt(minor["totalDiscountAmount"]))
	plusTax := new(big.Int).Add(sum, big.NewInt(minor["totalTaxAmount"]))
	if is := big.NewInt(minor[name]); is.Cmp(sum) != 0 && is.Cmp(plusTax) != 0 {
		return &amazonpay.FieldError{Field: name, Rule: fmt.Sprintf(
			"is %s: it must be totalBaseAmount (%s) + totalShippingAmount (%s) - totalDiscountAmount (%s), with or without totalTaxAmount (%s)",
			total[name], c.TotalBaseAmount.Amount, c.TotalShippingAmount.Amount, orZero(c.TotalDiscountAmount), c.TotalTaxAmount.Amount)}
	}
	if err := c.checkLines(); err != nil {
		return err
	}
	return c.checkOptions()
}

func orZero(p amazonpay.Price) amazonpay.Decimal {
	if p == (amazonpay.Price{}) {
		return "0"
	}
	return p.Amount
}

// amount returns an amount in the smallest unit of the cart's currency.
func (c CartDetails) amount(field string, p amazonpay.Price) (int64, error) {
	if p == (amazonpay.Price{}) {
		return 0, &amazonpay.FieldError{Field: field, Rule: "is required"}
	}
	if broken, ok := errors.AsType[*amazonpay.FieldError](p.Validate()); ok {
		return 0, &amazonpay.FieldError{Field: field + "." + broken.Field, Rule: broken.Rule}
	}
	if p.CurrencyCode != c.TotalChargeAmount.CurrencyCode {
		return 0, &amazonpay.FieldError{Field: field + ".currencyCode", Rule: fmt.Sprintf("is %s, but totalChargeAmount is in %s", p.CurrencyCode, c.TotalChargeAmount.CurrencyCode)}
	}
	minor, err := p.MinorUnits()
	if err != nil {
		return 0, &amazonpay.FieldError{Field: field, Rule: err.Error()}
	}
	return minor, nil
}

func (c CartDetails) checkLines() error {
	for i, line := range c.LineItems {
		field := fmt.Sprintf("lineItems[%d].", i)
		list, err := c.amount(field+"listPrice", line.ListPrice)
		if err != nil {
			return err
		}
		total, err := c.amount(field+"totalListPrice", line.TotalListPrice)
		if err != nil {
			return err
		}
		quantity, ok := new(big.Int).SetString(string(line.Quantity), 10)
		if !ok || quantity.Sign() <= 0 || line.Quantity.Validate() != nil {
			return &amazonpay.FieldError{Field: field + "quantity", Rule: fmt.Sprintf("is %.20q: it must be a whole number of at least 1", string(line.Quantity))}
		}
		if quantity.Mul(quantity, big.NewInt(list)).Cmp(big.NewInt(total)) != 0 {
			return &amazonpay.FieldError{Field: field + "totalListPrice", Rule: fmt.Sprintf("is %s: it must be %s times listPrice (%s)", line.TotalListPrice, line.Quantity, line.ListPrice)}
		}
		if line.DiscountedPrice != (amazonpay.Price{}) {
			discounted, err := c.amount(field+"discountedPrice", line.DiscountedPrice)
			if err != nil {
				return err
			}
			if discounted > total {
				return &amazonpay.FieldError{Field: field + "discountedPrice", Rule: fmt.Sprintf("is %s, more than totalListPrice (%s)", line.DiscountedPrice, line.TotalListPrice)}
			}
		}
	}
	return nil
}

func (c CartDetails) checkOptions() error {
	seen := make(map[string]bool)
	defaults := 0
	for i, option := range c.DeliveryOptions {
		field := fmt.Sprintf("deliveryOptions[%d].", i)
		if _, err := c.amount(field+"price", option.Price); err != nil {
			return err
		}
		if seen[option.ID] {
			return &amazonpay.FieldError{Field: field + "id", Rule: fmt.Sprintf("is %.40q, the id of an earlier option: give each option another one", option.ID)}
		}
		seen[option.ID] = true
		if option.IsDefault {
			defaults++
		}
	}
	if len(c.DeliveryOptions) > 0 && defaults != 1 {
		return &amazonpay.FieldError{Field: "deliveryOptions", Rule: fmt.Sprintf("have %d defaults: set IsDefault of exactly one", defaults)}
	}
	return nil
}

// LineItem is a line of the cart. All members but the last two are required.
type LineItem struct {
	ID              string            `json:"id,omitzero" pay:"required"`    // the shop's own
	Title           string            `json:"title,omitzero" pay:"required"` // of the product
	Quantity        amazonpay.Decimal `json:"quantity,omitzero" pay:"required"`
	ListPrice       amazonpay.Price   `json:"listPrice,omitzero"`       // of one piece
	TotalListPrice  amazonpay.Price   `json:"totalListPrice,omitzero"`  // ListPrice times Quantity
	VariantTitle    string            `json:"variantTitle,omitzero"`    // such as "blue, M"
	DiscountedPrice amazonpay.Price   `json:"discountedPrice,omitzero"` // of all pieces, after the discount
}

// DeliveryOption is a way to deliver an order, and its price.
type DeliveryOption struct {
	ID             string          `json:"id,omitzero" pay:"required"` // the shop's own
	Price          amazonpay.Price `json:"price,omitzero"`
	ShippingMethod ShippingMethod  `json:"shippingMethod,omitzero"`
	// ShippingEstimate is how long the delivery takes. Optional.
	ShippingEstimate []EstimationDetails `json:"shippingEstimate,omitzero"`
	IsDefault        amazonpay.Bool      `json:"isDefault"` // chosen until the buyer chooses another one
}

// ShippingMethod is the name and the shop's code of a [DeliveryOption].
type ShippingMethod struct {
	ShippingMethodName string `json:"shippingMethodName,omitzero"` // shown to the buyer
	ShippingMethodCode string `json:"shippingMethodCode,omitzero"`
}

// EstimationDetails are a duration, such as 2 hours.
type EstimationDetails struct {
	TimeUnit TimeUnit `json:"timeUnit,omitzero" pay:"required"`
	Value    int      `json:"value,omitzero"`
}

// UnmarshalJSON also accepts a value as text, since its type is not known.
func (e *EstimationDetails) UnmarshalJSON(b []byte) error {
	var lenient struct {
		TimeUnit TimeUnit          `json:"timeUnit"`
		Value    amazonpay.Decimal `json:"value"`
	}
	if err := json.Unmarshal(b, &lenient); err != nil {
		return err
	}
	e.TimeUnit = lenient.TimeUnit
	if lenient.Value == "" {
		return nil
	}
	var err error
	if e.Value, err = strconv.Atoi(string(lenient.Value)); err != nil {
		return errors.New("the value of an estimate is not a whole number")
	}
	return nil
}

// TimeUnit is the unit of [EstimationDetails]. Other units than the constant are sent unchanged.
type TimeUnit string

// TimeUnitHour is an hour.
const TimeUnitHour TimeUnit = "HOUR"
