package emulator

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	scriptPath       = "/checkout.js"
	pagesPrefix      = "/checkout/"
	startPath        = pagesPrefix + "start"
	checkPath        = pagesPrefix + "check"
	signInPage       = pagesPrefix + "signin"
	reviewPage       = pagesPrefix + "review"
	changePage       = pagesPrefix + "change"
	upgradePage      = pagesPrefix + "upgrade"
	payPage          = pagesPrefix + "processing"
	sessionParameter = "amazonCheckoutSessionId"
	tokenParameter   = "buyerToken"
)

//go:embed site
var site embed.FS

var templates = template.Must(template.ParseFS(site, "site/*.html"))

// pagesAt returns where the buyer's pages are for those who reached the emulator under a host: the
// same. A shop's server that reached it under the host of the service got there through the proxy
// or a hosts file, which its buyers' browsers need not have: they are sent to the emulator's own
// address.
func (s *Server) pagesAt(host string) string {
	name := (&url.URL{Host: host}).Hostname()
	ofService := func(r region) bool { return strings.EqualFold(r.host, name) }
	if s.listening != nil && slices.ContainsFunc(regions, ofService) {
		return s.listening.url
	}
	return "https://" + host
}

// serveScript answers with checkout.js.
func (s *Server) serveScript(w http.ResponseWriter, r *http.Request) {
	script, _ := site.ReadFile("site/checkout.js") // it is embedded
	script = bytes.Replace(script, []byte(`"BASE"`), encode(s.pagesAt(r.Host)), 1)
	script = bytes.Replace(script, []byte(`"REGION"`), encode(s.regionOf(r.Host).name), 1)
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(script)
}

// servePages answers what the buyer's browser asks for.
func (s *Server) servePages(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	switch {
	case r.URL.Path == pagesPrefix+"style.css":
		serveFile(w, "style.css", "text/css; charset=utf-8")
	case r.URL.Path == checkPath && r.Method == http.MethodPost:
		s.checkButton(w, r)
	case r.URL.Path == startPath && (r.Method == http.MethodPost || r.Method == http.MethodGet):
		s.startCheckout(w, r)
	case r.URL.Path == upgradePage && (r.Method == http.MethodPost || r.Method == http.MethodGet):
		s.upgrade(w, r)
	case r.Method == http.MethodGet || r.Method == http.MethodPost:
		s.serveStep(w, r)
	default:
		http.Error(w, "There is no such page.", http.StatusMethodNotAllowed)
	}
}

