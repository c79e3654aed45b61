package site

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

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// The paths of the pages, and their parameters.
const (
	ScriptPath       = "/checkout.js"
	pagesPrefix      = "/checkout/"
	startPath        = pagesPrefix + "start"
	checkPath        = pagesPrefix + "check"
	signInPage       = pagesPrefix + "signin"
	reviewPage       = pagesPrefix + "review"
	changePage       = pagesPrefix + "change"
	upgradePage      = pagesPrefix + "upgrade"
	payPage          = pagesPrefix + "processing"
	PayPath          = payPage + "?" + sessionParameter + "="
	sessionParameter = "amazonCheckoutSessionId"
	tokenParameter   = "buyerToken"
)

//go:embed static
var static embed.FS

var templates = template.Must(template.ParseFS(static, "static/*.html"))

// serveScript answers with checkout.js.
func (p *Site) serveScript(w http.ResponseWriter, r *http.Request) {
	script, _ := static.ReadFile("static/checkout.js") // it is embedded
	script = bytes.Replace(script, []byte(`"BASE"`), ledger.Encode(p.Gate.PagesAt(r.Host)), 1)
	script = bytes.Replace(script, []byte(`"REGION"`), ledger.Encode(p.Gate.RegionOf(r.Host).Name), 1)
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(script) //nolint:gosec // the texts are encoded as JSON
}

// servePages answers what the buyer's browser asks for.
func (p *Site) servePages(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, wire.MaxBody)
	switch {
	case r.URL.Path == pagesPrefix+"style.css":
		serveFile(w, "style.css", "text/css; charset=utf-8")
	case r.URL.Path == checkPath && r.Method == http.MethodPost:
		p.checkButton(w, r)
	case r.URL.Path == startPath && (r.Method == http.MethodPost || r.Method == http.MethodGet):
		p.startCheckout(w, r)
	case r.URL.Path == pagesPrefix+"buynow.js":
		serveFile(w, "buynow.js", "text/javascript; charset=utf-8")
	case r.URL.Path == buyNowCheck && r.Method == http.MethodPost:
		p.checkBuyNow(w, r)
	case r.URL.Path == buyNowStart && r.Method == http.MethodGet:
		p.startBuyNow(w, r)
	case r.URL.Path == buyNowDo && r.Method == http.MethodPost:
		p.doBuyNow(w, r)
	case r.URL.Path == upgradePage && (r.Method == http.MethodPost || r.Method == http.MethodGet):
		p.upgrade(w, r)
	case r.Method == http.MethodGet || r.Method == http.MethodPost:
		p.serveStep(w, r)
	default:
		http.Error(w, "Page not found.", http.StatusMethodNotAllowed)
	}
}

func serveFile(w http.ResponseWriter, name, contentType string) {
	content, err := static.ReadFile("static/" + name)
	if err != nil {
		http.Error(w, "File not found.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(content)
}

// show sends a page. The template has the name of its file.
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

// problem is a page that explains why something cannot be done.
type problem struct {
	Title  string
	Reason string
	Detail []string
}

func showProblem(w http.ResponseWriter, status int, title, reason string, detail ...string) {
	show(w, status, "problem.html", problem{title, reason, detail})
}

// onward is the browser's next step: a page or a redirect.
type onward struct {
	status int
	page   string // the name of a template
	data   any
	to     string // the URL of a redirect; then page is empty
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

	Title  string // of the review page
	Accept string // what its button says
	Terms  string // of the recurring payment that the buyer agrees to

	// Of Buy Now:
	Origin string // of the shop's page
	Event  string // onInitCheckout, as JSON
	Over   string // why the session is over, or empty
}

type choice struct {
	Value    string
	Text     string
	Note     string
	Chosen   bool
	Disabled bool
}

// serveStep shows a page of a session, or processes its form.
func (p *Site) serveStep(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		showProblem(w, http.StatusBadRequest, "This form cannot be read", err.Error())
		return
	}
	if r.URL.Path == signInPage && r.Form.Get("grant") != "" {
		p.serveSignIn(w, r)
		return
	}
	next := p.nextStep(r)
	if next.to != "" {
		http.Redirect(w, r, next.to, http.StatusSeeOther)
		return
	}
	show(w, next.status, next.page, next.data)
}

// nextStep is under the lock, since a page must not show what another request has just changed. It
// writes nothing: a browser that does not read must not hold the lock.
func (p *Site) nextStep(r *http.Request) (next onward) {
	sends := r.Method != http.MethodGet && slices.Contains([]string{signInPage, reviewPage, changePage, payPage}, r.URL.Path)
	do := p.Look
	if sends {
		do = p.Change
	}
	do(func(w *ledger.Ledger, now time.Time) { next = p.stepOf(w, r, now, sends) })
	return next
}

func (p *Site) stepOf(w *ledger.Ledger, r *http.Request, now time.Time, sends bool) onward {
	id := r.Form.Get(sessionParameter)
	found := w.SessionAt(id, now)
	if found == nil {
		return onward{status: http.StatusNotFound, page: "problem.html", data: problem{
			"Checkout not found", "The emulator has no checkout session with this id. It may have been reset.", nil,
		}}
	}
	if found.BuyNow != nil && (found.Status.State != ledger.Open || found.SignedIn && r.URL.Path != signInPage) {
		return p.buyNowPageOf(found, r)
	}
	if found.Status.State != ledger.Open {
		return onward{status: http.StatusGone, page: "over.html", data: p.step(found, r)}
	}
	if !sends {
		return p.pageOf(found, r, "")
	}
	next, err := take(found, r, now)
	switch {
	case err != nil:
		return p.pageOf(found, r, strings.TrimPrefix(err.Error(), "emulator: "))
	case next == "": // the shop has no page of its own
		return onward{status: http.StatusOK, page: "done.html", data: p.step(found, r)}
	}
	return onward{to: p.onTo(found, next)}
}

// pageOf is the page that the path names, or the page that must come first.
func (p *Site) pageOf(found *ledger.Session, r *http.Request, message string) onward {
	page := p.step(found, r)
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
			"Page not found", "The emulator has the pages of a checkout, and no others.", nil,
		}}
	}
	next.data = page
	return next
}

