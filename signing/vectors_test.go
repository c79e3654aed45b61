package signing_test

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// vectors is what the official Node SDK signed.
type vectors struct {
	PublicKeyPEM string     `json:"publicKeyPEM"`
	Requests     []recorded `json:"requests"`
	Buttons      []struct {
		Algorithm     string `json:"algorithm"`
		Payload       string `json:"payload"`
		PayloadSHA256 string `json:"payloadSHA256"`
		Signature     string `json:"signature"`
	} `json:"buttons"`
}

type recorded struct {
	Name   string `json:"name"`
	Config struct {
		PublicKeyID string `json:"publicKeyId"`
		Algorithm   string `json:"algorithm"`
	} `json:"config"`
	Request struct {
		Method  string         `json:"method"`
		Payload string         `json:"payload"`
		Query   map[string]any `json:"query"`
	} `json:"request"`
	WirePath         string            `json:"wirePath"`
	SignedHeaders    map[string]string `json:"signedHeaders"`
	CanonicalRequest string            `json:"canonicalRequest"`
	PayloadSHA256    string            `json:"payloadSHA256"`
}

func loadVectors(tb testing.TB) (vectors, *rsa.PublicKey) {
	tb.Helper()
	data, err := os.ReadFile("testdata/node-sdk-2.3.4.json")
	require.NoError(tb, err)
	var v vectors
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	require.NoError(tb, decoder.Decode(&v))
	require.Len(tb, v.Requests, 40)
	require.Len(tb, v.Buttons, 25)

	block, _ := pem.Decode([]byte(v.PublicKeyPEM))
	require.NotNil(tb, block)
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(tb, err)
	key, ok := parsed.(*rsa.PublicKey)
	require.True(tb, ok)
	return v, key
}

// query is the query as Node sends it: sorted, values through encodeURIComponent.
func (r recorded) query() string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(r.Request.Query)) {
		var value string
		switch v := r.Request.Query[name].(type) {
		case string:
			value = v
		case json.Number:
			value = v.String()
		}
		pairs = append(pairs, name+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
	}
	return strings.Join(pairs, "&")
}

func (r recorded) target() string {
	if q := r.query(); q != "" {
		return r.WirePath + "?" + q
	}
	return r.WirePath
}

// received is the recorded request as a server reads it from the wire.
func (r recorded) received(tb testing.TB) *http.Request {
	tb.Helper()
	var lines []line
	for name, value := range r.SignedHeaders {
		lines = append(lines, line{name, value})
	}
	return receive(tb, r.Request.Method, r.target(), lines, r.Request.Payload)
}

func TestNodeCanonicalRequests(t *testing.T) {
	t.Parallel()
	v, _ := loadVectors(t)
	var exact, lowered int
	for _, r := range v.Requests {
		header := http.Header{}
		for name, value := range r.SignedHeaders {
			if name != "authorization" {
				header[name] = []string{value}
			}
		}
		hash := signing.HashPayload([]byte(r.Request.Payload))
		require.Equal(t, r.PayloadSHA256, hash.String(), r.Name)
		canonical := signing.CanonicalRequest{
			Method: r.Request.Method, Path: r.WirePath, Query: r.query(), Header: header, PayloadHash: hash,
		}

		text := strings.Split(r.CanonicalRequest, "\n")
		names := &text[len(text)-2]
		if canonical.String() == r.CanonicalRequest {
			exact++
		} else {
			require.NotEqual(t, strings.ToLower(*names), *names, r.Name)
			*names = strings.ToLower(*names)
			require.Equal(t, strings.Join(text, "\n"), canonical.String(), r.Name)
			lowered++
		}
		assert.Equal(t, *names, canonical.SignedHeaders(), r.Name)
	}
	assert.Equal(t, 35, exact, "texts equal byte for byte")
	assert.Equal(t, 5, lowered, "texts equal once the line of names is lower-cased")
}

func TestNodeRequestsVerify(t *testing.T) {
	t.Parallel()
	v, key := loadVectors(t)
	for _, r := range v.Requests {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			received := r.received(t)
			a, err := signing.ParseAuthorization(received.Header.Get("Authorization"))
			require.NoError(t, err)
			assert.Equal(t, r.Config.Algorithm, a.Algorithm.String())
			assert.Equal(t, r.Config.PublicKeyID, a.PublicKeyID)

			canonical, err := a.CanonicalRequest(received, signing.HashPayload([]byte(r.Request.Payload)))
			require.NoError(t, err)
			require.Equal(t, r.CanonicalRequest, canonical)
			require.NoError(t, a.Verify(canonical, key))
			require.NoError(t, signing.Verify(received, []byte(r.Request.Payload), key))
		})
	}
}

func TestNodeButtonsVerify(t *testing.T) {
	t.Parallel()
	v, key := loadVectors(t)
	for _, b := range v.Buttons {
		algorithm, err := signing.ParseAlgorithm(b.Algorithm)
		require.NoError(t, err)
		assert.Equal(t, b.PayloadSHA256, signing.HashPayload([]byte(b.Payload)).String())
		require.NoError(t, signing.VerifyPayload(algorithm, []byte(b.Payload), b.Signature, key))

		other := signing.PSSV1
		if algorithm == signing.PSSV1 {
			other = signing.PSSV2
		}
		require.ErrorIs(t, signing.VerifyPayload(other, []byte(b.Payload), b.Signature, key), signing.ErrSignature)
	}
}

