package webstore_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// clientOf returns a client whose service, and whose network, is the server.
func clientOf(t *testing.T, server *httptest.Server) *amazonpay.Client {
	t.Helper()
	key, err := testKey()
	require.NoError(t, err)
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: "SANDBOX-AAAAAAAAAAAAAAAAAAAAAAAA", PrivateKey: key, Region: amazonpay.RegionUS, BaseURL: server.URL,
	}, amazonpay.WithRoundTripper(server.Client().Transport))
	require.NoError(t, err)
	return client
}

// store is a service that hands out URLs on itself, numbered, and a store of files behind them.
type store struct {
	*httptest.Server
	mu          sync.Mutex
	urls        int
	keys        []string // the idempotency keys of the calls
	headers     []http.Header
	compression any
	target      func(n int) string // nil: a URL of the store
	serve       func(n int, w http.ResponseWriter, r *http.Request)
}

func newStore(t *testing.T, serve func(n int, w http.ResponseWriter, r *http.Request)) *store {
	t.Helper()
	s := &store{serve: serve, compression: "N/A"}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n, ok := strings.CutPrefix(r.URL.Path, "/presigned/"); ok {
			s.mu.Lock()
			s.headers = append(s.headers, r.Header.Clone())
			s.mu.Unlock()
			number, _ := strconv.Atoi(n)
			s.serve(number, w, r)
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.urls++
		s.keys = append(s.keys, r.Header.Get("X-Amz-Pay-Idempotency-Key"))
		target := fmt.Sprintf("%s/presigned/%d?X-Amz-Signature=very-secret", s.URL, s.urls)
		if s.target != nil {
			target = s.target(s.urls)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "file_" + strconv.Itoa(s.urls), "url": target, "compressionAlgorithm": s.compression})
	}))
	t.Cleanup(s.Close)
	return s
}

const text = "a,b,c\n1,2,3\n"

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

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
		"moved":                  {status(302), "", "redirects", "", 1},
		"an unknown compression": {give(text), "ZSTD", `the compression "ZSTD" of the document is not known`, "", 1},
		"an unknown encoding": {func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			_, _ = io.WriteString(w, text)
		}, "", `the encoding "br"`, "", 1},
		"shorter than announced":     {announce(len(text)+5, text), "", "after 12 of 17 bytes: unexpected EOF", text, 1},
		"cut between chunks":         {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na,b\r\n"), "", "after 3 bytes: unexpected EOF", "a,b", 1},
		"without an end":             {raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na,b"), "", "does not say where the document ends", "", 1},
		"gzip that is cut":           {give(packed[:len(packed)-6]), "GZIP", "unexpected EOF", text, 1},
		"gzip that is none":          {give(text), "GZIP", "not compressed with gzip, or cut", "", 1},
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
	_, err = webstore.New(&callertest.Recorder{Answer: `{}`}).DownloadReport(t.Context(), documentID, io.Discard)
	require.ErrorContains(t, err, "amazonpay.Fetcher")
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

func TestWaitForReport(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		statuses []string
		want     string
		reads    int
		least    time.Duration
		most     time.Duration
	}{
		"done at once":                   {[]string{`"COMPLETED"`}, "", 1, 0, 0},
		"done later":                     {[]string{`"IN_PROGRESS"`, `"IN_PROGRESS"`, `"IN_PROGRESS"`, `"COMPLETED"`}, "", 4, 3500 * time.Millisecond, 7 * time.Second},
		"failed":                         {[]string{`"IN_PROGRESS"`, `"FAILED"`}, "the report A1 is FAILED", 2, 500 * time.Millisecond, time.Second},
		"cancelled":                      {[]string{`"CANCELLED"`}, "the report A1 is CANCELLED: by a call, or because there is no data for it", 1, 0, 0},
		"a new status with the document": {[]string{`"ARCHIVED","reportDocumentId":"d"`}, "", 1, 0, 0},
		"a new status":                   {[]string{`"QUEUED"`, `"COMPLETED"`}, "", 2, 500 * time.Millisecond, time.Second},
		"never":                          {[]string{`"IN_PROGRESS"`}, "which was IN_PROGRESS, ended: context deadline exceeded", 0, time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				caller := &sequence{answers: row.statuses}
				start := time.Now()
				report, err := webstore.New(caller).WaitForReport(ctx, "A1")
				took := time.Since(start)
				assert.GreaterOrEqual(t, took, row.least)
				assert.LessOrEqual(t, took, row.most)
				if row.reads > 0 {
					assert.Equal(t, row.reads, caller.reads)
				} else {
					assert.Less(t, caller.reads, 130, "an hour of reads that are a minute apart")
					assert.Greater(t, caller.reads, 59)
				}
				if row.want == "" {
					require.NoError(t, err)
					assert.Equal(t, "A1", report.ReportID)
					return
				}
				require.ErrorContains(t, err, row.want)
				assert.Nil(t, report)
				if failed, ok := errors.AsType[*webstore.ReportError](err); ok {
					assert.Equal(t, "A1", failed.Report.ReportID)
				} else {
					require.ErrorIs(t, err, context.DeadlineExceeded)
				}
			})
		})
	}
	failure := errors.New("refused")
	_, err := webstore.New(&callertest.Recorder{Err: failure}).WaitForReport(t.Context(), "A1")
	require.ErrorIs(t, err, failure)
}

