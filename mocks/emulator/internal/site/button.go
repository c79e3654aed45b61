package site

import (
	"cmp"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/rewriting"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
	"github.com/amazonpay-go/sdk/signing"
)

// button is what checkout.js sends for a button: what the shop's page gave it.
type button struct {
	product   string
	payload   string
	algorithm signing.Algorithm
	region    ledger.Region
	merchant  *wire.Merchant
	env       ledger.Environment
}

// wrongButton explains why a button does not work.
type wrongButton struct {
	status int
	reason string
	detail []string
}

// productTypes are the product types of a button.
var productTypes = []string{ledger.PayAndShip, ledger.PayOnly, ledger.SignIn, ledger.PayAndShipMultiAddress, ledger.Donation}

// readButton reads and verifies a button.
func (p *Site) readButton(r *http.Request) (button, *wrongButton) {
	var b button
	wrong := func(reason string, detail ...string) (button, *wrongButton) {
		return b, &wrongButton{http.StatusForbidden, reason, detail}
	}
	if err := r.ParseForm(); err != nil {
		return wrong("The form cannot be read.")
	}
	form := r.Form // of a link, too: see post in checkout.js
	keyID := form.Get("publicKeyId")
	b.product, b.payload = cmp.Or(form.Get("productType"), ledger.PayAndShip), form.Get("payloadJSON")
	if !slices.Contains(productTypes, b.product) {
		return wrong("productType is not one of "+strings.Join(productTypes, ", ")+".", "productType: "+b.product)
	}
	var known bool
	if b.region, known = ledger.RegionNamed(form.Get("region")); !known {
		return wrong("The form does not come from this emulator's checkout.js.")
	}
	if b.merchant, b.env = p.Gate.Merchants.KeyOwner(keyID); b.merchant == nil {
		return wrong("The publicKeyId is not one of this emulator's.", "publicKeyId: "+keyID)
	}
	if form.Get("merchantId") != b.merchant.ID {
		return wrong("The merchantId does not belong to the publicKeyId.", "merchantId: "+form.Get("merchantId"), "expected: "+b.merchant.ID)
	}
	if b.env == "" {
		b.env = ledger.Live
		if form.Get("sandbox") == "true" {
			b.env = ledger.Sandbox
		}
	}
	signature := form.Get("signature")
	b.algorithm = signing.PSSV1
	if name := form.Get("algorithm"); name != "" {
		var err error
		if b.algorithm, err = signing.ParseAlgorithm(name); err != nil {
			return wrong("The algorithm is not one of this service.", append([]string{"algorithm: " + name}, b.algorithms(signature)...)...)
		}
	}
	if !b.verifies(b.algorithm, b.payload, signature) {
		// A form's line ends are sent as \r\n, whatever they were.
		sent := b.payload
		if b.payload = strings.ReplaceAll(sent, "\r\n", "\n"); !b.verifies(b.algorithm, b.payload, signature) {
			b.payload = sent
			p.Gate.Explaining.Lock()
			defer p.Gate.Explaining.Unlock()
			return wrong("The signature does not match this key and payload.", b.explain(signature)...)
		}
	}
	return b, nil
}

func (b button) verifies(a signing.Algorithm, payload, signature string) bool {
	return signing.VerifyPayload(a, []byte(payload), signature, &b.merchant.Key.PublicKey) == nil
}

// algorithms names the supported algorithms, and the algorithm that a signature uses.
func (b button) algorithms(signature string) []string {
	detail := []string{fmt.Sprintf("there are %s, with a salt of %d bytes, and %s, with one of %d, which is meant where no algorithm is given",
		signing.PSSV2, signing.PSSV2.SaltLength(), signing.PSSV1, signing.PSSV1.SaltLength())}
	for _, a := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		if b.verifies(a, b.payload, signature) {
			detail = append(detail, "the signature is right for the algorithm "+a.String()+": give checkout.js that algorithm")
		}
	}
	return detail
}

// explain says what a signature that is wrong is instead, where that can be found out, and what was
// expected.
func (b button) explain(signature string) []string {
	return append(b.mistake(signature),
		"the string to sign is "+b.algorithm.String()+", a line end, and the hash "+signing.HashPayload([]byte(b.payload)).String(),
		"the payload has "+strconv.Itoa(len(b.payload))+" bytes: "+b.payload,
	)
}

