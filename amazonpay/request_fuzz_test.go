package amazonpay_test

import (
	"bufio"
	"bytes"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// sentAndRead writes each request as net/http sends it, reads it again and passes it to a handler.
type sentAndRead struct {
	handler http.Handler
	arrived *http.Request // of the last one
	body    []byte
}

func (w *sentAndRead) RoundTrip(r *http.Request) (*http.Response, error) {
	var sent bytes.Buffer
	if err := r.Write(&sent); err != nil {
		return nil, err
	}
	arrived, err := http.ReadRequest(bufio.NewReader(&sent))
	if err != nil {
		return nil, err
	}
	if w.body, err = io.ReadAll(arrived.Body); err != nil {
		return nil, err
	}
	arrived.Body = io.NopCloser(bytes.NewReader(w.body))
	w.arrived = arrived
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, arrived.WithContext(r.Context()))
	return answer.Result(), nil
}

// operations has operations of every form: with no id, one and two, with a query, with a body, with
// and without a key.
var operations = []amazonpay.Operation{
	{Method: http.MethodGet, Path: "buyers/{buyerToken}"},
	{Method: http.MethodGet, Path: "charges/{id}"},
	{Method: http.MethodPatch, Path: "charges/{id}", IdempotencyKey: true},
	{Method: http.MethodPost, Path: "charges/{id}/capture"},
	{Method: http.MethodDelete, Path: "charges/{id}/cancel"},
	{Method: http.MethodPost, Path: "checkoutSessions"},
	{Method: http.MethodPatch, Path: "checkoutSessions/{id}"},
	{Method: http.MethodPatch, Path: "merchantAccounts/{id}/stores/{sub}"},
	{Method: http.MethodGet, Path: "reports"},
	{Method: http.MethodGet, Path: "authorizationTokens/{mwsToken}"},
	{Method: http.MethodPost, Path: "in-store/merchantScan"},
}

// Whatever the ids, query, headers, members, keys and tokens are: the request is refused before it
// is sent, or it arrives unchanged, is signed as the service reads it, and passes the emulator's
// strict mode.
func FuzzWire(f *testing.F) {
	server, err := emulator.New()
	require.NoError(f, err)
	net := &sentAndRead{}
	d := server.Description()
	cfg := emulatedConfig(server)
	cfg.BaseURL = "https://localhost:8443"
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(net), quickly)
	require.NoError(f, err)
	key, err := signing.ParsePrivateKey([]byte(d.Merchants[0].PrivateKeyPEM))
	require.NoError(f, err)

	f.Add(uint8(0), "", "eyJ.~a..b-_", "", "", "", "", "", "", "", "", "", "")
	f.Add(uint8(1), "", "a b+c%2F;=&é~*'()!", "", "", "", "X-Amz-Pay-New", "a, b; c=\"d\"", "", "", "", "", "")
	f.Add(uint8(2), "", "C1", "", "", "", "x-amz-pay-NEW", "", "a", "</b>\u2028", "order-1", "", "SoftDeclined")
	f.Add(uint8(3), "", "C1", "", "", "", "Traceparent", " 00-1 ", "captureAmount", "1", "", "a.b.c", "")
	f.Add(uint8(5), "", "", "", "", "", "X-Amz-Pay-", "~", "", "", "", "", "")
	f.Add(uint8(7), "", "A", "B:%", "", "", "", "", "\"\n", "é", "", "", "")
	f.Add(uint8(8), "", "", "", "reportTypes", "a,b c+d&e=f/~é", "", "", "", "", "", "", "")
	f.Add(uint8(8), "", "", "", "", "", "", "", "", "", "", "", "")
	f.Add(uint8(9), "", "amzn.mws.1", "", "merchantId", "A1", "", "", "", "", "", "", "")
	f.Add(uint8(4), "things/{id}/~.a-_b", "x", "", "a", "z", "A", "a", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, which uint8, path, id, sub, name, value, headerName, header, member, text, idempotencyKey, token, code string) {
		if len(path)+len(id)+len(sub)+len(name)+len(value)+len(headerName)+len(header) > 20_000 {
			return
		}
		op := operations[int(which)%len(operations)]
		if path != "" {
			op.Path = path
		}
		op.Name = "Fuzzed"
		op.PathValues = make(map[string]string)
		for _, parameter := range []struct{ name, value string }{{"id", id}, {"sub", sub}, {"buyerToken", id}, {"mwsToken", id}} {
			if strings.Contains(op.Path, "{"+parameter.name+"}") {
				op.PathValues[parameter.name] = parameter.value
			}
		}
		if name != "" || value != "" {
			// A second value of the same name, and names that sort before and after it.
			op.Query = url.Values{name: {value, "z"}, name + "é": {""}, name + "a": {value}}
		}
		opts := []amazonpay.CallOption{amazonpay.WithoutRetry()}
		if headerName != "" {
			opts = append(opts, amazonpay.WithHeader(headerName, header))
		}
		var in any
		if op.Method != http.MethodGet {
			in = map[string]string{"known": text}
			if member != "" {
				opts = append(opts, amazonpay.WithBodyField(member, text))
			}
		}
		if idempotencyKey != "" {
			opts = append(opts, amazonpay.WithIdempotencyKey(idempotencyKey))
		}
		if token != "" {
			opts = append(opts, amazonpay.WithAuthToken(token))
		}
		if code != "" {
			opts = append(opts, amazonpay.WithSimulationCode(code))
		}

		fresh, err := emulator.New() // whose log is short
		require.NoError(t, err)
		net.handler, net.arrived = fresh, nil
		if which&1 == 0 {
			_, err = client.Call(t.Context(), op, in, nil, opts...)
		} else if req, failed := client.SignRequest(t.Context(), op, in, opts...); failed == nil {
			var resp *http.Response
			resp, err = net.RoundTrip(req)
			require.NoError(t, err, "net/http sends it")
			require.NoError(t, resp.Body.Close())
		} else {
			err = failed
		}
		if field, wrong := errors.AsType[*amazonpay.FieldError](err); wrong {
			require.Nil(t, net.arrived)
			require.NotEmpty(t, field.Rule)
			requireHidden(t, err, token, code)
			return
		}
		require.NotNil(t, net.arrived, "%v", err)
		requireArrived(t, net, op, &key.PublicKey)
		if len(text) > 0 && in != nil {
			requireMembers(t, net.body, member, text)
		}
		if headerName != "" {
			require.Equal(t, strings.Trim(header, " \t"), net.arrived.Header.Get(headerName))
		}
		requireAccepted(t, fresh)
	})
}

