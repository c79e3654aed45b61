package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/webstore/button"
)

var languages = language.NewMatcher([]language.Tag{language.English, language.Japanese})

// languageOf returns the language that the visitor has chosen, or else prefers.
func (s *Site) languageOf(r *http.Request) catalog.Language {
	if chosen, err := r.Cookie(s.cookieName("language")); err == nil && texts[catalog.Language(chosen.Value)] != nil {
		return catalog.Language(chosen.Value)
	}
	_, index := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	return []catalog.Language{catalog.English, catalog.Japanese}[index]
}

// chooseLanguage is the switch at the top of each page.
func (s *Site) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	chosen := catalog.Language(r.PostFormValue("language"))
	if texts[chosen] == nil {
		return errBadForm
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure if the shop is on https: see Cookies in the package comment
		Name: s.cookieName("language"), Value: string(chosen), Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
		Secure: s.https, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return seeOther(w, ownPath(r.PostFormValue("back")))
}

// ownPath returns a path on this site, and never the address of another one.
func ownPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

// T returns a text in the view's language, with args in the places of %s and %d.
func (v *View) T(key string, args ...any) string {
	text, ok := texts[v.Language][key]
	if !ok {
		return key // TestTexts finds a key that is missing
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// Has reports whether there is a text.
func (v *View) Has(key string) bool { return texts[v.Language][key] != "" }

// Time returns a time of the shop, which keeps UTC.
func (v *View) Time(t time.Time) string {
	if v.Language == catalog.Japanese {
		return t.UTC().Format("2006年1月2日 15:04 UTC")
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}

// Country returns a country's name.
func (v *View) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if v.Language == catalog.Japanese {
		return display.Japanese.Regions().Name(region)
	}
	return display.English.Regions().Name(region)
}

// buttonLanguage returns the language of Amazon's button and pages. Each region has its own, so
// that only a shop in Japan has Japanese ones.
func buttonLanguage(region amazonpay.Region) button.Language {
	switch region {
	case amazonpay.RegionEU:
		return button.LanguageEnGB
	case amazonpay.RegionJP:
		return button.LanguageJaJP
	default:
		return button.LanguageEnUS
	}
}
