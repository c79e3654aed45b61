package callertest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// AnswerTypes returns the answer types of an interface, each once: the result types of its methods
// that have a Meta. They are read from the interface, so that a new operation cannot be forgotten.
func AnswerTypes(tb testing.TB, api reflect.Type) []reflect.Type {
	tb.Helper()
	var types []reflect.Type
	seen := make(map[reflect.Type]bool)
	for method := range api.Methods() {
		result := method.Type.Out(0)
		if result.Kind() != reflect.Pointer || result.Elem().Kind() != reflect.Struct || seen[result] {
			continue
		}
		seen[result] = true
		if f, ok := result.Elem().FieldByName("Response"); ok && f.Type == reflect.TypeFor[amazonpay.Response]() {
			types = append(types, result.Elem())
		}
	}
	require.NotEmpty(tb, types, "%v has no answers", api)
	return types
}

// Wire is a Doer that returns the same answer to each call.
type Wire struct {
	Status int
	Text   string
}

// Do implements [transport.Doer].
func (w *Wire) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: w.Status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(w.Text)), Request: r}, nil
}

// FuzzAnswers decodes arbitrary texts with arbitrary statuses into each answer type of an
// interface, through a real client. An error must be an APIError or a DecodeError, the Meta must
// have the answer, and a decoded answer must stay the same if it is encoded and decoded again.
func FuzzAnswers(f *testing.F, api reflect.Type) {
	types := AnswerTypes(f, api)
	wire := &Wire{}
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(wire))
	require.NoError(f, err)
	op := amazonpay.Operation{Name: "GetAnswer", Method: http.MethodGet, Path: "answers"}
	f.Fuzz(func(t *testing.T, status int, text string) {
		wire.Status, wire.Text = status, text
		for _, answer := range types {
			out := reflect.New(answer).Interface()
			meta, err := client.Call(t.Context(), op, nil, out)
			require.NotNil(t, meta)
			require.Equal(t, status, meta.StatusCode)
			require.Equal(t, text, string(meta.Raw))
			good := status >= 200 && status <= 299
			if err != nil {
				requireFailure(t, meta, err, good)
				continue
			}
			require.True(t, good, "%d", status)
			requireStable(t, out)
		}
	})
}

func requireFailure(t *testing.T, meta *amazonpay.Meta, err error, good bool) {
	t.Helper()
	var failed *amazonpay.CallError
	require.ErrorAs(t, err, &failed)
	require.Same(t, meta, failed.Meta)
	_, undecoded := errors.AsType[*amazonpay.DecodeError](err)
	_, refused := errors.AsType[*amazonpay.APIError](err)
	require.Equal(t, good, undecoded, "%v", err)
	require.Equal(t, !good, refused, "%v", err)
	require.Less(t, len(err.Error()), 8<<10)
}

// requireStable fails if a decoded answer cannot be encoded, or changes when it is decoded again.
func requireStable(t *testing.T, out any) {
	t.Helper()
	first, err := json.Marshal(out)
	require.NoError(t, err, "%T", out)
	again := reflect.New(reflect.TypeOf(out).Elem()).Interface()
	require.NoError(t, json.Unmarshal(first, again), "%s", first)
	second, err := json.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(first), string(second), "%T", out)
}
