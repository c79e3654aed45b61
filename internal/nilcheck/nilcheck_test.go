package nilcheck_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

func TestIsNil(t *testing.T) {
	t.Parallel()
	var reader io.Reader
	for name, v := range map[string]any{
		"nil": nil, "nil interface": reader, "nil pointer": (*bytes.Buffer)(nil), "nil function": http.HandlerFunc(nil),
		"nil map": http.Header(nil), "nil channel": (chan int)(nil),
	} {
		assert.True(t, nilcheck.IsNil(v), name)
	}
	for name, v := range map[string]any{
		"pointer": &bytes.Buffer{}, "pointer to nil": &reader, "function": http.HandlerFunc(http.NotFound), "empty map": http.Header{},
		"nil slice": []byte(nil), "empty slice": []byte{}, "channel": make(chan int), "zero struct": struct{}{}, "zero": 0, "empty text": "", "false": false,
	} {
		assert.False(t, nilcheck.IsNil(v), name)
	}
}
