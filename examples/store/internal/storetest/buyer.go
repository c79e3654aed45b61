package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// Buyer is a visitor with a browser of its own.
type Buyer struct {
	http   *http.Client
	server *emulator.Server
	url    string
	// Took is told how long each page of the shop took. It may be nil.
	Took func(page string, d time.Duration)
}

// NewBuyer returns a new visitor.
func (s *Store) NewBuyer(server *emulator.Server) *Buyer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.tb.Fatal(err)
	}
	return &Buyer{url: s.URL, server: server, http: &http.Client{
		Jar: jar, Timeout: time.Minute, Transport: pages,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// pages are the connections of all buyers.
var pages = &http.Transport{MaxIdleConnsPerHost: 200}

// Page is an answer of the shop.
type Page struct {
	Status int
	Body   string
	To     string // where it leads
}

// Get asks for a page of the shop.
func (b *Buyer) Get(ctx context.Context, path string) (*Page, error) {
	return b.ask(ctx, http.MethodGet, path, nil)
}

// Post sends a form to the shop.
func (b *Buyer) Post(ctx context.Context, path string, pairs ...string) (*Page, error) {
	form := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.ask(ctx, http.MethodPost, path, form)
}

func (b *Buyer) ask(ctx context.Context, method, path string, form url.Values) (*Page, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	begun := time.Now()
	answer, err := b.http.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if b.Took != nil {
		b.Took(method+" "+pageOf(path), time.Since(begun))
	}
	return &Page{Status: answer.StatusCode, Body: string(body), To: answer.Header.Get("Location")}, nil
}

// pageOf returns a path without the order's number.
func pageOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 2 && (parts[1] == "orders" || parts[1] == "checkout") {
		parts[2] = "{number}"
	}
	return strings.Join(parts, "/")
}

// Redirected sends a form that must lead to a page, and returns the page's path.
func (b *Buyer) Redirected(ctx context.Context, path string, pairs ...string) (to string, err error) {
	page, err := b.Post(ctx, path, pairs...)
	if err != nil {
		return "", err
	}
	if page.Status != http.StatusSeeOther {
		return "", errAnswer(path, page.Status, page.Body)
	}
	return page.To, nil
}

// Place puts a product into the basket and orders it. It returns the number of the order.
func (b *Buyer) Place(ctx context.Context, sku, kind string, more ...string) (number string, err error) {
	if kind == "review" || kind == "one-click" {
		if _, err := b.Redirected(ctx, "/basket", "sku", sku, "quantity", "1"); err != nil {
			return "", err
		}
	}
	to, err := b.Redirected(ctx, "/checkout", append([]string{"kind", kind, "sku", sku, "quantity", "1"}, more...)...)
	if err != nil {
		return "", err
	}
	number, ok := strings.CutPrefix(to, "/checkout/")
	if !ok {
		return "", fmt.Errorf("the checkout leads to %s", to)
	}
	return number, nil
}

// Click clicks the order's button, and signs in at Amazon.
func (b *Buyer) Click(ctx context.Context, number string) (session string, err error) {
	page, err := b.Get(ctx, "/checkout/"+number)
	if err != nil {
		return "", err
	}
	form, err := buttonOf(page.Body)
	if err != nil {
		return "", errors.Join(err, errAnswer("/checkout", page.Status, page.Body))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.server.Description().BaseURL+"/checkout/start", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.server.RoundTripper().RoundTrip(r)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return "", err
	}
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil {
		return "", err
	}
	session = to.Query().Get("amazonCheckoutSessionId")
	if session == "" {
		return "", errAnswer("the button", answer.StatusCode, string(body))
	}
	return session, b.server.Buyer().SignIn(session)
}

// buttonOf returns what checkout.js sends for a click on the button of a page.
func buttonOf(page string) (url.Values, error) {
	const begin = `{"merchantId":`
	i := strings.Index(page, begin)
	if i < 0 {
		return nil, errors.New("the page has no button")
	}
	var config struct {
		MerchantID                  string `json:"merchantId"`
		LedgerCurrency              string `json:"ledgerCurrency"`
		ProductType                 string `json:"productType"`
		CreateCheckoutSessionConfig struct {
			PayloadJSON string `json:"payloadJSON"`
			Signature   string `json:"signature"`
			Algorithm   string `json:"algorithm"`
			PublicKeyID string `json:"publicKeyId"`
		} `json:"createCheckoutSessionConfig"`
	}
	if err := json.NewDecoder(strings.NewReader(page[i:])).Decode(&config); err != nil {
		return nil, err
	}
	signed := config.CreateCheckoutSessionConfig
	return url.Values{
		"region": {"na"}, "merchantId": {config.MerchantID}, "ledgerCurrency": {config.LedgerCurrency}, "sandbox": {"true"},
		"productType": {config.ProductType}, "payloadJSON": {signed.PayloadJSON}, "signature": {signed.Signature},
		"algorithm": {signed.Algorithm}, "publicKeyId": {signed.PublicKeyID},
	}, nil
}

// Approve reviews the order, pays it at Amazon, and returns the path of the result page.
func (b *Buyer) Approve(ctx context.Context, number, session string) (result string, err error) {
	query := "?" + url.Values{"amazonCheckoutSessionId": {session}}.Encode()
	page, err := b.Get(ctx, "/orders/"+number+"/review"+query)
	if err != nil {
		return "", err
	}
	if page.Status != http.StatusOK {
		return "", errAnswer("the review page", page.Status, page.Body)
	}
	to, err := b.Redirected(ctx, "/orders/"+number+"/pay", "session", session, "amount", field(page.Body, "amount"), "currency", field(page.Body, "currency"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(to, b.server.Description().BaseURL) {
		return "", fmt.Errorf("the review page leads to %s", to)
	}
	return "/orders/" + number + "/result" + query, b.server.Buyer().Approve(session)
}

// field returns the value of a hidden field of a form.
func field(page, name string) string {
	_, after, _ := strings.Cut(page, `name="`+name+`"`)
	_, after, _ = strings.Cut(after, `value="`)
	value, _, _ := strings.Cut(after, `"`)
	return html.UnescapeString(value)
}
