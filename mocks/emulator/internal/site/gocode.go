package site

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// goTypesText describes the SDK's request types, as text: the emulator imports none of them, and a
// test compares the two. It is written by
//
//	go test ./mocks/emulator -run TestGoTypes -update
//
//go:embed gotypes.json
var goTypesText []byte

// goTypes are the fields of the SDK's types, by the type's name.
var goTypes = func() map[string][]goField {
	var types map[string][]goField
	if err := json.Unmarshal(goTypesText, &types); err != nil {
		panic("emulator: gotypes.json: " + err.Error())
	}
	return types
}()

// goField is a field of a struct. Type is its Go type, with the kind before it if the type is named
// but no struct: "string webstore.Scope".
type goField struct {
	Name string `json:"name"`
	JSON string `json:"json"`
	Type string `json:"type"`
}

var errNoField = errors.New("the types have no such member")

// goLiteral writes a JSON value as a Go expression of a type.
func goLiteral(typ string, value any) (string, error) {
	kind, _, _ := strings.Cut(typ, " ")
	switch {
	case strings.HasPrefix(typ, "*"):
		inner, err := goLiteral(typ[1:], value)
		if strings.HasPrefix(typ, "*bool") {
			return "new(" + inner + ")", err
		}
		return "&" + inner, err
	case strings.HasPrefix(typ, "[]"):
		return goList(typ[2:], value)
	case strings.HasPrefix(typ, "map[string]"):
		return goMap(typ[len("map[string]"):], value)
	case typ == "amazonpay.Price":
		return goPrice(value)
	case typ == "amazonpay.Time":
		text, _ := value.(string)
		at, ok := ledger.ParseStamp(text, false)
		return "amazonpay.NewTime(" + goTime(at) + ")", missingUnless(ok)
	case typ == "webstore.UnixTime":
		at, ok := ledger.ParseEpoch(value, true)
		return "webstore.UnixTime{Time: " + goTime(at) + "}", missingUnless(ok)
	case kind == "string":
		text, ok := value.(string)
		return strconv.Quote(text), missingUnless(ok)
	case kind == "bool":
		flag, ok := value.(bool)
		return strconv.FormatBool(flag), missingUnless(ok)
	case kind == "int":
		number, err := strconv.Atoi(fmt.Sprint(value))
		return strconv.Itoa(number), missingUnless(err == nil)
	}
	o, ok := value.(ledger.Object)
	if !ok {
		return "", errNoField
	}
	text, left := goStruct(typ, o)
	return text, missingUnless(len(left) == 0)
}

func missingUnless(ok bool) error {
	if ok {
		return nil
	}
	return errNoField
}

func goTime(t time.Time) string {
	t = t.UTC()
	return fmt.Sprintf("time.Date(%d, time.%s, %d, %d, %d, %d, 0, time.UTC)", t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second())
}

func goPrice(value any) (string, error) {
	o, _ := value.(ledger.Object)
	amount, isText := o["amount"].(string)
	ok := isText && len(o) == 2 && slices.Contains(ledger.Currencies, o.Text("currencyCode"))
	return "amazonpay." + o.Text("currencyCode") + ".Price(" + strconv.Quote(amount) + ")", missingUnless(ok)
}

// goList takes a list, or the text of a query with commas.
func goList(element string, value any) (string, error) {
	if text, ok := value.(string); ok {
		list := []any{}
		for one := range strings.SplitSeq(text, ",") {
			list = append(list, one)
		}
		value = list
	}
	list, ok := value.([]any)
	if !ok {
		return "", errNoField
	}
	var parts []string
	for _, v := range list {
		part, err := goLiteral(element, v)
		if err != nil {
			return "", err
		}
		parts = append(parts, strings.TrimPrefix(part, element)) // the type goes without saying
	}
	return "[]" + goName(element) + "{" + strings.Join(parts, ", ") + "}", nil
}

func goMap(element string, value any) (string, error) {
	o, ok := value.(ledger.Object)
	if !ok {
		return "", errNoField
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(o)) {
		part, err := goLiteral(element, o[name])
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\n%s: %s,", strconv.Quote(name), strings.TrimPrefix(part, element))
	}
	return "map[string]" + goName(element) + "{" + b.String() + "\n}", nil
}

