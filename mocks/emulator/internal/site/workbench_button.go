package site

import (
	"errors"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// buttonKind is a kind of button, under the name that package webstore/button has for its payload.
type buttonKind struct {
	Kind     string   `json:"kind"`
	Says     string   `json:"says"`
	Products []string `json:"products"` // the default first
	call     string   // of checkout.js
	config   string   // the member that holds what is signed
	payload  func(f *filling) ledger.Object
}

const (
	sessionConfig = "createCheckoutSessionConfig"
	signInConfig  = "signInConfig"
)

var shippingOrNot = []string{ledger.PayAndShip, ledger.PayOnly}

// webKinds are all kinds of buttons.
var webKinds = []buttonKind{
	{"OneTime", "one order, with a review page", shippingOrNot, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{"webCheckoutDetails": f.pages(), "storeId": f.actFor.StoreID}
	}},
	{"ProcessOrder", "one order, paid at once at the end of the checkout", shippingOrNot, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": ledger.Object{"checkoutResultReturnUrl": f.result, "checkoutMode": "ProcessOrder"}, "storeId": f.actFor.StoreID,
			"paymentDetails": ledger.Object{"paymentIntent": "AuthorizeWithCapture", "chargeAmount": f.sample()},
			"addressDetails": f.address(),
		}
	}},
	{"Recurring", "a subscription", shippingOrNot, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": f.pages(), "storeId": f.actFor.StoreID, "chargePermissionType": ledger.Recurring,
			"recurringMetadata": ledger.Object{"frequency": ledger.Object{"unit": "Month", "value": "1"}, "amount": f.sample()},
		}
	}},
	{"SavedWallet", "a payment method for later charges", shippingOrNot, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": f.pages(), "storeId": f.actFor.StoreID, "chargePermissionType": ledger.OnFile,
			"paymentMethodOnFileMetadata": ledger.Object{"setupOnly": false},
		}
	}},
	{"SignIn", "the buyer signs in to the shop", []string{ledger.SignIn}, "renderButton", signInConfig, func(f *filling) ledger.Object {
		return ledger.Object{"signInReturnUrl": f.signedIn, "storeId": f.actFor.StoreID, "signInScopes": []any{"name", "email"}}
	}},
	{"SignInAndSetUp", "the buyer signs in and saves a payment method", []string{ledger.SignIn}, "renderButton", signInConfig, func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": ledger.Object{"signInReturnUrl": f.result}, "storeId": f.actFor.StoreID, "signInScopes": []any{"name", "email"},
		}
	}},
	{"MultiAddress", "one order to several addresses", []string{ledger.PayAndShipMultiAddress}, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{"webCheckoutDetails": f.pages(), "storeId": f.actFor.StoreID}
	}},
	{"Donation", "a donation", []string{ledger.Donation}, "renderButton", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{"webCheckoutDetails": f.pages(), "storeId": f.actFor.StoreID}
	}},
	{"UpdateSavedWallet", "the buyer changes a saved payment method", shippingOrNot, "initCheckout", sessionConfig, func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": ledger.Object{"checkoutResultReturnUrl": f.result}, "storeId": f.actFor.StoreID,
			"chargePermissionId": f.permissionOf(ledger.OnFile), "chargePermissionType": ledger.OnFile,
			"paymentMethodOnFileMetadata": ledger.Object{"setupOnly": true}, "paymentDetails": ledger.Object{"paymentIntent": "Confirm"},
		}
	}},
	{"Upgrade", "a paid order becomes a subscription", shippingOrNot, "bindUpgradeAction", "", func(f *filling) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": ledger.Object{"checkoutResultReturnUrl": f.result}, "storeId": f.actFor.StoreID,
			"chargePermissionId": f.permissionOf(ledger.OneTime), "chargePermissionType": ledger.Recurring, "merchantId": f.actFor.ID,
			"productType": ledger.PayAndShip, "ledgerCurrency": f.currency(),
			"recurringMetadata": ledger.Object{"frequency": ledger.Object{"unit": "Month", "value": "1"}, "amount": f.sample()},
		}
	}},
}

// pages are where the buyer goes back to from the button of a kind with a review page.
func (f *filling) pages() ledger.Object {
	return ledger.Object{"checkoutReviewReturnUrl": f.review, "checkoutResultReturnUrl": f.result}
}

