package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/scs/v2"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/webstore/button"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// Config is what the pages need. All fields but WindowURL and Logger are required.
type Config struct {
	Shop     *orders.Shop
	DB       *data.DB // of the visits
	Buttons  *button.Maker
	Verifier *ipn.Verifier
	Region   amazonpay.Region
	Currency amazonpay.CurrencyCode
	// BaseURL is the address of the shop without a slash at the end. Requests to another host are
	// redirected to it.
	BaseURL       string
	AdminPassword string
	WindowURL     string       // of the emulator's window; empty for Amazon Pay
	Logger        *slog.Logger // empty: none
}

// Site is the shop's pages. It is safe for concurrent use.
type Site struct {
	config   Config
	host     string
	https    bool
	sessions *scs.SessionManager
	buy      *buynow.Handler
	attempts attempts
	handler  http.Handler
}

// New returns the pages of a shop. Call it before Shop.Run, which takes up what Buy Now has left
// behind.
func New(c Config) (*Site, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.HasSuffix(c.BaseURL, "/") {
		return nil, errors.New("web: BaseURL must be an address without a slash at the end, such as https://shop.example")
	}
	if c.AdminPassword == "" {
		return nil, errors.New("web: AdminPassword is required")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Site{config: c, host: base.Host, https: base.Scheme == "https", sessions: scs.New()}
	s.sessions.Store = data.Visits{DB: c.DB}
	s.sessions.Lifetime = 30 * 24 * time.Hour
	s.sessions.HashTokenInStore = true
	s.sessions.Cookie.Name = s.cookieName("visit")
	s.sessions.Cookie.Secure = s.https
	s.sessions.Cookie.HttpOnly = true
	s.sessions.Cookie.SameSite = http.SameSiteLaxMode                                // Strict would lose the visitor on the way back from Amazon
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { // without a visit there is no page
		c.Logger.ErrorContext(r.Context(), "the visit cannot be read or stored", slog.Any("error", err))
		http.Error(w, "The shop is not available. Try again in a moment.", http.StatusServiceUnavailable)
	}
	if s.buy, err = c.Shop.BuyNow(c.Buttons, buyNowPath); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// cookieName returns the name of a cookie. With __Host- a browser takes it from this host alone.
func (s *Site) cookieName(name string) string {
	if s.https {
		return "__Host-" + name
	}
	return "store-" + name
}

// ServeHTTP answers a request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// maxForm is the size of a form in bytes.
const maxForm = 64 << 10

// page answers a request, or returns what the visitor is told.
type page func(w http.ResponseWriter, r *http.Request) error

func (s *Site) routes() http.Handler {
	pages := http.NewServeMux()
	for pattern, p := range map[string]page{
		"GET /{$}":                             s.home,
		"GET /products/{sku}":                  s.product,
		"GET /basket":                          s.showBasket,
		"POST /basket":                         s.addToBasket,
		"POST /basket/{sku}":                   s.changeBasket,
		"POST /checkout":                       s.placeOrder,
		"GET /checkout/address":                s.ownAddress,
		"POST /checkout/address":               s.takeAddress,
		"GET /checkout/{number}":               s.checkout,
		"GET /orders":                          s.history,
		"GET /orders/{number}":                 s.order,
		"GET /orders/{number}/review":          s.review,
		"POST /orders/{number}/delivery":       s.chooseDelivery,
		"POST /orders/{number}/pay":            s.pay,
		"GET /orders/{number}/result":          s.result,
		"GET /orders/{number}/canceled":        s.canceled,
		"POST /orders/{number}/end":            s.endSubscription,
		"GET /account":                         s.account,
		"GET /account/return":                  s.signedIn,
		"POST /account/forget":                 s.forgetWallet,
		"POST /sign-out":                       s.signOut,
		"POST /language":                       s.chooseLanguage,
		"GET /admin":                           s.admin(s.adminOrders),
		"POST /admin/login":                    s.login,
		"POST /admin/logout":                   s.logout,
		"GET /admin/orders/{number}":           s.admin(s.adminOrder),
		"POST /admin/orders/{number}/{action}": s.admin(s.adminAct),
		"/":                                    func(http.ResponseWriter, *http.Request) error { return errNoPage },
	} {
		pages.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.Body != nil {
				r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			}
			err := checkText(r)
			if err == nil {
				err = p(w, r)
			}
			if err != nil {
				s.fail(w, r, err)
			}
		})
	}
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.fail(w, r, errOtherOrigin) }))

	root := http.NewServeMux()
	root.Handle("/", s.atHome(s.sessions.LoadAndSave(guard.Handler(pages))))
	root.Handle("POST "+buyNowPath, s.atHome(s.buy)) // an event names its checkout by an id that only the visitor's page has
	root.HandleFunc("GET /static/{file}", serveStatic)
	root.HandleFunc("GET /pictures/{sku}", servePicture)
	root.HandleFunc("GET /healthz", s.health)
	root.Handle("/notifications", s.config.Verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
		return s.config.Shop.Notify(ctx, n)
	}))
	return s.log(s.secure(root), root, pages)
}

