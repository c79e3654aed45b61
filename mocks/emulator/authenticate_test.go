// Which headers, dates, keys, signatures and hosts are accepted or refused.

package emulator_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// form is how a request is signed by hand, where it differs from how it is sent.
type form struct {
	algorithm signing.Algorithm
	path      string
	query     string
	names     []string // as listed
	value     func(string) string
	spell     string // of the Authorization header, with three %
}

var ourNames = []string{"accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"}

func (c *client) handSign(r *http.Request, raw []byte, f form) *http.Request {
	if r.Header.Get("X-Amz-Pay-Date") == "" {
		r.Header.Set("X-Amz-Pay-Date", c.now().UTC().Format(signing.DateFormat))
	}
	if f.path == "" {
		f.path = r.URL.EscapedPath()
	}
	if f.query == "" {
		f.query = r.URL.RawQuery
	}
	if f.names == nil {
		f.names = slices.Clone(ourNames)
		if r.Method == http.MethodPost {
			f.names = slices.Insert(f.names, 4, "x-amz-pay-idempotency-key")
		}
	}
	if f.value == nil {
		f.value = func(s string) string { return s }
	}
	if f.spell == "" {
		f.spell = "% PublicKeyId=%, SignedHeaders=%, Signature=%"
	}
	lines := []string{r.Method, f.path, f.query}
	for _, name := range f.names {
		lines = append(lines, strings.ToLower(name)+":"+f.value(r.Header.Get(name)))
	}
	list := strings.Join(f.names, ";")
	lines = append(lines, "", list, signing.HashPayload(raw).String())
	text := strings.Join(lines, "\n")
	digest := sha256.Sum256([]byte(f.algorithm.StringToSign(text)))
	signature, err := rsa.SignPSS(rand.Reader, c.key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: f.algorithm.SaltLength()})
	require.NoError(c.tb, err)
	header := f.spell
	for _, part := range []string{f.algorithm.String(), c.signer.PublicKeyID(), list, base64.StdEncoding.EncodeToString(signature)} {
		header = strings.Replace(header, "%", part, 1)
	}
	r.Header.Set("Authorization", header)
	return r
}

