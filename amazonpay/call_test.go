package amazonpay_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

const page = "<html><body><h1>405 Not Allowed</h1></body></html>"

// https://github.com/amzn/amazon-pay-api-sdk-java/issues/7: the SDK threw on a gateway's page and
// lost the status.
func TestAnswerThatIsNotTheServices(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status   int
		kind     string
		body     string
		attempts int
		decode   bool
		want     string
	}{
		"page, 200":           {200, "text/html; charset=utf-8", page, 1, true, `its 50 bytes ("text/html") are not a JSON object`},
		"page, 405":           {405, "text/html", page, 1, false, "405 Method Not Allowed: the answer is not the service's JSON"},
		"page, 502":           {502, "text/html", page, 4, false, "502 Bad Gateway: the answer is not the service's JSON"},
		"page as JSON, 200":   {200, "application/json", page, 1, true, `its 50 bytes ("application/json") are not a JSON object`},
		"empty, 200":          {200, "application/json", "", 1, true, `its 0 bytes ("application/json") are not a JSON object`},
		"empty, 204":          {204, "", "", 1, true, `its 0 bytes ("") are not a JSON object`},
		"empty, 503":          {503, "", "", 4, false, "503 Service Unavailable"},
		"empty, unknown":      {599, "", "", 1, false, ": 599: the answer is not the service's JSON"},
		"cut off, 200":        {200, "application/json", `{"id":"1","price":{"amount":"1`, 1, true, "unexpected end of JSON input"},
		"cut off, 400":        {400, "application/json", `{"reasonCode":"InvalidReq`, 1, false, "400 Bad Request: the answer is not the service's JSON"},
		"null, 200":           {200, "application/json", "null", 1, true, "not a JSON object"},
		"null, 404":           {404, "application/json", "null", 1, false, "404 Not Found"},
		"list, 200":           {200, "application/json", "[]", 1, true, "not a JSON object"},
		"list, 409":           {409, "application/json", "[]", 1, false, "409 Conflict"},
		"two objects, 200":    {200, "application/json", "{}{}", 1, true, "invalid character"},
		"other types, 422":    {422, "application/json", `{"reasonCode":5,"message":{}}`, 1, false, "422 Unprocessable Entity"},
		"members null, 422":   {422, "application/json", `{"reasonCode":null,"message":null}`, 1, false, "422 Unprocessable Entity"},
		"state of a new type": {200, "application/json", `{"id":"1","statusDetails":"Open"}`, 1, true, `its member "statusDetails.state", the object's state, has an unexpected JSON type`},
		"redirect":            {303, "", "", 1, false, "303 See Other"},
		"not modified":        {304, "", "", 1, false, "304 Not Modified"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(answer(row.status, row.body, "Content-Type", row.kind))
			out, err := amazonpay.Do[everything](t.Context(), newClient(t, n), getOp, nil)
			assert.Nil(t, out)
			failed := callError(t, err)
			require.ErrorContains(t, err, row.want)
			assert.Equal(t, row.status, failed.Meta.StatusCode)
			assert.Equal(t, "request-1", failed.Meta.RequestID)
			assert.Equal(t, row.body, string(failed.Meta.Raw), "what came is kept")
			assert.Len(t, failed.Meta.Attempts, row.attempts)
			_, decode := errors.AsType[*amazonpay.DecodeError](err)
			api, refused := errors.AsType[*amazonpay.APIError](err)
			assert.Equal(t, row.decode, decode)
			require.Equal(t, !row.decode, refused)
			if refused {
				assert.Equal(t, row.status, api.StatusCode)
			}
			assert.NotContains(t, err.Error(), "<h1>")
		})
	}
}

func TestBodyThatNobodyAskedFor(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "null", page} {
		meta, err := newClient(t, newNetwork(answer(http.StatusOK, body))).Call(t.Context(), getOp, nil, nil)
		require.NoError(t, err)
		assert.Equal(t, body, string(meta.Raw))
	}
}

