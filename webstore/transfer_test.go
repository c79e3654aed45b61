package webstore_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

// fetching is a Caller without a network. It has one outcome after the other, and then repeats the
// last.
type fetching struct {
	outcomes []any // a status or an error
	urls     int
}

func (f *fetching) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	f.urls++
	return &amazonpay.Meta{}, json.Unmarshal([]byte(`{"id":"file_1","url":"https://store.example/1"}`), out)
}

func (f *fetching) Fetch(req *http.Request) (*http.Response, error) {
	outcome := f.outcomes[min(f.urls, len(f.outcomes))-1]
	if err, ok := outcome.(error); ok {
		return nil, err
	}
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
	}
	status, _ := outcome.(int)
	return &http.Response{StatusCode: status, ProtoMajor: 1, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Header: http.Header{}}, nil
}

// If the store is busy, or the network breaks before the first byte, another URL is tried after a
// pause.
func TestTransfersAgain(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	untrusted := errors.New("the certificate is not trusted")
	for name, row := range map[string]struct {
		outcomes []any
		urls     int
		pauses   int
		want     error
		status   int
	}{
		"busy, then free":      {[]any{503, 200}, 2, 1, nil, 0},
		"too many, then free":  {[]any{429, 200}, 2, 1, nil, 0},
		"reset, then free":     {[]any{reset, 200}, 2, 1, nil, 0},
		"closed, then free":    {[]any{io.ErrUnexpectedEOF, 403, 200}, 3, 1, nil, 0},
		"busy for ever":        {[]any{503}, 3, 2, nil, 503},
		"reset for ever":       {[]any{reset}, 3, 2, syscall.ECONNRESET, 0},
		"not to be trusted":    {[]any{untrusted, 200}, 1, 0, untrusted, 0},
		"refused for its form": {[]any{400, 200}, 1, 0, nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, transfer := range []func(context.Context, *webstore.Client) error{
				func(ctx context.Context, shop *webstore.Client) error {
					_, err := shop.DownloadReport(ctx, documentID, io.Discard)
					return err
				},
				func(ctx context.Context, shop *webstore.Client) error {
					_, err := shop.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")})
					return err
				},
			} {
				synctest.Test(t, func(t *testing.T) {
					f := &fetching{outcomes: row.outcomes}
					start := time.Now()
					err := transfer(t.Context(), webstore.New(f))
					took := time.Since(start)
					assert.Equal(t, row.urls, f.urls)
					assert.GreaterOrEqual(t, took, time.Duration(row.pauses)*500*time.Millisecond)
					assert.LessOrEqual(t, took, time.Duration(row.pauses)*time.Second)
					failed, ok := errors.AsType[*webstore.TransferError](err)
					require.Equal(t, row.want != nil || row.status != 0, ok, err)
					if row.want != nil {
						require.ErrorIs(t, err, row.want)
					} else if ok {
						assert.Equal(t, row.status, failed.StatusCode)
					} else {
						require.NoError(t, err)
					}
				})
			}
		})
	}
}

func TestTransferEndsWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		f := &fetching{outcomes: []any{503}}
		start := time.Now()
		_, err := webstore.New(f).DownloadReport(ctx, documentID, io.Discard)
		require.Error(t, err)
		assert.Equal(t, 1, f.urls)
		assert.Equal(t, 100*time.Millisecond, time.Since(start), "the pause ends with the context")
	})
}

// places is a service that returns one URL, with its Client as the network behind it.
type places struct {
	*amazonpay.Client

	answer []byte
}

func (p *places) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	return &amazonpay.Meta{}, json.Unmarshal(p.answer, out)
}

// storage answers requests to that URL.
type storage struct {
	status   int
	encoding string
	body     string
	fail     bool
	seen     []*http.Request
	sent     string // the body of the last request
}

func (s *storage) RoundTrip(r *http.Request) (*http.Response, error) {
	s.seen = append(s.seen, r)
	if s.fail {
		return nil, errors.New("refused: " + r.URL.String() + " " + r.URL.RawQuery)
	}
	sent, err := io.ReadAll(r.Body)
	s.sent = string(sent)
	return &http.Response{
		StatusCode: s.status, Header: http.Header{"Content-Encoding": {s.encoding}}, ContentLength: int64(len(s.body)),
		Body: io.NopCloser(strings.NewReader(s.body)), Request: r,
	}, err
}