// Each deviation is refused of our own client, and those that official SDKs are known
// for are taken from others.
func TestStrictAndLenient(t *testing.T) {
	t.Parallel()
	const (
		signature = "InvalidRequestSignature"
		value     = "InvalidHeaderValue"
		request   = "InvalidRequest"
	)
	tests := []struct {
		name    string
		method  string // GET where empty
		path    string // below the session, with query
		header  object // nil removes
		form    form
		reason  string // strict
		lenient string // the reason; ok: none
	}{
		{name: "as documented", reason: "ok", lenient: "ok"},
		{name: "query as documented, but not of this operation", path: "?a=1%2C2&b=~", reason: "InvalidParameterValue", lenient: "ok"},
		{name: "the older algorithm", form: form{algorithm: signing.PSSV1}, reason: "ok", lenient: "ok"},

		{name: "names not lower case", form: form{names: []string{"Accept", "content-type", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"}}, reason: signature, lenient: "ok"},
		{name: "names not sorted", form: form{names: []string{"content-type", "accept", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"}}, reason: signature, lenient: "ok"},
		{name: "a name twice", form: form{names: append([]string{"accept"}, ourNames...)}, reason: signature, lenient: "ok"},
		{name: "user agent signed", form: form{names: []string{"accept", "content-type", "user-agent", "x-amz-pay-date", "x-amz-pay-host", "x-amz-pay-region"}}, reason: signature, lenient: "ok"},
		{name: "an unsigned header of Amazon Pay", header: object{"X-Amz-Pay-Integrator-Id": "x"}, form: form{names: ourNames}, reason: signature, lenient: "ok"},
		{name: "accept not signed", form: form{names: ourNames[1:]}, reason: signature, lenient: signature},
		{name: "region not signed", form: form{names: ourNames[:4]}, reason: signature, lenient: "ok"},
		{name: "neither host nor region signed", form: form{names: ourNames[:3]}, reason: signature, lenient: "ok"},
		{name: "neither content type nor date signed", form: form{names: []string{"accept", "x-amz-pay-host"}}, reason: signature, lenient: signature},
		{name: "a signed header missing", form: form{names: append(slices.Clone(ourNames), "x-nothing")}, reason: "MissingHeader", lenient: "MissingHeader"},
		{name: "Authorization without spaces", form: form{spell: "% PublicKeyId=%,SignedHeaders=%,Signature=%"}, reason: signature, lenient: "ok"},
		{name: "Authorization in another order", form: form{spell: "% PublicKeyId=%,  SignedHeaders=%, Signature=%"}, reason: signature, lenient: "ok"},
		{name: "Authorization unreadable", form: form{spell: "Basic %%%%"}, reason: value, lenient: value},

		{name: "extended date", header: object{"X-Amz-Pay-Date": "2026-11-23T12:00:00Z"}, reason: value, lenient: "ok"},
		{name: "date with a fraction", header: object{"X-Amz-Pay-Date": "20261123T120000.5Z"}, reason: value, lenient: value},
		{name: "no date", header: object{"X-Amz-Pay-Date": "today"}, reason: value, lenient: value},
		{name: "a second ahead", header: object{"X-Amz-Pay-Date": "20261123T120001Z"}, reason: "ok", lenient: "ok"},
		{name: "two seconds ahead", header: object{"X-Amz-Pay-Date": "20261123T120002Z"}, reason: value, lenient: value},
		{name: "15 minutes old", header: object{"X-Amz-Pay-Date": "20261123T114500Z"}, reason: "ok", lenient: "ok"},
		{name: "older", header: object{"X-Amz-Pay-Date": "20261123T114459Z"}, reason: value, lenient: value},

		{name: "region in upper case", header: object{"X-Amz-Pay-Region": "NA"}, reason: value, lenient: "ok"},
		{name: "region's alias", header: object{"X-Amz-Pay-Region": "us"}, reason: value, lenient: "ok"},
		{name: "another region", header: object{"X-Amz-Pay-Region": "eu"}, reason: value, lenient: value},
		{name: "host without port", header: object{"X-Amz-Pay-Host": "127.0.0.1"}, reason: value, lenient: "ok"},
		{name: "the service's host", header: object{"X-Amz-Pay-Host": "pay-api.amazon.com"}, reason: value, lenient: "ok"},
		{name: "another region's host", header: object{"X-Amz-Pay-Host": "pay-api.amazon.eu"}, reason: value, lenient: value},
		{name: "another host", header: object{"X-Amz-Pay-Host": "example.com"}, reason: value, lenient: value},
		{name: "accept anything", header: object{"Accept": "*/*"}, reason: value, lenient: "ok"},
		{name: "content type with charset", header: object{"Content-Type": "application/json; charset=utf-8"}, reason: value, lenient: "ok"},
		{name: "an empty header", header: object{"Accept": ""}, reason: "MissingHeaderValue", lenient: "MissingHeaderValue"},
		{name: "a missing header", header: object{"Content-Type": nil}, reason: "MissingHeader", lenient: "MissingHeader"},
		{name: "no signature", header: object{"Authorization": nil}, reason: "MissingHeader", lenient: "MissingHeader"},
		{name: "a key with GET", header: object{"X-Amz-Pay-Idempotency-Key": "k"}, form: form{names: slices.Insert(slices.Clone(ourNames), 4, "x-amz-pay-idempotency-key")}, reason: value, lenient: "ok"},
		{name: "an unsigned key", header: object{"X-Amz-Pay-Idempotency-Key": "k"}, form: form{names: ourNames}, reason: signature, lenient: signature},

		{name: "trailing slash", path: "/", reason: request, lenient: "ok"},
		{name: "query not sorted", path: "?b=1&a=2", reason: request, lenient: "ok"},
		{name: "query sorted in the signature alone", path: "?b=1&a=2", form: form{query: "a=2&b=1"}, reason: request, lenient: "ok"},
		{name: "query encoded in the signature alone", path: "?a=*", form: form{query: "a=%2A"}, reason: request, lenient: "ok"},
		{name: "query as encodeURIComponent has it", path: "?a=!'()*", reason: request, lenient: "ok"},
		{name: "a plus for a space", path: "?a=1+2", reason: request, lenient: "ok"},
		{name: "lower-case escapes", path: "?a=%2c", reason: request, lenient: "ok"},
		{name: "needless escapes", path: "?a=%41", reason: request, lenient: "ok"},
		{name: "another query signed", path: "?a=1", form: form{query: "a=2"}, reason: signature, lenient: signature},
		{name: "another path signed", form: form{path: "/v2/charges/x"}, reason: signature, lenient: signature},
		{name: "another method", method: "PUT", reason: "UnsupportedOperation", lenient: "UnsupportedOperation"},
		{name: "another path", path: "/more", reason: "ResourceNotFound", lenient: "ResourceNotFound"},
	}
	for _, tt := range tests {
		for agent, want := range map[string]string{"amazon-pay-sdk-go/0.1": tt.reason, "another/1": tt.lenient} {
			t.Run(tt.name+" from "+agent, func(t *testing.T) {
				t.Parallel()
				s := emulator.Start(t, emulator.WithClock(newClock(noon).Now))
				c := newClient(t, s, 0)
				c.now, c.agent = newClock(noon).Now, agent
				id := c.newSession("Confirm", "14.00")
				method := tt.method
				if method == "" {
					method = http.MethodGet
				}
				r, raw := c.request(method, "/checkoutSessions/"+id+tt.path, nil)
				for name, v := range tt.header {
					if text, ok := v.(string); ok {
						r.Header.Set(name, text)
					}
				}
				c.handSign(r, raw, tt.form)
				for name, v := range tt.header {
					if v == nil {
						r.Header.Del(name)
					}
				}
				a, err := c.send(r)
				require.NoError(t, err)
				log := s.Requests()
				last := log[len(log)-1]
				if want == "ok" {
					assert.Equal(t, http.StatusOK, a.status, a.raw)
					assert.True(t, last.Verified)
				} else {
					assert.Equal(t, want, a.reason, a.raw)
					assert.Equal(t, want, last.ReasonCode)
					assert.False(t, last.Verified && want == signature)
				}
				assert.NotEmpty(t, a.header.Get("X-Amz-Pay-Request-Id"))
				assert.Equal(t, last.RequestID, a.header.Get("X-Amz-Pay-Request-Id"))
				assert.Equal(t, noon.Format(http.TimeFormat), a.header.Get("Date"))
				assert.Equal(t, "application/json", a.header.Get("Content-Type"))
			})
		}
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// A sample for Python signs accept and the date alone, and with a body the content type and the
// key: it sends no more of them. It is taken, with a note, and of this SDK's own requests it is
// not.
func TestFewHeaders(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	ours := newClient(t, s, 0)
	send := func(agent, method, path string, body any, names ...string) answer {
		c := *ours
		c.agent = agent
		r, raw := c.request(method, path, body)
		for name := range r.Header {
			if !slices.Contains(names, strings.ToLower(name)) && name != "User-Agent" {
				r.Header.Del(name)
			}
		}
		a, err := c.send(c.handSign(r, raw, form{algorithm: signing.PSSV2, names: names}))
		require.NoError(t, err)
		return a
	}
	last := func() emulator.Request { log := s.Requests(); return log[len(log)-1] }
	token := s.Description().Merchants[0].BuyerToken
	session := object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": ours.store()}

	send("python-requests/2.31", http.MethodGet, "/buyers/"+token, nil, "accept", "x-amz-pay-date").must(t, 200)
	assert.True(t, last().Verified)
	assert.Equal(t, []string{"The headers x-amz-pay-host, x-amz-pay-region are unsigned or missing."}, last().Notes)
	id := send("python-requests/2.31", http.MethodPost, "/checkoutSessions", session, "accept", "content-type", "x-amz-pay-date", "x-amz-pay-idempotency-key").
		must(t, 201).text(t, "checkoutSessionId")

	for _, row := range []struct {
		agent, method, path string
		names               []string
		missing             string
	}{
		{"amazon-pay-sdk-go/0.1", http.MethodGet, "/buyers/" + token, []string{"accept", "x-amz-pay-date"}, "The headers content-type, x-amz-pay-host, x-amz-pay-region are missing."},
		{"amazon-pay-sdk-go/0.1", http.MethodPost, "/checkoutSessions", []string{"x-amz-pay-date"}, "The headers accept, content-type, x-amz-pay-host, x-amz-pay-region, x-amz-pay-idempotency-key are missing."},
		{"python-requests/2.31", http.MethodPost, "/checkoutSessions", []string{"x-amz-pay-date"}, "The headers accept, content-type, x-amz-pay-idempotency-key are missing."},
		{"python-requests/2.31", http.MethodGet, "/checkoutSessions/" + id, []string{"x-amz-pay-date"}, "The header accept is missing."},
	} {
		var body any
		if row.method == http.MethodPost {
			body = session
		}
		assert.Equal(t, row.missing, send(row.agent, row.method, row.path, body, row.names...).refused(t, 400, "MissingHeader").body["message"])
	}
	// What is signed must be there: all that is not is named at once.
	r, raw := ours.request(http.MethodGet, "/checkoutSessions/"+id, nil)
	r.Header.Set("User-Agent", "another/1")
	ours.handSign(r, raw, form{names: append(slices.Clone(ourNames), "x-one", "x-two")})
	assert.Equal(t, "The headers x-one, x-two are missing, which SignedHeaders names.", mustSend(t, ours, r).refused(t, 400, "MissingHeader").body["message"])

	r, raw = ours.request(http.MethodGet, "/checkoutSessions/"+id, nil)
	r.Header.Set("User-Agent", "another/1")
	ours.handSign(r, raw, form{names: ourNames[1:]})
	assert.Equal(t, "Unable to verify the signature: header accept is not signed.", mustSend(t, ours, r).refused(t, 403, "InvalidRequestSignature").body["message"])

	ours.get("/checkoutSessions/"+id).must(t, 200)
	assert.Empty(t, last().Notes, "this SDK's own requests need none")
}

// Whoever is lost is told that this is the emulator, and where its keys and ids are; never the
// control token.
func TestRefusalsSayWhereTheIDsAre(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	d := s.Description()
	c := newClient(t, s, 0)
	window := d.BaseURL + "/_emulator/"
	signed := func(header string) answer {
		r, raw := c.request(http.MethodGet, "/charges/x", nil)
		c.sign(r, raw)
		r.Header.Set("Authorization", header)
		return mustSend(t, c, r)
	}
	const rest = " PublicKeyId=x, SignedHeaders=accept, Signature=AAAA"
	for name, row := range map[string]struct {
		answer answer
		reason string
		says   []string
	}{
		"an unknown key id": {c.withKey("SANDBOX-NOBODY", d.Merchants[0].PrivateKeyPEM).get("/charges/x"), "InvalidAuthentication", []string{"emulator", "amazonpay-emulator.json", window}},
		"another store": {c.post("/checkoutSessions", object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": "amzn1.application-oa2-client.real",
		}), "InvalidParameterValue", []string{"storeId", c.store(), "emulator", "amazonpay-emulator.json", window}},
		"an unknown algorithm": {signed("AMZN-PAY-RSASSA-PSS-V3" + rest), "InvalidHeaderValue", []string{`"AMZN-PAY-RSASSA-PSS-V3"`, "AMZN-PAY-RSASSA-PSS-V2", "emulator", window}},
		"another scheme":       {signed("Bearer abc"), "InvalidHeaderValue", []string{`"Bearer"`, "AMZN-PAY-RSASSA-PSS-V2"}},
		"a lacking part":       {signed("AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=x"), "InvalidHeaderValue", []string{"lacks", "SignedHeaders={names}", "emulator", window}},
		"no scheme":            {signed("MIIEvQIBADANsecret"), "InvalidHeaderValue", []string{"cannot be read", "emulator"}},
		"a long scheme":        {signed(strings.Repeat("k", 65) + rest), "InvalidHeaderValue", []string{"cannot be read"}},
	} {
		assert.Equal(t, row.reason, row.answer.reason, name)
		for _, text := range row.says {
			assert.Contains(t, row.answer.body["message"], text, name)
		}
		assert.NotContains(t, row.answer.raw, d.ControlToken, name)
		assert.NotContains(t, row.answer.raw, "secret", name)
		assert.NotContains(t, row.answer.raw, strings.Repeat("k", 65), name)
	}

	wrong := c.withKey(d.Merchants[0].KeyIDs.Sandbox, d.Merchants[1].PrivateKeyPEM).get("/charges/x").refused(t, 403, "InvalidRequestSignature")
	log := s.Requests()
	assert.Contains(t, wrong.body["message"], window+"#requests/"+log[len(log)-1].RequestID)
	assert.NotContains(t, wrong.raw, d.ControlToken)

	unheard, err := emulator.New() // which has no window
	require.NoError(t, err)
	w := httptest.NewRecorder()
	r, raw := c.request(http.MethodGet, "/charges/x", nil)
	c.sign(r, raw).RequestURI = "/v2/charges/x"
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "PublicKeyId=", "PublicKeyId=X", 1))
	unheard.ServeHTTP(w, r)
	assert.Contains(t, w.Body.String(), "emulator")
	assert.NotContains(t, w.Body.String(), "https://")
}

func TestFutureDateHasTheServicesWords(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithClock(newClock(noon).Now)), 0)
	c.now = newClock(noon.Add(20 * time.Second)).Now
	a := c.get("/charges/x").refused(t, 400, "InvalidHeaderValue")
	assert.Equal(t, "The value 20261123T120020Z provided for x-amz-pay-date should not be in future", a.body["message"])
	assert.Equal(t, noon.Format(http.TimeFormat), a.header.Get("Date"))
}

func TestMaxAge(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t, emulator.WithClock(newClock(noon).Now), emulator.WithMaxAge(time.Minute)), 0)
	c.now = newClock(noon.Add(-time.Minute)).Now
	c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	c.now = newClock(noon.Add(-61 * time.Second)).Now
	a := c.get("/charges/x").refused(t, 400, "InvalidHeaderValue")
	assert.Contains(t, a.body["message"], "x-amz-pay-date")
}

func TestGetWithABody(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.Start(t), 0)
	path := "/checkoutSessions/" + c.newSession("Confirm", "14.00")
	c.call(http.MethodGet, path, "null").refused(t, 400, "InvalidRequest")
	c.agent = "another/1"
	c.call(http.MethodGet, path, "null").must(t, 200)
}

