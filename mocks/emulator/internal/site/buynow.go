package site

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// Buy Now: checkout.js opens a window with buyNowStart, which makes the session of an unsigned
// configuration. After the sign-in the buyer stays on one page, buyNowPage. Its script asks the
// shop's page for the cart by messages, and has the server check and keep what was chosen, at
// buyNowDo.
const (
	buyNowPage  = pagesPrefix + "buynow"
	buyNowStart = buyNowPage + "/start"
	buyNowCheck = buyNowPage + "/check"
	buyNowDo    = buyNowPage + "/do"
)

// readBuyNow reads what checkout.js sends for a Buy Now button.
func (p *Site) readBuyNow(r *http.Request) (c *ledger.Call, form url.Values, wrong *wrongButton) {
	refuse := func(status int, reason string, detail ...string) (*ledger.Call, url.Values, *wrongButton) {
		return nil, r.Form, &wrongButton{status, reason, detail}
	}
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form cannot be read.")
	}
	form = r.Form
	region, known := ledger.RegionNamed(form.Get("region"))
	if !known {
		return refuse(http.StatusForbidden, "The form does not come from this emulator's checkout.js.")
	}
	m := p.Gate.Merchants.Named(form.Get("merchantId"))
	if m == nil {
		return refuse(http.StatusForbidden, "The merchantId is not one of this emulator's.", "merchantId: "+form.Get("merchantId"))
	}
	env := ledger.Live
	if form.Get("sandbox") == "true" {
		env = ledger.Sandbox
	}
	c = &ledger.Call{
		Scope: ledger.Scope{Region: region.Name, MerchantID: m.ID, Env: env}, Shop: m.Shop, Caller: m.ID, About: p.Gate.About(), Now: p.Gate.Now(),
		Facts: p.Gate.Facts,
	}
	var err error
	if c.Body, err = ledger.Decode([]byte(form.Get("checkoutSessionConfig"))); err != nil {
		return refuse(http.StatusBadRequest, "The checkoutSessionConfig cannot be read: "+err.Error()+".")
	}
	if !isOrigin(form.Get("origin")) {
		return refuse(http.StatusBadRequest, "The origin of the shop's page is missing: a page of a file has none.")
	}
	return c, form, nil
}

// isOrigin reports whether a text is the origin of a web page.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && text == u.Scheme+"://"+u.Host
}

// clickBuyNow makes the session of a Buy Now button; without keep it only checks that it could.
func (p *Site) clickBuyNow(r *http.Request, keep bool) (next string, wrong *wrongButton) {
	c, form, wrong := p.readBuyNow(r)
	if wrong != nil {
		p.keepWrong(form.Get("origin"), "Buy Now", wrong)
		return "", wrong
	}
	do := p.Look
	if keep {
		do = p.Change
	}
	var refused *ledger.Refusal
	do(func(w *ledger.Ledger, now time.Time) {
		c.Now = now
		var made *ledger.Session
		if made, refused = p.ClickBuyNow(w, c, cmp.Or(form.Get("productType"), ledger.PayAndShip), form.Get("origin")); refused != nil {
			return
		}
		if keep {
			refused = w.TakeUnsigned(len(form.Get("checkoutSessionConfig")) + len(form.Get("origin")))
		}
		if refused != nil || !keep {
			delete(w.Sessions, made.ID)
		}
		made.BuyNow.Language = wire.Cut(form.Get("checkoutLanguage"), 16)
		next = withSession(signInPage, made.ID)
	})
	if refused != nil {
		wrong = &wrongButton{int(refused.Status), refused.Message, []string{"reason code: " + refused.Reason}}
		p.keepWrong(form.Get("origin"), "Buy Now", wrong)
		return "", wrong
	}
	return next, nil
}

