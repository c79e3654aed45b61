package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

// adminTime is how long an admin is signed in.
const adminTime = 8 * time.Hour

// attempts limits wrong passwords, of all visitors together.
type attempts struct {
	mu    sync.Mutex
	wrong []time.Time
}

// mostAttempts is how many wrong passwords a minute are tried.
const mostAttempts = 10

// begin counts a try as a wrong password, or reports that no password is tried for now. A try
// counts from its beginning, so that many at once are not more than mostAttempts.
func (a *attempts) begin(now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wrong = slices.DeleteFunc(a.wrong, func(at time.Time) bool { return now.Sub(at) > time.Minute })
	if len(a.wrong) >= mostAttempts {
		return false
	}
	a.wrong = append(a.wrong, now)
	return true
}

// right takes back the try of a right password.
func (a *attempts) right(began time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := slices.Index(a.wrong, began); i >= 0 {
		a.wrong = slices.Delete(a.wrong, i, i+1)
	}
}

// loginPage is for login.html.
type loginPage struct{ Error string }

func (s *Site) login(w http.ResponseWriter, r *http.Request) error {
	password := r.PostFormValue("password") // before the count: a browser may send it slowly
	now := time.Now()
	if !s.attempts.begin(now) {
		return errManyTries
	}
	given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(s.config.AdminPassword))
	if subtle.ConstantTimeCompare(given[:], want[:]) == 0 {
		s.config.Logger.WarnContext(r.Context(), "a wrong admin password")
		return s.show(w, r, http.StatusUnauthorized, "login", "login.title", loginPage{Error: "login.error"})
	}
	s.attempts.right(now)
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyAdmin, now.Add(adminTime).Unix())
	return seeOther(w, "/admin")
}

func (s *Site) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	s.sessions.Remove(r.Context(), keyAdmin)
	return seeOther(w, "/admin")
}

// admin is for pages that take the admin's password.
func (s *Site) admin(next page) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.sessions.GetInt64(r.Context(), keyAdmin) <= time.Now().Unix() {
			return s.show(w, r, http.StatusUnauthorized, "login", "login.title", loginPage{})
		}
		return next(w, r)
	}
}

// adminList is for admin.html.
type adminList struct {
	Orders    []*orders.Order
	WindowURL string
}

// mostOrders are how many orders the admin's list has.
const mostOrders = 100

func (s *Site) adminOrders(w http.ResponseWriter, r *http.Request) error {
	found, err := s.config.Shop.Orders(r.Context(), mostOrders)
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "admin", "admin.title", adminList{found, s.config.WindowURL})
}

// adminPage is for admin-order.html.
type adminPage struct {
	Order *orders.Order
	Form  string // a new form for each refund
	// What is wrong with a form: the action and the id of its object, the key of a text, and what was
	// entered.
	Wrong, Error, Entered string
}

// Left returns what can be captured of a charge, or refunded of it.
func (p adminPage) Left(c orders.Charge) amazonpay.Price {
	if c.State == amazonpay.StateAuthorized {
		return c.Amount
	}
	captured, err := c.Captured.MinorUnits()
	if err != nil {
		return c.Captured
	}
	refunded, err := c.Refunded.MinorUnits()
	if err != nil {
		return c.Captured
	}
	left, err := amazonpay.NewPrice(captured-refunded, c.Captured.CurrencyCode)
	if err != nil {
		return c.Captured
	}
	return left
}

// HasLeft reports whether Left is more than nothing.
func (p adminPage) HasLeft(c orders.Charge) bool {
	left, err := p.Left(c).MinorUnits()
	return err == nil && left > 0
}

func (s *Site) adminOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := s.config.Shop.Order(r.Context(), r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "admin-order", "admin.order-title", adminPage{Order: o, Form: orders.NewForm()})
}

// adminAct does what a form of the order's page asks for.
func (s *Site) adminAct(w http.ResponseWriter, r *http.Request) error {
	ctx, shop, number, action := r.Context(), s.config.Shop, r.PathValue("number"), r.PathValue("action")
	charge, amount := r.PostFormValue("charge"), s.amountOf(r)
	var err error
	switch action {
	case "capture":
		_, err = shop.Capture(ctx, number, charge, amount)
	case "refund":
		_, err = shop.Refund(ctx, number, charge, amount, r.PostFormValue("form"))
	case "cancel":
		_, err = shop.Cancel(ctx, number, charge)
	case "close":
		_, err = shop.Close(ctx, number)
	case "refresh":
		_, err = shop.Refresh(ctx, number)
	case "period":
		period, bad := strconv.Atoi(r.PostFormValue("period"))
		if bad != nil {
			return errBadForm
		}
		_, err = shop.ChargeNextPeriod(ctx, number, period)
	case "contest":
		if evidence := strings.TrimSpace(r.PostFormValue("evidence")); evidence == "" {
			return s.wrongForm(w, r, action+"-"+r.PostFormValue("dispute"), "admin.evidence-error", "")
		}
		_, err = shop.Contest(ctx, number, r.PostFormValue("dispute"), strings.TrimSpace(r.PostFormValue("evidence")))
	default:
		return errNoPage
	}
	switch {
	case errors.Is(err, orders.ErrAmount):
		return s.wrongForm(w, r, action+"-"+charge, "admin.amount-error", r.PostFormValue("amount"))
	case err != nil:
		return err
	}
	s.config.Logger.InfoContext(ctx, "the admin has acted", slog.String("action", action), slog.String("order", number))
	s.sessions.Put(ctx, keyNotice, "notice.admin")
	return seeOther(w, "/admin/orders/"+number)
}

// amountOf reads the amount of a form, such as 12.50 or $12.50. What is not an amount in the shop's
// currency is one of nothing, which package orders refuses: 1,250 too, which is less or more by the
// reader's country.
func (s *Site) amountOf(r *http.Request) amazonpay.Price {
	text := strings.TrimLeft(strings.TrimSpace(r.PostFormValue("amount")), "$€£¥￥")
	price := s.config.Currency.Price(amazonpay.Decimal(text))
	if price.Validate() != nil {
		return amazonpay.Price{}
	}
	return price
}

// wrongForm shows the order again, with what is wrong beside the field.
func (s *Site) wrongForm(w http.ResponseWriter, r *http.Request, form, problem, entered string) error {
	o, err := s.config.Shop.Order(r.Context(), r.PathValue("number"))
	if err != nil {
		return err
	}
	return s.show(w, r, http.StatusUnprocessableEntity, "admin-order", "admin.order-title",
		adminPage{Order: o, Form: orders.NewForm(), Wrong: form, Error: problem, Entered: entered})
}
