package emulator

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

	"github.com/amazonpay-go/sdk/signing"
)

// button is what checkout.js sends for a button: what the shop's page gave it.
type button struct {
	product   string
	payload   string
	algorithm signing.Algorithm
	region    region
	merchant  *merchant
	env       environment
}

// wrongButton is why a button leads nowhere.
type wrongButton struct {
	status int
	reason string
	detail []string
}

// productTypes are those of a button.
var productTypes = []string{payAndShip, payOnly, signIn, payAndShipMultiAddress, donation}

// readButton reads and verifies a button.
func (s *Server) readButton(r *http.Request) (button, *wrongButton) {
	var b button
	wrong := func(reason string, detail ...string) (button, *wrongButton) {
		return b, &wrongButton{http.StatusForbidden, reason, detail}
	}
	if err := r.ParseForm(); err != nil {
		return wrong("The form cannot be read.")
	}
	form := r.Form // of a link, too: see post in checkout.js
	keyID := form.Get("publicKeyId")
	b.product, b.payload = cmp.Or(form.Get("productType"), payAndShip), form.Get("payloadJSON")
	if !slices.Contains(productTypes, b.product) {
		return wrong("productType is not one of "+strings.Join(productTypes, ", ")+".", "productType: "+b.product)
	}
	var known bool
	if b.region, known = regionNamed(form.Get("region")); !known {
		return wrong("The form does not come from this emulator's checkout.js.")
	}
	if b.merchant, b.env = s.keyOwner(keyID); b.merchant == nil {
		return wrong("The publicKeyId is not one of this emulator's.", "publicKeyId: "+keyID)
	}
	if form.Get("merchantId") != b.merchant.id {
		return wrong("The merchantId is not that of the key's merchant.", "merchantId: "+form.Get("merchantId"), "expected: "+b.merchant.id)
	}
	if b.env == "" {
		b.env = live
		if form.Get("sandbox") == "true" {
			b.env = sandbox
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
			s.explaining.Lock()
			defer s.explaining.Unlock()
			return wrong("The signature is not one of this key over this payload.", b.explain(signature)...)
		}
	}
	return b, nil
}

func (b button) verifies(a signing.Algorithm, payload, signature string) bool {
	return signing.VerifyPayload(a, []byte(payload), signature, &b.merchant.key.PublicKey) == nil
}

// algorithms says which there are, and which of them a signature is of.
func (b button) algorithms(signature string) []string {
	detail := []string{fmt.Sprintf("there are %s, with a salt of %d bytes, and %s, with one of %d, which is meant where no algorithm is given",
		signing.PSSV2, signing.PSSV2.SaltLength(), signing.PSSV1, signing.PSSV1.SaltLength())}
	for _, a := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		if b.verifies(a, b.payload, signature) {
			detail = append(detail, "it is a right signature of the algorithm "+a.String()+": give checkout.js that algorithm")
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
	if len(b.payload) > explainable {
		return []string{fmt.Sprintf("a payload of more than %d bytes is not looked into", explainable)}
	}
	for r := range rewritings(b.payload) {
		for _, a := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
			if b.verifies(a, r.text, signature) {
				return []string{"the payload was sent otherwise than it was signed: " + r.what, whereTheyDiffer(r.text, b.payload)}
			}
		}
	}
	return []string{"none of the usual mistakes explains it: compare this payload, byte for byte, with the text that your code signed"}
}

// checkButton tells checkout.js whether a click on a button would lead anywhere, before anyone
// clicks.
func (s *Server) checkButton(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // it runs in the shop's page
	b, wrong := s.readButton(r)
	if wrong == nil {
		_, wrong = s.press(b, r, false)
	}
	answer := object{"wrong": nil, "detail": nil}
	if wrong != nil {
		s.keepWrongButton(r, b, wrong)
		answer = object{"wrong": wrong.reason, "detail": wrong.detail}
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(answer))
}

