package amazonpay_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the URL is, it is sent unchanged, over https and without Amazon Pay's headers, and is
// not shown in errors.
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