// ClickBuyNow makes the session of a Buy Now button, whose configuration is the call's body. origin
// is the origin of the shop's page. The caller holds the lock.
func (p *Site) ClickBuyNow(w *ledger.Ledger, c *ledger.Call, product, origin string) (*ledger.Session, *ledger.Refusal) {
	if product != ledger.PayAndShip && product != ledger.PayOnly {
		return nil, ledger.Invalid("productType", "must be PayAndShip or PayOnly for Buy Now")
	}
	for _, name := range []string{"checkoutMode", "signInReturnUrl"} {
		if c.Body.At("webCheckoutDetails")[name] != nil {
			return nil, ledger.Invalid("webCheckoutDetails."+name, "does not go with Buy Now")
		}
	}
	if refused := checkPayload(c, product); refused != nil {
		return nil, refused
	}
	made, refused := w.Click(c, product)
	if refused != nil {
		return nil, refused
	}
	made.BuyNow = &ledger.BuyNow{Origin: origin}
	return made, nil
}

// checkBuyNow tells checkout.js whether a click on a Buy Now button would lead anywhere.
func (p *Site) checkBuyNow(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*") // it runs in the shop's page
	_, wrong := p.clickBuyNow(r, false)
	writeVerdict(w, wrong)
}

// startBuyNow handles a click on a Buy Now button, in the window that the click opened.
func (p *Site) startBuyNow(w http.ResponseWriter, r *http.Request) {
	next, wrong := p.clickBuyNow(r, true)
	if wrong != nil {
		showProblem(w, wrong.status, "This button does not work", wrong.reason, wrong.detail...)
		return
	}
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // a page of the site
}

// buyNowPageOf is the page of a Buy Now session whose buyer has signed in. If the session is over,
// the page tells the shop's page and closes.
func (p *Site) buyNowPageOf(found *ledger.Session, r *http.Request) onward {
	page := p.step(found, r)
	page.Origin, page.Event = found.BuyNow.Origin, string(ledger.Encode(found.InitEvent()))
	if found.Status.State != ledger.Open {
		page.Over = cmp.Or(found.Status.Reason, found.Status.State)
	}
	return onward{status: http.StatusOK, page: "buynow.html", data: page}
}

// shownCart is a checked cart for the page's script.
type shownCart struct {
	Items   []shownLine `json:"items"`
	Totals  []shownLine `json:"totals"`
	Options []shownLine `json:"options"`
	Chosen  string      `json:"chosen"` // the id of an option
	Others  []shownLine `json:"others"` // members that only some shops have
	Notes   []string    `json:"notes"`
}

// shownLine is a line of a shownCart.
type shownLine struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Note   string `json:"note"`
	Amount string `json:"amount"`
}

// buyNowAnswer is the answer of buyNowDo to the page's script.
type buyNowAnswer struct {
	Wrong string        `json:"wrong"` // why it was not done, or empty
	State string        `json:"state"` // of the session
	Event ledger.Object `json:"event"` // for the shop's page
	Cart  *shownCart    `json:"cart"`
}

// doBuyNow applies an action of the buyer on the page. Requests of other origins are refused.
func (p *Site) doBuyNow(w http.ResponseWriter, r *http.Request) {
	answer := buyNowAnswer{Wrong: "this request does not come from the page"}
	status := http.StatusForbidden
	if http.NewCrossOriginProtection().Check(r) == nil && r.ParseForm() == nil {
		answer = p.actBuyNow(r)
		if status = http.StatusOK; answer.Wrong != "" {
			status = http.StatusUnprocessableEntity
		}
	}
	wire.WriteJSON(w, status, ledger.Encode(answer))
}

func (p *Site) actBuyNow(r *http.Request) (answer buyNowAnswer) {
	form := r.PostForm
	origin, about := "", form.Get("about")
	p.Change(func(w *ledger.Ledger, now time.Time) {
		s := w.SessionAt(form.Get(sessionParameter), now)
		if s == nil || s.BuyNow == nil {
			answer.Wrong = "the emulator has no Buy Now session with this id: it may have been reset"
			return
		}
		origin = s.BuyNow.Origin
		if err := applyBuyNow(s, form, now, &answer); err != nil {
			answer.Wrong = strings.TrimPrefix(err.Error(), "emulator: ")
		}
		answer.State = s.Status.State
	})
	switch {
	case form.Get("do") == "wrong" && answer.Wrong == "":
		p.keepWrong(origin, "Buy Now", &wrongButton{reason: form.Get("text"), detail: []string{"event: " + about}})
	case answer.Wrong != "" && form.Has("cart"):
		p.keepWrong(origin, "Buy Now", &wrongButton{reason: answer.Wrong, detail: []string{"event: " + about, "the cart: " + form.Get("cart")}})
	}
	return answer
}

