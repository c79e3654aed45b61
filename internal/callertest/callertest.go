// Package callertest is for the tests of the sub-clients. It has a Caller that records its calls,
// and checks that requests and answers are complete and show no personal data.
//
//	r := &callertest.Recorder{Answer: `{"chargeId":"S01-0000000-0000000-C000000"}`}
//	charge, err := webstore.New(r).GetCharge(ctx, id)
//	// r.Op, r.Body
package callertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Recorder is a Caller that records the last call and always returns the same answer.
type Recorder struct {
	Op     amazonpay.Operation    // of the last call
	Body   string                 // of the last call
	Opts   []amazonpay.CallOption // of the last call
	Answer string                 // decoded into the result of each call
	Meta   amazonpay.Meta         // returned by each call
	Err    error                  // returned instead of Answer
}

// Call implements [amazonpay.Caller].
func (r *Recorder) Call(_ context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	r.Op, r.Opts = op, opts
	if in != nil {
		body, err := amazonpay.EncodeJSON(in)
		if err != nil {
			return &r.Meta, err
		}
		r.Body = string(body)
	}
	if r.Err != nil {
		return &r.Meta, r.Err
	}
	return &r.Meta, json.Unmarshal([]byte(r.Answer), out)
}

// Fetch implements [amazonpay.Fetcher]. A Recorder fetches nothing.
func (r *Recorder) Fetch(*http.Request) (*http.Response, error) {
	return nil, errors.New("callertest: a Recorder fetches nothing")
}

// RequireFull fails for a field, however deep, that has its zero value. Within a value of a type, a
// pointer to that type may be nil.
func RequireFull(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	requireFull(t, v, path, make(map[reflect.Type]bool))
}

// requireFull records in around the types of the structs around v.
func requireFull(t *testing.T, v reflect.Value, path string, around map[reflect.Type]bool) {
	t.Helper()
	if v.Kind() == reflect.Pointer && around[v.Type().Elem()] {
		return
	}
	if v.Kind() == reflect.Struct && v.NumField() == 1 && v.Type().Field(0).Type == reflect.TypeFor[amazonpay.Response]() {
		return // the answer has no members
	}
	require.False(t, v.IsZero(), "%s is not set", path)
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() != reflect.Bool { // false is a value too
			requireFull(t, v.Elem(), path, around)
		}
	case reflect.Slice:
		require.NotZero(t, v.Len(), "%s is empty", path)
		requireFull(t, v.Index(0), path+"[0]", around)
	case reflect.Struct:
		if isScalar(v.Type()) {
			return
		}
		around[v.Type()] = true
		defer delete(around, v.Type())
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type != reflect.TypeFor[amazonpay.Response]() && f.Tag.Get("json") != "-" {
				requireFull(t, v.Field(i), path+"."+f.Name, around)
			}
		}
	default:
	}
}

func isScalar(t reflect.Type) bool {
	return embedsTime(t) || t == reflect.TypeFor[amazonpay.Secret]()
}

func embedsTime(t reflect.Type) bool {
	return t.NumField() == 1 && t.Field(0).Type == reflect.TypeFor[time.Time]()
}

// fill sets every string in v, at any depth, to its path between < and >.
func fill(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("<" + path + ">")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		if strings.Count(path, ".") > 10 { // the type holds itself
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path)
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.SetBytes([]byte(`"<` + path + `>"`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), path)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, path+" key")
		fill(t, value, path)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		switch {
		case embedsTime(v.Type()):
		case v.Type() == reflect.TypeFor[amazonpay.Secret]():
			v.Set(reflect.ValueOf(amazonpay.NewSecret("<" + path + ">")))
		case v.Type() == reflect.TypeFor[amazonpay.Response]():
			v.Set(reflect.ValueOf(amazonpay.Response{Meta: &amazonpay.Meta{Raw: []byte(`"<raw>"`)}}))
		default:
			for i := range v.NumField() {
				fill(t, v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."))
			}
		}
	default:
		require.Failf(t, "no way to fill", "%s: %s", path, v.Kind())
	}
}

