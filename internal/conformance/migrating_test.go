package conformance_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/webstore"
)

// TestMIGRATING compares the table of MIGRATING.md with the SDK's methods, with the calls of the
// Node SDK and with the operations of the description.
func TestMIGRATING(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../.github/MIGRATING.md")
	require.NoError(t, err)
	clients := map[string]reflect.Type{
		"webstore": reflect.TypeFor[*webstore.Client](), "instore": reflect.TypeFor[*instore.Client](), "delivery": reflect.TypeFor[*delivery.Client](),
		"authtoken": reflect.TypeFor[*authtoken.Client](), "amazonpay": reflect.TypeFor[*amazonpay.Client](),
	}
	var node, php []string
	named := map[string]bool{} // the Go methods
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 7 || !strings.Contains(cells[1], ".Client.") {
			continue
		}
		name := strings.Split(cells[1], "`")[1]
		parts := strings.Split(name, ".")
		require.Len(t, parts, 3, name)
		_, ok := clients[parts[0]].MethodByName(parts[2])
		assert.True(t, ok, "there is no %s", name)
		named[parts[0]+"."+strings.ToLower(parts[2])] = true
		if cell := strings.Trim(cells[2], " `"); cell != "–" {
			node = append(node, cell)
		}
		php = append(php, strings.Trim(cells[3], " `"))
	}
	assert.ElementsMatch(t, node, slices.Concat(operations, helpers))
	assert.Len(t, php, 43+len(helpers))
	for _, o := range all {
		assert.True(t, slices.ContainsFunc([]string{"webstore", "instore", "delivery", "authtoken"}, func(pkg string) bool { return named[pkg+"."+strings.ToLower(o.name)] }), o.name)
	}
}