// applyBuyNow applies one action of the page to its session.
func applyBuyNow(s *ledger.Session, form url.Values, now time.Time, answer *buyNowAnswer) error {
	do := form.Get("do")
	switch {
	case do == "look", do == "wrong":
		return nil
	case s.Status.State != ledger.Open:
		return errors.New("this checkout is over")
	case !s.SignedIn:
		return ledger.ErrNotSignedIn
	case do == "cancel":
		s.Status.Become(ledger.Canceled, ledger.BuyerCanceled, now)
		return nil
	case do == "card":
		return s.ChangeCard(form.Get("card"), now)
	case do == "address":
		addresses := s.Wallet.Owner(s.Scope).Addresses
		i, err := strconv.Atoi(form.Get("address"))
		if err != nil || i < 0 || i >= len(addresses) {
			return errors.New("choose one of the addresses")
		}
		if err := s.ChangeAddress(addresses[i], now); err != nil {
			return err
		}
		answer.Event = ledger.Object{"shippingAddress": addresses[i]}
		return nil
	case do == "cart", do == "pay":
		return applyCart(s, form, now, answer)
	}
	return errors.New("the page has no such action")
}

// applyCart checks the cart that the shop's page gave. With the action pay the buyer pays it.
func applyCart(s *ledger.Session, form url.Values, now time.Time, answer *buyNowAnswer) error {
	given, err := ledger.Decode([]byte(form.Get("cart")))
	if err != nil {
		return errors.New("the answer cannot be read: " + err.Error())
	}
	cart, refused := wire.CheckCart(&ledger.Call{Scope: s.Scope}, given, s.Ships(), form.Get("option"))
	if refused != nil {
		s.Approved = false
		return errors.New(refused.Message)
	}
	answer.Cart = showCart(cart, given)
	if form.Get("do") != "pay" {
		s.Approved = false // the buyer sees another cart
		return nil
	}
	if err := s.PayNow(cart.Cart, now); err != nil {
		return err
	}
	answer.Event = s.CompleteEvent()
	return nil
}

// showCart prepares a cart for the page's script.
func showCart(cart wire.CheckedCart, given ledger.Object) *shownCart {
	shown := &shownCart{Items: []shownLine{}, Totals: []shownLine{}, Options: []shownLine{}, Others: []shownLine{}, Notes: append([]string{}, cart.Notes...)}
	for _, item := range cart.Items {
		amount := item.MoneyAt("totalListPrice")
		note := item.Text("variantTitle")
		if reduced := item.MoneyAt("discountedPrice"); reduced.Currency != "" {
			note = strings.TrimPrefix(note+", instead of "+amount.String(), ", ")
			amount = reduced
		}
		shown.Items = append(shown.Items, shownLine{Text: item.Text("quantity") + " × " + item.Text("title"), Note: note, Amount: amount.String()})
	}
	for _, of := range []struct{ member, text string }{
		{"totalBaseAmount", "Items"},
		{"totalShippingAmount", "Delivery"},
		{"totalTaxAmount", "Tax"},
		{"totalDiscountAmount", "Discount"},
		{"totalOrderAmount", "Order"},
		{"totalChargeAmount", "Total to pay"},
	} {
		if amount := cart.Body.MoneyAt(of.member); amount.Currency != "" {
			shown.Totals = append(shown.Totals, shownLine{ID: of.member, Text: of.text, Amount: amount.String()})
		}
	}
	for _, name := range cart.Others {
		shown.Others = append(shown.Others, shownLine{Text: wire.Cut(name, 64), Note: wire.Cut(string(ledger.Encode(given[name])), 1024)})
	}
	for i, option := range cart.Options {
		shown.Options = append(shown.Options, shownLine{
			ID: option.Text("id"), Text: option.At("shippingMethod").Text("shippingMethodName"), Amount: option.MoneyAt("price").String(),
		})
		if i == cart.Chosen {
			shown.Chosen = option.Text("id")
		}
	}
	return shown
}