// Whatever is changed after signing is found.
func TestTampering(t *testing.T) {
	t.Parallel()
	body := object{"chargePermissionId": "S01-0000000-0000000", "chargeAmount": usd("14.00")}
	tests := map[string]func(c *client, r *http.Request){
		"body": func(c *client, r *http.Request) {
			forged, _ := c.request(http.MethodPost, "/charges", object{"chargePermissionId": "S01-0000000-0000000", "chargeAmount": usd("15.00")})
			r.Body, r.ContentLength = forged.Body, forged.ContentLength
		},
		"path":            func(_ *client, r *http.Request) { r.URL.Path = "/v2/refunds" },
		"query":           func(_ *client, r *http.Request) { r.URL.RawQuery = "a=1" },
		"idempotency key": func(_ *client, r *http.Request) { r.Header.Set("X-Amz-Pay-Idempotency-Key", "another") },
		"date": func(c *client, r *http.Request) {
			r.Header.Set("X-Amz-Pay-Date", c.now().Add(-time.Second).UTC().Format(signing.DateFormat))
		},
		"signature": func(_ *client, r *http.Request) {
			h := r.Header.Get("Authorization")
			i := strings.Index(h, "Signature=") + len("Signature=")
			flipped := byte('A')
			if h[i] == 'A' {
				flipped = 'B'
			}
			r.Header.Set("Authorization", h[:i]+string(flipped)+h[i+1:])
		},
		"algorithm": func(_ *client, r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "PSS-V2", "PSS", 1))
		},
		"the other merchant's key id": func(c *client, r *http.Request) {
			m := c.server.Description().Merchants
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), m[0].KeyIDs.Sandbox, m[1].KeyIDs.Sandbox, 1))
		},
	}
	for name, tamper := range tests {
		for _, agent := range []string{"amazon-pay-sdk-go/0.1", "another/1"} {
			t.Run(name+" from "+agent, func(t *testing.T) {
				t.Parallel()
				s := emulator.Start(t, emulator.WithClock(newClock(noon).Now))
				c := newClient(t, s, 0)
				c.now, c.agent = newClock(noon).Now, agent
				r, raw := c.request(http.MethodPost, "/charges", body)
				tamper(c, c.sign(r, raw))
				a, err := c.send(r)
				require.NoError(t, err)
				a.refused(t, 403, "InvalidRequestSignature")
				assert.False(t, s.Requests()[0].Verified)
				assert.NotEmpty(t, s.Requests()[0].CanonicalRequest)
			})
		}
	}
}