func serveFile(w http.ResponseWriter, name, contentType string) {
	content, err := site.ReadFile("site/" + name)
	if err != nil {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(content)
}

// show sends a page. The template's name is that of its file.
func show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil { // our own templates: none can fail
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// problem is a page that says why something cannot be done.
type problem struct {
	Title  string
	Reason string
	Detail []string
}

func showProblem(w http.ResponseWriter, status int, title, reason string, detail ...string) {
	show(w, status, "problem.html", problem{title, reason, detail})
}

// onward is what the browser gets next: a page, or where to go.
type onward struct {
	status int
	page   string // the name of a template
	data   any
	to     string // a URL; then there is no page
}

// step is a page of a checkout session.
type step struct {
	Path      string // to which its form is sent
	Session   string
	Shop      string
	Sandbox   bool
	Message   string // why what the buyer sent was not taken
	Buyers    []choice
	Addresses []choice
	Cards     []choice
	Amount    string
	Paying    bool // the buyer pays on this page
	Change    string
	Buyer     string
	Address   string
	Card      string
	Return    string // URL of the shop, if it has one
}

type choice struct {
	Value    string
	Text     string
	Note     string
	Chosen   bool
	Disabled bool
}

// serveStep shows a page of a session, or does what the buyer sent from it.
func (s *Server) serveStep(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		showProblem(w, http.StatusBadRequest, "This form cannot be read", err.Error())
		return
	}
	if r.URL.Path == signInPage && r.Form.Get("grant") != "" {
		s.serveSignIn(w, r)
		return
	}
	next := s.nextStep(r)
	if next.to != "" {
		http.Redirect(w, r, next.to, http.StatusSeeOther)
		return
	}
	show(w, next.status, next.page, next.data)
}

// nextStep is under the lock, since a page must not show what another request has just changed. It
// writes nothing: a browser that does not read must not hold the lock.
func (s *Server) nextStep(r *http.Request) onward {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, now := r.Form.Get(sessionParameter), s.Now()
	found := s.world.sessions[id]
	if found == nil || found.deleted(now) {
		return onward{status: http.StatusNotFound, page: "problem.html", data: problem{
			"There is no such checkout", "The emulator has no checkout session with this id. It may have been reset.", nil,
		}}
	}
	if found.age(now); found.Status.State != open {
		return onward{status: http.StatusGone, page: "over.html", data: s.step(found, r)}
	}
	if r.Method == http.MethodGet || !slices.Contains([]string{signInPage, reviewPage, changePage, payPage}, r.URL.Path) {
		return s.pageOf(found, r, "")
	}
	defer s.changed()
	next, err := found.take(r, now)
	switch {
	case err != nil:
		return s.pageOf(found, r, strings.TrimPrefix(err.Error(), "emulator: "))
	case next == "": // the shop has no page of its own
		return onward{status: http.StatusOK, page: "done.html", data: s.step(found, r)}
	}
	return onward{to: withSession(next, id)}
}

// pageOf is the page that the path names, or the one that must come before it.
func (s *Server) pageOf(found *session, r *http.Request, message string) onward {
	page := s.step(found, r)
	page.Message = message
	next := onward{status: http.StatusOK}
	if message != "" {
		next.status = http.StatusUnprocessableEntity
	}
	switch path := r.URL.Path; {
	case path == signInPage || !found.SignedIn:
		next.page, page.Path = "signin.html", signInPage
	case path == reviewPage, path == changePage:
		next.page = "review.html"
	case path == payPage && found.Approved:
		next.page = "paid.html"
	case path == payPage:
		next.page = "pay.html"
	default:
		return onward{status: http.StatusNotFound, page: "problem.html", data: problem{
			"There is no such page", "The emulator has the pages of a checkout, and no others.", nil,
		}}
	}
	next.data = page
	return next
}

// step fills in all that a page of the session may show.
func (s *Server) step(found *session, r *http.Request) step {
	details, m, of := found.Details, found.Wallet, found.Scope
	page := step{
		Path: r.URL.Path, Session: found.ID, Sandbox: of.Env == sandbox,
		Shop:   cmp.Or(details.at("merchantMetadata").text("merchantStoreName"), "the shop"),
		Change: r.Form.Get("changeAction"),
		Buyer:  m.buyer(of).name,
		Card:   m.card().String(),
		Paying: found.paysAtReview() && r.URL.Path != changePage,
	}
	if shop := cmp.Or(found.url("checkoutResultReturnUrl"), found.url("checkoutReviewReturnUrl"), found.url("signInReturnUrl")); shop != "" {
		page.Return = withSession(shop, found.ID)
	}
	if amount := details.at("paymentDetails").moneyAt("chargeAmount"); amount.Currency != "" {
		page.Amount = amount.String()
	}
	for i, b := range buyersOf(of) {
		page.Buyers = append(page.Buyers, choice{Value: strconv.Itoa(i), Text: b.name, Note: b.email, Chosen: i == m.Buyer})
	}
	if found.choosesAddress() && page.Change != "changePayment" {
		page.Addresses = found.addressChoices()
	}
	if found.ships() {
		page.Address = oneLine(m.shippingAddress(of, details))
	}
	if page.Change != "changeAddress" {
		for _, c := range cards {
			page.Cards = append(page.Cards, choice{Value: c.digits, Text: c.brand + " ending in " + c.digits, Note: c.effect, Chosen: c.digits == m.card().digits})
		}
	}
	return page
}

// choosesAddress reports whether the buyer chooses where the goods go.
func (s *session) choosesAddress() bool {
	return s.ships() && s.Details["addressDetails"] == nil && s.Details["shippingAddress"] == nil
}

// undeliverable is why the shop does not deliver to the address that the buyer has chosen, or "".
func (s *session) undeliverable() string {
	if !s.choosesAddress() {
		return ""
	}
	return restricted(s.Details.at("deliverySpecifications"), s.Wallet.shippingAddress(s.Scope, s.Details))
}

// addressChoices are the buyer's addresses, and the one that was chosen, where it is another.
func (s *session) addressChoices() []choice {
	var choices []choice
	current := oneLine(s.Wallet.shippingAddress(s.Scope, s.Details))
	for i, address := range s.Wallet.buyer(s.Scope).addresses {
		why := restricted(s.Details.at("deliverySpecifications"), address)
		choices = append(choices, choice{
			Value: strconv.Itoa(i), Text: oneLine(address), Note: why, Disabled: why != "",
			Chosen: oneLine(address) == current && why == "",
		})
	}
	return choices
}

func oneLine(address object) string {
	var parts []string
	for _, name := range []string{"name", "addressLine1", "addressLine2", "addressLine3", "city", "stateOrRegion", "postalCode", "countryCode"} {
		if text := address.text(name); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// paysAtReview reports whether there is no review page of the shop to which the buyer would return
// before paying. A Buy Now session has no page of the shop at all: it ends with finalizeCheckoutSession.
func (s *session) paysAtReview() bool {
	web := s.Details.at("webCheckoutDetails")
	return web.text("checkoutMode") != "" || web != nil && s.url("checkoutReviewReturnUrl") == ""
}

func (s *session) url(name string) string { return s.Details.at("webCheckoutDetails").text(name) }

// nextURL is where the shop goes on after a page; empty if it has no such page.
func (s *session) nextURL(path string) string {
	if cancel := cmp.Or(s.url("checkoutCancelUrl"), s.url("signInCancelUrl")); s.Status.Reason == buyerCanceled && cancel != "" {
		return cancel
	}
	result, review := cmp.Or(s.url("checkoutResultReturnUrl"), s.url("signInReturnUrl")), s.url("checkoutReviewReturnUrl")
	if path == payPage || s.paysAtReview() {
		return cmp.Or(result, review)
	}
	return cmp.Or(review, result)
}

// take does what the buyer sent from a page, and returns where to go on; nothing if the shop has no
// page for that.
func (s *session) take(r *http.Request, now time.Time) (next string, err error) {
	switch path := r.URL.Path; {
	case r.PostForm.Get("do") == "cancel":
		if path != changePage { // there it means to leave all as it was
			s.Status.become(canceled, buyerCanceled, now)
		}
		return s.nextURL(path), nil
	case path == signInPage:
		i, err := strconv.Atoi(r.PostForm.Get("buyer"))
		if err != nil || i < 0 || i >= len(buyersOf(s.Scope)) {
			return "", errors.New("choose who you are")
		}
		if s.Wallet.Buyer != i {
			s.Wallet, s.Approved = wallet{Buyer: i}, false
		}
		s.SignedIn, s.Status.Updated = true, now
		return reviewPage, nil
	case path == payPage:
		return s.pay(now)
	}
	return s.takeChoices(r, now)
}

func (s *session) pay(now time.Time) (next string, err error) {
	if !s.SignedIn {
		return "", errNotSignedIn
	}
	if lacking := s.missing(); len(lacking) > 0 {
		return "", errors.New("the shop has not said all that is needed to pay")
	}
	err = s.approve(now)
	return s.nextURL(payPage), err
}

// takeChoices takes the address and the card, or neither.
func (s *session) takeChoices(r *http.Request, now time.Time) (next string, err error) {
	before, approved, updated := s.Wallet, s.Approved, s.Status.Updated
	defer func() {
		if err != nil {
			s.Wallet, s.Approved, s.Status.Updated = before, approved, updated
		}
	}()
	digits := r.PostForm.Get("card")
	if _, known := cardNamed(digits); !known {
		return "", errors.New("choose one of the cards")
	}
	if text := r.PostForm.Get("address"); text != "" && s.choosesAddress() {
		addresses := s.Wallet.buyer(s.Scope).addresses
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(addresses) {
			return "", errors.New("choose one of the addresses")
		}
		if err := s.changeAddress(addresses[i], now); err != nil {
			return "", err
		}
	} else if why := s.undeliverable(); why != "" {
		return "", errors.New(why)
	}
	if digits != "" {
		if err := s.changeCard(digits, now); err != nil {
			return "", err
		}
	}
	if s.paysAtReview() && r.URL.Path == reviewPage {
		return s.pay(now)
	}
	return s.nextURL(r.URL.Path), nil
}

// withSession adds the session's id to a URL, of the shop or of another page.
func withSession(to, id string) string { return withParameter(to, sessionParameter, id) }

// withParameter adds a parameter to those that a URL has already.
func withParameter(to, name, value string) string {
	u, err := url.Parse(to)
	if err != nil { // it was checked when it came in
		return to
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += name + "=" + url.QueryEscape(value)
	return u.String()
}
