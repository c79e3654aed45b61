package transport_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/amazonpay-go/sdk/transport"
)

func TestAnswersShowNeitherHeaderNorBody(t *testing.T) {
	t.Parallel()
	answer := transport.Answer{Status: 200, Header: http.Header{"X-A": {"secret-header"}}, Body: []byte(`{"buyer":"secret-buyer"}`)}
	shown := printed(answer, &answer, transport.Result{Answer: &answer}, []transport.Answer{answer}, (*transport.Answer)(nil))
	assert.NotContains(t, shown, "secret-")
	assert.NotContains(t, shown, "c2VjcmV0", "base64")
	assert.Contains(t, shown, "status=200 bytes=24")
}