func gunzip(text string) (string, bool) {
	r, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		return "", false
	}
	plain, err := io.ReadAll(r)
	return string(plain), err == nil
}

// Whatever URL the service returns, a document or a file is transferred whole or there is an error,
// nothing of Amazon Pay's is sent along, and no error shows the URL.
func FuzzTransfer(f *testing.F) {
	const place = "https://bucket.example/report?X-Amz-Signature=0123456789"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	f.Add(place, "N/A", "", text, 200, false)
	f.Add(place, "gzip", "", packed.String(), 200, false)
	f.Add(place, "GZIP", "gzip", packed.String()[:20], 200, false)
	f.Add(place, "", "GZIP", packed.String()+packed.String(), 204, false)
	f.Add(place, strings.Repeat("zip", 5000), "", "", 403, false)
	f.Add(place, "none", strings.Repeat("br", 5000), "x", 200, false)
	f.Add("http://h/?X-Amz-Signature=0123456789", "", "", "", 200, false)
	f.Add("https://user:0123456789@h/", "", "", "", 200, false)
	f.Add("https://h/0123456789\x7f%zz", "", "", "", 200, false)
	f.Add("//h/0123456789/%2e%2e", "", "", "", 503, true)
	f.Add("", "", "", "", 302, true)
	f.Fuzz(func(t *testing.T, address, compression, encoding, body string, status int, fail bool) {
		answer, err := json.Marshal(map[string]string{"id": "file_1", "url": address, "compressionAlgorithm": compression})
		require.NoError(t, err)
		synctest.Test(t, func(t *testing.T) { // there are pauses
			net := &storage{status: status, encoding: encoding, body: body, fail: fail}
			client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox},
				amazonpay.WithDoer(&callertest.Wire{}), amazonpay.WithRoundTripper(net))
			require.NoError(t, err)
			store := webstore.New(&places{client, answer})

			var got strings.Builder
			n, err := store.DownloadReport(t.Context(), "document_1", &got)
			require.EqualValues(t, got.Len(), n)
			want, whole := body, status == http.StatusOK
			if strings.EqualFold(compression, "gzip") || strings.EqualFold(encoding, "gzip") {
				var good bool
				want, good = gunzip(body)
				whole = whole && good
			}
			if err == nil {
				require.True(t, whole && !fail)
				require.Equal(t, want, got.String())
			} else {
				known := slices.Contains([]string{"", "N/A", "NONE", "GZIP"}, strings.ToUpper(compression)) &&
					slices.Contains([]string{"", "identity", "gzip"}, strings.ToLower(encoding))
				require.False(t, whole && known && !fail && len(net.seen) > 0, "%v", err)
			}
			requireKept(t, net, err, address)

			net.seen = nil
			file, err := store.UploadEvidence(t.Context(), &webstore.UploadEvidenceRequest{Type: webstore.FileTypeCSV, Body: strings.NewReader("a,b\n")})
			if err == nil {
				require.True(t, status >= 200 && status < 300 && !fail)
				require.Equal(t, "a,b\n", net.sent)
				require.Equal(t, "file_1", file.ID)
			}
			requireKept(t, net, err, address)
		})
	})
}

// requireKept fails if something was sent where it must not, or an error shows the URL.
func requireKept(t *testing.T, net *storage, err error, address string) {
	t.Helper()
	for _, r := range net.seen {
		require.Equal(t, "https", r.URL.Scheme)
		require.NotEmpty(t, r.URL.Host)
		require.Nil(t, r.URL.User)
		for name := range r.Header {
			require.Contains(t, []string{"Accept-Encoding", "Content-Type"}, name)
		}
	}
	if err == nil {
		require.NotEmpty(t, net.seen)
		return
	}
	_, ok := errors.AsType[*webstore.TransferError](err)
	require.True(t, ok, "%v", err)
	require.Less(t, len(err.Error()), 1<<10)
	parts := []string{address} // which cannot be parsed
	if u, err := url.Parse(address); err == nil {
		parts = []string{u.Path, u.EscapedPath(), u.RawQuery, u.User.String()} // the host is no secret
	}
	for _, part := range parts {
		if len(part) >= 8 {
			require.NotContains(t, err.Error(), part)
		}
	}
}
