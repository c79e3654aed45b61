package web_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/examples/store/internal/catalog"
)

func TestCatalogue(t *testing.T) {
	t.Parallel()
	v := open(t).visitor()
	home := v.get("/").is(200, "/")
	for _, product := range catalog.All() {
		assert.Contains(t, home.body, `<a href="/products/`+product.SKU+`">`)
		page := v.get("/products/"+product.SKU).is(200, "/products/.*")
		assert.Contains(t, page.text(), product.Text(catalog.English))
		switch product.Billing {
		case catalog.Once:
			assert.Contains(t, page.body, `id="add-to-basket"`)
		case catalog.Monthly:
			assert.Contains(t, page.text(), "Subscribe")
			assert.NotContains(t, page.body, `id="add-to-basket"`)
		case catalog.Donation:
			assert.Contains(t, page.text(), "Donate")
			assert.NotContains(t, page.body, `id="add-to-basket"`)
		}
	}
	v.get("/products/nothing").problem(404, "no-page")
}
