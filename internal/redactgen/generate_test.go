package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	redactgen "github.com/amazonpay-go/sdk/internal/redactgen"
)

var (
	directive = regexp.MustCompile(`(?m)^//go:generate go run (?:\.\./)+internal/redactgen(.*)$`)
	method    = regexp.MustCompile(`(?m)^func \(\w+ (\w+)\) LogValue\(`)
)

// A new struct, a new field and a changed log tag take effect when the file is generated.
func TestGeneratedFilesAreFresh(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../*/*.go")
	require.NoError(t, err)
	rooms, err := filepath.Glob("../../*/*/*.go")
	require.NoError(t, err)
	files = append(files, rooms...)
	var packages, clients []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.Contains(string(text), "\ntype API interface {\n") {
			clients = append(clients, filepath.Base(filepath.Dir(file)))
		}
		for _, match := range directive.FindAllSubmatch(text, -1) {
			dir, err := filepath.Abs(filepath.Dir(file))
			require.NoError(t, err)
			want, err := redactgen.Generate(dir, strings.Fields(string(match[1]))...)
			require.NoError(t, err, dir)
			got, err := os.ReadFile(filepath.Join(dir, redactgen.File))
			require.NoError(t, err)
			packages = append(packages, filepath.Base(dir))
			wanted, written := methods(want), methods(got)
			for name, text := range wanted {
				switch {
				case written[name] == "":
					assert.Fail(t, filepath.Base(dir)+"."+name+" prints and logs all of its fields", "Run make generate.")
				case written[name] != text:
					assert.Fail(t, filepath.Base(dir)+"."+name+" does not print and log what its log tags say", "Run make generate.")
				}
			}
			assert.True(t, t.Failed() || string(want) == string(got), "%s/%s is stale: run make generate", filepath.Base(dir), redactgen.File)
		}
	}
	assert.ElementsMatch(t, append([]string{"amazonpay", "transport", "button", "buynow"}, clients...), packages, "every client has its line //go:generate")
	assert.Len(t, clients, 4)
}

// shownInFull are the structs of packages whose directive names types that print and log all of
// their fields, because none can hold personal data or a secret.
var shownInFull = map[string][]string{
	"amazonpay": {"Advice", "Event", "Integrator", "RateLimit", "Response", "SignatureHint", "Time"},
	"transport": {"Attempt", "Config", "Result", "RetryPolicy", "Verdict"},
}

// A new struct of a package whose directive names types must not be forgotten: it is named there,
// or has methods, or somebody has decided that it is shown in full.
func TestNoStructIsForgotten(t *testing.T) {
	t.Parallel()
	for pkg, full := range shownInFull {
		files, err := filepath.Glob("../../" + pkg + "/*.go")
		require.NoError(t, err)
		structs, printing := make(map[string]bool), make(map[string]bool)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, decl := range parsed.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					if d.Recv != nil && slices.Contains([]string{"LogValue", "Format", "Error"}, d.Name.Name) {
						printing[strings.TrimPrefix(types.ExprString(d.Recv.List[0].Type), "*")] = true
					}
				case *ast.GenDecl:
					for _, spec := range d.Specs {
						if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() && hasExportedField(s.Type) {
							structs[s.Name.Name] = true
						}
					}
				}
			}
		}
		var forgotten []string
		for name := range structs {
			if !printing[name] {
				forgotten = append(forgotten, name)
			}
		}
		listed := map[string][]string{"amazonpay": {"Price", "StatusDetails"}}[pkg] // in //log:full, which checks each field
		assert.ElementsMatch(t, append(listed, full...), forgotten, "package %s: name a struct in //go:generate, or list it here", pkg)
	}
}

func hasExportedField(x ast.Expr) bool {
	body, ok := x.(*ast.StructType)
	return ok && slices.ContainsFunc(body.Fields.List, func(f *ast.Field) bool {
		return len(f.Names) == 0 || slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return n.IsExported() })
	})
}

// methods returns the LogValue and the Format of each type in a generated file.
func methods(file []byte) map[string]string {
	texts := make(map[string]string)
	for text := range strings.SplitSeq(string(file), "\n// LogValue ") {
		if match := method.FindStringSubmatch(text); match != nil {
			texts[match[1]] = text
		}
	}
	return texts
}

// generate returns the methods that are written for a package shop with these declarations.
func generate(t *testing.T, declarations string, names ...string) (string, error) {
	t.Helper()
	root := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	write("go.mod", "module github.com/amazonpay-go/sdk\n")
	write("amazonpay/types.go", `package amazonpay

type State string

type Status struct{ State State; Words string }

type Secret struct{ sealed string }

func (s Secret) LogValue() string { return "" }
func (s Secret) Format()          {}
func (s Secret) MarshalText()     {}

type Address struct{ Name string }

func (a Address) LogValue() string { return "" }
func (a Address) Format()          {}
`)
	write("shop/shop.go", "package shop\n\nimport \"github.com/amazonpay-go/sdk/amazonpay\"\n\nvar _ amazonpay.State\n\n"+declarations+"\n")
	write("shop/shop_test.go", "package shop\n\ntype OfATest struct{ Name string }\n")
	write("shop/"+redactgen.File, "package shop\n\nThis is replaced.\n")
	text, err := redactgen.Generate(filepath.Join(root, "shop"), names...)
	return strings.TrimPrefix(string(text), `// Code generated by internal/redactgen. DO NOT EDIT.

package shop

import (
	"fmt"
	"io"
	"log/slog"
)

`), err
}

const withoutMethods = "// Code generated by internal/redactgen. DO NOT EDIT.\n\npackage shop\n"

func TestFieldsAreHiddenWithoutATag(t *testing.T) {
	t.Parallel()
	text, err := generate(t, "type Buyer struct{ BuyerID, Name string }")
	require.NoError(t, err)
	assert.Equal(t, `// LogValue shows nothing.
func (b Buyer) LogValue() slog.Value {
	return slog.GroupValue()
}

// Format prints what LogValue shows, whatever the verb.
func (b Buyer) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, b.LogValue().String()) }
`, text)
}

func TestTagsShowFields(t *testing.T) {
	t.Parallel()
	text, err := generate(t, "type Order struct {\n"+
		"OrderID string `json:\"orderId\" log:\"order_id\"`\n"+
		"State amazonpay.State `log:\"order_state\"`\n"+
		"Lines []string `log:\"lines\"`\n"+
		"Size int64 `log:\"size\"`\n"+
		"Gift bool `log:\"gift\"`\n"+
		"Express *bool `log:\"express\"`\n"+
		"Status amazonpay.Status `log:\"state=State,words=Words\"`\n"+
		"Last *amazonpay.Status `log:\"last_state=State\"`\n"+
		"Name string\n"+
		"}\nfunc (o *Order) Sum() {}")
	require.NoError(t, err)
	assert.Contains(t, text, `// LogValue shows order_id, order_state, lines, size, gift, express, state, words and last_state.
func (o Order) LogValue() slog.Value {
	var attrs []slog.Attr
	attrs = append(attrs, slog.String("order_id", o.OrderID))
	attrs = append(attrs, slog.String("order_state", string(o.State)))
	attrs = append(attrs, slog.Int("lines", len(o.Lines)))
	attrs = append(attrs, slog.Int64("size", int64(o.Size)))
	attrs = append(attrs, slog.Bool("gift", bool(o.Gift)))
	attrs = append(attrs, slog.Bool("express", o.Express != nil && *o.Express))
	attrs = append(attrs, slog.String("state", string(o.Status.State)))
	attrs = append(attrs, slog.String("words", o.Status.Words))
	if o.Last != nil {
		attrs = append(attrs, slog.String("last_state", string(o.Last.State)))
	}
	return slog.GroupValue(attrs...)
}
`)
	assert.NotContains(t, text, "Name")
}

func TestWhichStructsGetMethods(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declarations string
		types        []string
		want         []string
	}{
		"exported structs with exported fields": {declarations: "type A struct{ B string }\ntype b struct{ C string }\ntype Client struct{ c string }\ntype State string", want: []string{"A"}},
		"one that embeds another":               {declarations: "type A struct{ amazonpay.Address }", want: []string{"A"}},
		"but no errors":                         {declarations: "type A struct{ B string }\nfunc (a *A) Error() string { return a.B }"},
		"nor what has them":                     {declarations: "type A struct{ B string }\nfunc (a A) LogValue() {}\nfunc (a A) Format() {}"},
		"only the named ones":                   {declarations: "type A struct{ C string }\ntype B struct{ C string }", types: []string{"B"}, want: []string{"B"}},
		"not those shown in full":               {declarations: "//log:full A: B C\n//log:full A: D\n\ntype A struct{ B string; C amazonpay.Secret; D []amazonpay.Status }"},
		"a field that is listed twice is one":   {declarations: "//log:full A: B B\n\ntype A struct{ B, BuyersName string }", want: []string{"A"}},
		"all once a field is not listed":        {declarations: "//log:full A: B\n\ntype A struct{ B, BuyersName string }", want: []string{"A"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := generate(t, c.declarations, c.types...)
			require.NoError(t, err)
			var got []string
			for _, match := range method.FindAllStringSubmatch(text, -1) {
				got = append(got, match[1])
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, len(c.want) == 0, text == withoutMethods)
		})
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for declarations, want := range map[string]string{
		"type A struct{ B string `log:\"buyerId\"` }":                                               "A: B has the log tag \"buyerId\": write a key",
		"type A struct{ B amazonpay.Secret `log:\"b\"` }":                                           "A: B has the log tag \"b\": only a text",
		"type A struct{ B amazonpay.Address `log:\"b=Nome\"` }":                                     "there is no member Nome",
		"type A struct{ B string `log:\"b=C\"` }":                                                   "there is no member C",
		"type A struct{ B string `log:\"b\"`; C string `log:\"b\"` }":                               "A: two fields are logged as b",
		"type A struct{ B string }\nfunc (a A) LogValue() {}":                                       "A has LogValue or Format alone",
		"type A struct{ B string `log:\"b\"` }\nfunc (a *A) Error() {}":                             "A has log tags",
		"type A struct{ B string `log:\"b\"` }\nfunc (A) LogValue() {}\nfunc (A) Format() {}":       "A has log tags",
		"//log:full A: B\n\ntype A struct{ B string `log:\"b\"` }":                                  "A has log tags",
		"//log:full A: B C\n\ntype A struct{ B string }":                                            "//log:full A: there is no exported field C",
		"//log:full A: B\n\ntype C struct{ B string }":                                              "A is not a struct of package shop",
		"//log:full A\n\ntype A struct{ B string }":                                                 "write //log:full Type: Field Field",
		"//log:full A: B\n\ntype A struct{ B []*amazonpay.Address }":                                "//log:full A: the type of B must be listed too",
		"//log:full A: B\n\ntype A struct{ B map[string]B }\ntype B struct{ Name string }":          "//log:full A: the type of B must be listed too",
		"//log:full A: B\n\ntype A struct{ B b }\ntype b struct{ Name string }":                     "//log:full A: the type of B must be listed too",
		"//log:full A: B\n\ntype A struct{ B []struct{ Name string } }":                             "//log:full A: the type of B must be listed too",
		"//log:full A: B\n//log:full B: C\n\ntype A struct{ B B }\ntype B struct{ C, Name string }": "//log:full A: the type of B must be listed too",
	} {
		_, err := generate(t, declarations)
		require.ErrorContains(t, err, want, declarations)
	}
	_, err := generate(t, "type A struct{ B string }", "C")
	require.ErrorContains(t, err, "C is not a struct of package shop")
}
