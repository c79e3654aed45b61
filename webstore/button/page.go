package button

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf16"
)

//go:embed draw.js
var drawSource string

// drawScript is the function that draws a button, without indentation and lines of comment.
var drawScript = func() string {
	var lines []string
	for line := range strings.Lines(drawSource) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}()

// script returns the end of a script element after its nonce: it calls drawScript.
func script(src string, words texts, c call, elementID string, config []byte) string {
	arguments := make([]string, 0, 5)
	for _, text := range []string{src, words.unavailable, string(c), elementID} {
		encoded, err := json.Marshal(text)
		if err != nil { // a text
			encoded = []byte(`""`)
		}
		arguments = append(arguments, ascii(string(encoded)))
	}
	return ">" + drawScript + "(" + strings.Join(append(arguments, string(config)), ",") + ");</script>"
}

// ascii replaces the characters outside ASCII in JSON by their \u escapes, so that the text means
// the same on a page in any encoding. json.Marshal has escaped <, > and &.
func ascii(text string) string {
	return replace(text, func(s *strings.Builder, r rune) {
		for _, unit := range utf16.Encode([]rune{r}) {
			s.WriteString(`\u`)
			s.WriteString(strconv.FormatUint(0x10000|uint64(unit), 16)[1:])
		}
	})
}

// htmlText puts a text between two tags, in ASCII too.
func htmlText(open, text, closing string) string {
	return open + replace(template.HTMLEscapeString(text), func(s *strings.Builder, r rune) {
		s.WriteString("&#" + strconv.Itoa(int(r)) + ";")
	}) + closing
}

// replace writes the characters outside ASCII with another function.
func replace(text string, write func(*strings.Builder, rune)) string {
	var s strings.Builder
	for _, r := range text {
		if r < 0x7f {
			s.WriteRune(r)
		} else {
			write(&s, r)
		}
	}
	return s.String()
}

// nonceAttribute escapes the nonce: with one that is no nonce the browser runs no script, but it
// gets no other attribute.
func nonceAttribute(nonce string) string {
	if nonce == "" {
		return ""
	}
	return ` nonce="` + template.HTMLEscapeString(nonce) + `"`
}

// texts are what this package says to a buyer.
type texts struct{ unavailable, noScript, update, upgrade string }

// textsOf returns the texts in the language of a button, or of its region.
func textsOf(language Language, r region) texts {
	if words, ok := translations[language]; ok {
		return words
	}
	return translations[r.languages[0]]
}

var english = texts{
	"Amazon Pay is not available at the moment. Reload the page, or continue without Amazon Pay.",
	"Amazon Pay requires JavaScript.",
	"Change payment method",
	"Subscribe with Amazon Pay",
}

var translations = map[Language]texts{
	LanguageEnUS: english,
	LanguageEnGB: english,
	LanguageDeDE: {
		"Amazon Pay ist zurzeit nicht verfügbar. Laden Sie die Seite neu, oder fahren Sie ohne Amazon Pay fort.",
		"Amazon Pay benötigt JavaScript.",
		"Zahlungsart ändern",
		"Mit Amazon Pay abonnieren",
	},
	LanguageFrFR: {
		"Amazon Pay n’est pas disponible pour le moment. Rechargez la page ou continuez sans Amazon Pay.",
		"Amazon Pay nécessite JavaScript.",
		"Modifier le mode de paiement",
		"S’abonner avec Amazon Pay",
	},
	LanguageItIT: {
		"Amazon Pay non è disponibile. Ricarica la pagina o continua senza Amazon Pay.",
		"Amazon Pay richiede JavaScript.",
		"Modifica il metodo di pagamento",
		"Abbonati con Amazon Pay",
	},
	LanguageEsES: {
		"Amazon Pay no está disponible ahora. Vuelva a cargar la página o continúe sin Amazon Pay.",
		"Amazon Pay requiere JavaScript.",
		"Cambiar el método de pago",
		"Suscribirse con Amazon Pay",
	},
	LanguageJaJP: {
		"現在 Amazon Pay をご利用いただけません。ページを再読み込みするか、Amazon Pay 以外の方法でお進みください。",
		"Amazon Pay のご利用には JavaScript が必要です。",
		"お支払い方法を変更",
		"Amazon Pay で定期購入に申し込む",
	},
}
