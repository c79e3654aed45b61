package signing_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// Nothing panics, and what parses says the same when it is written and parsed again.
func FuzzParseAuthorization(f *testing.F) {
	v, _ := loadVectors(f)
	for _, r := range v.Requests[:8] {
		f.Add(r.SignedHeaders["authorization"])
	}
	f.Add("AMZN-PAY-RSASSA-PSS Signature=YQ==,SignedHeaders==;, PublicKeyId== ")
	f.Add("AMZN-PAY-RSASSA-PSS PublicKeyId=a, SignedHeaders=b, Signature=Y\nQ==")
	f.Add("AMZN-PAY-RSASSA-PSS-V2 ,,=,Signature")
	f.Fuzz(func(t *testing.T, header string) {
		a, err := signing.ParseAuthorization(header)
		if err != nil {
			require.Equal(t, signing.Authorization{}, a)
			return
		}
		again, err := signing.ParseAuthorization(a.Algorithm.String() + " PublicKeyId=" + a.PublicKeyID +
			", SignedHeaders=" + a.SignedHeaders + ", Signature=" + base64.StdEncoding.EncodeToString(a.Signature))
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}

// Nothing panics, nothing verifies under a key that never signed, and under the key of the recorded
// requests only their methods, bodies and header values do.
func FuzzVerify(f *testing.F) {
	v, key := loadVectors(f)
	stranger := &otherKey().PublicKey
	for _, r := range v.Requests {
		var name, value string
		for _, name = range []string{"x-amz-pay-idempotency-key", "X-Amz-Pay-Idempotency-Key", "x-amz-pay-authtoken"} {
			if value = r.SignedHeaders[name]; value != "" {
				break
			}
		}
		f.Add(r.Request.Method, r.target(), r.SignedHeaders["authorization"], name, value, r.SignedHeaders["x-amz-pay-host"], r.Request.Payload)
	}
	a := v.Requests[0].SignedHeaders["authorization"]
	f.Add("GET", "http://%2F?%zz&=&&;", a, "X-Amz-Pay-Date", "a \t b", "", "")
	f.Add("", "?", a, "", "", "", "\xff")
	f.Add("GET", "", a, "\x00", "\n", "", "")
	f.Fuzz(func(t *testing.T, method, target, authorization, name, value, host, body string) {
		if len(target) > 2000 || len(authorization) > 4000 {
			return
		}
		r := &http.Request{Method: method, RequestURI: target, Header: http.Header{
			"Authorization":    {authorization},
			"Accept":           {"application/json"},
			"Content-Type":     {"application/json"},
			"User-Agent":       {v.Requests[0].SignedHeaders["user-agent"]},
			"X-Amz-Pay-Date":   {v.Requests[0].SignedHeaders["x-amz-pay-date"]},
			"X-Amz-Pay-Host":   {host},
			"X-Amz-Pay-Region": {regionOf(host)},
		}}
		if name != "" && value != "" {
			r.Header.Add(name, value)
		}
		if a, err := signing.ParseAuthorization(authorization); err == nil {
			_, _ = a.CanonicalRequest(r, signing.HashPayload([]byte(body)))
		}
		require.Error(t, signing.Verify(r, []byte(body), stranger))
		if signing.Verify(r, []byte(body), key) == nil {
			require.True(t, slices.ContainsFunc(v.Requests, func(recorded recorded) bool {
				return recorded.Request.Method == method && recorded.Request.Payload == body &&
					recorded.SignedHeaders["x-amz-pay-host"] == strings.TrimSpace(host)
			}), "%s %s %q %q", method, target, host, body)
		}
	})
}

func regionOf(host string) string {
	switch host[strings.LastIndexByte(host, '.')+1:] {
	case "eu", "jp":
		return host[strings.LastIndexByte(host, '.')+1:]
	}
	return "na"
}

// Nothing panics, each error says how to make a key and nothing of the one that it was given, and
// what is accepted is a valid key.
func FuzzParsePrivateKey(f *testing.F) {
	for _, text := range []string{string(pkcs1()), string(pkcs8(f, testKey()))} {
		f.Add(text)
		f.Add(strings.ReplaceAll(text, "\n", `\r\n`))
		f.Add(base64.StdEncoding.EncodeToString([]byte(text)))
		f.Add(text[:len(text)/2])
	}
	f.Add("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----")
	f.Add("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := signing.ParsePrivateKey([]byte(text))
		if err != nil {
			require.Nil(t, key)
			require.ErrorContains(t, err, "openssl")
			for word := range strings.FieldsSeq(text) {
				if len(word) >= 32 {
					require.NotContains(t, err.Error(), word)
				}
			}
			return
		}
		require.GreaterOrEqual(t, key.N.BitLen(), 2048)
		require.NoError(t, key.Validate())
	})
}

// What is signed, and can be sent, verifies where it arrives, whatever its parts are, and with
// another body does not.
func FuzzSignRequest(f *testing.F) {
	signer := newSigner(f, testKey(), signing.PSSV2)
	key := &testKey().PublicKey
	for _, target := range []string{
		"/v2/charges/S01?a=1&b", "/a%2Fb//c/../%zz?", "?a b", "/\u00e9/%C3%A9?\u00e9=%c3%a9&&=", "/a;b=c/*?+", "//h/x", "", "/x#y", "/~%7E%41?%7E=~", "*", "https://other/x?y",
	} {
		f.Add("GET", target, "X-Amz-Pay-New", "a,  b", "")
	}
	f.Add("post", "/", "x-amz-pay-HOST", "h", "{}")
	f.Add("", "/", "Accept", " */*\t", "\xff")
	f.Add("A B", "/", "X-Amz-Pay-Date", "x", "a")
	f.Add("GET\r\n", "/", "Authorization", "x", "a")
	f.Add("GET", "/", "x-amz-PAY-new", "a", "a")
	f.Add("PATCH", "/", "X-Amz-Pay-Simulation-Code", "a\x00\u00e9", "a")
	f.Fuzz(func(t *testing.T, method, target, name, value, body string) {
		u, err := url.Parse(target)
		if err != nil {
			return
		}
		u.Scheme, u.Host = "https", "pay-api.amazon.eu"
		r := &http.Request{Method: method, URL: u, Header: newRequest(t, http.MethodGet, "https://h").Header}
		if name != "" {
			r.Header[name] = []string{value}
		}
		if body != "" {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		}
		if signer.SignRequest(r, signing.HashPayload([]byte(body)), time.Unix(1_800_000_000, 0)) != nil {
			require.NotContains(t, r.Header, "X-Amz-Pay-Date", "refused, and not half signed")
			return
		}
		if name == http.CanonicalHeaderKey(name) { // as all are once they arrived
			require.NoError(t, signing.Verify(r, []byte(body), key), "before it is sent")
		}
		var wire bytes.Buffer
		if r.Write(&wire) != nil {
			return
		}
		arrived, err := http.ReadRequest(bufio.NewReader(&wire))
		if err != nil || strings.ContainsAny(value, "\r\n") || strings.ContainsAny(u.RawQuery, "\x00 \t") {
			return // no server would take it
		}
		require.NoError(t, signing.Verify(arrived, []byte(body), key), "%s %s", arrived.Method, arrived.RequestURI)
		require.ErrorIs(t, signing.Verify(arrived, []byte(body+"x"), key), signing.ErrSignature)
	})
}