// A 2xx that was not understood is a success with a lost answer, not a failure.
func TestUndecodableAnswerIsUncertain(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusCreated, page))
	_, err := amazonpay.Do[everything](t.Context(), newClient(t, n), chargeOp, goodCharge())
	assert.True(t, mayBeDone(callError(t, err)))
	require.ErrorContains(t, err, "the answer has a success status but could not be understood")
	assert.Len(t, n.requests(), 1)
}

// A truncated body may be valid JSON by chance.
func TestAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	n := newNetwork(func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"id":"1"}`), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body)}, nil
	})
	client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(n))
	require.NoError(t, err)
	_, err = amazonpay.Do[everything](t.Context(), client, chargeOp, goodCharge())
	require.ErrorContains(t, err, "the response body is truncated")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.True(t, mayBeDone(callError(t, err)))

	meta, err := newClient(t, n).Call(t.Context(), getOp, nil, nil)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF, "beneath the retries it is no answer at all")
	assert.Len(t, meta.Attempts, 4)
}

// An error of encoding/json quotes a number that does not fit, and a phone number may be a JSON
// number.
func TestDecodeErrorDoesNotQuoteTheAnswer(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, `{"shippingAddress":{"phoneNumber":8005550100},"statusDetails":{"state":8005550100}}`))
	_, err := amazonpay.Do[everything](t.Context(), newClient(t, n), getOp, nil)
	require.ErrorContains(t, err, `its member "statusDetails.state"`)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "8005550100")

	_, err = newClient(t, n).Call(t.Context(), getOp, nil, new([]string))
	require.ErrorContains(t, err, `does not fit a []string`, "nothing of it fits")
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "8005550100")
}

// A long message of the service is cut to fit a log line, between two characters.
func TestLongMessageIsCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("あ", 10_000)
	for name, n := range map[string]*network{
		"refusal": newNetwork(answer(http.StatusBadRequest, `{"reasonCode":"`+long+`","message":"`+long+`"}`)),
		"page":    newNetwork(answer(http.StatusOK, page, "Content-Type", "text/"+strings.Repeat("x.", 50_000))),
	} {
		_, err := amazonpay.Do[everything](t.Context(), newClient(t, n), getOp, nil)
		require.Error(t, err, name)
		assert.Less(t, len(err.Error()), 3000, name)
		assert.True(t, utf8.ValidString(err.Error()), name)
		assert.Contains(t, err.Error(), "…", name)
	}
}

// zeros is a body of n bytes that are not held in memory.
type zeros struct{ left int }

func (z *zeros) Read(b []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(len(b), z.left)
	clear(b[:n])
	z.left -= n
	return n, nil
}

func TestAnswerOf50MB(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status int
		length int64
	}{
		"length known": {200, 50 << 20}, "length unknown": {200, -1}, "error": {503, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &zeros{50 << 20}
			n := newNetwork(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: row.status, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: row.length, Request: r}, nil
			})
			_, err := amazonpay.Do[everything](t.Context(), newClient(t, n), chargeOp, goodCharge())
			failed := callError(t, err)
			tooLarge, ok := errors.AsType[*transport.TooLargeError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, row.status, tooLarge.StatusCode)
			assert.True(t, mayBeDone(failed))
			assert.Len(t, n.requests(), 1, "it is not asked for again")
			assert.Greater(t, body.left, 39<<20, "most of it is never read")
			assert.Less(t, len(failed.Meta.Raw), 11<<20)
		})
	}

	t.Run("through a Doer", func(t *testing.T) {
		t.Parallel()
		body := &zeros{50 << 20}
		n := newNetwork(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body)}, nil
		})
		client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(n))
		require.NoError(t, err)
		_, err = amazonpay.Do[everything](t.Context(), client, getOp, nil)
		require.ErrorContains(t, err, "more than 10485760 bytes")
		assert.Greater(t, body.left, 39<<20)
	})
}

// Following a redirect would sign a request for another host and send it tokens.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	service := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscan(r.Header.Get("X-Status"), &status)
		http.Redirect(w, r, other.URL+"/elsewhere", status)
	}))
	defer service.Close()

	cfg := testConfig()
	cfg.BaseURL = service.URL
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(service.Client().Transport), quickly)
	require.NoError(t, err)
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, op := range []amazonpay.Operation{getOp, chargeOp} {
			var in any
			if op.Method == http.MethodPost {
				in = goodCharge()
			}
			meta, err := client.Call(t.Context(), op, in, nil, amazonpay.WithAuthToken("token-1"), amazonpay.WithHeader("X-Status", strconv.Itoa(status)))
			api, ok := errors.AsType[*amazonpay.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, status, api.StatusCode)
			assert.Len(t, meta.Attempts, 1)
			assert.Equal(t, other.URL+"/elsewhere", meta.Header.Get("Location"))
		}
	}
	assert.Zero(t, elsewhere.Load())
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served.Add(1)
		_, _ = io.WriteString(w, `{"chargeId":"c"}`)
	}))
	service.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	service.StartTLS()
	defer service.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(service.Certificate())

	call := func(url string, roots *x509.CertPool) (*amazonpay.Meta, error) {
		base := transport.NewBase()
		base.TLSClientConfig.RootCAs = roots
		defer base.CloseIdleConnections()
		cfg := testConfig()
		cfg.BaseURL = url
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(base), quickly)
		require.NoError(t, err)
		return client.Call(t.Context(), chargeOp, goodCharge(), nil)
	}

	meta, err := call(service.URL, x509.NewCertPool())
	var authority x509.UnknownAuthorityError
	require.ErrorAs(t, err, &authority)
	assert.Len(t, meta.Attempts, 1, "the next attempt would meet the same certificate")

	meta, err = call(strings.Replace(service.URL, "127.0.0.1", "localhost", 1), trusted)
	var hostname x509.HostnameError
	require.ErrorAs(t, err, &hostname)
	assert.Len(t, meta.Attempts, 1)
	assert.Zero(t, served.Load())

	_, err = call(service.URL, trusted)
	require.NoError(t, err)
	assert.EqualValues(t, 1, served.Load())
}

// Whatever the answer is, a call returns a Meta and either a *CallError or an answer that is a JSON
// object.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", []byte(`{"id":"1","price":{"amount":1.5,"currencyCode":"USD"},"creationTimestamp":1767225600}`))
	f.Add(200, "text/html", []byte(page))
	f.Add(200, "application/json", []byte("null"))
	f.Add(204, "", []byte(nil))
	f.Add(303, "application/json", []byte(`{}`))
	f.Add(400, "application/json", []byte(`{"reasonCode":"InvalidHeaderValue","message":"x-amz-pay-date"}`))
	f.Add(422, "application/json", []byte(`{"reasonCode":"token-1","message":"token-1"}`))
	f.Add(500, "application/json", []byte(`{"reasonCode":"ProcessingFailure"}`))
	f.Add(503, "application/json", []byte(`{"reasonCode":`))
	f.Add(0, "\x00", []byte("{\"shippingAddress\":{\"name\":\"\xff\"}}"))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		n := newNetwork(answer(status, string(body), "Content-Type", kind, "Date", "Mon, 23 Nov 2026 20:00:00 GMT"))
		client := newClient(t, n)
		out := new(everything)
		meta, err := client.Call(t.Context(), chargeOp, goodCharge(), out, amazonpay.WithAuthToken("token-1"))
		require.NotNil(t, meta)
		require.NotEmpty(t, meta.Attempts)
		if err == nil {
			require.GreaterOrEqual(t, status, 200)
			require.Less(t, status, 300)
			require.True(t, json.Valid(meta.Raw))
			require.Equal(t, byte('{'), bytes.TrimSpace(meta.Raw)[0])
			return
		}
		failed := callError(t, err)
		require.Same(t, meta, failed.Meta)
		require.NotContains(t, err.Error(), "token-1")
		require.Less(t, len(err.Error()), 16<<10)
		_, decode := errors.AsType[*amazonpay.DecodeError](err)
		api, refused := errors.AsType[*amazonpay.APIError](err)
		_, unanswered := errors.AsType[*transport.NetworkError](err)
		require.True(t, decode || refused || unanswered, "%v", err)
		if refused {
			require.Equal(t, status, api.StatusCode)
		}
	})
}

// The 303 of the merchant account claim, and answers without a body.
func TestAnswersThatAreNoJSON(t *testing.T) {
	t.Parallel()
	const elsewhere = "https://sellercentral.example/claim?token=t"
	for name, row := range map[string]struct {
		status   int
		body     string
		location string
		op       func(*amazonpay.Operation)
		want     string // an error; none: success
	}{
		"a result that leads elsewhere":     {303, "", elsewhere, func(op *amazonpay.Operation) { op.SeeOther = true }, ""},
		"with a result":                     {303, `{"id":"1"}`, elsewhere, func(op *amazonpay.Operation) { op.SeeOther = true }, ""},
		"with a page":                       {303, page, elsewhere, func(op *amazonpay.Operation) { op.SeeOther = true }, ""},
		"without saying where":              {303, "", "", func(op *amazonpay.Operation) { op.SeeOther = true }, "the 303 response has no Location header"},
		"another redirect":                  {302, "", elsewhere, func(op *amazonpay.Operation) { op.SeeOther = true }, "302 Found"},
		"of an operation that has no 303":   {303, "", elsewhere, func(*amazonpay.Operation) {}, "303 See Other"},
		"no content":                        {204, "", "", func(op *amazonpay.Operation) { op.NoContent = true }, ""},
		"no content, but white space":       {200, " \n", "", func(op *amazonpay.Operation) { op.NoContent = true }, ""},
		"a page in place of no content":     {200, page, "", func(op *amazonpay.Operation) { op.NoContent = true }, "are not a JSON object"},
		"a refusal in place of no content":  {404, "", "", func(op *amazonpay.Operation) { op.NoContent = true }, "404 Not Found"},
		"a cut object in place of a result": {200, `{"id":`, "", func(op *amazonpay.Operation) { op.NoContent = true }, "unexpected end of JSON input"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(answer(row.status, row.body, "Location", row.location))
			op := amazonpay.Operation{Name: "Claim", Method: http.MethodPost, Path: "claims"}
			row.op(&op)
			out, err := amazonpay.Do[everything](t.Context(), newClient(t, n), op, struct{}{})
			assert.Len(t, n.requests(), 1, "nothing is followed, nothing repeated")
			if row.want != "" {
				require.ErrorContains(t, err, row.want)
				assert.NotContains(t, err.Error(), "token=t")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, strings.HasPrefix(row.body, "{"), out.ID == "1")
			assert.Equal(t, row.status, out.Meta.StatusCode)
			assert.Equal(t, row.location, out.Meta.Header.Get("Location"))
		})
	}
}

// A gateway is not the service: neither its success nor its refusal says anything about the work.
func TestAGatewayIsNotTheService(t *testing.T) {
	t.Parallel()
	op := chargeOp
	op.Returns = "id"
	plain := func(status int, kind, body string) reply {
		return func(r *http.Request) (*http.Response, error) {
			resp, err := answer(status, body, "Content-Type", kind)(r)
			resp.Header.Del("X-Amz-Pay-Request-Id")
			return resp, err
		}
	}
	for name, row := range map[string]struct {
		reply reply
		want  amazonpay.Outcome
	}{
		"403 of a proxy":                 {plain(403, "text/html", "<html>blocked by policy</html>"), amazonpay.OutcomeUnknown},
		"499":                            {plain(499, "text/html", "nginx"), amazonpay.OutcomeUnknown},
		"421":                            {plain(421, "", ""), amazonpay.OutcomeUnknown},
		"409 without a body":             {plain(409, "", ""), amazonpay.OutcomeUnknown},
		"404 of a router":                {plain(404, "text/html", "<html>"), amazonpay.OutcomeUnknown},
		"400 of a load balancer":         {plain(400, "text/html", "x"), amazonpay.OutcomeUnknown},
		"429 of a firewall":              {plain(429, "text/html", "slow down"), amazonpay.OutcomeUnknown},
		"403 of another service":         {plain(403, "application/json", `{"message":"Forbidden"}`), amazonpay.OutcomeUnknown},
		"a long refusal":                 {plain(403, "application/json", `{"reasonCode":"X","message":"`+strings.Repeat("x", 70_000)+`"}`), amazonpay.OutcomeUnknown},
		"a page with a request id":       {answer(403, page), amazonpay.OutcomeUnknown},
		"maintenance":                    {plain(200, "text/html", "<html>Sorry</html>"), amazonpay.OutcomeUnknown},
		"200 empty":                      {plain(200, "application/json", ""), amazonpay.OutcomeUnknown},
		"200 {}":                         {plain(200, "application/json", "{}"), amazonpay.OutcomeUnknown},
		"200 {} with a request id":       {answer(200, "{}"), amazonpay.OutcomeUnknown},
		"200 with an error":              {plain(200, "application/json", `{"reasonCode":"InternalServerError","message":"x"}`), amazonpay.OutcomeUnknown},
		"200 null":                       {plain(200, "application/json", "null"), amazonpay.OutcomeUnknown},
		"201 of a login portal":          {plain(201, "text/html", "<html>login"), amazonpay.OutcomeUnknown},
		"204":                            {plain(204, "", ""), amazonpay.OutcomeUnknown},
		"206":                            {plain(206, "application/json", `{"id":"S01-`), amazonpay.OutcomeUnknown},
		"an id that is empty":            {answer(201, `{"id":""}`), amazonpay.OutcomeUnknown},
		"an id that is a number":         {answer(201, `{"id":7}`), amazonpay.OutcomeUnknown},
		"302":                            {plain(302, "text/html", ""), amazonpay.OutcomeUnknown},
		"the service's refusal":          {plain(403, "application/json", `{"reasonCode":"InvalidAccountStatus"}`), amazonpay.OutcomeRefused},
		"the service's empty refusal":    {answer(405, ""), amazonpay.OutcomeRefused},
		"the service's success":          {plain(201, "application/json", `{"id":"S01-1"}`), amazonpay.OutcomeDone},
		"the service's, half understood": {plain(201, "application/json", `{"id":"S01-1","price":"14.00"}`), amazonpay.OutcomeDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, doer := range []bool{false, true} {
				n := newNetwork(row.reply)
				client := newClient(t, n)
				if doer {
					var err error
					client, err = amazonpay.New(testConfig(), amazonpay.WithDoer(n))
					require.NoError(t, err)
				}
				out, err := amazonpay.Do[everything](t.Context(), client, op, goodCharge())
				assert.Equal(t, row.want, amazonpay.OutcomeOf(err), "%v", err)
				assert.Equal(t, err == nil, out != nil)
				assert.NotEqual(t, amazonpay.StepNewKey, amazonpay.Advise(err).Step)
			}
		})
	}
	for _, out := range []any{nil, new(map[string]any), new(struct{ Other string })} { // custom types
		client := newClient(t, newNetwork(plain(200, "application/json", `{"id":"1"}`)))
		_, err := client.Call(t.Context(), op, goodCharge(), out)
		require.NoError(t, err)
		client = newClient(t, newNetwork(plain(200, "application/json", `{"id":""}`)))
		_, err = client.Call(t.Context(), op, goodCharge(), out)
		require.Error(t, err)
	}
}