// step fills in everything that a page of the session may show.
func (p *Site) step(found *ledger.Session, r *http.Request) step {
	details, m, of := found.Details, found.Wallet, found.Scope
	page := step{
		Path: r.URL.Path, Session: found.ID, Sandbox: of.Env == ledger.Sandbox,
		Shop:   cmp.Or(details.At("merchantMetadata").Text("merchantStoreName"), "the shop"),
		Change: r.Form.Get("changeAction"),
		Buyer:  m.Owner(of).Name,
		Card:   m.ChosenCard().String(),
		Paying: paysAtReview(found) && r.URL.Path != changePage,
	}
	if shop := cmp.Or(shopURL(found, "checkoutResultReturnUrl"), shopURL(found, "checkoutReviewReturnUrl"), shopURL(found, "signInReturnUrl")); shop != "" {
		page.Return = p.onTo(found, shop)
	}
	if amount := details.At("paymentDetails").MoneyAt("chargeAmount"); amount.Currency != "" {
		page.Amount = amount.String()
	}
	for i, b := range ledger.BuyersOf(of) {
		page.Buyers = append(page.Buyers, choice{Value: strconv.Itoa(i), Text: b.Name, Note: b.Email, Chosen: i == m.Buyer})
	}
	page.Title, page.Accept = titles(found, page)
	if found.Details.Text("chargePermissionType") == ledger.Recurring && page.Paying {
		page.Terms = recurring(details.At("recurringMetadata"))
	}
	if found.ChoosesAddress() && page.Change != "changePayment" {
		page.Addresses = addressChoices(found)
	}
	if found.Ships() {
		page.Address = oneLine(m.ShippingAddress(of, details))
	}
	if page.Change != "changeAddress" {
		for _, c := range ledger.Cards {
			page.Cards = append(page.Cards, choice{Value: c.Digits, Text: c.Brand + " ending in " + c.Digits, Note: c.EffectIn(found), Chosen: c.Digits == m.ChosenCard().Digits})
		}
	}
	return page
}

// titles are the heading of the review page, and what its button says.
func titles(s *ledger.Session, page step) (title, accept string) {
	switch {
	case page.Change == "changeAddress":
		return "Change the address", "Use this"
	case page.Change == "changePayment":
		return "Change the payment method", "Use this"
	case s.Upgrade != nil:
		return "Agree to a recurring payment", "Agree"
	case s.UpdatesWallet():
		return "Change your saved payment method", "Save"
	case s.SetsUp() && page.Paying:
		return "Save a payment method", "Save"
	case page.Paying:
		return "Review", "Pay now"
	}
	return "Review", "Continue at " + page.Shop
}

// addressChoices are the buyer's addresses, and the chosen address if it is not among them.
func addressChoices(s *ledger.Session) []choice {
	var choices []choice
	current := oneLine(s.Wallet.ShippingAddress(s.Scope, s.Details))
	for i, address := range s.Wallet.Owner(s.Scope).Addresses {
		why := ledger.Restricted(s.Details.At("deliverySpecifications"), address)
		choices = append(choices, choice{
			Value: strconv.Itoa(i), Text: oneLine(address), Note: why, Disabled: why != "",
			Chosen: oneLine(address) == current && why == "",
		})
	}
	return choices
}