func (f *filling) address() ledger.Object {
	o := ledger.Object{"name": "Carlos Rivera", "addressLine1": "7 Example Plaza", "city": "Miami", "stateOrRegion": "FL", "postalCode": "33101", "countryCode": "US", "phoneNumber": "800-555-0123"}
	switch f.region.Name {
	case "eu":
		o.Merge(ledger.Object{"addressLine1": "Beispielweg 7", "city": "Berlin", "stateOrRegion": "Berlin", "postalCode": "10115", "countryCode": "DE", "phoneNumber": "030 555123"})
	case "jp":
		o.Merge(ledger.Object{"addressLine1": "1-1 Example", "city": "Meguro", "stateOrRegion": "Tokyo", "postalCode": "153-0064", "countryCode": "JP", "phoneNumber": "03-5555-0123"})
	}
	return o
}

// permissionOf returns the newest charge permission of a type that is not closed.
func (f *filling) permissionOf(kind string) string {
	for _, k := range f.objects {
		if k.Kind == ledger.KindPermission && k.Scope == f.scope() && k.State != ledger.Closed && k.Shown().Text("chargePermissionType") == kind {
			return k.ID
		}
	}
	return "S01-0000000-0000000"
}

// buttonOrder is a button as the workbench's form has it. Without a payload it is filled in.
type buttonOrder struct {
	sender
	Kind      string `json:"kind"`
	Payload   string `json:"payload"`
	Product   string `json:"product"`
	Placement string `json:"placement"`
	Color     string `json:"color"`
	Language  string `json:"language"`
	Currency  string `json:"currency"`
}

// button signs a payload and writes the page and the programs that show the button. The payload is
// signed as it is written, byte for byte.
func (p *Site) button(r *http.Request, o buttonOrder) (any, error) {
	if err := o.check(p.Gate); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(webKinds, func(k buttonKind) bool { return k.Kind == o.Kind })
	if i < 0 {
		return nil, fmt.Errorf("%w: no kind of button %q", ledger.ErrNotFound, o.Kind)
	}
	k := webKinds[i]
	f := p.filling(r, o.sender)
	if strings.TrimSpace(o.Payload) == "" {
		o.Payload = inOrder("button."+k.Kind, k.payload(f))
	}
	payload, err := ledger.Decode([]byte(o.Payload))
	if err != nil {
		return nil, fmt.Errorf("emulator: the payload cannot be read: %w", err)
	}
	if len(payload) == 0 {
		return nil, errors.New("emulator: the payload is empty")
	}
	signer, err := o.signer()
	if err != nil {
		return nil, err
	}
	signature, err := signer.SignPayload([]byte(o.Payload))
	if err != nil {
		return nil, err
	}
	config := o.configuration(k, payload, signature)
	script := p.Gate.PagesAt(r.Host) + ScriptPath
	elsewhere := p.Gate.RegionOf(r.Host).Name != o.region.Name
	if elsewhere {
		script = "https://" + o.region.Script + ScriptPath
	}
	program, err := o.goCode(p, r, payload, script, elsewhere)
	if err != nil {
		return nil, err
	}
	return ledger.Object{
		"payload": o.Payload, "signature": signature, "stringToSign": o.algorithm.StringToSign(o.Payload), "config": config, "call": k.call,
		"drawable": !elsewhere, "html": page(k, config, script), "go": program, "node": o.node(k, script, config),
	}, nil
}

// configuration is what checkout.js is told.
func (o *buttonOrder) configuration(k buttonKind, payload ledger.Object, signature string) ledger.Object {
	signed := ledger.Object{
		"payloadJSON": o.Payload, "signature": signature, "publicKeyId": o.keyID(), "algorithm": o.algorithm.String(),
	}
	if o.algorithm == signing.PSSV1 { // which is meant if there is none
		delete(signed, "algorithm")
	}
	if k.config == "" {
		signed["upgradeAction"] = "recurringUpgrade"
		return signed
	}
	config := ledger.Object{
		"merchantId": o.Merchant, "ledgerCurrency": o.Currency, "productType": o.product(k, payload), "placement": o.Placement, k.config: signed,
	}
	for name, value := range map[string]string{"buttonColor": o.Color, "checkoutLanguage": o.Language} {
		if value != "" {
			config[name] = value
		}
	}
	if o.Environment == ledger.Sandbox {
		config["sandbox"] = true
	}
	return config
}

// product is the product type: the one that was chosen, or what goes with the payload.
func (o *buttonOrder) product(k buttonKind, payload ledger.Object) string {
	switch {
	case slices.Contains(k.Products, o.Product):
		return o.Product
	case k.Kind == "ProcessOrder" && payload["addressDetails"] == nil:
		return ledger.PayOnly
	}
	return k.Products[0]
}

