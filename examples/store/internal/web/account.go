package web

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// accountPage is for account.html.
type accountPage struct {
	Customer *orders.Customer // nil for a visitor who has not signed in
	SignIn   template.HTML    // Amazon's button, for such a visitor
	Wallet   *orders.Wallet   // nil if no payment method is saved
	Orders   int
}

// account shows who has signed in, or Amazon's button to do so.
func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	customer := s.sessions.GetString(r.Context(), keyCustomer)
	content := accountPage{}
	var err error
	if customer != "" {
		if content.Customer, err = s.config.Shop.Customer(r.Context(), customer); err != nil {
			return err
		}
		if content.Wallet, err = s.wallet(r); err != nil {
			return err
		}
		found, err := s.config.Shop.OrdersOf(r.Context(), customer)
		if err != nil {
			return err
		}
		content.Orders = len(found)
	}
	if content.Customer == nil {
		if content.SignIn, err = s.signIn(r); err != nil {
			return err
		}
	}
	return s.show(w, r, http.StatusOK, "account", "account.title", content)
}

// signIn returns Amazon's sign-in button. The address to which the buyer returns has a secret of
// this visit, so that nobody can be signed in to another buyer's account by a link.
func (s *Site) signIn(r *http.Request) (template.HTML, error) {
	secret := s.sessions.GetString(r.Context(), keySignIn)
	if secret == "" {
		secret = rand.Text()
		s.sessions.Put(r.Context(), keySignIn, secret)
	}
	made, err := s.config.Buttons.Button(button.SignIn{
		SignInReturnURL: s.config.BaseURL + "/account/return?" + url.Values{"visit": {secret}}.Encode(),
		SignInScopes:    []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail},
	}, button.Options{
		Placement: button.PlacementOther, Language: buttonLanguage(s.config.Region), LedgerCurrency: amazonpay.LedgerCurrency(s.config.Currency),
	})
	if err != nil {
		return "", err
	}
	return made.HTML(nonceOf(r)), nil
}

// signedIn is the page to which Amazon sends a buyer who has signed in.
func (s *Site) signedIn(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	secret := s.sessions.GetString(ctx, keySignIn)
	back, err := webstore.ParseReturnURL(r.URL.RequestURI())
	if err != nil || secret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(r.URL.Query().Get("visit"))) == 0 {
		return errBadForm
	}
	visitor := s.sessions.GetString(ctx, keyCustomer)
	customer, err := s.config.Shop.SignIn(ctx, visitor, back.BuyerToken)
	if errors.Is(err, orders.ErrSession) { // Amazon does not know the token, or not any more
		return errBadForm
	}
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil { // who knew the visitor's cookie is not signed in
		return err
	}
	s.sessions.Remove(ctx, keySignIn)
	s.sessions.Put(ctx, keyCustomer, customer.ID)
	s.sessions.Put(ctx, keyName, customer.Name)
	s.sessions.Put(ctx, keyNotice, "notice.signed-in")
	return seeOther(w, "/account")
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	return seeOther(w, "/")
}

func (s *Site) forgetWallet(w http.ResponseWriter, r *http.Request) error {
	if err := s.config.Shop.ForgetWallet(r.Context(), s.sessions.GetString(r.Context(), keyCustomer)); err != nil {
		return err
	}
	s.sessions.Put(r.Context(), keyNotice, "notice.forgotten")
	return seeOther(w, "/account")
}
