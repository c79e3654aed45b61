// Package web has the pages: the public ones, for notifications and the buyer's repair link, and
// the operator's, which show progress and the jobs.
package web

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// Config is what the pages need.
type Config struct {
	Engine *billing.Engine
	// IPN are further options of the notifications' verifier, such as an emulator's clock.
	IPN []ipn.Option
	// Metrics is the page for Prometheus; nil: none.
	Metrics http.Handler
}

//go:embed templates
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"number": number, "money": money, "ago": ago, "stateName": stateName}).ParseFS(templateFiles, "templates/*.html"))

// show answers with a page. A page that cannot be made is no half page.
func (c Config) show(w http.ResponseWriter, r *http.Request, status int, page string, view any) {
	var body bytes.Buffer
	if err := pages.ExecuteTemplate(&body, page, view); err != nil {
		c.Engine.Logger.ErrorContext(r.Context(), "a page cannot be made", slog.String("page", page), slog.Any("error", err))
		http.Error(w, "The page cannot be shown.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
}

// secure sets the headers of every answer: an address may hold a buyer's secret, and pages hold
// amounts. A page loads its own style and script, and sends its own forms.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
