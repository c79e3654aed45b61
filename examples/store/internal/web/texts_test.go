package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
	"github.com/amazonpay-go/sdk/examples/store/internal/web"
)

// Both languages have every text, with the same places for values, and no text that nothing shows.
func TestTexts(t *testing.T) {
	t.Parallel()
	english, japanese := web.Texts[catalog.English], web.Texts[catalog.Japanese]
	places := regexp.MustCompile(`%[sd]`)
	for key, text := range english {
		other, ok := japanese[key]
		assert.True(t, ok, "no Japanese text for %s", key)
		assert.NotEmpty(t, strings.TrimSpace(text), key)
		assert.NotEmpty(t, strings.TrimSpace(other), key)
		assert.Equal(t, places.FindAllString(text, -1), places.FindAllString(other, -1), "the values of %s", key)
	}
	assert.Len(t, japanese, len(english))

	var sources strings.Builder
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range files {
			if name == "texts.go" || strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			sources.Write(text)
		}
	}
	all := sources.String()
	for _, used := range regexp.MustCompile(`(?:\.T |Error = |Notice, |show\(.*, )"([a-zA-Z.-]+)"`).FindAllStringSubmatch(all, -1) {
		if strings.Contains(used[1], ".") && !strings.HasSuffix(used[1], ".") {
			assert.True(t, english[used[1]] != "", "no text %s", used[1]) //nolint:testifylint // the map is too long for a message
		}
	}
	// Families of texts whose keys end in a value of the shop's or of Amazon's.
	families := regexp.MustCompile(`^(delivery\.(standard|express)|checkout\.(how|text)-|order\.text-|status\.|kind\.|state\.|dispute\.|event\.|failure\.|problem\.|address\.(optional-)?[a-zA-Z0-9]+$|admin\.(capture|refund)(-amount)?$)`)
	for key := range english {
		assert.True(t, families.MatchString(key) || strings.Contains(all, `"`+key+`"`), "nothing shows %s", key)
	}
}