// startCheckout is where a click on the button leads.
func (s *Server) startCheckout(w http.ResponseWriter, r *http.Request) {
	b, wrong := s.readButton(r)
	var next string
	if wrong == nil {
		next, wrong = s.press(b, r, true)
	}
	if wrong != nil {
		s.keepWrongButton(r, b, wrong)
		showProblem(w, wrong.status, "This button is not right", wrong.reason, wrong.detail...)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// press makes what a button's payload asks for, and returns where the buyer goes on. Without keep
// it makes nothing, and finds out whether it could.
func (s *Server) press(b button, r *http.Request, keep bool) (next string, wrong *wrongButton) {
	c := &call{
		scope: scope{b.region.name, b.merchant.id, b.env}, merchant: b.merchant, caller: b.merchant, pages: s.pagesAt(r.Host), about: s.about(),
	}
	var err error
	if c.body, err = decode([]byte(b.payload)); err != nil {
		return "", &wrongButton{http.StatusBadRequest, "The payload cannot be read: " + err.Error() + ".", nil}
	}
	var refused *refusal
	if b.product == signIn && c.body.at("webCheckoutDetails")["signInReturnUrl"] == nil {
		next, refused = s.startSignIn(c)
	} else {
		next, refused = s.sessionOf(c, b.product, keep)
	}
	if refused != nil {
		return "", &wrongButton{refused.status, refused.message, []string{"reason code: " + refused.reason}}
	}
	if keep {
		s.changed()
	}
	return next, nil
}

// upgrade is where the element of bindUpgradeAction leads. There is no page yet on which the buyer
// could agree, so that nothing comes of it but the check of the signature.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) {
	b, wrong := s.readButton(r)
	if wrong == nil {
		wrong = &wrongButton{http.StatusNotImplemented, "The emulator does not have this page yet: the buyer would agree to a recurring payment here.", []string{
			"the signature is right", "upgradeAction: " + r.Form.Get("upgradeAction"), "until then: the charge permission stays as it was",
		}}
	}
	s.keepWrongButton(r, b, wrong)
	showProblem(w, wrong.status, "There is no upgrade", wrong.reason, wrong.detail...)
}

// refusedButton is a button that led nowhere, as the window shows it.
type refusedButton struct {
	ID      string    `json:"id"`
	Time    time.Time `json:"time"`
	From    string    `json:"from"` // the origin of the shop's page
	Product string    `json:"product"`
	Reason  string    `json:"reason"`
	Detail  []string  `json:"detail"`
}

// keepWrongButton has the window show a button that led nowhere. What anybody can send must not
// fill the memory.
func (s *Server) keepWrongButton(r *http.Request, b button, wrong *wrongButton) {
	kept := refusedButton{
		ID: newUUID(), Time: s.Now(), From: cut(r.Header.Get("Origin"), 256), Product: cut(b.product, 64), Reason: cut(wrong.reason, 1024),
	}
	for _, line := range wrong.detail {
		kept.Detail = append(kept.Detail, cut(line, 4096))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buttons = append(s.buttons[max(0, len(s.buttons)-shownObjects+1):], kept)
	s.news.wake()
}

// buttonMembers are those of a payload. A Buy Now button's has no webCheckoutDetails.
var buttonMembers = createSessionMembers.with(members{
	"webCheckoutDetails": structure(createSessionMembers["webCheckoutDetails"].members),
})

// maxSessions bounds what clicks can make: a button can be clicked by anybody, and again.
const maxSessions = 100_000

// sessionOf makes the session of a button, and without keep throws it away. It returns the page on
// which the buyer signs in to it.
func (s *Server) sessionOf(c *call, product string, keep bool) (page string, refused *refusal) {
	if refused := checkPayload(c, product); refused != nil {
		return "", refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.world.sessions) >= maxSessions {
		return "", refuse(http.StatusServiceUnavailable, serviceUnavailable, "There are too many checkout sessions: reset the emulator.")
	}
	c.now = s.Now()
	created, refused := s.world.newSession(c, product)
	if refused != nil {
		return "", refused
	}
	if !keep {
		delete(s.world.sessions, created.ID)
	}
	return withSession(signInPage, created.ID), nil
}

// signInMembers are those of a sign-in button's payload. There is no session behind it.
var signInMembers = members{
	"signInReturnUrl": link().needed(), "signInCancelUrl": link(), "storeId": text(0).needed(),
	"signInScopes": list(oneOf(slices.Sorted(maps.Keys(buyerScopes))...)),
}

// signInGrant is what the sign-in page hands on from the button to the buyer's choice.
type signInGrant struct {
	Scope  scope    `json:"scope"`
	Return string   `json:"return"`
	Cancel string   `json:"cancel"`
	Scopes []string `json:"scopes"`
}

// startSignIn returns the page on which the buyer signs in to the shop.
func (s *Server) startSignIn(c *call) (page string, refused *refusal) {
	if refused := signInMembers.check(c.body, "", c); refused != nil {
		return "", refused
	}
	if c.body.text("storeId") != c.merchant.storeID {
		return "", invalid("storeId", "is not a store of this merchant: "+c.merchant.storeID+" is. "+c.about)
	}
	grant := signInGrant{Scope: c.scope, Return: c.body.text("signInReturnUrl"), Cancel: c.body.text("signInCancelUrl")}
	scopes, _ := c.body["signInScopes"].([]any)
	for _, wanted := range scopes {
		name, _ := wanted.(string) // the table of members has seen to that
		grant.Scopes = append(grant.Scopes, name)
	}
	text := base64.RawURLEncoding.EncodeToString(encode(grant))
	return signInPage + "?grant=" + text + "." + s.tokenMAC("sign-in "+text), nil
}

// serveSignIn lets the buyer sign in to a shop, without a checkout.
func (s *Server) serveSignIn(w http.ResponseWriter, r *http.Request) {
	sent := r.Form.Get("grant")
	text, mac, _ := strings.Cut(sent, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	var g signInGrant
	if err != nil || !hmac.Equal([]byte(mac), []byte(s.tokenMAC("sign-in "+text))) || json.Unmarshal(decoded, &g) != nil {
		showProblem(w, http.StatusForbidden, "This page is not right", "It is not one to which a button of this emulator led.")
		return
	}
	page := step{Path: signInPage, Shop: "the shop", Sandbox: g.Scope.Env == sandbox, Session: sent}
	for i, b := range buyersOf(g.Scope) {
		page.Buyers = append(page.Buyers, choice{Value: strconv.Itoa(i), Text: b.name, Note: b.email, Chosen: i == 0})
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
		page.Message = "choose who you are"
		show(w, http.StatusUnprocessableEntity, "login.html", page)
		return
	}
	token := s.merchantNamed(g.Scope.MerchantID).buyerTokenOf(i, g.Scopes)
	http.Redirect(w, r, withParameter(g.Return, tokenParameter, token), http.StatusSeeOther)
}