func (b button) mistake(signature string) []string {
	if found := b.algorithms(signature); len(found) > 1 {
		return found
	}
	if len(b.payload) > wire.Explainable {
		return []string{fmt.Sprintf("a payload of more than %d bytes is not analysed", wire.Explainable)}
	}
	for r := range rewriting.Of(b.payload) {
		for _, a := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
			if b.verifies(a, r.Text, signature) {
				return []string{"the payload was changed after it was signed: " + r.What, rewriting.WhereTheyDiffer(r.Text, b.payload)}
			}
		}
	}
	return []string{"none of the usual mistakes explains it: compare this payload, byte for byte, with the text that your code signed"}
}

// checkButton tells checkout.js whether a click on a button would lead anywhere, before anyone
// clicks.
func (p *Site) checkButton(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // it runs in the shop's page
	b, wrong := p.readButton(r)
	if wrong == nil {
		_, wrong = p.press(b, r, false)
	}
	if wrong != nil {
		p.keepWrongButton(r, b, wrong)
	}
	writeVerdict(w, wrong)
}

// writeVerdict tells checkout.js what is wrong with a button.
func writeVerdict(w http.ResponseWriter, wrong *wrongButton) {
	answer := ledger.Object{"wrong": nil, "detail": nil}
	if wrong != nil {
		answer = ledger.Object{"wrong": wrong.reason, "detail": wrong.detail}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(ledger.Encode(answer))
}

// startCheckout handles a click on the button.
func (p *Site) startCheckout(w http.ResponseWriter, r *http.Request) {
	b, wrong := p.readButton(r)
	var next string
	if wrong == nil {
		next, wrong = p.press(b, r, true)
	}
	if wrong != nil {
		p.keepWrongButton(r, b, wrong)
		showProblem(w, wrong.status, "This button does not work", wrong.reason, wrong.detail...)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // press returns a page of its own
}

// press creates what a button's payload requests, and returns the buyer's next URL. Without keep
// it creates nothing, and only checks that it could.
func (p *Site) press(b button, r *http.Request, keep bool) (next string, wrong *wrongButton) {
	c, wrong := p.callOf(b, r)
	if wrong != nil {
		return "", wrong
	}
	var refused *ledger.Refusal
	if b.product == ledger.SignIn && c.Body.At("webCheckoutDetails")["signInReturnUrl"] == nil {
		next, refused = p.startSignIn(c)
	} else {
		next, refused = p.sessionOf(c, b.product, keep)
	}
	if refused != nil {
		return "", &wrongButton{int(refused.Status), refused.Message, []string{"reason code: " + refused.Reason}}
	}
	return next, nil
}

// callOf is a button's payload as a call.
func (p *Site) callOf(b button, r *http.Request) (*ledger.Call, *wrongButton) {
	c := &ledger.Call{
		Scope: ledger.Scope{Region: b.region.Name, MerchantID: b.merchant.ID, Env: b.env}, Shop: b.merchant.Shop, Caller: b.merchant.ID,
		PayPage: p.Gate.PagesAt(r.Host) + p.Gate.PayPage, About: p.Gate.About(),
		Facts: p.Gate.Facts,
	}
	var err error
	if c.Body, err = ledger.Decode([]byte(b.payload)); err != nil {
		return nil, &wrongButton{http.StatusBadRequest, "The payload cannot be read: " + err.Error() + ".", nil}
	}
	return c, nil
}

// refusedButton is a button that did not work, as the window shows it.
type refusedButton struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	From    string    `json:"from"` // the origin of the shop's page
	Product string    `json:"product"`
	Reason  string    `json:"reason"`
	Detail  []string  `json:"detail"`
}

func (p *Site) keepWrongButton(r *http.Request, b button, wrong *wrongButton) {
	p.keepWrong(r.Header.Get("Origin"), b.product, wrong)
}

// keepWrong has the window show a button that did not work. What anybody can send must not fill the
// memory.
func (p *Site) keepWrong(origin, product string, wrong *wrongButton) {
	kept := refusedButton{
		ID: ledger.NewUUID(), Time: p.Gate.Now(), From: wire.Cut(origin, 256), Product: wire.Cut(product, 64), Reason: wire.Cut(wrong.reason, 1024),
	}
	for _, line := range wrong.detail {
		kept.Detail = append(kept.Detail, wire.Cut(line, 4096))
	}
	p.Look(func(*ledger.Ledger, time.Time) {
		p.buttons = append(p.buttons[max(0, len(p.buttons)-ShownObjects+1):], kept)
	})
	p.Wake()
}

// sessionOf makes the session of a button, and without keep throws it away. It returns the page on
// which the buyer signs in to it.
func (p *Site) sessionOf(c *ledger.Call, product string, keep bool) (page string, refused *ledger.Refusal) {
	if refused := checkPayload(c, product); refused != nil {
		return "", refused
	}
	do := p.Look
	if keep {
		do = p.Change
	}
	do(func(w *ledger.Ledger, now time.Time) {
		c.Now = now
		page, refused = openSession(w, c, product, keep)
	})
	return page, refused
}

func openSession(w *ledger.Ledger, c *ledger.Call, product string, keep bool) (page string, refused *ledger.Refusal) {
	made, refused := w.Click(c, product)
	if refused != nil {
		return "", refused
	}
	if !keep {
		delete(w.Sessions, made.ID)
	}
	return withSession(signInPage, made.ID), nil
}

// signInMembers are the members of a sign-in button's payload, which makes no session.
var signInMembers = wire.Members{
	"signInReturnUrl": wire.Link().Required(), "signInCancelUrl": wire.Link(), "storeId": wire.Text(0).Required(),
	"signInScopes": wire.List(wire.OneOf(slices.Sorted(maps.Keys(ledger.BuyerScopes))...)),
}

// signInGrant is what the sign-in page hands on from the button to the buyer's choice.
type signInGrant struct {
	Scope  ledger.Scope `json:"scope"`
	Return string       `json:"return"`
	Cancel string       `json:"cancel"`
	Scopes []string     `json:"scopes"`
}

// startSignIn returns the page on which the buyer signs in to the shop.
func (p *Site) startSignIn(c *ledger.Call) (page string, refused *ledger.Refusal) {
	if refused := signInMembers.Check(c.Body, "", c); refused != nil {
		return "", refused
	}
	if c.Body.Text("storeId") != c.Shop.StoreID {
		return "", ledger.Invalid("storeId", "is not a store of this merchant: "+c.Shop.StoreID+" is. "+c.About)
	}
	grant := signInGrant{Scope: c.Scope, Return: c.Body.Text("signInReturnUrl"), Cancel: c.Body.Text("signInCancelUrl")}
	scopes, _ := c.Body["signInScopes"].([]any)
	for _, wanted := range scopes {
		name, _ := wanted.(string) // the table of members has seen to that
		grant.Scopes = append(grant.Scopes, name)
	}
	text := base64.RawURLEncoding.EncodeToString(ledger.Encode(grant))
	return signInPage + "?grant=" + text + "." + p.Gate.TokenMAC("sign-in "+text), nil
}

// serveSignIn lets the buyer sign in to a shop, without a checkout.
func (p *Site) serveSignIn(w http.ResponseWriter, r *http.Request) {
	sent := r.Form.Get("grant")
	text, mac, _ := strings.Cut(sent, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	var g signInGrant
	if err != nil || !hmac.Equal([]byte(mac), []byte(p.Gate.TokenMAC("sign-in "+text))) || json.Unmarshal(decoded, &g) != nil {
		showProblem(w, http.StatusForbidden, "This page is not valid", "No button of this emulator led to it.")
		return
	}
	page := step{Path: signInPage, Shop: "the shop", Sandbox: g.Scope.Env == ledger.Sandbox, Session: sent}
	for i, b := range ledger.BuyersOf(g.Scope) {
		page.Buyers = append(page.Buyers, choice{Value: strconv.Itoa(i), Text: b.Name, Note: b.Email, Chosen: i == 0})
	}
	if r.Method == http.MethodGet {
		show(w, http.StatusOK, "login.html", page)
		return
	}
	if r.PostForm.Get("do") == "cancel" {
		to := g.Cancel
		if to == "" {
			to = g.Return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	i, err := strconv.Atoi(r.PostForm.Get("buyer"))
	if err != nil || i < 0 || i >= len(page.Buyers) {
		page.Message = "choose a buyer"
		show(w, http.StatusUnprocessableEntity, "login.html", page)
		return
	}
	token := p.Gate.Merchants.Named(g.Scope.MerchantID).BuyerTokenOf(i, g.Scopes)
	http.Redirect(w, r, withParameter(g.Return, tokenParameter, token), http.StatusSeeOther)
}
