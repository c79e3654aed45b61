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

// contentTypes are what a file of each type is uploaded as.
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

// UploadEvidenceRequest is a file that supports the merchant's side in a dispute. Both fields are
// needed.
type UploadEvidenceRequest struct {
	Type FileType
	// Body is the content, from where it stands to its end: an [os.File], a [bytes.Reader].
	// It is read once, or again from the start where the first place for it was refused, and
	// never after UploadEvidence has returned. It is not closed.
	Body io.ReadSeeker
}

// UploadEvidence uploads a file, and returns it with the ID that the FileID of an
// [Evidence] takes. It asks for a place, as [Client.UploadFile] does, and sends the content
// there, streamed; where the place is refused, or does not answer, it asks for another one, up to two
// times. An idempotency key is made where none is given; a given one serves the first
// place only, since it would bring the same one again.
//
// A type that is none of the constants is a [*amazonpay.FieldError], before anything is
// sent, as is an empty file. Other errors are a [*amazonpay.CallError] where there was no
// place and a [*TransferError] where the content was not taken; an upload that failed
// does no harm and can be made again. The one time limit of the transfer is the context's.
// [amazonpay.WithProgress] is told of the bytes that were sent. The largest size that the
// service takes is not documented.
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
		return nil, fmt.Errorf("the file's position cannot be asked for: %w", err)
	}
	end, err := in.Body.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("the file's size cannot be asked for: %w", err)
	}
	if end <= start {
		return nil, &amazonpay.FieldError{Field: "body", Rule: "is empty"}
	}
	u.start, u.size = start, end-start
	return u, nil
}

// put sends the content to the URL.
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

// sent is the content on its way. net/http may go on to read a body after the answer has come; end makes
// an end of that, so that the caller's file is then the caller's alone.
type sent struct {
	mu sync.Mutex
	progress
	ended  bool
	broken error // the file's own error
}

var errEnded = errors.New("the answer came before the whole file was sent")

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