func oneLine(address ledger.Object) string {
	var parts []string
	for _, name := range []string{"name", "addressLine1", "addressLine2", "addressLine3", "city", "stateOrRegion", "postalCode", "countryCode"} {
		if text := address.Text(name); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// paysAtReview reports whether there is no review page of the shop to which the buyer would return
// before paying. A Buy Now session has no page of the shop at all: it ends with
// FinalizeCheckoutSession.
func paysAtReview(s *ledger.Session) bool {
	web := s.Details.At("webCheckoutDetails")
	return web.Text("checkoutMode") != "" || web != nil && shopURL(s, "checkoutReviewReturnUrl") == ""
}

func shopURL(s *ledger.Session, name string) string {
	return s.Details.At("webCheckoutDetails").Text(name)
}

// nextURL is the shop's URL after a page; empty if the shop has no such page.
func nextURL(s *ledger.Session, path string) string {
	if s.BuyNow != nil { // its script tells the shop's page
		return buyNowPage
	}
	if cancel := cmp.Or(shopURL(s, "checkoutCancelUrl"), shopURL(s, "signInCancelUrl")); s.Status.Reason == ledger.BuyerCanceled && cancel != "" {
		return cancel
	}
	result, review := cmp.Or(shopURL(s, "checkoutResultReturnUrl"), shopURL(s, "signInReturnUrl")), shopURL(s, "checkoutReviewReturnUrl")
	if path == payPage || paysAtReview(s) {
		return cmp.Or(result, review)
	}
	return cmp.Or(review, result)
}

// take processes the form of a page, and returns the URL to go on to; empty if the shop has no
// page for that.
func take(s *ledger.Session, r *http.Request, now time.Time) (next string, err error) {
	switch path := r.URL.Path; {
	case r.PostForm.Get("do") == "cancel":
		if path != changePage { // there it means to leave all as it was
			s.Status.Become(ledger.Canceled, ledger.BuyerCanceled, now)
		}
		return nextURL(s, path), nil
	case path == signInPage:
		i, err := strconv.Atoi(r.PostForm.Get("buyer"))
		if err != nil {
			return "", errors.New("choose a buyer")
		}
		if s.BuyNow != nil {
			return buyNowPage, s.SignInAs(i, now)
		}
		return reviewPage, s.SignInAs(i, now)
	case path == payPage:
		return pay(s, now)
	}
	return takeChoices(s, r, now)
}

func pay(s *ledger.Session, now time.Time) (next string, err error) {
	if !s.SignedIn {
		return "", ledger.ErrNotSignedIn
	}
	if lacking := s.Missing(); len(lacking) > 0 {
		return "", errors.New("the shop has not set everything that a payment requires")
	}
	err = s.Approve(now)
	return nextURL(s, payPage), err
}

// takeChoices applies the address and the card, or neither.
func takeChoices(s *ledger.Session, r *http.Request, now time.Time) (next string, err error) {
	before, approved, updated := s.Wallet, s.Approved, s.Status.Updated
	defer func() {
		if err != nil {
			s.Wallet, s.Approved, s.Status.Updated = before, approved, updated
		}
	}()
	digits := r.PostForm.Get("card")
	if _, known := ledger.CardNamed(digits); !known {
		return "", errors.New("choose one of the cards")
	}
	if text := r.PostForm.Get("address"); text != "" && s.ChoosesAddress() {
		addresses := s.Wallet.Owner(s.Scope).Addresses
		i, err := strconv.Atoi(text)
		if err != nil || i < 0 || i >= len(addresses) {
			return "", errors.New("choose one of the addresses")
		}
		if err := s.ChangeAddress(addresses[i], now); err != nil {
			return "", err
		}
	} else if why := s.Undeliverable(); why != "" {
		return "", errors.New(why)
	}
	if digits != "" {
		if err := s.ChangeCard(digits, now); err != nil {
			return "", err
		}
	}
	if paysAtReview(s) && r.URL.Path == reviewPage {
		return pay(s, now)
	}
	return nextURL(s, r.URL.Path), nil
}

// withSession adds the session's id to a URL, of the shop or of another page.
func withSession(to, id string) string { return withParameter(to, sessionParameter, id) }

// onTo adds the session's id to the URL of another page, or of the shop, as the facts have it.
func (p *Site) onTo(s *ledger.Session, to string) string {
	if strings.HasPrefix(to, pagesPrefix) {
		return withSession(to, s.ID)
	}
	if p.Gate.Facts.Is("session.returnQuery", "dropped") {
		to, _, _ = strings.Cut(to, "?")
	}
	name := sessionParameter
	if shopURL(s, "signInReturnUrl") != "" {
		name = p.Gate.Facts.Value("session.returnParameter.signIn")
	}
	return withParameter(to, name, s.ID)
}

// withParameter adds a parameter to a URL.
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
