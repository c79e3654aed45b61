package web

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// reviewPage is for review.html.
type reviewPage struct {
	*orders.Review

	Changed bool          // the total is another than the one that the buyer has seen
	Scripts template.HTML // what the two buttons for Amazon's pages do
}

// review is the page to which Amazon sends a buyer who has chosen an address and a card.
func (s *Site) review(w http.ResponseWriter, r *http.Request) error {
	o, session, err := s.returned(r)
	if err != nil {
		return err
	}
	review, err := s.config.Shop.Review(r.Context(), o.Number, session)
	return s.showReview(w, r, http.StatusOK, o, session, review, err)
}

// returned returns the visitor's order, and the checkout session with which the visitor comes from
// Amazon's pages.
func (s *Site) returned(r *http.Request) (*orders.Order, string, error) {
	o, err := s.ownOrder(r)
	if err != nil {
		return nil, "", err
	}
	back, err := webstore.ParseReturnURL(r.URL.RequestURI())
	if err != nil || back.CheckoutSessionID == "" {
		return nil, "", orders.ErrSession
	}
	return o, back.CheckoutSessionID, nil
}

// showReview shows the review page, or what hinders it.
func (s *Site) showReview(w http.ResponseWriter, r *http.Request, status int, o *orders.Order, session string, review *orders.Review, err error) error {
	switch {
	case errors.Is(err, orders.ErrNotPayable):
		return toOrder(w, o.Number)
	case errors.Is(err, orders.ErrAddress): // the buyer can choose another one
		status, review = http.StatusUnprocessableEntity, &orders.Review{Order: o, Session: session}
	case err != nil:
		return err
	}
	content := reviewPage{Review: review, Changed: status == http.StatusConflict, Scripts: s.config.Buttons.Script(nonceOf(r))}
	change := func(action button.Action, elementID string) {
		content.Scripts += s.config.Buttons.ChangeAction(nonceOf(r), button.Change{
			Action: action, ElementID: elementID, CheckoutSessionID: session, Language: buttonLanguage(s.config.Region),
		})
	}
	if o.Ships() {
		change(button.ActionChangeAddress, "change-address")
	}
	change(button.ActionChangePayment, "change-card")
	return s.show(w, r, status, "review", "review.title", content)
}

// chooseDelivery prices the order with another delivery option.
func (s *Site) chooseDelivery(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	session := r.PostFormValue("session")
	review, err := s.config.Shop.ChooseDelivery(r.Context(), o.Number, session, r.PostFormValue("delivery"))
	if err != nil {
		return s.showReview(w, r, http.StatusOK, o, session, review, err)
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.delivery")
	return seeOther(w, reviewPath(o.Number, session))
}

func reviewPath(number, session string) string {
	return orders.ReviewPath(number) + "?" + url.Values{"amazonCheckoutSessionId": {session}}.Encode()
}

// pay leads the buyer to the page of Amazon's that takes the payment, or charges the saved payment
// method.
func (s *Site) pay(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	if o.Kind == orders.KindOneClick {
		paid, err := s.config.Shop.PayWithWallet(r.Context(), o.Number)
		return s.afterPaying(w, r, o, paid, err)
	}
	if chosen := r.PostFormValue("delivery"); chosen != r.PostFormValue("priced") {
		return s.chooseDelivery(w, r) // the page has not shown its price yet
	}
	session := r.PostFormValue("session")
	shown := amazonpay.Price{Amount: amazonpay.Decimal(r.PostFormValue("amount")), CurrencyCode: amazonpay.CurrencyCode(r.PostFormValue("currency"))}
	page, err := s.config.Shop.Pay(r.Context(), o.Number, session, shown)
	switch {
	case errors.Is(err, orders.ErrTotal):
		review, err := s.config.Shop.Review(r.Context(), o.Number, session)
		return s.showReview(w, r, http.StatusConflict, o, session, review, err)
	case err != nil:
		return s.showReview(w, r, http.StatusOK, o, session, nil, err)
	}
	return seeOther(w, page)
}

// result is the page to which Amazon sends a buyer who has paid.
func (s *Site) result(w http.ResponseWriter, r *http.Request) error {
	o, session, err := s.returned(r)
	if err != nil {
		return err
	}
	paid, err := s.config.Shop.Result(r.Context(), o.Number, session)
	return s.afterPaying(w, r, o, paid, err)
}

// afterPaying leads to the order, or to another try if the payment was declined.
func (s *Site) afterPaying(w http.ResponseWriter, r *http.Request, before, o *orders.Order, err error) error {
	switch {
	case errors.Is(err, orders.ErrBusy) || errors.Is(err, orders.ErrNotPayable):
		return toOrder(w, before.Number) // shows how far it is
	case err != nil:
		return err
	}
	if !o.MayPay() && s.basket(r).isOf(o) {
		s.sessions.Remove(r.Context(), keyBasket)
	}
	if o.MayPay() {
		return seeOther(w, "/checkout/"+o.Number)
	}
	return toOrder(w, o.Number)
}

// canceled is the page to which Amazon sends a buyer who does not want to pay.
func (s *Site) canceled(w http.ResponseWriter, r *http.Request) error {
	o, err := s.ownOrder(r)
	if err != nil {
		return err
	}
	if _, err := s.config.Shop.GiveUp(r.Context(), o.Number); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.given-up")
	return seeOther(w, "/checkout/"+o.Number)
}