// requireHidden fails if an error shows one of the secrets. It ignores short ones, which occur in
// many words.
func requireHidden(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if len(secret) >= 8 && !strings.Contains("the value has a character that is not ASCII or leading, trailing or consecutive spaces", strings.TrimSpace(secret)) {
			require.NotContains(t, err.Error(), secret)
		}
	}
}

// requireArrived fails if the request that arrived is not the intended one, or its signature is
// invalid.
func requireArrived(t *testing.T, net *sentAndRead, op amazonpay.Operation, key *rsa.PublicKey) {
	t.Helper()
	r := net.arrived
	require.NoError(t, signing.Verify(r, net.body, key))
	a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
	require.NoError(t, err)
	canonical, err := a.CanonicalRequest(r, signing.HashPayload(net.body))
	require.NoError(t, err)
	require.NoError(t, a.Verify(canonical, key), "the first form")

	want := strings.Split(op.Path, "/")
	for i, segment := range want {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			want[i] = op.PathValues[strings.TrimSuffix(name, "}")]
		}
	}
	require.Equal(t, op.Method, r.Method)
	require.Equal(t, "/v2/"+strings.Join(want, "/"), r.URL.Path)
	got, err := url.ParseQuery(r.URL.RawQuery)
	require.NoError(t, err)
	require.Len(t, got, len(op.Query))
	for name, values := range op.Query {
		require.ElementsMatch(t, values, got[name])
	}
	require.Equal(t, r.Host, r.Header.Get("X-Amz-Pay-Host"))
}

func requireMembers(t *testing.T, body []byte, member, text string) {
	t.Helper()
	var members map[string]string
	require.NoError(t, json.Unmarshal(body, &members), "%s", body)
	want := map[string]string{"known": text}
	if member != "" {
		want[member] = text
	}
	require.Equal(t, want, members)
}

// requireAccepted fails if the emulator refused the signature or a header.
func requireAccepted(t *testing.T, server *emulator.Server) {
	t.Helper()
	log := server.Requests()
	require.Len(t, log, 1)
	require.True(t, log[0].Strict)
	if log[0].Operation == "" { // no such path or method: nobody asked for the signature
		require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, log[0].Status, "%+v", log[0])
		return
	}
	require.True(t, log[0].Verified, "%+v", log[0])
	require.NotContains(t, []string{"InvalidRequestSignature", "InvalidHeaderValue", "MissingHeader", "MissingHeaderValue"}, log[0].ReasonCode, "%+v", log[0])
}