func TestChangedButtonIsRefused(t *testing.T) {
	t.Parallel()
	v, key := loadVectors(t)
	for _, b := range v.Buttons {
		algorithm, err := signing.ParseAlgorithm(b.Algorithm)
		require.NoError(t, err)
		payload := []byte(b.Payload)
		for i := range payload {
			payload[i] ^= 1
			require.ErrorIs(t, signing.VerifyPayload(algorithm, payload, b.Signature, key), signing.ErrSignature, "payload byte %d", i)
			payload[i] ^= 1
		}
		require.ErrorIs(t, signing.VerifyPayload(algorithm, append(payload, ' '), b.Signature, key), signing.ErrSignature)

		signature, err := base64.StdEncoding.DecodeString(b.Signature)
		require.NoError(t, err)
		for i := range signature {
			signature[i] ^= 1
			changed := base64.StdEncoding.EncodeToString(signature)
			require.ErrorIs(t, signing.VerifyPayload(algorithm, payload, changed, key), signing.ErrSignature, "signature byte %d", i)
			signature[i] ^= 1
		}
	}
}

// The last characters of the base64 hold bits that decode to nothing; those count too.
func TestChangedBase64OfAButtonIsRefused(t *testing.T) {
	t.Parallel()
	v, key := loadVectors(t)
	b := v.Buttons[0]
	for i := range len(b.Signature) {
		for _, c := range "A/=\n" {
			changed := b.Signature[:i] + string(c) + b.Signature[i+1:]
			if changed == b.Signature {
				continue
			}
			require.ErrorIs(t, signing.VerifyPayload(signing.PSSV1, []byte(b.Payload), changed, key), signing.ErrSignature, "%q at %d", c, i)
		}
	}
	last := strings.TrimRight(b.Signature, "=")
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		if changed := last[:len(last)-1] + string(c) + "=="; changed != b.Signature {
			require.ErrorIs(t, signing.VerifyPayload(signing.PSSV1, []byte(b.Payload), changed, key), signing.ErrSignature, "last character %q", c)
		}
	}
	require.ErrorIs(t, signing.VerifyPayload(signing.PSSV1, []byte(b.Payload), "", key), signing.ErrSignature)
}

func TestChangedRequestIsRefused(t *testing.T) {
	t.Parallel()
	v, key := loadVectors(t)
	bodies := 0
	for _, r := range v.Requests {
		received := r.received(t)
		body := []byte(r.Request.Payload)
		if len(body) > 0 {
			bodies++
		}
		for i := range body {
			body[i] ^= 1
			require.ErrorIs(t, signing.Verify(received, body, key), signing.ErrSignature, "%s: body byte %d", r.Name, i)
			body[i] ^= 1
		}
		require.ErrorIs(t, signing.Verify(received, append(body, ' '), key), signing.ErrSignature, r.Name)

		a, err := signing.ParseAuthorization(received.Header.Get("Authorization"))
		require.NoError(t, err)
		for i := range a.Signature {
			a.Signature[i] ^= 1
			require.ErrorIs(t, a.Verify(r.CanonicalRequest, key), signing.ErrSignature, "%s: signature byte %d", r.Name, i)
			a.Signature[i] ^= 1
		}
		require.NoError(t, a.Verify(r.CanonicalRequest, key), r.Name)
	}
	assert.Equal(t, 25, bodies)
}

// The hashes that other official SDKs test themselves against.
func TestHashesOfOtherSDKs(t *testing.T) {
	t.Parallel()
	tests := []struct{ method, path, query, region, want string }{
		{"GET", "/", "", "eu", "13fdf6db844bdfb9e9c0e27a4251ca04e60c29ca2132249c5dd1cb09c26e22f5"},
		{"GET", "/foo/", "", "eu", "d8e13e1857bc9b5056cc8ccb2699812faa2c68960e00483b1390fdaf4a991cc4"},
		{"POST", "/", "foo=bar", "eu", "9d61b5abddbfdcaf7810a8e83dfffe0a5d5f272d2676c0550d974d5383e94cd5"},
		{"GET", "/", "foo=Zoo&foo=aha", "eu", "7a4d89bd832cb93f2102f66bc8d3a0bc5f224c0bb758eab261dcd34a8ed2f117"},
		{"GET", "/", "A.1=foo&A.10=foo&A.2=foo", "eu", "43ae5290e6742d30e3822b62b6d759afedafbe01534f778175c336b455d632e7"},
		{"GET", "/", "", "EU", "bb49552975c396f1e49d5510e1555b8b0627dc491bc61aaefdb561f202ad8020"},
	}
	for _, tt := range tests {
		canonical := signing.CanonicalRequest{
			Method: tt.method, Path: tt.path, Query: tt.query, PayloadHash: signing.HashPayload(nil),
			Header: http.Header{
				"Accept":           {"application/json"},
				"Content-Type":     {"application/json"},
				"X-Amz-Pay-Date":   {"20180524T223710Z"},
				"X-Amz-Pay-Host":   {"pay-api.amazon.eu"},
				"X-Amz-Pay-Region": {tt.region},
			},
		}.String()
		assert.Equal(t, "AMZN-PAY-RSASSA-PSS\n"+tt.want, signing.PSSV1.StringToSign(canonical), "%s %s?%s %s", tt.method, tt.path, tt.query, tt.region)
		sum := sha256.Sum256([]byte(canonical))
		assert.Equal(t, tt.want, hex.EncodeToString(sum[:]))
	}

	button := `{"storeId":"amzn1.application-oa2-client.` + strings.Repeat("x", 32) + `","webCheckoutDetails":{` +
		`"checkoutReviewReturnUrl":"https://localhost/test/CheckoutReview.php",` +
		`"checkoutResultReturnUrl":"https://localhost/test/CheckoutResult.php"}}`
	require.Len(t, button, 238)
	assert.Equal(t, "AMZN-PAY-RSASSA-PSS-V2\n8dec52d799607be40f82d5c8e7ecb6c171e6591c41b1111a576b16076c89381c", signing.PSSV2.StringToSign(button))
}