// checkText returns an error for a request with a byte that is not text. PostgreSQL takes neither
// NUL nor bytes that are not UTF-8: they would look like an error of the shop's.
func checkText(r *http.Request) error {
	isText := func(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }
	if !isText(r.URL.Path) {
		return errNoPage
	}
	_ = r.ParseMultipartForm(maxForm) //nolint:gosec // the body is limited, and a form that cannot be read has no values
	for _, values := range r.Form {
		if slices.ContainsFunc(values, func(v string) bool { return !isText(v) }) {
			return errBadForm
		}
	}
	return nil
}

// log writes a line a request. A path can name an order and a query a session, so the line has the
// pattern instead.
func (s *Site) log(next http.Handler, root, pages *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		_, pattern := root.Handler(r)
		if pattern == "/" {
			_, pattern = pages.Handler(r)
		}
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		level := slog.LevelInfo
		if answer.status >= http.StatusInternalServerError {
			level = slog.LevelError
		}
		s.config.Logger.LogAttrs(r.Context(), level, "request", slog.String("method", r.Method), slog.String("page", pattern),
			slog.Int("status", answer.status), slog.Duration("took", time.Since(began)))
	})
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader writes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// health is for the program that watches over this one.
func (s *Site) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "application/json")
	if err := s.config.DB.Ping(ctx); err != nil {
		s.config.Logger.ErrorContext(r.Context(), "the database does not answer", slog.Any("error", err))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"process":"ok","database":"unavailable"}` + "\n"))
		return
	}
	_, _ = w.Write([]byte(`{"process":"ok","database":"ok"}` + "\n"))
}

// What a visitor is told beside the errors of package orders.
var (
	errNoPage      = errors.New("web: no such page")
	errBadForm     = errors.New("web: the form is not one of this shop's")
	errOtherOrigin = errors.New("web: the form was sent from another site")
	errManyTries   = errors.New("web: too many wrong passwords")
)

// fail shows the page for an error.
func (s *Site) fail(w http.ResponseWriter, r *http.Request, err error) {
	name, status := "internal", http.StatusInternalServerError
	for _, known := range []struct {
		err    error
		name   string
		status int
	}{
		{errNoPage, "no-page", http.StatusNotFound},
		{orders.ErrNoOrder, "no-page", http.StatusNotFound},
		{errBadForm, "bad-form", http.StatusBadRequest},
		{orders.ErrBadBasket, "bad-basket", http.StatusUnprocessableEntity},
		{orders.ErrAddress, "address", http.StatusUnprocessableEntity},
		{errOtherOrigin, "other-origin", http.StatusForbidden},
		{errManyTries, "many-tries", http.StatusTooManyRequests},
		{orders.ErrOtherOrder, "other-order", http.StatusConflict},
		{orders.ErrNotPayable, "not-payable", http.StatusConflict},
		{orders.ErrNotAllowed, "not-allowed", http.StatusConflict},
		{orders.ErrBusy, "busy", http.StatusConflict},
		{orders.ErrSession, "session", http.StatusConflict},
		{orders.ErrAmount, "not-allowed", http.StatusConflict},
		{orders.ErrNoWallet, "no-wallet", http.StatusConflict},
		{orders.ErrUnavailable, "unavailable", http.StatusServiceUnavailable},
		{context.Canceled, "unavailable", http.StatusServiceUnavailable},
	} {
		if errors.Is(err, known.err) {
			name, status = known.name, known.status
			break
		}
	}
	if status >= http.StatusInternalServerError {
		s.config.Logger.ErrorContext(r.Context(), "a page failed", slog.String("page", r.Pattern), slog.Any("error", err))
	}
	if err := s.show(w, r, status, "problem", "problem."+name, name); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}
