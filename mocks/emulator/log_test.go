package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

func TestLogShowsWhatWasExpected(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0).with(keyHeader, "key-1")
	r, raw := c.request(http.MethodPost, "/charges", `{"a":1}`)
	c.handSign(r, raw, form{path: "/v2/refunds"})
	a, err := c.send(r)
	require.NoError(t, err)
	a.refused(t, 403, "InvalidRequestSignature")

	seen := s.Requests()[0]
	assert.Equal(t, strings.Join([]string{
		"POST", "/v2/charges", "",
		"accept:application/json", "content-type:application/json",
		"x-amz-pay-date:" + seen.SignedDate, "x-amz-pay-host:" + c.host, "x-amz-pay-idempotency-key:key-1", "x-amz-pay-region:na",
		"", "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-idempotency-key;x-amz-pay-region",
		"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
	}, "\n"), seen.CanonicalRequest)
	assert.Equal(t, signing.HashPayload(raw).String(), seen.BodyHash)
	assert.Equal(t, "CreateCharge", seen.Operation)
	assert.Equal(t, "/v2/charges", seen.Target)
	assert.Equal(t, "key-1", seen.IdempotencyKey)
	assert.Equal(t, c.signer.PublicKeyID(), seen.PublicKeyID)
	assert.Equal(t, 403, seen.Status)
	assert.False(t, seen.Verified)
}

func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	s, err := emulator.New()
	require.NoError(t, err)
	const sent = 12_345
	for i := range sent {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/"+strconv.Itoa(i), nil))
	}
	log := s.Requests()
	require.Len(t, log, 10_000)
	assert.Equal(t, "/"+strconv.Itoa(sent-1), log[len(log)-1].Target)
	assert.Equal(t, "/"+strconv.Itoa(sent-10_000), log[0].Target)
}
