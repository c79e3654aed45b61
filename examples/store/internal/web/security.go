package web

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
)

// amazonPages are where Amazon's script sends the buyer. Amazon's own plugins allow the same hosts.
var amazonPages = strings.Join([]string{
	"https://*.amazon.com", "https://*.amazon.co.uk", "https://*.amazon.de", "https://*.amazon.fr", "https://*.amazon.it",
	"https://*.amazon.es", "https://*.amazon.co.jp", "https://*.amazon.jp", "https://*.amazonpay.com", "https://*.payments-amazon.com",
}, " ")

// policy returns the Content-Security-Policy for a page whose scripts have a nonce. script is the
// URL of checkout.js: only its host, and Amazon's pages if the script is Amazon's, are let in.
func policy(script, nonce string) string {
	host, pages, pictures := "", "", ""
	if u, err := url.Parse(script); err == nil {
		host = " " + u.Scheme + "://" + u.Host
		if strings.HasSuffix(u.Hostname(), ".payments-amazon.com") {
			pages, pictures = " "+amazonPages, " https://*.media-amazon.com https://*.ssl-images-amazon.com https://*.payments-amazon.com"
		}
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'nonce-" + nonce + "'" + host,
		"style-src 'self' 'nonce-" + nonce + "'",
		"img-src 'self' data:" + pictures,
		"connect-src 'self'" + host + pages,
		"frame-src" + orNone(host+pages),
		"form-action 'self'" + host + pages, // also what a form is redirected to
		"base-uri 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

func orNone(sources string) string {
	if sources == "" {
		return " 'none'"
	}
	return sources
}

type nonceKey struct{}

// secure sets the headers of every answer, and makes the page's nonce.
func (s *Site) secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		h := w.Header()
		h.Set("Content-Security-Policy", policy(s.config.Buttons.ScriptURL(), nonce))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups") // Buy Now talks to its window
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if s.https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), nonceKey{}, nonce)))
	})
}

func nonceOf(r *http.Request) string {
	nonce, _ := r.Context().Value(nonceKey{}).(string)
	return nonce
}

// atHome answers only at the shop's own address: the cookie of another one would be lost on the way
// back from Amazon, and a name that somebody else points here gets no page.
func (s *Site) atHome(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.EqualFold(r.Host, s.host):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			http.Redirect(w, r, s.config.BaseURL+ownPath(r.URL.RequestURI()), http.StatusTemporaryRedirect) //nolint:gosec // the shop's own address
		default:
			http.Error(w, "This shop is at "+s.config.BaseURL, http.StatusMisdirectedRequest)
		}
	})
}
