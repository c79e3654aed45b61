package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// pages has a template for each page, with the layout around it.
var pages = func() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{"static": staticURL}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	found := make(map[string]*template.Template)
	for _, name := range names {
		base := strings.TrimSuffix(path.Base(name), ".html")
		if base != "layout" && base != "parts" {
			found[base] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, name))
		}
	}
	return found
}()

// View is what a template gets.
type View struct {
	Language catalog.Language
	Title    string
	Nonce    string
	Back     string // where the language switch leads
	Path     string
	Count    int // of things in the basket
	SignedIn bool
	Emulated bool
	Notice   string // the key of a text that says what has just been done
	Page     any    // of the page's own type
}

// show writes a page. title is the key of a text, or else a name as it is.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, name, title string, content any) error {
	v := &View{
		Language: s.languageOf(r), Nonce: nonceOf(r), Back: "/", Path: r.URL.Path, Count: s.basket(r).count(),
		SignedIn: s.sessions.GetString(r.Context(), keyName) != "", Emulated: s.config.WindowURL != "",
		Notice: s.sessions.PopString(r.Context(), keyNotice), Page: content,
	}
	v.Title = v.T(title)
	if r.Method == http.MethodGet {
		v.Back = r.URL.RequestURI()
	}
	var page bytes.Buffer
	if err := pages[name].ExecuteTemplate(&page, "layout.html", v); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.Language))
	h.Set("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	_, _ = page.WriteTo(w)
	return nil
}

// Price returns a price in the shop's spelling.
func (v *View) Price(p amazonpay.Price) string { return format(p) }

// List is for a template that takes more than one value. The view is the first.
func (v *View) List(more ...any) []any { return append([]any{v}, more...) }

// Name returns the name of a product.
func (v *View) Name(sku string) string {
	if p, ok := catalog.BySKU(sku); ok {
		return p.Name(v.Language)
	}
	return sku
}

// Times returns the price of several pieces.
func (v *View) Times(p amazonpay.Price, quantity int) string {
	minor, err := p.MinorUnits()
	if err != nil {
		return ""
	}
	total, err := amazonpay.NewPrice(minor*int64(quantity), p.CurrencyCode)
	if err != nil {
		return ""
	}
	return format(total)
}

// Tone returns the color of a status: good, bad, wait or none.
func (v *View) Tone(status orders.Status) string {
	switch status {
	case orders.StatusAuthorized, orders.StatusPaid:
		return "good"
	case orders.StatusDeclined, orders.StatusCanceled:
		return "bad"
	case orders.StatusCompleting, orders.StatusPending:
		return "wait"
	case orders.StatusPlaced:
	}
	return ""
}

// State returns the state of a charge or refund. Amazon may add some.
func (v *View) State(state amazonpay.State) string {
	return v.textOr("state."+string(state), string(state))
}

// Dispute returns the state of a dispute.
func (v *View) Dispute(state string) string { return v.textOr("dispute."+state, state) }

// Event returns what happened to an order.
func (v *View) Event(name string) string { return v.textOr("event."+name, name) }

// Failure returns why a payment was refused, as far as a buyer has to know.
func (v *View) Failure(reason string) string {
	return v.textOr("failure."+reason, v.T("failure.other"))
}

func (v *View) textOr(key, other string) string {
	if v.Has(key) {
		return v.T(key)
	}
	return other
}

// Field is an input of a form with what was entered and what is wrong with it.
type Field struct {
	Name, Value, Error string // Error is the key of a text
	Complete           string // the value of autocomplete
	Type               string
	Optional           bool
	View               *View
}

// staticURL returns the path of a static file, which changes with its content.
func staticURL(name string) (string, error) {
	text, err := staticFiles.ReadFile("static/" + name)
	sum := sha256.Sum256(text)
	return "/static/" + name + "?v=" + hex.EncodeToString(sum[:6]), err
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	text, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	serveFile(w, cmp.Or(mime.TypeByExtension(path.Ext(name)), "text/plain"), text)
}

func servePicture(w http.ResponseWriter, r *http.Request) {
	p, ok := catalog.BySKU(strings.TrimSuffix(r.PathValue("sku"), ".svg"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	serveFile(w, "image/svg+xml", p.Picture())
}

func serveFile(w http.ResponseWriter, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(text) //nolint:gosec // an embedded file
}
