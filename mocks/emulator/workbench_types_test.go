package emulator_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/button"
)

var update = flag.Bool("update", false, "write internal/site/gotypes.json")

// goField is a field as the workbench's table has it.
type goField struct {
	Name string `json:"name"`
	JSON string `json:"json"`
	Type string `json:"type"`
}

// TestGoTypes compares the table from which the workbench writes Go code with the SDK's types.
func TestGoTypes(t *testing.T) {
	t.Parallel()
	found := map[string][]goField{}
	for _, api := range []reflect.Type{reflect.TypeFor[webstore.API](), reflect.TypeFor[instore.API](), reflect.TypeFor[delivery.API]()} {
		for method := range api.Methods() {
			for in := range method.Type.Ins() {
				if in.Kind() == reflect.Pointer {
					fieldsOf(found, in.Elem())
				}
			}
		}
	}
	for _, payload := range []button.Payload{
		button.OneTime{},
		button.ProcessOrder{},
		button.Recurring{},
		button.SavedWallet{},
		button.SignIn{},
		button.SignInAndSetUp{},
		button.UpdateSavedWallet{},
		button.Upgrade{},
		button.MultiAddress{},
		button.Donation{},
	} {
		fieldsOf(found, reflect.TypeOf(payload))
	}
	var b bytes.Buffer // a type a line
	b.WriteString("{\n")
	for i, name := range slices.Sorted(maps.Keys(found)) {
		text, err := json.Marshal(found[name])
		require.NoError(t, err)
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(`"` + name + `":` + string(text))
	}
	b.WriteString("\n}\n")
	const path = "internal/site/gotypes.json"
	if *update {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	}
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(now), "go test ./mocks/emulator -run TestGoTypes -update writes it")
}

// whole are structs that are one value on the wire.
var whole = []reflect.Type{reflect.TypeFor[amazonpay.Time](), reflect.TypeFor[webstore.UnixTime](), reflect.TypeFor[amazonpay.Price]()}

func fieldsOf(found map[string][]goField, t reflect.Type) {
	if _, known := found[t.String()]; known || t.Kind() != reflect.Struct || slices.Contains(whole, t) {
		return
	}
	found[t.String()] = []goField{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" { // of a filter that becomes a query
			name = strings.ToLower(f.Name[:1]) + f.Name[1:]
		}
		found[t.String()] = append(found[t.String()], goField{f.Name, name, typeName(found, f.Type)})
	}
}

func typeName(found map[string][]goField, t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return "*" + typeName(found, t.Elem())
	case reflect.Slice:
		return "[]" + typeName(found, t.Elem())
	case reflect.Map:
		return "map[string]" + typeName(found, t.Elem())
	case reflect.Struct:
		fieldsOf(found, t)
		return t.String()
	default:
		if t.PkgPath() == "" {
			return t.Kind().String()
		}
		return t.Kind().String() + " " + t.String()
	}
}