// goName is the name of a type: kinds stand before it.
func goName(typ string) string {
	if _, name, named := strings.Cut(typ, " "); named {
		return name
	}
	return typ
}

// goStruct writes an object as a struct, its fields in the struct's order, and returns the members
// for which it has no field.
func goStruct(typ string, o ledger.Object) (text string, left ledger.Object) {
	left = maps.Clone(o)
	var b strings.Builder
	for _, f := range goTypes[typ] {
		value, there := o[f.JSON]
		if !there {
			continue
		}
		if literal, err := goLiteral(f.Type, value); err == nil {
			fmt.Fprintf(&b, "\n%s: %s,", f.Name, literal)
			delete(left, f.JSON)
		}
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	return typ + "{" + b.String() + "}", left
}

// inOrder writes an object as JSON for an editor. Its members are in the order of a Go type, which
// is the documentation's.
func inOrder(typ string, o ledger.Object) string {
	var text bytes.Buffer
	_ = json.Indent(&text, writeInOrder(nil, typ, o), "", "  ") // our own text
	return text.String()
}

func writeInOrder(to []byte, typ string, value any) []byte {
	switch v := value.(type) {
	case ledger.Object:
		types := make(map[string]string)
		var names []string
		for _, f := range goTypes[strings.TrimPrefix(typ, "*")] {
			if types[f.JSON] = f.Type; v[f.JSON] != nil {
				names = append(names, f.JSON)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		to = append(to, '{')
		for i, name := range names {
			if i > 0 {
				to = append(to, ',')
			}
			to = writeInOrder(append(append(to, ledger.Encode(name)...), ':'), types[name], v[name])
		}
		return append(to, '}')
	case []any:
		to = append(to, '[')
		for i, inner := range v {
			if i > 0 {
				to = append(to, ',')
			}
			to = writeInOrder(to, strings.TrimPrefix(typ, "[]"), inner)
		}
		return append(to, ']')
	}
	return append(to, ledger.Encode(value)...)
}

// goRequest writes the request of a call as the argument in, and options for the members that its
// type does not have.
func goRequest(typ string, o ledger.Object) (argument string, options []string) {
	text, left := goStruct(typ, o)
	for _, name := range slices.Sorted(maps.Keys(left)) {
		options = append(options, fmt.Sprintf("amazonpay.WithBodyField(%s, json.RawMessage(%s))", strconv.Quote(name), goText(string(ledger.Encode(left[name])))))
	}
	return "&" + text, options
}

// goText writes a text in back quotes if it can.
func goText(text string) string {
	if strconv.CanBackquote(text) {
		return "`" + text + "`"
	}
	return strconv.Quote(text)
}

const sdkModule = "github.com/amazonpay-go/sdk"

// goPackages are the packages that the code of the workbench may use.
var goPackages = map[string]string{
	"context": "context", "json": "encoding/json", "fmt": "fmt", "log": "log", "http": "net/http", "os": "os", "time": "time",
	"amazonpay": sdkModule + "/amazonpay", "authtoken": sdkModule + "/authtoken", "delivery": sdkModule + "/delivery", "instore": sdkModule + "/instore",
	"signing": sdkModule + "/signing", "webstore": sdkModule + "/webstore", "button": sdkModule + "/webstore/button",
}

// goProgram writes a program with the imports that its declarations use.
func goProgram(comment, declarations string) (string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+declarations, parser.SkipObjectResolution)
	if err != nil { // a test holds that this does not happen
		return "", fmt.Errorf("emulator: the Go code cannot be written: %w", err)
	}
	used := make(map[string]bool)
	ast.Inspect(parsed, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && goPackages[name.Name] != "" {
				used[strconv.Quote(goPackages[name.Name])] = true
			}
		}
		return true
	})
	var standard, ours []string
	for _, path := range slices.Sorted(maps.Keys(used)) {
		if strings.Contains(path, sdkModule) {
			ours = append(ours, path)
		} else {
			standard = append(standard, path)
		}
	}
	source, err := format.Source([]byte(comment + "\npackage main\n\nimport (\n" + strings.Join(standard, "\n") + "\n\n" + strings.Join(ours, "\n") + "\n)\n\n" + declarations))
	return string(source), err
}
