// Package callertest is what the tests of the sub-clients share: a Caller that keeps what
// it was called with, and checks that requests and answers are complete and show no
// personal data.
//
//	r := &callertest.Recorder{Answer: `{"chargeId":"S01-0000000-0000000-C000000"}`}
//	charge, err := webstore.New(r).GetCharge(ctx, id)
//	// r.Op, r.Body
package callertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Recorder is a Caller that keeps what it was called with and gives one answer.
type Recorder struct {
	Op     amazonpay.Operation    // of the last call
	Body   string                 // of the last call
	Opts   []amazonpay.CallOption // of the last call
	Answer string                 // given to each call
	Meta   amazonpay.Meta         // given to each call
	Err    error                  // given in place of Answer
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

// RequireFull fails for a field, however deep, that has its zero value.
func RequireFull(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	if v.Kind() == reflect.Struct && v.NumField() == 1 && v.Type().Field(0).Type == reflect.TypeFor[amazonpay.Answer]() {
		return // the answer has no members
	}
	require.False(t, v.IsZero(), "%s is not set", path)
	switch v.Kind() {
	case reflect.Pointer:
		if v.Elem().Kind() != reflect.Bool { // false is a value too
			RequireFull(t, v.Elem(), path)
		}
	case reflect.Slice:
		require.NotZero(t, v.Len(), "%s is empty", path)
		RequireFull(t, v.Index(0), path+"[0]")
	case reflect.Struct:
		if isScalar(v.Type()) {
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Type != reflect.TypeFor[amazonpay.Answer]() && f.Tag.Get("json") != "-" {
				RequireFull(t, v.Field(i), path+"."+f.Name)
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

// fill sets every text in v, however deep, to its path between < and >.
func fill(t *testing.T, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("<" + path + ">")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path)
	case reflect.Slice:
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
		case v.Type() == reflect.TypeFor[amazonpay.Answer]():
			v.Set(reflect.ValueOf(amazonpay.Answer{Meta: &amazonpay.Meta{Raw: []byte(`"<raw>"`)}}))
		default:
			for i := range v.NumField() {
				fill(t, v.Field(i), strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."))
			}
		}
	default:
		require.Failf(t, "no way to fill", "%s: %s", path, v.Kind())
	}
}

// RequireShown fails if printing or logging v shows another of its texts than those at the
// paths, whatever the verb, for a value and for a pointer.
func RequireShown(t *testing.T, v any, paths ...string) {
	t.Helper()
	pointer := reflect.New(reflect.TypeOf(v))
	fill(t, pointer.Elem(), "")
	for _, shown := range []any{pointer.Interface(), pointer.Elem().Interface()} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&out, verb+"\n", shown)
		}
		_, _ = fmt.Fprintln(&out, []any{shown}, struct{ Field any }{shown}, fmt.Errorf("%v", shown))
		slog.New(slog.NewTextHandler(&out, nil)).Info("text", slog.Any("v", shown))
		slog.New(slog.NewJSONHandler(&out, nil)).Info("json", slog.Any("v", shown))
		text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(out.String())
		for _, path := range paths {
			assert.Contains(t, text, "<"+path+">")
			text = strings.ReplaceAll(text, "<"+path+">", "")
		}
		assert.NotContains(t, text, "<", "%T", shown)
		assert.NotContains(t, text, fmt.Sprintf("%x", "<"), "%T", shown)
	}
}
