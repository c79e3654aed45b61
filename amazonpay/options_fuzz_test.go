package amazonpay_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// secretFrom marks a text, so that it is part of no rule and can be looked for.
func secretFrom(text string) string { return "s3cr3t" + text }

// Each option is refused by its own name and without its value, or does what it says, in whatever order it was made.
func FuzzOptions(f *testing.F) {
	f.Add("X-Shop", "1")
	f.Add("x-amz-pay-new", "a  b")
	f.Add("Authorization", "x")
	f.Add("TRANSFER-encoding", "chunked")
	f.Add("b\u00e4d", "\xff\n")
	f.Add("", "\u2028</script>")
	net := newNetwork(answer(http.StatusOK, `{}`))
	client := newClient(f, net)
	f.Fuzz(func(t *testing.T, name, text string) {
		value := secretFrom(text)
		for _, o := range []struct {
			kind string
			made func() amazonpay.CallOption
			got  func(amazonpay.CallOptions) string
		}{
			{"WithAuthToken", func() amazonpay.CallOption { return amazonpay.WithAuthToken(value) }, func(r amazonpay.CallOptions) string { return r.AuthToken.Reveal() }},
			{"WithIdempotencyKey", func() amazonpay.CallOption { return amazonpay.WithIdempotencyKey(value) }, func(r amazonpay.CallOptions) string { return r.IdempotencyKey }},
			{"WithHeader", func() amazonpay.CallOption { return amazonpay.WithHeader(name, value) }, func(r amazonpay.CallOptions) string { return r.Header.Get(name) }},
			{"WithSimulationCode", func() amazonpay.CallOption { return amazonpay.WithSimulationCode(value) }, func(r amazonpay.CallOptions) string { return r.SimulationCode }},
			{"WithBodyField", func() amazonpay.CallOption { return amazonpay.WithBodyField(name, value) }, func(r amazonpay.CallOptions) string {
				var text string
				require.NoError(t, json.Unmarshal(r.BodyFields[name], &text))
				return text
			}},
			{"WithBodyField", func() amazonpay.CallOption {
				return amazonpay.WithBodyField(name, json.RawMessage(value))
			}, func(r amazonpay.CallOptions) string { return string(r.BodyFields[name]) }},
		} {
			option := o.made()
			require.True(t, option == o.made(), "%s", o.kind) //nolint:testifylint // what a mock compares with
			require.Equal(t, o.kind, option.String())
			require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q %d", option, option, option, option, option, option), "s3cr3t")

			resolved, err := amazonpay.ResolveOptions(amazonpay.WithoutRetry(), option)
			sent := len(net.requests())
			_, called := client.With(option).Call(t.Context(), chargeOp, struct{}{}, nil, amazonpay.WithoutRetry())
			if err != nil {
				field, ok := errors.AsType[*amazonpay.FieldError](err)
				require.True(t, ok, "%v", err)
				require.True(t, strings.HasPrefix(field.Field, o.kind), "%v", err)
				require.NotEmpty(t, field.Rule)
				require.Equal(t, amazonpay.CallOptions{}, resolved)
				require.NotContains(t, err.Error(), "s3cr3t"+text[:min(1, len(text))])
				require.Contains(t, called.Error(), map[bool]string{true: "Client.With", false: err.Error()}[o.kind == "WithIdempotencyKey"])
				require.Len(t, net.requests(), sent)
				continue
			}
			require.True(t, resolved.NoRetry)
			require.Equal(t, value, o.got(resolved))
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", resolved, resolved, resolved), "s3cr3t"+text+"}")
			if called != nil { // a header that the SDK owns, or a key as a default
				field, ok := errors.AsType[*amazonpay.FieldError](called)
				require.True(t, ok, "%v", called)
				require.Contains(t, []string{"WithHeader(" + textproto.CanonicalMIMEHeaderKey(name) + ")", "Client.With"}, field.Field)
				require.NotContains(t, called.Error(), "s3cr3t")
				require.Len(t, net.requests(), sent)
			}
		}
	})
}

var (
	goodKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	badKeys = []string{"", strings.Repeat("a", 33), "a b", "a.b", "ä", "a\n"}
)