func TestUnknownKey(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	pem := s.Description().Merchants[0].PrivateKeyPEM
	a := c.withKey("SANDBOX-NOBODY", pem).get("/charges/x").refused(t, 403, "InvalidAuthentication")
	assert.NotContains(t, a.raw, "NOBODY")
}

func TestKeyIDsAndPrefixes(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	m := s.Description().Merchants[0]
	c := newClient(t, s, 0)
	tests := []struct {
		keyID, prefix, release string // no release: refused
	}{
		{m.KeyIDs.Live, "/v2", "Live"},
		{m.KeyIDs.Sandbox, "/v2", "Sandbox"},
		{m.KeyIDs.Plain, "/live/v2", "Live"},
		{m.KeyIDs.Plain, "/sandbox/v2", "Sandbox"},
		{m.KeyIDs.Plain, "/v2", ""},
		{m.KeyIDs.Live, "/live/v2", ""},
		{m.KeyIDs.Sandbox, "/live/v2", ""},
		{m.KeyIDs.Plain, "/staging/v2", ""},
		{m.KeyIDs.Plain, "/live/x2", ""},
	}
	for _, tt := range tests {
		c := c.withKey(tt.keyID, m.PrivateKeyPEM)
		c.prefix = tt.prefix
		a := c.post("/checkoutSessions", object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": "https://shop.example/"}, "storeId": m.StoreID})
		if tt.release == "" {
			a.refused(t, 404, "ResourceNotFound")
		} else {
			assert.Equal(t, tt.release, a.must(t, 201).body["releaseEnvironment"], tt.keyID+tt.prefix)
		}
	}
	old := c.withKey(m.KeyIDs.Sandbox, m.PrivateKeyPEM)
	old.prefix = "/v1"
	old.get("/charges/x").refused(t, 400, "InvalidAPIVersion")
	// What one environment has the other has not.
	id := c.newSession("Confirm", "1")
	c.withKey(m.KeyIDs.Live, m.PrivateKeyPEM).get("/checkoutSessions/"+id).refused(t, 404, "ResourceNotFound")
	// The Ruby SDK has the environment in the path whatever the key id; ours must not.
	prefixed := *c
	prefixed.prefix = "/sandbox/v2"
	prefixed.get("/checkoutSessions/"+id).refused(t, 404, "ResourceNotFound")
	prefixed.agent = "amazon-pay-api-sdk-ruby/1.2.0"
	prefixed.get("/checkoutSessions/"+id).must(t, 200)
	prefixed.prefix = "/live/v2"
	prefixed.get("/checkoutSessions/"+id).refused(t, 404, "ResourceNotFound")
	plain := c.withKey(m.KeyIDs.Plain, m.PrivateKeyPEM)
	plain.prefix = "/sandbox/v2"
	plain.get("/checkoutSessions/"+id).must(t, 200)
}

func TestHeadersThereTwice(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	c.agent = "another/1"
	c = c.with("X-Amz-Pay-Simulation-Code", "SoftDeclined").with("X-Amz-Pay-Authtoken", s.Description().Merchants[1].AuthToken)
	for _, name := range []string{
		"X-Amz-Pay-Date", "X-Amz-Pay-Host", "X-Amz-Pay-Region", "X-Amz-Pay-Idempotency-Key", "X-Amz-Pay-Simulation-Code",
		"X-Amz-Pay-Authtoken", "Authorization",
	} {
		r, raw := c.request(http.MethodPost, "/charges", "{}")
		c.sign(r, raw)
		r.Header.Add(name, r.Header.Get(name))
		a, err := c.send(r)
		require.NoError(t, err)
		a.refused(t, 400, "InvalidHeaderValue")
	}
}

func TestIdempotencyKeyHeader(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	const header = "X-Amz-Pay-Idempotency-Key"
	c.with(header, strings.Repeat("a", 33)).post("/charges", "{}").refused(t, 400, "InvalidHeaderValue")
	c.with(header, "").post("/charges", "{}").refused(t, 400, "MissingHeaderValue")
	c.with(header, "a.b").post("/charges", "{}").refused(t, 400, "InvalidHeaderValue")
	c.with(header, strings.Repeat("a", 32)).post("/charges", "{}").refused(t, 400, "MissingParameterValue")

	// Without one: never where the service needs it, elsewhere from others only.
	send := func(agent, method, path string, body any) answer {
		derived := *c
		derived.agent = agent
		r, raw := derived.request(method, path, body)
		r.Header.Del(header)
		a, err := derived.send(derived.sign(r, raw))
		require.NoError(t, err)
		return a
	}
	complete := "/checkoutSessions/" + c.newApproved("Confirm", "5") + "/complete"
	for _, path := range []string{"/checkoutSessions", "/charges", "/charges/x/capture", "/refunds"} {
		send("another/1", http.MethodPost, path, "{}").refused(t, 400, "MissingHeader")
	}
	send("amazon-pay-sdk-go/0.1", http.MethodPost, complete, object{"chargeAmount": usd("5")}).refused(t, 400, "MissingHeader")
	send("another/1", http.MethodPost, complete, object{"chargeAmount": usd(5)}).must(t, 200)

	ch, _ := c.newCharge("Authorize", "5")
	canceled := object{"statusDetails": object{"state": "Canceled", "reasonCode": "ExpiredUnused"}}
	send("amazon-pay-sdk-go/0.1", http.MethodPatch, "/charges/"+ch, canceled).refused(t, 400, "MissingHeader")
	send("another/1", http.MethodPatch, "/charges/"+ch, canceled).must(t, 200)
}

func TestServiceHostsReachTheEmulator(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t, emulator.WithRegion("eu"))
	c := newClient(t, s, 0)
	c.base, c.host = "https://pay-api.amazon.eu", "pay-api.amazon.eu"
	c.get("/charges/x").refused(t, 404, "ResourceNotFound")
	c.base, c.host = "https://pay-api.amazon.com", "pay-api.amazon.com"
	c.get("/charges/x").refused(t, 400, "InvalidHeaderValue")
	c.base = "https://example.com"
	r, raw := c.request(http.MethodGet, "/charges/x", nil)
	_, err := c.send(c.sign(r, raw))
	require.Error(t, err, "the certificate is not for this host")
}