// page is the HTML of a page with the button. In a script element a text must not hold </script>.
func page(k buttonKind, config ledger.Object, script string) string {
	text := strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`).Replace(indented(config))
	start := `<script src="` + html.EscapeString(script) + "\"></script>\n"
	const element = "AmazonPayButton"
	switch k.call {
	case "initCheckout":
		return start + `<button type="button" id="` + element + "\">Change the payment method</button>\n<script>\n" +
			"document.getElementById('" + element + "').addEventListener('click', function () {\n  amazon.Pay.initCheckout(" + text + ");\n});\n</script>\n"
	case "bindUpgradeAction":
		return start + `<button type="button" id="` + element + "\">Subscribe</button>\n<script>\namazon.Pay.bindUpgradeAction('#" + element + "', " + text + ");\n</script>\n"
	}
	return start + `<div id="` + element + "\"></div>\n<script>\namazon.Pay.renderButton('#" + element + "', " + text + ");\n</script>\n"
}

// goCode is a program that serves a page with the button.
func (o *buttonOrder) goCode(p *Site, r *http.Request, payload ledger.Object, script string, elsewhere bool) (string, error) {
	kind := "button." + o.Kind
	literal, left := goStruct(kind, payload)
	making := "payload := " + literal
	if len(left) > 0 { // members that the type does not have: Parse names them
		making = "payload, err := button.Parse(" + strconv.Quote(o.Kind) + ", []byte(" + goText(o.Payload) + "))\nif err != nil {\nlog.Fatal(err)\n}"
	}
	var options strings.Builder
	for _, of := range []struct{ field, value string }{
		{"ProductType", o.Product}, {"Placement", o.Placement}, {"Color", o.Color}, {"Language", o.Language}, {"LedgerCurrency", o.Currency},
	} {
		if of.value != "" {
			options.WriteString(of.field + ": " + strconv.Quote(of.value) + ",\n")
		}
	}
	scriptURL := "ScriptURL: " + strconv.Quote(script) + ", // the emulator: remove this line for Amazon\n"
	if elsewhere {
		scriptURL = ""
	}
	declarations := fmt.Sprintf(`func main() {
client, err := amazonpay.New(%s)
if err != nil {
	log.Fatal(err)
}
maker, err := button.New(button.Config{
Client: client,
MerchantID: %s,
StoreID: %s,
%s})
if err != nil {
	log.Fatal(err)
}
%s
pay, err := maker.Button(payload, button.Options{
%s})
if err != nil {
	log.Fatal(err)
}
http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, pay.HTML(""))
})
log.Fatal(http.ListenAndServe("127.0.0.1:3000", nil))
}
`, o.goConfig(p.base(r), elsewhere), strconv.Quote(o.Merchant), strconv.Quote(o.merchant.StoreID), scriptURL, making, options.String())
	return goProgram(o.goComment(elsewhere), declarations)
}

// node is a program that signs the payload with the official SDK and prints the page.
func (o *buttonOrder) node(k buttonKind, script string, config ledger.Object) string {
	signed := config
	if k.config != "" {
		signed = config.At(k.config)
	}
	rest := ledger.Object{}
	for name, value := range config {
		if name != k.config && (k.config != "" || name == "upgradeAction") {
			rest[name] = value
		}
	}
	parts := "{ payloadJSON, signature, publicKeyId: " + jsText(signed.Text("publicKeyId"))
	if signed.Text("algorithm") != "" {
		parts += ", algorithm: " + jsText(signed.Text("algorithm"))
	}
	parts += " }"
	assembled := "Object.assign(" + indented(rest) + ", " + parts + ")"
	if k.config != "" {
		assembled = "Object.assign(" + indented(rest) + ", { " + k.config + ": " + parts + " })"
	}
	call := "amazon.Pay." + k.call + "('#AmazonPayButton', ${config});"
	element := `<div id="AmazonPayButton"></div>`
	switch k.call {
	case "initCheckout":
		element = `<button type="button" id="AmazonPayButton">Change the payment method</button>`
		call = "document.getElementById('AmazonPayButton').addEventListener('click', () => amazon.Pay.initCheckout(${config}));"
	case "bindUpgradeAction":
		element = `<button type="button" id="AmazonPayButton">Subscribe</button>`
	}
	return o.nodeClient("WebStoreClient") + "const payloadJSON = JSON.stringify(" + strings.TrimSpace(o.Payload) + ");\n" +
		"const signature = client.generateButtonSignature(payloadJSON);\n" +
		"const config = JSON.stringify(" + assembled + ").replace(/</g, '\\\\u003c');\n\n" +
		"console.log(`<script src=\"" + html.EscapeString(script) + "\"></script>\n" + element + "\n<script>" + call + "</script>`);\n"
}