// A key is taken if it has the form that the service documents. IdempotencyKey gives such a key for any parts, and another for
// others, wherever one part ends and the next begins.
func FuzzIdempotencyKey(f *testing.F) {
	for _, key := range append(badKeys, "order-1042", strings.Repeat("Z", 32)) {
		f.Add(key, "order-1042", "charge", 3)
	}
	f.Add("", "", "", 0)
	f.Add("", "ab", "c", 1)
	f.Fuzz(func(t *testing.T, key, one, two string, at int) {
		resolved, err := amazonpay.ResolveOptions(amazonpay.WithIdempotencyKey(key))
		require.Equal(t, goodKey.MatchString(key), err == nil, "%q: %v", key, err)
		if err == nil {
			require.Equal(t, key, resolved.IdempotencyKey)
		}

		made := amazonpay.IdempotencyKey(one, two)
		require.Equal(t, one == "" || two == "", made == "")
		if made == "" {
			return
		}
		require.Regexp(t, goodKey, made)
		require.Len(t, made, 32)
		require.Equal(t, made, amazonpay.IdempotencyKey(one, two))
		others := [][]string{{one + two}, {one, two, one}, {two + one}, {one, two + "\x00"}}
		joined := one + two
		if at > 0 && at < len(joined) && at != len(one) {
			others = append(others, []string{joined[:at], joined[at:]})
		}
		if one != two {
			others = append(others, []string{two, one})
		}
		for _, parts := range others {
			require.NotEqual(t, made, amazonpay.IdempotencyKey(parts...), "%q and %q", []string{one, two}, parts)
		}
	})
}