// Whatever is signed, the Host header must be one of the emulator's own.
func TestHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		host, signed     string
		strict, lenient  bool // taken
		refusedForSigned bool // and not for the Host header
	}{
		{"127.0.0.1:8443", "127.0.0.1:8443", true, true, false},
		{"127.0.0.1", "127.0.0.1", true, true, false},
		{"127.9.9.9:1", "127.9.9.9:1", true, true, false},
		{"[::1]:8443", "[::1]:8443", true, true, false},
		{"[::1]:8443", "::1", false, true, true},
		{"localhost:8443", "localhost:8443", true, true, false},
		{"LOCALHOST:8443", "localhost", false, true, true},
		{"pay-api.amazon.com:443", "pay-api.amazon.com", false, true, true},
		{"127.0.0.1:8443", "pay-api.amazon.com", false, true, true},
		{"pay.shop.example:8443", "pay.shop.example:8443", true, true, false},
		{"[2001:db8::1]:8443", "[2001:db8::1]:8443", true, true, false},
		{"127.0.0.1:8443", "pay.shop.example", false, false, true},
		{"example.com", "example.com", false, false, false},
		{"example.com", "pay-api.amazon.com", false, false, false},
		{"example.com", "127.0.0.1", false, false, false},
		{"pay-api.amazon.eu", "pay-api.amazon.eu", true, true, false}, // another region than that of the emulator
		{"pay-api.amazon.eu", "pay-api.amazon.com", false, false, true},
		{"static-eu.payments-amazon.com", "static-eu.payments-amazon.com", false, false, false},
		{"10.0.0.1", "10.0.0.1", false, false, false},
		{"", "127.0.0.1", false, false, false},
	}
	s, err := emulator.New(emulator.WithHost("pay.shop.example"), emulator.WithHost("[2001:db8::1]"))
	require.NoError(t, err)
	c := newClient(t, emulator.Start(t), 0)
	for _, tt := range tests {
		for agent, taken := range map[string]bool{"amazon-pay-sdk-go/0.1": tt.strict, "another/1": tt.lenient} {
			derived := *c
			derived.agent, derived.host = agent, tt.signed
			if strings.HasSuffix(tt.host, ".eu") {
				derived.region = "eu"
			}
			r, raw := derived.request(http.MethodGet, "/charges/x", nil)
			derived.sign(r, raw).RequestURI = "/v2/charges/x"
			r.Host = tt.host
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if taken {
				assert.Equal(t, http.StatusNotFound, w.Code, "%v %s %s", tt, agent, w.Body)
				continue
			}
			assert.Equal(t, http.StatusBadRequest, w.Code, "%v %s", tt, agent)
			header := map[bool]string{true: "header x-amz-pay-host ", false: "header host "}[tt.refusedForSigned]
			assert.Contains(t, w.Body.String(), "InvalidHeaderValue")
			assert.Contains(t, w.Body.String(), header, "%v %s", tt, agent)
		}
	}
}
