package browser_test

import (
	"encoding/json"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// named checks that a screen reader finds a name for each control, a language, a title, one main
// part and one first heading.
func (b *tab) named() {
	b.t.Helper()
	nodes := call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	used := 0
	for _, n := range nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		switch role := value(n.Role); role {
		case "button", "link", "radio", "textbox", "combobox", "checkbox":
			used++
			assert.NotEmpty(b.t, value(n.Name), "a %s has no name", role)
		}
	}
	require.Positive(b.t, used)
	var facts struct {
		Lang, Title              string
		Mains, Headings, Unnamed int
	}
	b.eval(`({
		Lang: document.documentElement.lang, Title: document.title,
		Mains: document.querySelectorAll('main').length, Headings: document.querySelectorAll('h1').length,
		Unnamed: [...document.querySelectorAll('fieldset')].filter(f => !f.querySelector('legend')?.textContent.trim()).length,
	})`, &facts)
	assert.NotEmpty(b.t, facts.Lang)
	assert.NotEmpty(b.t, facts.Title)
	assert.Equal(b.t, 1, facts.Mains)
	assert.Equal(b.t, 1, facts.Headings)
	assert.Zero(b.t, facts.Unnamed, "fieldsets without a legend")
}

func value(v *accessibility.Value) (text string) {
	if v == nil {
		return ""
	}
	_ = json.Unmarshal(v.Value, &text)
	return text
}
