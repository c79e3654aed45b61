package webstore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

func TestDownloadReport(t *testing.T) {
	t.Parallel()
	give := func(body string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	}
	status := func(codes ...int) func(int, http.ResponseWriter, *http.Request) {
		return func(n int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(codes[min(n, len(codes))-1])
			_, _ = io.WriteString(w, text)
		}
	}
	announce := func(length int, body string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(length))
			_, _ = io.WriteString(w, body)
		}
	}
	raw := func(answer string) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, answer)
				_ = conn.Close()
			}
		}
	}
	packed := string(zipped(t, text))
	for name, row := range map[string]struct {
		serve       func(int, http.ResponseWriter, *http.Request)
		compression string
		want        string // an error
		written     string
		urls        int
	}{
		"plain": {give(text), "N/A", "", text, 1},
		"empty": {give(""), "N/A", "", "", 1},
		"chunks": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, text[:5])
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, text[5:])
		}, "", "", text, 1},
		"gzip": {give(packed), "gzip", "", text, 1},
		"gzip by its encoding": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, packed)
		}, "GZIP", "", text, 1},
		"too old, then fresh":    {status(403, 200), "", "", text, 2},
		"too old for ever":       {status(403), "", "HTTP 403", "", 3},
		"not there":              {status(404), "", "HTTP 404", "", 1},
		"no content":             {status(204), "", "HTTP 204", "", 1},
		"a part":                 {status(206), "", "HTTP 206", "", 1},
		"moved":                  {status(302), "", "is a redirect", "", 1},
		"an unknown compression": {give(text), "ZSTD", `unknown compression of the document: "ZSTD"`, "", 1},
		"an unknown encoding": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, text)
		}, "", `unknown content encoding of the answer: "br"`, "", 1},
		"shorter than announced":     {announce(len(text)+5, text), "", "after 12 of 17 bytes: unexpected EOF", text, 1},
		"cut between chunks":         {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na,b\r\n"), "", "after 3 bytes: unexpected EOF", "a,b", 1},
		"without an end":             {raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na,b"), "", "does not say where the document ends", "", 1},
		"gzip that is cut":           {give(packed[:len(packed)-6]), "GZIP", "unexpected EOF", text, 1},
		"gzip that is none":          {give(text), "GZIP", "the document is not gzip, or is truncated", "", 1},
		"gzip with something behind": {give(packed + "garbage"), "GZIP", "unexpected EOF", text, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, row.serve)
			s.compression = row.compression
			var out bytes.Buffer
			n, err := webstore.New(clientOf(t, s.Server)).DownloadReport(t.Context(), documentID, &out)
			assert.Equal(t, row.written, out.String())
			assert.Equal(t, int64(len(row.written)), n)
			assert.Equal(t, row.urls, s.urls)
			for _, h := range s.headers {
				assert.Empty(t, h.Get("Authorization"))
				assert.Empty(t, h.Get("X-Amz-Pay-Date"))
				assert.Equal(t, "identity", h.Get("Accept-Encoding"))
			}
			if row.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, row.want)
			_, ok := errors.AsType[*webstore.TransferError](err)
			assert.True(t, ok)
			assert.NotContains(t, err.Error(), "very-secret")
		})
	}
}

func TestDownloadRefuses(t *testing.T) {
	t.Parallel()
	s := newStore(t, func(int, http.ResponseWriter, *http.Request) { assert.Fail(t, "nothing may be fetched") })
	for name, target := range map[string]string{"http": "http://127.0.0.1:1/document", "nothing": "", "no URL": "://", "user": "https://user:pass@127.0.0.1/"} {
		s.target = func(int) string { return target }
		before := s.urls
		n, err := webstore.New(clientOf(t, s.Server)).DownloadReport(t.Context(), documentID, io.Discard)
		require.Error(t, err, name)
		assert.Zero(t, n)
		assert.Equal(t, before+1, s.urls, name)
	}
	shop := webstore.New(clientOf(t, s.Server))
	s.target, s.compression = nil, []string{"GZIP"}
	_, err := shop.DownloadReport(t.Context(), documentID, io.Discard)
	require.ErrorContains(t, err, "the compression of the document was not understood", "it is not taken for none")
	_, err = shop.DownloadReport(t.Context(), documentID, nil)
	require.ErrorContains(t, err, "w: is nil")
	_, err = shop.DownloadReport(t.Context(), " ", io.Discard)
	require.ErrorContains(t, err, "reportDocumentId: is empty")
	_, err = shop.DownloadReport(t.Context(), documentID, io.Discard, amazonpay.WithProgress(nil))
	require.ErrorContains(t, err, "WithProgress")
	var missing context.Context // a caller's mistake
	file := &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")}
	for _, call := range []func() error{
		func() error { _, err := shop.DownloadReport(missing, documentID, io.Discard); return err },
		func() error { _, err := shop.WaitForReport(missing, "A1"); return err },
		func() error { _, err := shop.UploadEvidence(missing, file); return err },
	} {
		require.ErrorContains(t, call(), "the context is nil")
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write(b []byte) (int, error) { return len(b) / 2, w.err }

func TestDownloadToABrokenWriter(t *testing.T) {
	t.Parallel()
	s := newStore(t, func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	full := errors.New("the disk is full")
	n, err := webstore.New(clientOf(t, s.Server)).DownloadReport(t.Context(), documentID, brokenWriter{full})
	require.ErrorIs(t, err, full)
	assert.Equal(t, int64(len(text)/2), n)
	assert.Equal(t, 1, s.urls, "a part is written: nothing is begun anew")
	_, err = webstore.New(clientOf(t, s.Server)).DownloadReport(t.Context(), documentID, brokenWriter{})
	require.ErrorIs(t, err, io.ErrShortWrite)
}

func TestDownloadProgressAndCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("the user closed the window")
	s := newStore(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	var seen [][2]int64
	n, err := webstore.New(clientOf(t, s.Server)).DownloadReport(ctx, documentID, io.Discard, amazonpay.WithProgress(func(done, total int64) {
		seen = append(seen, [2]int64{done, total})
		cancel(stopped)
	}))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, [][2]int64{{12, 100}}, seen)
	assert.Equal(t, int64(12), n)
	assert.Equal(t, 1, s.urls)
}

// A decorated client downloads and uploads too.
func TestTransfersOfADecoratedClient(t *testing.T) {
	t.Parallel()
	s := newStore(t, func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	shop := webstore.New(decorated{clientOf(t, s.Server)})
	var out strings.Builder
	_, err := shop.DownloadReport(t.Context(), documentID, &out)
	require.NoError(t, err)
	assert.Equal(t, text, out.String())
	_, err = shop.UploadEvidence(t.Context(), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")})
	require.NoError(t, err)
}
