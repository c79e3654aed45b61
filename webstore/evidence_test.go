package webstore_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

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
		"moved":           {refuse(307), &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("x")}, "is a redirect", 1},
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

// The caller may close the file, or continue to read it, when UploadEvidence has returned.
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
