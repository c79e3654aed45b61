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

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// Each rule of canonicalisation stands alone: one request, the one text it must give.
func TestCanonicalRules(t *testing.T) {
	t.Parallel()
	accept := http.Header{"Accept": {"a/b"}}
	tests := []struct {
		rule    string
		request signing.CanonicalRequest
		want    string // without the hash of the empty body
	}{
		{"an empty path is a slash", signing.CanonicalRequest{Method: "GET", Header: accept}, "GET\n/\n\naccept:a/b\n\naccept\n"},
		{"a slash stays", signing.CanonicalRequest{Method: "GET", Path: "/", Header: accept}, "GET\n/\n\naccept:a/b\n\naccept\n"},
		{
			"an escaped path is kept as sent",
			signing.CanonicalRequest{Method: "GET", Path: "/v2/a%2Fb%20c/~d/%e3", Header: accept},
			"GET\n/v2/a%2Fb%20c/~d/%e3\n\naccept:a/b\n\naccept\n",
		},
		{
			"slashes are neither added, dropped nor joined",
			signing.CanonicalRequest{Method: "GET", Path: "//v2//x/../y/", Header: accept},
			"GET\n//v2//x/../y/\n\naccept:a/b\n\naccept\n",
		},
		{
			"a query is kept as sent: not sorted, not encoded",
			signing.CanonicalRequest{Method: "GET", Path: "/", Query: "b=2&a=%7e&a=1+1&c", Header: accept},
			"GET\n/\nb=2&a=%7e&a=1+1&c\naccept:a/b\n\naccept\n",
		},
		{"no header leaves an empty block", signing.CanonicalRequest{Method: "GET", Path: "/"}, "GET\n/\n\n\n\n"},
		{
			"headers are sorted by byte, so a hyphen comes before an underscore",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X_b": {"1"}, "X-c": {"2"}, "X": {"3"}, "Xa": {"4"}}},
			"GET\n/\n\nx:3\nx-c:2\nx_b:1\nxa:4\n\nx;x-c;x_b;xa\n",
		},
		{
			"names are lower-cased before they are sorted",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-B": {"1"}, "x-a": {"2"}, "ACCEPT": {"A/B"}}},
			"GET\n/\n\naccept:A/B\nx-a:2\nx-b:1\n\naccept;x-a;x-b\n",
		},
		{
			"values are trimmed, their inside is kept",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-A": {" \t a  b\t"}}},
			"GET\n/\n\nx-a:a  b\n\nx-a\n",
		},
		{
			"only the white space that HTTP drops is trimmed",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-A": {"\u00a0a\u3000"}, "X-B": {"\u00a0a", "b "}}},
			"GET\n/\n\nx-a:\u00a0a\u3000\nx-b:\u00a0a,b\n\nx-a;x-b\n",
		},
		{
			"several values are trimmed and joined by commas, in their order",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-A": {"z ", " a", "", "m"}}},
			"GET\n/\n\nx-a:z,a,,m\n\nx-a\n",
		},
		{
			"an empty value keeps its line",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-A": {""}}},
			"GET\n/\n\nx-a:\n\nx-a\n",
		},
		{
			"the method is kept as sent",
			signing.CanonicalRequest{Method: "patch", Path: "/", Header: accept},
			"patch\n/\n\naccept:a/b\n\naccept\n",
		},
		{
			"a name under two spellings gives one text only",
			signing.CanonicalRequest{Method: "GET", Path: "/", Header: http.Header{"X-A": {"2"}, "x-a": {"1"}, "x-A": {"3"}}},
			"GET\n/\n\nx-a:1\nx-a:2\nx-a:3\n\nx-a;x-a;x-a\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			tt.request.PayloadHash = signing.HashPayload(nil)
			require.Equal(t, tt.want+emptyHash, tt.request.String())
			lines := strings.Split(tt.want, "\n")
			assert.Equal(t, lines[len(lines)-2], tt.request.SignedHeaders())
		})
	}
}

func TestHashPayload(t *testing.T) {
	t.Parallel()
	assert.Equal(t, emptyHash, signing.HashPayload(nil).String())
	assert.Equal(t, emptyHash, signing.HashPayload([]byte{}).String())
	assert.Equal(t, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", signing.HashPayload([]byte("{}")).String())
	assert.NotEqual(t, signing.HashPayload([]byte("{}")), signing.HashPayload([]byte("{}\n")), "the bytes count, not the JSON")
}

func TestEncodeQuery(t *testing.T) {
	t.Parallel()
	tests := []struct {
		values url.Values
		want   string
	}{
		{nil, ""},
		{url.Values{"b": {"2"}, "a": {"1"}}, "a=1&b=2"},
		{url.Values{"a": {"2", "1"}}, "a=1&a=2"}, // as the Java and .NET SDKs sort
		{url.Values{"foo": {"aha", "Zoo"}}, "foo=Zoo&foo=aha"},
		{url.Values{"a": {""}}, "a="},
		{url.Values{"q": {"a b+c/d=e&f"}}, "q=a%20b%2Bc%2Fd%3De%26f"},
		{url.Values{"q": {"-._~azAZ09"}}, "q=-._~azAZ09"},
		{url.Values{"q": {"!'()*,:@$;?[]#%"}}, "q=%21%27%28%29%2A%2C%3A%40%24%3B%3F%5B%5D%23%25"},
		{url.Values{"q": {"é€"}}, "q=%C3%A9%E2%82%AC"},
		{url.Values{"a b": {"1"}}, "a%20b=1"},
	}
	for _, tt := range tests {
		given := url.Values(http.Header(tt.values).Clone())
		got := signing.EncodeQuery(tt.values)
		assert.Equal(t, given, tt.values, "the caller's values are not sorted")
		assert.Equal(t, tt.want, got)
		back, err := url.ParseQuery(got)
		require.NoError(t, err)
		assert.Len(t, back, len(tt.values))
		for name, values := range tt.values {
			assert.ElementsMatch(t, values, back[name])
		}
	}
}
