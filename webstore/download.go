package webstore

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// DownloadReport writes a report's document to w as it arrives, and returns how many bytes it
// wrote. The document is whole only if the error is nil: write to a file or a buffer first if a
// part would do harm. Package [github.com/amazonpay-go/sdk/webstore/report] reads the rows.
//
// The document's URL is valid for 30 seconds, so it is requested and used at once. If the store
// refuses it or does not answer, another one is requested, up to two times, but never after the
// first byte. A document that is compressed with gzip is written uncompressed.
//
// It returns a [*amazonpay.CallError] if there is no URL, and a [*TransferError] if the document
// did not arrive, arrived in part, or w failed. errors.Is finds the context's error and w's own
// error in it. The only time limit is the context's. [amazonpay.WithProgress] counts the bytes that
// arrived, before they are uncompressed.
//
// https://developer.amazon.com/docs/amazon-pay-reports/downloading-reports.html
func (c *Client) DownloadReport(ctx context.Context, reportDocumentID string, w io.Writer, opts ...amazonpay.CallOption) (int64, error) {
	options, err := amazonpay.ResolveOptions(opts...)
	switch {
	case err != nil:
		return 0, notSent("DownloadReport", err)
	case w == nil:
		return 0, notSent("DownloadReport", &amazonpay.FieldError{Field: "w", Rule: "is nil"})
	}
	d := download{fetcher: c.caller, w: w, report: options.Progress}
	err = transfer(ctx, func() (again bool, err error) {
		document, err := c.GetReportDocument(ctx, reportDocumentID, opts...)
		if err != nil {
			return false, err
		}
		return d.fetch(ctx, document)
	})
	return d.written, err
}

// download is a download in progress.
type download struct {
	fetcher amazonpay.Fetcher
	w       io.Writer
	report  amazonpay.Progress
	written int64
}

var errNoEnd = errors.New("the answer does not say where the document ends, so it may be incomplete")

// fetch downloads from the document's URL.
func (d *download) fetch(ctx context.Context, document *ReportDocument) (again bool, err error) {
	zipped := false
	if !understood(document.Meta, "compressionAlgorithm") { // it is not "none"
		return false, &TransferError{Total: -1, Err: errors.New("the compression of the document was not understood")}
	}
	switch algorithm := strings.ToUpper(document.CompressionAlgorithm); algorithm {
	case "", "N/A", "NONE":
	case "GZIP":
		zipped = true
	default:
		return false, &TransferError{Total: -1, Err: fmt.Errorf("unknown compression of the document: %.40q", algorithm)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, document.URL, http.NoBody)
	if err != nil { // its text has the URL
		return false, &TransferError{Total: -1, Err: errors.New("the document's URL cannot be parsed")}
	}
	req.Header.Set("Accept-Encoding", "identity") // net/http would unzip, and lose the length
	resp, err := d.fetcher.Fetch(req)
	if err != nil {
		return passing(err), &TransferError{Total: -1, Err: err}
	}
	if resp.StatusCode != http.StatusOK {
		discard(resp)
		return mayPass(resp.StatusCode), &TransferError{StatusCode: resp.StatusCode, Total: -1}
	}
	defer func() { _ = resp.Body.Close() }()
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip": // from the store, whatever the service said
		zipped = true
	default:
		return false, &TransferError{StatusCode: resp.StatusCode, Total: -1, Err: fmt.Errorf("unknown content encoding of the answer: %.40q", encoding)}
	}
	if !zipped && resp.ContentLength < 0 && resp.ProtoMajor < 2 && !slices.Contains(resp.TransferEncoding, "chunked") {
		return false, &TransferError{StatusCode: resp.StatusCode, Total: -1, Err: errNoEnd}
	}
	body := &progress{r: resp.Body, report: d.report, total: resp.ContentLength}
	if err := d.copy(body, zipped); err != nil {
		return body.done == 0 && passing(err), &TransferError{StatusCode: resp.StatusCode, Done: body.done, Total: body.total, Err: err}
	}
	return false, nil
}

// copy writes the body to w.
func (d *download) copy(body io.Reader, zipped bool) (err error) {
	if zipped {
		if body, err = gzip.NewReader(body); err != nil {
			return fmt.Errorf("the document is not gzip, or is truncated: %w", err)
		}
	}
	d.written, err = io.CopyBuffer(onlyWriter{d.w}, body, make([]byte, chunk)) //nolint:gosec // Nothing is kept; w decides how much it takes.
	return err
}

// onlyWriter hides a ReadFrom method: its buffer may be tiny, or as large as the document.
type onlyWriter struct{ io.Writer }
