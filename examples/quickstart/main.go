// Command quickstart is the smallest shop that takes Amazon Pay in a browser: a page with the
// button, a review page, and a page that completes the payment. An emulator runs inside.
//
//	go run github.com/amazonpay-go/sdk/examples/quickstart@latest
//
// Open the address that it prints. For the service itself, replace the emulator by
// [amazonpay.ConfigFromEnv], the merchant id and the store id by yours, and leave ScriptURL empty.
// A shop has more to do, such as orders in a database: see examples/store.
package main

import (
	"flag"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// order is the number of the only order.
const order = "ORDER-1"

// shop is what the pages have in common.
type shop struct {
	site    string // the address of the pages
	pay     *webstore.Client
	buttons *button.Maker
	total   amazonpay.Price
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen at")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(addr string) error {
	server, err := emulator.Listen("127.0.0.1:0", emulator.WithPages("127.0.0.1:0"))
	if err != nil {
		return err
	}
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		return err
	}
	merchant := server.Description().Merchants[0]
	buttons, err := button.New(button.Config{
		Client: client, MerchantID: merchant.MerchantID, StoreID: merchant.StoreID, ScriptURL: server.Description().ScriptURL,
	})
	if err != nil {
		return err
	}
	s := &shop{"http://" + addr, webstore.New(client), buttons, amazonpay.USD.Price("14.00")}
	pages := http.NewServeMux()
	pages.HandleFunc("GET /{$}", page(s.basket))
	pages.HandleFunc("GET /review", page(s.review))
	pages.HandleFunc("GET /result", page(s.result))
	fmt.Printf("Shop      %s\nEmulator  %s\n", s.site, server.Description().WindowURL)
	return (&http.Server{Addr: addr, Handler: pages, ReadHeaderTimeout: 5 * time.Second}).ListenAndServe()
}

// basket shows the button. A click makes a checkout session at Amazon, where the buyer signs in and
// chooses an address and a card.
func (s *shop) basket(*http.Request) (content, error) {
	b, err := s.buttons.Button(button.OneTime{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: s.site + "/review"},
		MerchantMetadata:   &webstore.MerchantMetadata{MerchantReferenceID: order},
	}, button.Options{Placement: button.PlacementCart})
	if err != nil {
		return content{}, err
	}
	return content{Title: "Basket", Text: "One mug, 14.00 USD", Button: b.HTML("")}, nil
}

// review sets the amount, and sends the buyer to Amazon to pay it. The id comes from the buyer's
// browser, so the session may be the one of another order.
func (s *shop) review(r *http.Request) (content, error) {
	id := r.FormValue("amazonCheckoutSessionId")
	if _, err := s.pay.GetCheckoutSessionOfOrder(r.Context(), id, order); err != nil {
		return content{}, err
	}
	session, err := s.pay.UpdateCheckoutSession(r.Context(), id, &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: s.site + "/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: s.total},
	})
	if err != nil {
		return content{}, err
	}
	text := "Nothing to ship"
	if to := session.ShippingAddress; to != nil {
		text = "Ship to " + to.City
	}
	return content{Title: "Review", Text: text, Pay: session.WebCheckoutDetails.AmazonPayRedirectURL}, nil
}

// result completes the payment, once, also if the page is loaded again.
func (s *shop) result(r *http.Request) (content, error) {
	id := r.FormValue("amazonCheckoutSessionId")
	if _, err := s.pay.GetCheckoutSessionOfOrder(r.Context(), id, order); err != nil {
		return content{}, err
	}
	session, err := s.pay.CompleteOrFetch(r.Context(), id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: s.total})
	if err != nil {
		return content{}, err
	}
	if session.Pending { // a notification, or WaitForCharge, brings the result
		return content{Title: "Thank you", Text: "Amazon has not decided on the payment yet."}, nil
	}
	return content{Title: "Thank you", Text: "Paid with charge " + session.ChargeID}, nil
}

// content is what a page shows.
type content struct {
	Title, Text string
	Button      template.HTML
	Pay         string
}

var layout = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title><link rel="icon" href="data:,">
<style>
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; color: #1a1a2e; background: #eef1f4 }
main { max-width: 22rem; margin: 2rem auto; padding: 1.5rem; background: #fff; border-radius: 1rem; box-shadow: 0 2px 12px #0002 }
h1 { margin: 0 }
a { display: block; padding: .6rem; text-align: center; color: #fff; background: #1a1a2e; border-radius: .5rem; text-decoration: none }
</style></head>
<body><main><h1>{{.Title}}</h1><p>{{.Text}}</p>{{.Button}}{{with .Pay}}<p><a href="{{.}}">Pay 14.00 USD</a></p>{{end}}</main></body></html>
`))

func page(show func(*http.Request) (content, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := show(r)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			w.WriteHeader(http.StatusBadGateway)
			c = content{Title: "Not paid", Text: "Something went wrong. Nothing is known to be charged: see the log."}
		}
		if err := layout.Execute(w, c); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}
