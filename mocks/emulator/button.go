package emulator

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

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

// readButton reads and verifies a button. What is wrong with it is said as the detail of a page.
func (s *Server) readButton(r *http.Request) (b button, wrong string, detail []string) {
	if err := r.ParseForm(); err != nil {
		return b, "The form cannot be read.", nil
	}
	form := r.PostForm
	keyID := form.Get("publicKeyId")
	b.product, b.payload = form.Get("productType"), form.Get("payloadJSON")
	if b.product == "" {
		b.product = payAndShip
	}
	if !slices.Contains([]string{payAndShip, payOnly, signIn}, b.product) {
		return b, "productType is not PayAndShip, PayOnly or SignIn.", nil
	}
	var known bool
	if b.region, known = regionNamed(form.Get("region")); !known {
		return b, "The form does not come from this emulator's checkout.js.", nil
	}
	if b.merchant, b.env = s.keyOwner(keyID); b.merchant == nil {
		return b, "The publicKeyId is not one of this emulator's.", []string{"publicKeyId: " + keyID}
	}
	if form.Get("merchantId") != b.merchant.id {
		return b, "The merchantId is not that of the key's merchant.", []string{"merchantId: " + form.Get("merchantId"), "expected: " + b.merchant.id}
	}
	if b.env == "" {
		b.env = live
		if form.Get("sandbox") == "true" {
			b.env = sandbox
		}
	}
	b.algorithm = signing.PSSV1
	if name := form.Get("algorithm"); name != "" {
		var err error
		if b.algorithm, err = signing.ParseAlgorithm(name); err != nil {
			return b, "The algorithm is not one of this service.", []string{"algorithm: " + name}
		}
	}
	if signing.VerifyPayload(b.algorithm, []byte(b.payload), form.Get("signature"), &b.merchant.key.PublicKey) != nil {
		return b, "The signature is not one of this key over this payload.", b.explain(form.Get("signature"))
	}
	return b, "", nil
}

// explain says what was expected of a signature that is wrong, and what it is instead, where that
// can be found out.
func (b button) explain(signature string) []string {
	detail := []string{
		"the string to sign is " + b.algorithm.String() + ", a line end, and the hash " + signing.HashPayload([]byte(b.payload)).String(),
		"the payload has " + strconv.Itoa(len(b.payload)) + " bytes: " + b.payload,
	}
	for _, other := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		if other != b.algorithm && signing.VerifyPayload(other, []byte(b.payload), signature, &b.merchant.key.PublicKey) == nil {
			detail = append(detail, "it is a right signature of the algorithm "+other.String()+": give checkout.js that algorithm")
		}
	}
	return detail
}

// checkButton tells checkout.js whether a button's signature is right, before anyone clicks.
func (s *Server) checkButton(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // it runs in the shop's page
	_, wrong, detail := s.readButton(r)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(encode(object{"wrong": orNull(wrong), "detail": detail}))
}

// startCheckout is where a click on the button leads.
func (s *Server) startCheckout(w http.ResponseWriter, r *http.Request) {
	b, wrong, detail := s.readButton(r)
	if wrong != "" {
		showProblem(w, http.StatusForbidden, "This button is not right", wrong, detail...)
		return
	}
	c := &call{
		scope: scope{b.region.name, b.merchant.id, b.env}, merchant: b.merchant, caller: b.merchant, pages: s.pagesAt(r.Host), about: s.about(),
	}
	var err error
	if c.body, err = decode([]byte(b.payload)); err != nil {
		showProblem(w, http.StatusBadRequest, "This button is not right", "The payload cannot be read: "+err.Error()+".")
		return
	}
	if b.product == signIn && c.body["webCheckoutDetails"] == nil {
		s.startSignIn(w, r, c)
		return
	}
	created, refused := s.sessionOf(c, b.product)
	if refused != nil {
		showProblem(w, refused.status, "This button is not right", refused.message, "reason code: "+refused.reason)
		return
	}
	s.changed()
	http.Redirect(w, r, withSession(signInPage, created.ID), http.StatusSeeOther)
}

// buttonMembers are those of a payload. A Buy Now button's has no webCheckoutDetails.
var buttonMembers = createSessionMembers.with(members{
	"webCheckoutDetails": structure(createSessionMembers["webCheckoutDetails"].members),
})

// maxSessions bounds what clicks can make: a button can be clicked by anybody, and again.
const maxSessions = 100_000

// sessionOf makes the session of a button that was clicked.
func (s *Server) sessionOf(c *call, product string) (*session, *refusal) {
	if refused := checkPayload(c, product); refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.world.sessions) >= maxSessions {
		return nil, refuse(http.StatusServiceUnavailable, serviceUnavailable, "There are too many checkout sessions: reset the emulator.")
	}
	c.now = s.Now()
	return s.world.newSession(c, product)
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

func (s *Server) startSignIn(w http.ResponseWriter, r *http.Request, c *call) {
	refused := signInMembers.check(c.body, "", c)
	if refused == nil && c.body.text("storeId") != c.merchant.storeID {
		refused = invalid("storeId", "is not a store of this merchant: "+c.merchant.storeID+" is. "+c.about)
	}
	if refused != nil {
		showProblem(w, refused.status, "This button is not right", refused.message, "reason code: "+refused.reason)
		return
	}
	grant := signInGrant{Scope: c.scope, Return: c.body.text("signInReturnUrl"), Cancel: c.body.text("signInCancelUrl")}
	scopes, _ := c.body["signInScopes"].([]any)
	for _, wanted := range scopes {
		name, _ := wanted.(string) // the table of members has seen to that
		grant.Scopes = append(grant.Scopes, name)
	}
	text := base64.RawURLEncoding.EncodeToString(encode(grant))
	http.Redirect(w, r, signInPage+"?grant="+text+"."+s.tokenMAC("sign-in "+text), http.StatusSeeOther)
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
