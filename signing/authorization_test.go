package signing_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

func TestParseAuthorization(t *testing.T) {
	t.Parallel()
	want := signing.Authorization{Algorithm: signing.PSSV2, PublicKeyID: "LIVE-A_1", SignedHeaders: "accept;X-Amz-Pay-Date;accept", Signature: []byte("abcd")}
	const v2 = "AMZN-PAY-RSASSA-PSS-V2 "
	const id, list, signature = "PublicKeyId=LIVE-A_1", "SignedHeaders=accept;X-Amz-Pay-Date;accept", "Signature=YWJjZA=="
	good := map[string]string{
		"as the SDKs write it": v2 + id + ", " + list + ", " + signature,
		"without spaces":       v2 + id + "," + list + "," + signature,
		"with many spaces":     "  " + v2 + "   " + id + "  ,\t" + list + " ,   " + signature + " ",
		"in another order":     v2 + signature + ", " + id + ", " + list,
	}
	for name, header := range good {
		got, err := signing.ParseAuthorization(header)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	v1, err := signing.ParseAuthorization("AMZN-PAY-RSASSA-PSS " + id + ", " + list + ", " + signature)
	require.NoError(t, err)
	assert.Equal(t, signing.PSSV1, v1.Algorithm)

	bad := []struct{ name, header, want string }{
		{"empty", "", "names no known algorithm"},
		{"another scheme", "Bearer s3cret", "names no known algorithm"},
		{"unknown algorithm", "AMZN-PAY-RSASSA-PSS-V3 " + id + ", " + list + ", " + signature, "names no known algorithm"},
		{"lower case", strings.ToLower(v2) + id + ", " + list + ", " + signature, "names no known algorithm"},
		{"algorithm only", "AMZN-PAY-RSASSA-PSS-V2", "unknown part"},
		{"no key id", v2 + list + ", " + signature, "lacks PublicKeyId, SignedHeaders or Signature"},
		{"no list", v2 + id + ", " + signature, "lacks PublicKeyId"},
		{"no signature", v2 + id + ", " + list, "lacks PublicKeyId"},
		{"empty key id", v2 + "PublicKeyId=, " + list + ", " + signature, "empty part PublicKeyId"},
		{"empty list", v2 + id + ", SignedHeaders=, " + signature, "empty part SignedHeaders"},
		{"empty signature", v2 + id + ", " + list + ", Signature=", "empty part Signature"},
		{"no equals sign", v2 + "PublicKeyId, " + list + ", " + signature, "empty part PublicKeyId"},
		{"two key ids", v2 + id + ", " + id + ", " + list + ", " + signature, "two parts PublicKeyId"},
		{"two signatures", v2 + id + ", " + list + ", " + signature + ", " + signature, "two parts Signature"},
		{"two lists", v2 + id + ", " + list + ", " + list + ", " + signature, "two parts SignedHeaders"},
		{"unknown part", v2 + id + ", " + list + ", " + signature + ", s3cret=1", "unknown part"},
		{"trailing comma", v2 + id + ", " + list + ", " + signature + ",", "unknown part"},
		{"part in lower case", v2 + "publickeyid=A, " + list + ", " + signature, "unknown part"},
		{"not base64", v2 + id + ", " + list + ", Signature=s3cret!!", "Signature of the Authorization header is not base64"},
		{"no padding", v2 + id + ", " + list + ", Signature=YWJjZA", "is not base64"},
		{"bits that decode to nothing", v2 + id + ", " + list + ", Signature=YWJjZB==", "is not base64"},
		{"URL alphabet", v2 + id + ", " + list + ", Signature=__--", "is not base64"},
	}
	for _, tt := range bad {
		a, err := signing.ParseAuthorization(tt.header)
		require.ErrorContains(t, err, tt.want, tt.name)
		assert.NotContains(t, err.Error(), "s3cret", tt.name)
		assert.Equal(t, signing.Authorization{}, a, tt.name)
	}
}

// The text is rebuilt from the wire: names as the list spells, orders and repeats them.
func TestAuthorizationCanonicalRequest(t *testing.T) {
	t.Parallel()
	hash := signing.HashPayload([]byte("{}"))
	r := receive(t, http.MethodPost, "/v2//a%2fb/?b=%7E&a=1&b=+", []line{
		{"accept", " text/html\t"}, {"X-AMZ-PAY-B", "2"}, {"x-amz-pay-b", "1  3"}, {"X_y", ""}, {"unsigned", "x"},
	}, "{}")
	a := signing.Authorization{SignedHeaders: "X_y;x-amz-pay-B;Accept;host;Content-Length;accept"}
	got, err := a.CanonicalRequest(r, hash)
	require.NoError(t, err)
	assert.Equal(t, "POST\n/v2//a%2fb/\nb=%7E&a=1&b=+\n"+
		"x_y:\nx-amz-pay-b:2,1  3\naccept:text/html\nhost:pay-api.amazon.eu\ncontent-length:2\naccept:text/html\n\n"+
		"X_y;x-amz-pay-B;Accept;host;Content-Length;accept\n"+hash.String(), got)
}

func TestCanonicalRequestTarget(t *testing.T) {
	t.Parallel()
	tests := []struct{ target, path, query string }{
		{"/", "/", ""},
		{"/?", "/", ""},
		{"/a?b?c", "/a", "b?c"},
		{"/a%3Fb", "/a%3Fb", ""},
		{"//a/./b/../c", "//a/./b/../c", ""},
		{"https://pay-api.amazon.eu/v2/a%20b?x=1", "/v2/a%20b", "x=1"}, // through a proxy
		{"https://pay-api.amazon.eu?x=1", "/", "x=1"},
		{"https://pay-api.amazon.eu/v2/x://y", "/v2/x://y", ""},
		{"/x://host/v2/a", "/x://host/v2/a", ""}, // not absolute: its path is all of it
		{"/v2/a?u=https://host/b", "/v2/a", "u=https://host/b"},
	}
	for _, tt := range tests {
		r := receive(t, http.MethodGet, tt.target, []line{{"a", "1"}}, "")
		got, err := signing.Authorization{SignedHeaders: "a"}.CanonicalRequest(r, signing.HashPayload(nil))
		require.NoError(t, err, tt.target)
		assert.Equal(t, "GET\n"+tt.path+"\n"+tt.query+"\na:1\n\na\n"+emptyHash, got, tt.target)
	}
}

func TestCanonicalRequestErrors(t *testing.T) {
	t.Parallel()
	r := receive(t, http.MethodGet, "/", []line{{"a", "1"}}, "")
	hash := signing.HashPayload(nil)
	for _, list := range []string{"b", "a;b", "a;", ";a", "", "a b", "a,b"} {
		_, err := signing.Authorization{SignedHeaders: list}.CanonicalRequest(r, hash)
		require.ErrorIs(t, err, signing.ErrSignature, list)
		require.ErrorContains(t, err, "which SignedHeaders names", list)
	}
	a := signing.Authorization{SignedHeaders: "a"}
	for _, r := range []*http.Request{nil, {}} {
		_, err := a.CanonicalRequest(r, hash)
		require.ErrorContains(t, err, "neither a RequestURI nor a URL")
		require.ErrorContains(t, signing.Verify(r, nil, &testKey().PublicKey), "neither a RequestURI nor a URL")
	}
	_, err := a.CanonicalRequest(&http.Request{URL: &url.URL{}}, hash)
	require.ErrorIs(t, err, signing.ErrSignature, "no header map")
}
