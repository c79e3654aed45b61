package rewriting_test

import (
	"encoding/base64"
	"html"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/rewriting"
)

const signed = `{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/a?b=1&c=2"},"storeId":"s"}`

// What was signed is among the texts, with what happened to it. The emulator's tests have many more
// ways, each made by another language.
func TestOf(t *testing.T) {
	t.Parallel()
	for what, sent := range map[string]string{
		"percent-encoded after":      url.QueryEscape(signed),
		"HTML entities after":        html.EscapeString(signed),
		"base64 after":               base64.StdEncoding.EncodeToString([]byte(signed)),
		"as JSON a second time":      strconv.Quote(signed),
		"white space around it":      " " + signed + "\n",
		"its JSON was written anew":  strings.ReplaceAll(signed, ":{", ": {"),
		"addslashes) after":          strings.ReplaceAll(signed, `"`, `\"`),
		"; and before that it was":   html.EscapeString(url.QueryEscape(url.QueryEscape(signed))),
		"there are quotes around it": `"` + signed + `"`,
	} {
		var found []string
		for r := range rewriting.Of(sent) {
			assert.NotEqual(t, sent, r.Text, what)
			if r.Text == signed {
				found = append(found, r.What)
			}
		}
		assert.Contains(t, strings.Join(found, "\n"), what)
	}
	for range rewriting.Of(strings.Repeat("[", 1<<20)) { // it comes to an end
		continue
	}
}

func TestWhereTheyDiffer(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "they differ first at byte 2: what was signed has ab, what was sent has ac", rewriting.WhereTheyDiffer("ab", "ac"))
	assert.Contains(t, rewriting.WhereTheyDiffer("a\n", "a"), "what was signed has a␊, what was sent ends there")
}
