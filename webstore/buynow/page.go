package buynow

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// Page is the page that shows a button. Options.Placement, ResultURL and CancelURL are required.
// In the EU, Options.LedgerCurrency is required too.
type Page struct {
	// Options are how the button looks. ProductType may be left empty.
	Options button.Options
	// ResultURL is where the buyer gets after paying. Show there what the shop knows of the checkout,
	// not what the browser says.
	ResultURL string
	// CancelURL is where the buyer gets after closing Amazon's page, normally the cart. The page there
	// must have a new checkout.
	CancelURL string
}

// pageScript is the function that gives the configuration its event handlers.
//
//go:embed page.js
var pageScript string

// Button returns the button of a checkout, for a page of the shop: its HTML has the script that
// posts each event to Config.HandlerURL, shows errors in the button's container and in the console,
// and leads to the result page or, after a cancellation, to the cart. As JSON it is the
// configuration that renderJSButton takes, for a single-page application that adds the event
// handlers itself: see the package documentation for what they post.
func (h *Handler) Button(ctx context.Context, checkoutID string, p Page) (*button.Button, error) {
	fail := func(err error) (*button.Button, error) { return nil, fmt.Errorf("buynow: Button: %w", err) }
	switch {
	case h.config.Maker == nil:
		return fail(errors.New("Config.Maker is nil: set the button.Maker of the shop"))
	case h.config.HandlerURL == "":
		return fail(errors.New("Config.HandlerURL is empty: set the path of the handler, such as /buynow"))
	case p.Options.ProductType != "" && p.Options.ProductType != h.config.Session.ProductType:
		return fail(fmt.Errorf("Options.ProductType is %.40q, but Config.Session.ProductType is %s: leave it empty", p.Options.ProductType, h.config.Session.ProductType))
	}
	for name, address := range map[string]string{"ResultURL": p.ResultURL, "CancelURL": p.CancelURL} {
		if u, err := url.Parse(address); err != nil || !isPath(address) && (u.Scheme != "https" || u.Host == "") {
			return fail(&amazonpay.FieldError{Field: name, Rule: fmt.Sprintf("is %.80q: it must be a path of the shop, or an https URL", address)})
		}
	}
	c, err := h.config.Store.Load(ctx, checkoutID)
	if err != nil {
		return fail(err)
	}
	p.Options.ProductType = h.config.Session.ProductType
	words := textsOf(p.Options.Language)
	b, err := h.config.Maker.BuyNow(p.Options, h.sessionConfig(c), strings.TrimSpace(pageScript), map[string]any{
		"handler": h.config.HandlerURL, "checkout": c.ID, "ships": h.ships(), "result": p.ResultURL, "cancel": p.CancelURL,
		"declined": words.declined, "failed": words.failed, "unknown": words.unknown,
	})
	if err != nil {
		return fail(err)
	}
	return b, nil
}

// sessionConfig is the unsigned checkoutSessionConfig.
type sessionConfig struct {
	StoreID                 string                            `json:"storeId"`
	Scopes                  []webstore.Scope                  `json:"scopes,omitzero"`
	DeliverySpecifications  *webstore.DeliverySpecifications  `json:"deliverySpecifications,omitzero"`
	PaymentDetails          webstore.PaymentDetails           `json:"paymentDetails"`
	MerchantMetadata        *webstore.MerchantMetadata        `json:"merchantMetadata"`
	ProcessorSpecifications *webstore.ProcessorSpecifications `json:"processorSpecifications,omitzero"`
	AddOnFeatures           []webstore.AddOnFeature           `json:"addOnFeatures,omitzero"`
}

func (h *Handler) sessionConfig(c Checkout) sessionConfig {
	s := h.config.Session
	return sessionConfig{
		StoreID: s.StoreID, Scopes: s.Scopes, DeliverySpecifications: s.DeliverySpecifications,
		PaymentDetails: webstore.PaymentDetails{
			PaymentIntent: s.PaymentIntent, CanHandlePendingAuthorization: new(s.CanHandlePendingAuthorization), PresentmentCurrency: s.PresentmentCurrency,
		},
		MerchantMetadata: h.metadata(c), ProcessorSpecifications: s.ProcessorSpecifications, AddOnFeatures: s.AddOnFeatures,
	}
}

// texts are what the page says to the buyer if an event fails: nothing was charged, the page or the
// shop has a problem, and the result of a payment is not known.
type texts struct{ declined, failed, unknown string }

func textsOf(language button.Language) texts {
	if words, ok := translations[language]; ok {
		return words
	}
	return english
}

var english = texts{
	"The order could not be completed. You have not been charged. Please check it, or choose another payment method.",
	"Something went wrong. Please reload the page and try again.",
	"We do not know yet whether your payment was successful. Please look at your orders before you try again.",
}

var translations = map[button.Language]texts{
	button.LanguageDeDE: {
		"Die Bestellung konnte nicht abgeschlossen werden. Es wurde nichts abgebucht. Bitte prüfen Sie sie, oder wählen Sie eine andere Zahlungsart.",
		"Es ist ein Fehler aufgetreten. Bitte laden Sie die Seite neu und versuchen Sie es noch einmal.",
		"Wir wissen noch nicht, ob Ihre Zahlung erfolgreich war. Bitte sehen Sie in Ihren Bestellungen nach, bevor Sie es noch einmal versuchen.",
	},
	button.LanguageFrFR: {
		"La commande n’a pas pu être finalisée. Vous n’avez pas été débité. Vérifiez-la ou choisissez un autre mode de paiement.",
		"Une erreur s’est produite. Rechargez la page et réessayez.",
		"Nous ne savons pas encore si votre paiement a abouti. Consultez vos achats avant de réessayer.",
	},
	button.LanguageItIT: {
		"L’ordine non è stato completato. Non ti è stato addebitato nulla. Controllalo o scegli un altro metodo di pagamento.",
		"Qualcosa non ha funzionato. Ricarica la pagina e riprova.",
		"Non sappiamo ancora se il pagamento è andato a buon fine. Controlla i tuoi ordini prima di riprovare.",
	},
	button.LanguageEsES: {
		"No se ha podido completar el pedido. No se le ha cobrado nada. Revíselo o elija otro método de pago.",
		"Se ha producido un error. Vuelva a cargar la página e inténtelo de nuevo.",
		"Todavía no sabemos si el pago se ha realizado. Consulte sus pedidos antes de volver a intentarlo.",
	},
	button.LanguageJaJP: {
		"ご注文を完了できませんでした。お支払いは発生していません。内容をご確認いただくか、別のお支払い方法をお選びください。",
		"エラーが発生しました。ページを再読み込みして、もう一度お試しください。",
		"お支払いが完了したかどうか、まだ確認できていません。もう一度お試しになる前に、ご注文履歴をご確認ください。",
	},
}
