package browser_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// shop is a small one, with a cart, a review page and a page for the result.
type shop struct {
	url      string
	emulator emulator.Description
	client   *amazonpay.Client
	webstore *webstore.Client
	intent   webstore.PaymentIntent
	pending  bool

	mu      sync.Mutex
	visited []string // the paths that were asked for
}

func newShop(t *testing.T, server *emulator.Server) *shop {
	t.Helper()
	client := emulatortest.Connect(t, server)
	s := &shop{emulator: server.Description(), client: client, webstore: webstore.New(client), intent: webstore.PaymentIntentAuthorizeWithCapture}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	s.url = listening.URL
	return s
}

func (s *shop) price() amazonpay.Price {
	return amazonpay.USD.Price("42.00")
}

// ServeHTTP answers a request.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.visited = append(s.visited, r.URL.Path)
	s.mu.Unlock()
	var err error
	switch id := r.FormValue("amazonCheckoutSessionId"); r.URL.Path {
	case "/":
		err = s.cart(w, cmp.Or(r.FormValue("kind"), "review"))
	case "/review":
		err = s.review(r.Context(), w, id)
	case "/pay":
		err = s.pay(w, r, id)
	case "/result":
		err = s.result(r.Context(), w, id)
	case "/canceled":
		err = layout.Execute(w, map[string]any{"Title": "Canceled", "Text": "You have canceled."})
	case "/account":
		var buyer *webstore.BuyerResponse
		if buyer, err = s.webstore.GetBuyer(r.Context(), r.FormValue("buyerToken")); err == nil {
			err = layout.Execute(w, map[string]any{"Title": "Account", "Text": "Hello " + buyer.Name})
		}
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

var layout = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<link rel="icon" href="data:,">{{with .Script}}<script src="{{.}}"></script>{{end}}</head>
<body><h1>{{.Title}}</h1><p id="text">{{.Text}}</p>{{with .Session}}
<p id="address">{{$.Address}}</p><button id="change-address">Change the address</button>
<p id="card">{{$.Card}}</p><button id="change-card">Change the card</button>
<form method="post" action="/pay"><input type="hidden" name="amazonCheckoutSessionId" value="{{.}}"><button id="order">Order</button></form>
<script>
amazon.Pay.bindChangeAction('#change-address', {amazonCheckoutSessionId: {{.}}, changeAction: 'changeAddress'});
amazon.Pay.bindChangeAction('#change-card', {amazonCheckoutSessionId: {{.}}, changeAction: 'changePayment'});
</script>{{end}}{{with .Button}}
<div id="AmazonPayButton"></div>
<script>
var config = {{.}};
if ({{$.Kind}} === 'click') {
  var signed = config.createCheckoutSessionConfig;
  delete config.createCheckoutSessionConfig;
  var button = amazon.Pay.renderButton('#AmazonPayButton', config);
  button.onClick(function () { button.initCheckout({createCheckoutSessionConfig: signed}); });
} else {
  amazon.Pay.renderButton('#AmazonPayButton', config);
}
</script>{{end}}</body></html>`))

// cart shows the button. Its kinds are review, the usual one; click, with which the shop starts the
// checkout; now, without a page of the shop before the payment; buynow, without any page; payonly;
// signin; and broken, whose payload was changed after it was signed.
func (s *shop) cart(w http.ResponseWriter, kind string) error {
	payload := map[string]any{
		"storeId": s.emulator.Merchants[0].StoreID,
		"webCheckoutDetails": map[string]any{
			"checkoutReviewReturnUrl": s.url + "/review?cart=7", "checkoutResultReturnUrl": s.url + "/result", "checkoutCancelUrl": s.url + "/canceled",
		},
		"deliverySpecifications": map[string]any{"specialRestrictions": []string{"RestrictPOBoxes"}},
		"merchantMetadata":       map[string]any{"merchantStoreName": "The Example Shop"},
	}
	product, config := "PayAndShip", "createCheckoutSessionConfig"
	switch kind {
	case "now":
		payload["webCheckoutDetails"] = map[string]any{"checkoutResultReturnUrl": s.url + "/result", "checkoutMode": "ProcessOrder"}
		payload["paymentDetails"] = map[string]any{"paymentIntent": s.intent, "chargeAmount": s.price()}
		payload["addressDetails"] = map[string]any{
			"name": "Carlos Rivera", "addressLine1": "7 Example Plaza", "city": "Miami", "stateOrRegion": "FL", "postalCode": "33101",
			"countryCode": "US", "phoneNumber": "800-555-0123",
		}
	case "buynow":
		delete(payload, "webCheckoutDetails")
	case "payonly":
		product = "PayOnly"
	case "signin":
		product, config = "SignIn", "signInConfig"
		payload = map[string]any{"storeId": s.emulator.Merchants[0].StoreID, "signInReturnUrl": s.url + "/account", "signInScopes": []string{"name", "email"}}
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	signed, err := s.client.ButtonSignature(text)
	if err != nil {
		return err
	}
	if kind == "broken" {
		signed.PayloadJSON += " "
	}
	return layout.Execute(w, map[string]any{
		"Title": "Cart", "Text": "One example, 42.00 USD", "Script": s.emulator.ScriptURL, "Kind": kind,
		"Button": map[string]any{
			"merchantId": s.emulator.Merchants[0].MerchantID, "ledgerCurrency": "USD", "placement": "Cart", "productType": product,
			"buttonColor": "Gold", "publicKeyId": signed.PublicKeyID, config: signed,
		},
	})
}

func (s *shop) review(ctx context.Context, w http.ResponseWriter, id string) error {
	session, err := s.webstore.GetCheckoutSession(ctx, id)
	if err != nil {
		return err
	}
	if session.Buyer == nil {
		return layout.Execute(w, map[string]any{"Title": "Review", "Text": "The buyer did not sign in: " + string(session.StatusDetails.State)})
	}
	address, card := "", ""
	if a := session.ShippingAddress; a != nil {
		address = a.AddressLine1 + ", " + a.City
	}
	for _, p := range session.PaymentPreferences {
		if p.PaymentDescriptor != "" {
			card = p.PaymentDescriptor
		}
	}
	return layout.Execute(w, map[string]any{
		"Title": "Review", "Text": "For " + session.Buyer.Name, "Session": id, "Address": address, "Card": card, "Script": s.emulator.ScriptURL,
	})
}

func (s *shop) pay(w http.ResponseWriter, r *http.Request, id string) error {
	details := &webstore.PaymentDetails{PaymentIntent: s.intent, ChargeAmount: s.price()}
	if s.pending {
		details.PaymentIntent, details.CanHandlePendingAuthorization = webstore.PaymentIntentAuthorize, new(true)
	}
	session, err := s.webstore.UpdateCheckoutSession(r.Context(), id, &webstore.UpdateCheckoutSessionRequest{PaymentDetails: details})
	if err != nil {
		return err
	}
	http.Redirect(w, r, session.WebCheckoutDetails.AmazonPayRedirectURL, http.StatusSeeOther)
	return nil
}

func (s *shop) result(ctx context.Context, w http.ResponseWriter, id string) error {
	session, err := s.webstore.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: s.price()})
	if e, ok := errors.AsType[*amazonpay.APIError](err); ok {
		read, err := s.webstore.GetCheckoutSession(ctx, id)
		if err != nil {
			return err
		}
		return layout.Execute(w, map[string]any{"Title": "Not paid", "Text": string(e.ReasonCode) + " " + string(read.StatusDetails.State) + " " + string(read.StatusDetails.ReasonCode)})
	}
	if err != nil {
		return err
	}
	charge, err := s.webstore.GetCharge(ctx, session.ChargeID)
	if err != nil {
		return err
	}
	return layout.Execute(w, map[string]any{"Title": "Thank you", "Text": string(charge.StatusDetails.State) + " " + charge.ChargeAmount.String()})
}
