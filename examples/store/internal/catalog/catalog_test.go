package catalog_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
)

// Every product has a name and a text in both languages, a valid price in each currency, and a
// picture that needs nothing from elsewhere.
func TestEveryProductIsComplete(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(catalog.All()), 12)
	seen := make(map[string]bool)
	billing := make(map[catalog.Billing]int)
	for _, p := range catalog.All() {
		assert.False(t, seen[p.SKU], p.SKU)
		seen[p.SKU] = true
		billing[p.Billing]++
		for _, text := range []func(catalog.Language) string{p.Name, p.Text} {
			assert.NotEmpty(t, text(catalog.English), p.SKU)
			assert.NotEqual(t, text(catalog.English), text(catalog.Japanese), p.SKU)
			assert.Equal(t, text(catalog.English), text("fr"), p.SKU)
		}
		for _, currency := range catalog.Currencies() {
			price, ok := p.Price(currency)
			require.True(t, ok, p.SKU)
			require.NoError(t, price.Validate(), p.SKU)
			minor, err := price.MinorUnits()
			require.NoError(t, err, p.SKU)
			assert.Positive(t, minor, p.SKU)
		}
		_, ok := p.Price("XXX")
		assert.False(t, ok)
		picture := string(p.Picture())
		require.NotEmpty(t, picture, p.SKU)
		assert.NotContains(t, strings.Replace(picture, "http://www.w3.org/2000/svg", "", 1), "http", p.SKU)
		decoder := xml.NewDecoder(strings.NewReader(picture))
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, p.SKU)
		}
		found, ok := catalog.BySKU(p.SKU)
		assert.True(t, ok)
		assert.Equal(t, p, found)
	}
	assert.Equal(t, 1, billing[catalog.Monthly])
	assert.Equal(t, 1, billing[catalog.Donation])
	_, ok := catalog.BySKU("nothing")
	assert.False(t, ok)
}