// A configuration is refused at once, without what may be a secret in it, or its client signs the host that the
// request goes to.
func FuzzConfig(f *testing.F) {
	f.Add(sandboxKeyID, "na", "", "", "", "", "", "")
	f.Add("AABBCC", "UK", "Live", "https://localhost:8443/", "plugin", "1.2", "3", "my-shop/1.4")
	f.Add("LIVE-1", "jp", "sandbox", "http://h", "", "", "", "")
	for _, base := range []string{
		"https://user:pass@h", "https://h?", "https://h#", "https://h/a", "https://h:", "https://[::1]:1", "https://[fe80::1%25en0]", "https://b\u00fccher.example",
		"https://a%25b", "https://%C3%BC", "https://h:99999", "https://H.example.", "https://a,b;c=d", "https:h", "https://\"<>", "https://[::1", "https://h\t",
	} {
		f.Add(sandboxKeyID, "us", "", base, "", "", "", "")
	}
	f.Fuzz(func(t *testing.T, keyID, region, environment, base, id, version, platform, product string) {
		cfg := amazonpay.Config{
			PublicKeyID: keyID, PrivateKey: quickSigner{}, Region: amazonpay.Region(region), Environment: amazonpay.Environment(environment), BaseURL: base,
			Integrator: amazonpay.Integrator{ID: id, Version: version, PlatformVersion: platform},
		}
		net := &sentAndRead{handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"chargeId":"c"}`)) })}
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(net), amazonpay.WithUserAgent(product))
		if err != nil {
			require.Nil(t, client)
			require.True(t, strings.HasPrefix(err.Error(), "amazonpay: "), "%v", err)
			if u, failed := url.Parse(base); failed == nil && u.User != nil && len(u.User.String()) > 8 {
				require.NotContains(t, err.Error(), u.User.String())
			}
			if signing.CheckPublicKeyID(keyID) != nil && len(keyID) > 8 && keyID != region && keyID != environment {
				require.NotContains(t, err.Error(), keyID, "it may be the private key")
			}
			return
		}
		_, err = client.Call(t.Context(), chargeOp, struct{}{}, nil, amazonpay.WithoutRetry())
		require.NoError(t, err)
		r := net.arrived
		require.Equal(t, r.Host, r.Header.Get("X-Amz-Pay-Host"))
		require.True(t, utf8.ValidString(r.Host))
		require.Contains(t, []string{"na", "eu", "jp"}, r.Header.Get("X-Amz-Pay-Region"))
		if base != "" {
			require.Equal(t, strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(base, "#"), "/")), "https://"+strings.ToLower(r.Host))
		}
		prefix := "/" + string(client.Environment())
		if upper := strings.ToUpper(keyID); strings.HasPrefix(upper, "LIVE") || strings.HasPrefix(upper, "SANDBOX") {
			prefix = ""
		}
		require.Equal(t, prefix+"/v2/charges", r.RequestURI)
		require.Equal(t, id, r.Header.Get("X-Amz-Pay-Integrator-Id"))
		require.Equal(t, version, r.Header.Get("X-Amz-Pay-Integrator-Version"))
		require.Equal(t, platform, r.Header.Get("X-Amz-Pay-Platform-Version"))
		require.Contains(t, r.UserAgent(), strings.TrimSpace(product))
	})
}

// Whatever a URL is, it is used as it came, over https and without anything of Amazon Pay's, and shows in no error.
func FuzzFetch(f *testing.F) {
	for _, u := range []string{
		presigned, "http://h/", "https:///x", "https://user@h/", "//h/x", "https:h", "https://h/%2e%2e/?a=%zz", "HTTPS://H:443/a b", "https://[::1%25a]/?X-Amz-Signature=0123456789abcdef", "*",
	} {
		f.Add(u, "X-Test", "x")
	}
	f.Add(presigned, "authorization", "x")
	f.Add(presigned, "x-amz-pay-AuthToken", "x")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, text, http.NoBody)
		if err != nil {
			return
		}
		req.Header[name] = []string{value}
		for _, failing := range []bool{false, true} {
			var seen *http.Request
			client := newClient(t, reply(func(r *http.Request) (*http.Response, error) {
				seen = r
				if failing { // as net/http fails, and one round tripper round it
					return nil, fmt.Errorf("tracing: %w", &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("refused " + r.URL.Path + "?" + r.URL.RawQuery)})
				}
				return answer(http.StatusOK, "")(r)
			}))
			resp, err := client.Fetch(req)
			if seen != nil {
				require.Same(t, req, seen)
				require.Equal(t, "https", seen.URL.Scheme)
				require.NotEmpty(t, seen.URL.Host)
				require.Nil(t, seen.URL.User)
				require.Equal(t, http.Header{name: {value}}, seen.Header)
				lower := strings.ToLower(name)
				require.False(t, lower == "authorization" || strings.HasPrefix(lower, "x-amz-pay-"))
			}
			require.Equal(t, seen != nil && !failing, err == nil, "%v", err)
			if err == nil {
				require.NoError(t, resp.Body.Close())
				continue
			}
			for _, part := range []string{req.URL.Path, req.URL.EscapedPath(), req.URL.RawQuery, req.URL.String()} {
				if len(part) > 12 && !strings.Contains("header "+strings.ToLower(name), part) {
					require.NotContains(t, err.Error(), part)
				}
			}
		}
	})
}

// A button's payload is signed and handed on byte for byte, and what EncodeJSON made of a text is read as that text.
func FuzzButtonSignature(f *testing.F) {
	cfg := testConfig()
	cfg.PrivateKey = testKey()
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(newNetwork()))
	require.NoError(f, err)
	for _, payload := range []string{`{"storeId":"x"}`, " {}\n", `{"a":"<\/b>\u2028"}`, "{", "[]", "null", `{"a":1}{}`, "{\"a\":\"\xff\"}", ""} {
		f.Add(payload, "a", "</b>&\u2028\"\\")
	}
	f.Fuzz(func(t *testing.T, payload, name, text string) {
		encoded, err := amazonpay.EncodeJSON(map[string]string{name: text})
		require.Equal(t, utf8.ValidString(name) && utf8.ValidString(text), err == nil, "%v", err)
		if err == nil {
			var again map[string]string
			require.NoError(t, json.Unmarshal(encoded, &again))
			require.Equal(t, map[string]string{name: text}, again)
		} else {
			encoded = nil
		}
		for _, p := range []string{payload, string(encoded)} {
			signed, err := client.ButtonSignature([]byte(p))
			var members map[string]json.RawMessage
			isObject := utf8.ValidString(p) && json.Unmarshal([]byte(p), &members) == nil && members != nil
			require.Equal(t, isObject, err == nil, "%q: %v", p, err)
			if err != nil {
				require.Equal(t, amazonpay.SignedButton{}, signed)
				continue
			}
			require.Equal(t, p, signed.PayloadJSON)
			require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte(p), signed.Signature, &testKey().PublicKey))
			require.ErrorIs(t, signing.VerifyPayload(signing.PSSV2, []byte(p+" "), signed.Signature, &testKey().PublicKey), signing.ErrSignature)
		}
	})
}
