package button

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

func broken(field, rule string) error { return &amazonpay.FieldError{Field: field, Rule: rule} }

// page is a page of the shop to which the buyer returns: the path of its member, and its URL.
type page struct{ path, url string }

// pagesOf returns all pages, also those without a URL.
func pagesOf(w *webstore.WebCheckoutDetails) []page {
	if w == nil {
		w = &webstore.WebCheckoutDetails{}
	}
	return []page{
		{reviewPage, w.CheckoutReviewReturnURL},
		{resultPage, w.CheckoutResultReturnURL},
		{cancelPage, w.CheckoutCancelURL},
		{errorPage, w.CheckoutErrorURL},
		{signInPage, w.SignInReturnURL},
		{signInCancelPage, w.SignInCancelURL},
		{signInErrorPage, w.SignInErrorURL},
		{"webCheckoutDetails.authorizeResultReturnUrl", w.AuthorizeResultReturnURL},
		{"webCheckoutDetails.amazonPayDeclineUrl", w.AmazonPayDeclineURL},
		{"webCheckoutDetails.amazonPayRedirectUrl", w.AmazonPayRedirectURL},
	}
}

// currency is a currency of the payload: the path of its member, and its code.
type currency struct {
	path string
	code amazonpay.CurrencyCode
}

func currenciesOf(p *webstore.PaymentDetails, r *webstore.RecurringMetadata) (all []currency) {
	if p != nil {
		all = append(all,
			currency{"paymentDetails.presentmentCurrency", p.PresentmentCurrency},
			currency{"paymentDetails.chargeAmount.currencyCode", p.ChargeAmount.CurrencyCode},
			currency{"paymentDetails.totalOrderAmount.currencyCode", p.TotalOrderAmount.CurrencyCode},
		)
	}
	if r != nil {
		all = append(all, currency{"recurringMetadata.amount.currencyCode", r.Amount.CurrencyCode})
	}
	return all
}

// checkCurrencies returns an error for an amount in a currency that buyers of the region cannot pay
// in. Only in the EU and the UK can the presentment currency differ from the ledger currency.
func (r region) checkCurrencies(given []currency) error {
	if len(r.currencies) > 1 {
		return nil
	}
	for _, c := range given {
		if c.code != "" && string(c.code) != string(r.currencies[0]) {
			return broken(c.path, fmt.Sprintf("is %.10q: in this region it must be %s", c.code, r.currencies[0]))
		}
	}
	return nil
}

const (
	reviewPage       = "webCheckoutDetails.checkoutReviewReturnUrl"
	resultPage       = "webCheckoutDetails.checkoutResultReturnUrl"
	cancelPage       = "webCheckoutDetails.checkoutCancelUrl"
	errorPage        = "webCheckoutDetails.checkoutErrorUrl"
	signInPage       = "webCheckoutDetails.signInReturnUrl"
	signInCancelPage = "webCheckoutDetails.signInCancelUrl"
	signInErrorPage  = "webCheckoutDetails.signInErrorUrl"
)

// pageRules are the pages that a kind of button has, with true for those that it requires.
type pageRules map[string]bool

func (r pageRules) check(pages []page) error {
	for _, p := range pages {
		required, allowed := r[p.path]
		switch {
		case p.url == "" && required:
			return broken(p.path, "is required: set the URL of the shop's page to which the buyer returns")
		case p.url == "":
			continue
		case !allowed:
			return broken(p.path, "does not belong to this kind of button: remove it, or use another kind")
		}
		if err := checkURL(p); err != nil {
			return err
		}
	}
	return nil
}

// checkURL accepts http too, since a payload does not know the environment. [Maker.Button] does.
func checkURL(p page) error {
	u, err := url.Parse(p.url)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "https") && !strings.EqualFold(u.Scheme, "http") {
		return broken(p.path, "is not an absolute URL such as https://shop.example/review (in the sandbox, http works too)")
	}
	return nil
}

