package amazonpay_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
)

func fetchRequest(t *testing.T, method, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	require.NoError(t, err)
	return req
}

const presigned = "https://bucket.example/report?X-Amz-Signature=token-1"

func TestFetch(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusOK, "a,b\n1,2\n", "Content-Type", "text/csv"))
	client := newClient(t, n).With(amazonpay.WithAuthToken("token-2"))
	resp, err := client.Fetch(fetchRequest(t, http.MethodGet, presigned))
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, "a,b\n1,2\n", string(body))
	require.Len(t, n.requests(), 1)
	assert.Equal(t, presigned, n.requests()[0].URL)
	assert.Empty(t, n.requests()[0].Header, "no header of Amazon Pay's, no signature, no token")
}

func TestFetchIsMadeOnceAndReturnsRefusals(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusServiceUnavailable, "busy"))
	resp, err := newClient(t, n).Fetch(fetchRequest(t, http.MethodPut, presigned))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
	assert.Len(t, n.requests(), 1)
}

func TestFetchRefuses(t *testing.T) {
	t.Parallel()
	withHeader := func(name string) *http.Request {
		req := fetchRequest(t, http.MethodGet, presigned)
		req.Header[name] = []string{"x"}
		return req
	}
	for name, row := range map[string]struct {
		req  *http.Request
		want string
	}{
		"http":             {fetchRequest(t, http.MethodGet, "http://bucket.example/?X-Amz-Signature=token-1"), "URL: must be https"},
		"another scheme":   {fetchRequest(t, http.MethodGet, "file:///etc/passwd"), "URL: must be https"},
		"no host":          {fetchRequest(t, http.MethodGet, "https:///report"), "URL: must be https"},
		"user information": {fetchRequest(t, http.MethodGet, "https://user:token-1@bucket.example/"), "without user information"},
		"signature":        {withHeader("Authorization"), "header authorization: must not be sent"},
		"auth token":       {withHeader("X-Amz-Pay-Authtoken"), "header x-amz-pay-authtoken: must not be sent"},
		"odd spelling":     {withHeader("x-AMZ-pay-host"), "header x-amz-pay-host: must not be sent"},
		"nil":              {nil, "the request is nil"},
		"no URL":           {&http.Request{}, "the request is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork()
			_, err := newClient(t, n).Fetch(row.req) //nolint:bodyclose // There is none.
			require.ErrorContains(t, err, row.want)
			assert.NotContains(t, err.Error(), "token-1")
			assert.Empty(t, n.requests())
		})
	}
	_, err := (*amazonpay.Client)(nil).Fetch(fetchRequest(t, http.MethodGet, presigned)) //nolint:bodyclose // There is none.
	require.Error(t, err)
}

func TestFetchDoesNotFollowRedirects(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	bucket := httptest.NewTLSServer(http.RedirectHandler(other.URL+"/?token-1", http.StatusFound))
	defer bucket.Close()
	client, err := amazonpay.New(testConfig(), amazonpay.WithRoundTripper(bucket.Client().Transport))
	require.NoError(t, err)
	_, err = client.Fetch(fetchRequest(t, http.MethodGet, bucket.URL)) //nolint:bodyclose // There is none.
	require.ErrorContains(t, err, "is a redirect (HTTP 302), which is not followed")
	assert.NotContains(t, err.Error(), "token-1")
	assert.Zero(t, elsewhere.Load())
}

// A redirect is any 3xx: 300 asks the caller to choose a place, and 304 has no document.
func TestFetchRefusesEvery3xx(t *testing.T) {
	t.Parallel()
	for _, status := range []int{299, 300, 301, 303, 304, 307, 308, 399, 400} {
		n := newNetwork(answer(status, "elsewhere", "Location", "https://other.example/?token-1"))
		resp, err := newClient(t, n).Fetch(fetchRequest(t, http.MethodGet, presigned))
		if status < 300 || status > 399 {
			require.NoError(t, err, status)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, status, resp.StatusCode)
		} else {
			require.ErrorContains(t, err, "is a redirect (HTTP "+strconv.Itoa(status)+"), which is not followed")
			assert.NotContains(t, err.Error(), "token-1")
			assert.Nil(t, resp)
		}
		assert.Len(t, n.requests(), 1)
	}
}

// A pre-signed URL is as good as a password.
func TestFetchErrorsHideTheURL(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	n := newNetwork(fail(&url.Error{Op: "Get", URL: presigned, Err: cause}))
	_, err := newClient(t, n).Fetch(fetchRequest(t, http.MethodGet, presigned)) //nolint:bodyclose // There is none.
	require.ErrorIs(t, err, cause)
	assert.False(t, strings.Contains(err.Error(), "bucket") || strings.Contains(err.Error(), "token-1"), "%v", err)
}

func TestFetchThatAnswersNothing(t *testing.T) {
	t.Parallel()
	client := newClient(t, reply(func(*http.Request) (*http.Response, error) { return nil, nil })) //nolint:nilnil // What this is about.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://storage.example/x", http.NoBody)
	require.NoError(t, err)
	_, err = client.Fetch(req) //nolint:bodyclose // there is no answer
	require.ErrorContains(t, err, "neither an answer nor an error")
}

func TestFetchWithoutANetwork(t *testing.T) {
	t.Parallel()
	client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork()))
	require.NoError(t, err)
	_, err = client.Fetch(fetchRequest(t, http.MethodGet, presigned)) //nolint:bodyclose // There is none.
	require.ErrorContains(t, err, "WithRoundTripper")

	n := newNetwork(answer(http.StatusOK, ""))
	client, err = amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork()), amazonpay.WithRoundTripper(n))
	require.NoError(t, err)
	resp, err := client.Fetch(fetchRequest(t, http.MethodGet, presigned))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Len(t, n.requests(), 1)
}
