package webstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// contentTypes are the content types with which files are uploaded.
var contentTypes = map[FileType]string{
	FileTypeCSV:  "text/csv",
	FileTypePDF:  "application/pdf",
	FileTypeXLS:  "application/vnd.ms-excel",
	FileTypeXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	FileTypeDOC:  "application/msword",
	FileTypeDOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	FileTypeODS:  "application/vnd.oasis.opendocument.spreadsheet",
	FileTypeJPG:  "image/jpeg",
	FileTypePNG:  "image/png",
}

// UploadEvidenceRequest is the request of [Client.UploadEvidence]. Both fields are required.
type UploadEvidenceRequest struct {
	Type FileType `log:"type"`
	// Body is read from its current offset to EOF: an [os.File], a [bytes.Reader]. If the first URL is
	// refused, it is read again from the same offset. It is not closed, and not read after
	// UploadEvidence has returned.
	Body io.ReadSeeker
}

// UploadEvidence uploads a file, and returns it with the ID that the FileID of an [Evidence] takes.
// It requests a URL, as [Client.UploadFile] does, and streams the content to it. If the store
// refuses the URL or does not answer, it requests another one, up to two times. If you give an
// idempotency key, it is used for the first URL only: with the same key the service would return
// the same URL again.
//
// An unknown type or an empty file is a [*amazonpay.FieldError], before anything is sent. Other
// errors are a [*amazonpay.CallError] if there was no URL, and a [*TransferError] if the content
// was not accepted. An upload that failed does no harm and can be repeated. The only time limit of
// the transfer is the context's. [amazonpay.WithProgress] counts the bytes that were sent.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/file.html
func (c *Client) UploadEvidence(ctx context.Context, in *UploadEvidenceRequest, opts ...amazonpay.CallOption) (*File, error) {
	options, err := amazonpay.ResolveOptions(opts...)
	if err != nil {
		return nil, notSent("UploadEvidence", err)
	}
	u, err := newUpload(in, options.Progress)
	if err != nil {
		return nil, notSent("UploadEvidence", err)
	}
	var file *File
	err = transfer(ctx, func() (again bool, err error) {
		if file != nil && options.IdempotencyKey != "" {
			opts = append(slices.Clone(opts), amazonpay.WithIdempotencyKey(rand.Text())) // the given key would bring the same place again
		}
		if file, err = c.UploadFile(ctx, &UploadFileRequest{Type: in.Type, Purpose: FilePurposeDisputeEvidence}, opts...); err != nil {
			return false, err
		}
		return u.put(ctx, c.caller, file.URL)
	})
	if err != nil {
		return nil, err
	}
	if file.Size == 0 {
		file.Size = u.size
	}
	return file, nil
}

// upload is an upload in progress.
type upload struct {
	body        io.ReadSeeker
	contentType string
	start, size int64
	report      amazonpay.Progress
}

func newUpload(in *UploadEvidenceRequest, report amazonpay.Progress) (*upload, error) {
	if in == nil {
		return nil, &amazonpay.FieldError{Field: "request", Rule: "is nil"}
	}
	u := &upload{body: in.Body, contentType: contentTypes[in.Type], report: report}
	if u.contentType == "" {
		known := slices.Sorted(maps.Keys(contentTypes))
		return nil, &amazonpay.FieldError{Field: "type", Rule: fmt.Sprintf("%q is none of %v", string(in.Type), known)}
	}
	if in.Body == nil {
		return nil, &amazonpay.FieldError{Field: "body", Rule: "is nil"}
	}
	start, err := in.Body.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, fmt.Errorf("cannot find the file's offset: %w", err)
	}
	end, err := in.Body.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("cannot find the file's size: %w", err)
	}
	if end <= start {
		return nil, &amazonpay.FieldError{Field: "body", Rule: "is empty"}
	}
	u.start, u.size = start, end-start
	return u, nil
}

// put sends the content to a URL.
func (u *upload) put(ctx context.Context, fetcher amazonpay.Fetcher, url string) (again bool, err error) {
	if _, err := u.body.Seek(u.start, io.SeekStart); err != nil {
		return false, &TransferError{Total: u.size, Err: err}
	}
	body := &sent{progress: progress{r: u.body, report: u.report, total: u.size}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, body)
	if err != nil { // its text has the URL
		return false, &TransferError{Total: u.size, Err: errors.New("the file's URL cannot be parsed")}
	}
	req.ContentLength = u.size
	req.Header.Set("Content-Type", u.contentType)
	resp, err := fetcher.Fetch(req)
	failed := &TransferError{Total: u.size}
	failed.Done, failed.Err = body.end()
	if resp != nil {
		discard(resp)
		failed.StatusCode = resp.StatusCode
	}
	switch {
	case failed.Err != nil: // the file's own error, which net/http may hide behind another
		return false, failed
	case err != nil:
		failed.Err = err
		return passing(err), failed
	case resp.StatusCode/100 != 2:
		return mayPass(resp.StatusCode), failed
	case failed.Done < u.size:
		failed.Err = errEnded
		return true, failed
	}
	return false, nil
}

// sent is the content on its way. net/http may keep reading a body after the answer has arrived.
// end stops that, so that only the caller uses the file again.
type sent struct {
	mu sync.Mutex
	progress
	ended  bool
	broken error // the file's own error
}

var errEnded = errors.New("the store answered before the whole file was sent")

func (s *sent) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return 0, errEnded
	}
	n, err := s.progress.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.broken = err
	} else if err != nil && s.done < s.total {
		s.broken = fmt.Errorf("the file ended after %d of %d bytes: %w", s.done, s.total, io.ErrUnexpectedEOF)
	}
	return n, err
}

// Close leaves the caller's file open.
func (s *sent) Close() error { return nil }

func (s *sent) end() (done int64, broken error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	return s.done, s.broken
}
