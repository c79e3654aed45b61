package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// emulatedReturn is where an emulator's buyers come back: to nobody.
const emulatedReturn = "https://shop.example/return"

// emulatedBuyer goes through an emulator's pages.
type emulatedBuyer struct{ *control }

// emulatorClient is the client of an emulator.
func emulatorClient(a account) *http.Client {
	return &http.Client{Transport: a.base, Timeout: time.Minute}
}

func (b emulatedBuyer) checkout(ctx context.Context, c probe.Checkout) (*url.URL, error) {
	to, err := b.visit(ctx, "/checkout/start", url.Values{
		"region": {b.described.Region}, "merchantId": {b.account.merchantID}, "publicKeyId": {c.Button.PublicKeyID}, "sandbox": {"true"},
		"productType": {c.ProductType}, "payloadJSON": {c.Button.PayloadJSON}, "signature": {c.Button.Signature}, "algorithm": {c.Button.Algorithm},
	})
	const pages = 5 // sign-in, review, and more than there are
	for range pages {
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(to.String(), emulatedReturn) {
			return to, nil
		}
		to, err = b.visit(ctx, to.Path, url.Values{
			"amazonCheckoutSessionId": {to.Query().Get("amazonCheckoutSessionId")}, "buyer": {"0"}, "card": {"1111"}, "address": {"0"},
		})
	}
	return nil, errors.New("the emulator's pages lead nowhere")
}

// visit sends the form of a page, and returns the next one.
func (b emulatedBuyer) visit(ctx context.Context, path string, form url.Values) (*url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.described.BaseURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.http.Transport.RoundTrip(request) // its redirect is the buyer's way
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	to, err := answer.Location()
	if err != nil {
		return nil, fmt.Errorf("the emulator's page %s answered %d", path, answer.StatusCode)
	}
	return to, nil
}

// checkoutPage is a page on loopback that shows one button after the other.
type checkoutPage struct {
	s        *session
	url      string
	server   *http.Server
	script   string
	merchant string
	currency string

	mu     sync.Mutex
	number int
	shown  probe.Checkout
	back   chan *url.URL // where the buyer came back; nil for a checkout that was skipped
}

// newCheckoutPage serves the page until it is closed.
func newCheckoutPage(s *session, client *amazonpay.Client, merchant string, t probe.Target) (*checkoutPage, error) {
	maker, err := button.New(button.Config{Client: client, MerchantID: merchant, StoreID: t.StoreID})
	if err != nil {
		return nil, wrong("", "%w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(s.ctx, "tcp", loopback(0))
	if err != nil {
		return nil, failed("", "%w", err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	currency := string(t.Currency)
	if currency == "" {
		currency = map[amazonpay.Region]string{amazonpay.RegionEU: "EUR", amazonpay.RegionJP: "JPY"}[client.Region()]
	}
	if currency == "" {
		currency = "USD"
	}
	p := &checkoutPage{s: s, url: "http://localhost:" + port, script: maker.ScriptURL(), merchant: merchant, currency: currency}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{number}", p.show)
	mux.HandleFunc("GET /return", p.returned)
	mux.HandleFunc("POST /skip", p.skipped)
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(listener) }() // until it is closed
	return p, nil
}

func (p *checkoutPage) close() { _ = p.server.Close() }

// checkout shows a button, and waits until its buyer is back.
func (p *checkoutPage) checkout(ctx context.Context, c probe.Checkout) (*url.URL, error) {
	back := make(chan *url.URL, 1)
	p.mu.Lock()
	p.number++
	number := p.number
	p.shown, p.back = c, back
	p.mu.Unlock()
	p.s.note("         Open %s/%d in a browser: %s. Use a sandbox buyer and a card that is good.", p.url, number, c.Purpose)
	select {
	case to := <-back:
		if to == nil {
			return nil, probe.ErrSkipped
		}
		return to, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// took hands the end of a checkout to who waits for it, once.
func (p *checkoutPage) took(to *url.URL) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.back != nil {
		p.back <- to
		p.back = nil
	}
}

func (p *checkoutPage) returned(w http.ResponseWriter, r *http.Request) {
	p.took(r.URL)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("Thank you. The terminal says what comes next.\n"))
}

func (p *checkoutPage) skipped(w http.ResponseWriter, r *http.Request) {
	if http.NewCrossOriginProtection().Check(r) != nil {
		http.Error(w, "Not from this page.", http.StatusForbidden)
		return
	}
	p.took(nil)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("Skipped. The terminal says what comes next.\n"))
}

// buttonPage is what checkoutTemplate shows.
type buttonPage struct {
	Script, Purpose string
	Pays            bool
	Config          template.JS // JSON
}

var checkoutTemplate = template.Must(template.New("").Parse(`<!doctype html>
<html><head><meta charset="utf-8"><title>amazonpay probe</title><script src="{{.Script}}"></script></head>
<body><h1>{{.Purpose}}</h1>
<p>{{if .Pays}}Sign in as a sandbox buyer, choose a good card, and confirm. No money moves.{{else}}Sign in as a sandbox buyer, and continue. No money moves.{{end}}</p>
<div id="button"></div>
<form method="post" action="/skip"><button>Skip this checkout</button></form>
<script>amazon.Pay.renderButton('#button', {{.Config}});</script></body></html>
`))

func (p *checkoutPage) show(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	c, current := p.shown, p.back != nil && r.PathValue("number") == strconv.Itoa(p.number)
	p.mu.Unlock()
	if !current {
		http.Error(w, "This checkout is over: the terminal says what comes next.", http.StatusNotFound)
		return
	}
	name := "createCheckoutSessionConfig"
	if c.ProductType == "SignIn" {
		name = "signInConfig"
	}
	config, err := json.Marshal(map[string]any{
		"merchantId": p.merchant, "publicKeyId": c.Button.PublicKeyID, "ledgerCurrency": p.currency, "sandbox": true,
		"productType": c.ProductType, "placement": "Cart", "buttonColor": "Gold", name: c.Button,
	})
	if err != nil {
		http.Error(w, "The button cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	_ = checkoutTemplate.Execute(w, buttonPage{Script: p.script, Purpose: c.Purpose, Pays: c.Pays, Config: template.JS(config)}) //nolint:gosec // json.Marshal escapes < and >
}