// RequireShown fails unless printing and logging v shows exactly the strings at the paths. It tries
// every way for which package amazonpay promises redaction.
func RequireShown(t *testing.T, v any, paths ...string) {
	t.Helper()
	pointer := reflect.New(reflect.TypeOf(v))
	fill(t, pointer.Elem(), "")
	value := pointer.Elem()
	list := reflect.Append(reflect.MakeSlice(reflect.SliceOf(value.Type()), 0, 1), value)
	table := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), value.Type()))
	table.SetMapIndex(reflect.ValueOf("key"), value)
	around := reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Field", Type: value.Type()}})).Elem()
	around.Field(0).Set(value)

	var out bytes.Buffer
	for _, shown := range []reflect.Value{value, pointer, list, table, around} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", shown.Interface())
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", slog.Any("v", shown.Interface()), slog.Group("group", slog.Any("v", shown.Interface())))
	}
	for _, shown := range []reflect.Value{value, pointer} {
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", slog.Any("v", shown.Interface()), slog.Group("group", slog.Any("v", shown.Interface())))
	}
	text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(out.String())
	for _, path := range paths {
		assert.Contains(t, text, "<"+path+">")
		text = strings.ReplaceAll(text, "<"+path+">", "")
	}
	assert.NotContains(t, text, "<", "%T", v)
	assert.NotContains(t, text, fmt.Sprintf("%x", "<"), "%T", v)
	assert.NotContains(t, text, "[60 ", "%T", v)
}

// RequireRedacted fails for a struct that the API's methods take or return, however deep, which
// neither has the methods LogValue and Format nor is in a directive //log:full of its package. It
// looks at the structs of the API's package and of package amazonpay.
func RequireRedacted[API any](t *testing.T) {
	t.Helper()
	full := make(map[string][]string)
	for _, pkg := range []string{reflect.TypeFor[API]().PkgPath(), reflect.TypeFor[amazonpay.Response]().PkgPath()} {
		full[pkg] = shownInFull(t, pkg)
	}
	seen := make(map[reflect.Type]bool)
	var walk func(reflect.Type)
	walk = func(x reflect.Type) {
		if seen[x] {
			return
		}
		seen[x] = true
		switch x.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(x.Elem())
		case reflect.Func: // a method, or the iterator that it returns
			for in := range x.Ins() {
				walk(in)
			}
			for out := range x.Outs() {
				walk(out)
			}
		case reflect.Struct:
			if embedsTime(x) || x == reflect.TypeFor[amazonpay.CallOption]() || x == reflect.TypeFor[amazonpay.Response]() {
				return // no object of the service
			}
			zero := reflect.Zero(x).Interface()
			_, prints := zero.(fmt.Formatter)
			_, logs := zero.(slog.LogValuer)
			if listed, ours := full[x.PkgPath()]; ours && (!prints || !logs) && !slices.Contains(listed, x.Name()) {
				assert.Fail(t, x.String()+" prints and logs all of its fields",
					"Run make generate: then it shows only the fields that have a log tag. See internal/redactgen.")
			}
			for field := range x.Fields() {
				walk(field.Type)
			}
		default:
		}
	}
	for method := range reflect.TypeFor[API]().Methods() {
		walk(method.Type)
	}
	require.Greater(t, len(seen), 5, "the walk has found structs")
}

var fullDirective = regexp.MustCompile(`(?m)^//log:full (\w+):`)

// shownInFull returns the types in the directives //log:full of a package.
func shownInFull(t *testing.T, pkg string) []string {
	t.Helper()
	// A test runs in the directory of its package, one below the module's.
	files, err := filepath.Glob(filepath.Join("..", path.Base(pkg), "*.go"))
	require.NoError(t, err)
	require.NotEmpty(t, files, pkg)
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // a file of this module
		require.NoError(t, err)
		for _, match := range fullDirective.FindAllSubmatch(text, -1) {
			names = append(names, string(match[1]))
		}
	}
	return names
}
