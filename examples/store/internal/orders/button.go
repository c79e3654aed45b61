package orders

import (
	"cmp"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// storeName is what Amazon's pages call the shop.
const storeName = "Huehue Coffee"

// Button is what the payload of an order's button is made from. Package button makes a payload of
// the order's kind from it.
type Button struct {
	Kind               Kind
	ProductType        webstore.ProductType
	StoreID            string
	WebCheckoutDetails *webstore.WebCheckoutDetails // ReviewPath, ResultPath and CancelPath
	MerchantMetadata   *webstore.MerchantMetadata   // the order's number
	PaymentDetails     *webstore.PaymentDetails     // KindProcessOrder and KindDonation; nil otherwise
	// ChargePermissionType is of KindRecurring and KindWallet; empty otherwise.
	ChargePermissionType webstore.ChargePermissionType
	RecurringMetadata    *webstore.RecurringMetadata // KindRecurring
	AddressDetails       *webstore.AddressDetails    // KindProcessOrder that ships
	// DeliverySpecifications has the countries that the shop delivers to, if the buyer chooses the
	// address.
	DeliverySpecifications *webstore.DeliverySpecifications
	EstimatedOrderAmount   amazonpay.Price
}

// ReviewPath is the page to which Amazon sends the buyer with ?amazonCheckoutSessionId=…, to review
// and pay the order.
func ReviewPath(number string) string { return "/orders/" + number + "/review" }

// ResultPath is the page to which Amazon sends the buyer with ?amazonCheckoutSessionId=…, after
// paying.
func ResultPath(number string) string { return "/orders/" + number + "/result" }

// CancelPath is the page to which Amazon sends a buyer who has canceled.
func CancelPath(number string) string { return "/orders/" + number + "/canceled" }

// Button returns what the order's button must say. It makes no call, and the same order always gets
// the same button.
func (s *Shop) Button(o *Order) Button {
	b := Button{
		Kind: o.Kind, ProductType: webstore.ProductTypePayOnly, StoreID: s.config.StoreID,
		WebCheckoutDetails:   &webstore.WebCheckoutDetails{CheckoutCancelURL: s.config.BaseURL + CancelPath(o.Number)},
		MerchantMetadata:     s.metadata(o.Number),
		EstimatedOrderAmount: o.Total,
	}
	if o.Ships() {
		b.ProductType = webstore.ProductTypePayAndShip
	}
	switch o.Kind {
	case KindProcessOrder, KindDonation:
		b.WebCheckoutDetails.CheckoutResultReturnURL = s.config.BaseURL + ResultPath(o.Number)
		b.WebCheckoutDetails.CheckoutMode = webstore.CheckoutModeProcessOrder
		b.PaymentDetails = paymentDetails(o.Ships(), o.Total)
		if o.Address != nil {
			b.AddressDetails = addressDetails(o.Address)
		}
		return b
	case KindRecurring:
		b.ChargePermissionType = webstore.ChargePermissionTypeRecurring
		b.RecurringMetadata = monthly(o.Total)
	case KindWallet:
		b.ChargePermissionType = webstore.ChargePermissionTypePaymentMethodOnFile
	}
	b.WebCheckoutDetails.CheckoutReviewReturnURL = s.config.BaseURL + ReviewPath(o.Number)
	if o.Ships() {
		b.DeliverySpecifications = deliverySpecifications()
	}
	return b
}

func (s *Shop) metadata(number string) *webstore.MerchantMetadata {
	return &webstore.MerchantMetadata{MerchantReferenceID: number, MerchantStoreName: storeName}
}

// paymentDetails holds the money of what is shipped, and takes the money of anything else at once.
func paymentDetails(ships bool, total amazonpay.Price) *webstore.PaymentDetails {
	if !ships {
		return &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: total}
	}
	return &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, CanHandlePendingAuthorization: new(true), ChargeAmount: total}
}

func monthly(total amazonpay.Price) *webstore.RecurringMetadata {
	return &webstore.RecurringMetadata{Frequency: &webstore.Frequency{Unit: webstore.FrequencyUnitMonth, Value: "1"}, Amount: total}
}

func addressDetails(a *amazonpay.Address) *webstore.AddressDetails {
	return &webstore.AddressDetails{
		Name: a.Name, AddressLine1: a.AddressLine1, AddressLine2: a.AddressLine2, AddressLine3: a.AddressLine3, City: a.City,
		DistrictOrCounty: cmp.Or(a.District, a.County), StateOrRegion: a.StateOrRegion,
		PostalCode: a.PostalCode, CountryCode: a.CountryCode, PhoneNumber: a.PhoneNumber,
	}
}