// checkLive returns an error for a page that is not https.
func checkLive(pages []page) error {
	for _, p := range pages {
		if p.url != "" && !strings.EqualFold(p.url[:min(len(p.url), len("https:"))], "https:") {
			return broken(p.path, "is not https: only the sandbox accepts http")
		}
	}
	return nil
}

func checkStore(id string) error {
	if strings.TrimSpace(id) == "" {
		return broken("storeId", "is required: set it here, or Config.StoreID for all buttons (amzn1.application-oa2-client.…)")
	}
	return nil
}

func checkMode(w *webstore.WebCheckoutDetails, want webstore.CheckoutMode) error {
	if w == nil || w.CheckoutMode == want {
		return nil
	}
	if want == "" {
		return broken("webCheckoutDetails.checkoutMode", fmt.Sprintf("is %.40q, but this kind of button has none: remove it, or use ProcessOrder", w.CheckoutMode))
	}
	return broken("webCheckoutDetails.checkoutMode", fmt.Sprintf("is %.40q: it must be %s", w.CheckoutMode, want))
}

func checkType(given, want webstore.ChargePermissionType) error {
	if given == want {
		return nil
	}
	return broken("chargePermissionType", fmt.Sprintf("is %.40q, but this kind of button makes permissions of type %s: leave it empty, or use another kind", given, want))
}

func checkRecurring(m *webstore.RecurringMetadata) error {
	switch {
	case m == nil || m.Frequency == nil:
		return broken("recurringMetadata.frequency", "is required: set how often the subscription is charged")
	case m.Frequency.Unit == "":
		return broken("recurringMetadata.frequency.unit", "is required: set Year, Month, Week, Day or Variable")
	case m.Frequency.Value == "":
		return broken("recurringMetadata.frequency.value", `is required: set the number of units, such as "1"`)
	}
	return nil
}

func checkPayment(p *webstore.PaymentDetails) error {
	if p != nil && p.SoftDescriptor != "" && p.PaymentIntent != webstore.PaymentIntentAuthorizeWithCapture {
		return broken("paymentDetails.softDescriptor", "requires paymentIntent AuthorizeWithCapture: remove it, or set it when the charge is captured")
	}
	return nil
}

// checkSetup checks the payment details of a button that only saves a payment method.
func checkSetup(p *webstore.PaymentDetails) error {
	switch {
	case p == nil || p.PaymentIntent != webstore.PaymentIntentConfirm:
		return broken("paymentDetails.paymentIntent", "must be Confirm if nothing is charged (paymentMethodOnFileMetadata.setupOnly is true)")
	case p.ChargeAmount != amazonpay.Price{}:
		return broken("paymentDetails.chargeAmount", "must be empty if nothing is charged: remove it, or set paymentMethodOnFileMetadata.setupOnly to false")
	}
	return nil
}

// confirming returns a copy of p with the intent to charge nothing, unless it has another one.
func confirming(p *webstore.PaymentDetails) *webstore.PaymentDetails {
	var copied webstore.PaymentDetails
	if p != nil {
		copied = *p
	}
	if copied.PaymentIntent == "" {
		copied.PaymentIntent = webstore.PaymentIntentConfirm
	}
	return &copied
}

// checkDelivery checks what the service reports in the sandbox only. Live, it ignores a list of
// places that is wrong, and the buyer can choose any address.
func checkDelivery(d *webstore.DeliverySpecifications) error {
	if d == nil || d.AddressRestrictions == nil {
		return nil
	}
	r := d.AddressRestrictions
	if len(r.Restrictions) == 0 {
		return broken("deliverySpecifications.addressRestrictions.restrictions", "is required: name at least one country")
	}
	return oneOf("deliverySpecifications.addressRestrictions.type", r.Type, webstore.AddressRestrictionTypeAllowed, webstore.AddressRestrictionTypeNotAllowed)
}