// sequence is a Caller whose reports have one status after the other, and then the last one.
type sequence struct {
	answers []string
	reads   int
}

func (s *sequence) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	status := s.answers[min(s.reads, len(s.answers)-1)]
	s.reads++
	return &amazonpay.Meta{}, json.Unmarshal([]byte(`{"reportId":"A1","processingStatus":`+status+`}`), out)
}

func TestUploadEvidence(t *testing.T) {
	t.Parallel()
	want := map[webstore.FileType]string{
		webstore.FileTypeCSV: "text/csv", webstore.FileTypePDF: "application/pdf", webstore.FileTypeXLS: "application/vnd.ms-excel",
		webstore.FileTypeXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", webstore.FileTypeDOC: "application/msword",
		webstore.FileTypeDOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		webstore.FileTypeODS:  "application/vnd.oasis.opendocument.spreadsheet", webstore.FileTypeJPG: "image/jpeg", webstore.FileTypePNG: "image/png",
	}
	for kind, contentType := range want {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newStore(t, func(_ int, w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				assert.Equal(t, http.MethodPut, r.Method)
				assert.Equal(t, "the evidence", string(body))
				assert.Equal(t, int64(12), r.ContentLength)
				assert.Equal(t, contentType, r.Header.Get("Content-Type"))
				assert.Empty(t, r.Header.Get("Authorization"))
				assert.Empty(t, r.Header.Get("X-Amz-Pay-Date"))
				w.WriteHeader(http.StatusOK)
			})
			body := strings.NewReader("skipped: the evidence")
			_, err := body.Seek(9, io.SeekStart)
			require.NoError(t, err)
			var last [2]int64
			file, err := webstore.New(clientOf(t, s.Server)).UploadEvidence(t.Context(), &webstore.UploadEvidenceRequest{Type: kind, Body: body},
				amazonpay.WithProgress(func(done, total int64) { last = [2]int64{done, total} }), amazonpay.WithIdempotencyKey("mine"))
			require.NoError(t, err)
			assert.Equal(t, "file_1", file.ID)
			assert.Equal(t, int64(12), file.Size)
			assert.Equal(t, [2]int64{12, 12}, last)
			assert.Equal(t, []string{"mine"}, s.keys)
		})
	}
}

func TestUploadToAnotherPlace(t *testing.T) {
	t.Parallel()
	s := newStore(t, func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 1 { // before the body is read
			w.WriteHeader(http.StatusForbidden)
			return
		}
		body, _ := io.ReadAll(r.Body)
		assert.Len(t, body, 1<<20)
	})
	file, err := webstore.New(clientOf(t, s.Server)).UploadEvidence(t.Context(),
		&webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: bytes.NewReader(make([]byte, 1<<20))}, amazonpay.WithIdempotencyKey("mine"))
	require.NoError(t, err)
	assert.Equal(t, "file_2", file.ID)
	require.Len(t, s.keys, 2)
	assert.Equal(t, "mine", s.keys[0])
	assert.NotEqual(t, "mine", s.keys[1], "the same key would bring the same place")
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	refuse := func(status int) func(int, http.ResponseWriter, *http.Request) {
		return func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	broken := errors.New("the disk is broken")
	for name, row := range map[string]struct {
		serve func(int, http.ResponseWriter, *http.Request)
		file  *webstore.UploadEvidenceRequest
		want  string
		urls  int
	}{
		"no file":         {nil, nil, "request: is nil", 0},
		"an unknown type": {nil, &webstore.UploadEvidenceRequest{Type: "exe", Body: strings.NewReader("x")}, `type: "exe" is none of [csv doc docx jpg ods pdf png xls xlsx]`, 0},
		"no body":         {nil, &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF}, "body: is nil", 0},
		"an empty body":   {nil, &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("")}, "body: is empty", 0},
		"refused":         {refuse(400), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")}, "HTTP 400", 1},
		"too large":       {refuse(413), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")}, "HTTP 413", 1},
		"moved":           {refuse(307), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")}, "redirects", 1},
		"a broken disk": {refuse(200), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: struct {
			io.Reader
			io.Seeker
		}{iotest.ErrReader(broken), strings.NewReader("xx")}}, "the disk is broken", 1},
		"a file that shrinks": {
			func(_ int, _ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
			&webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: struct {
				io.Reader
				io.Seeker
			}{strings.NewReader("x"), strings.NewReader("xx")}}, "the file ended after 1 of 2 bytes", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, row.serve)
			file, err := webstore.New(clientOf(t, s.Server)).UploadEvidence(t.Context(), row.file)
			require.ErrorContains(t, err, row.want)
			assert.Nil(t, file)
			assert.Equal(t, row.urls, s.urls)
			assert.NotContains(t, err.Error(), "very-secret")
		})
	}
}

// The caller may close the file, or go on with it, when UploadEvidence has returned.
func TestUploadLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	s := newStore(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	body := bytes.NewReader(make([]byte, 8<<20)) // more than any buffer on the way
	_, err := webstore.New(clientOf(t, s.Server)).UploadEvidence(t.Context(), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: body})
	require.Error(t, err)
	for range 1000 { // the race detector sees a reader that is still there
		_, err := body.Seek(0, io.SeekStart)
		require.NoError(t, err)
	}
}
