package webstore

import (
	"context"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReportError says that a report ended without a document.
type ReportError struct {
	Report *Report // as it was read last
}

// Error says how the report ended.
func (e *ReportError) Error() string {
	text := fmt.Sprintf("webstore: the report %s is %s", e.Report.ReportID, e.Report.ProcessingStatus)
	if e.Report.ProcessingStatus == ReportCancelled {
		text += ": by a call, or because there is no data for it"
	}
	return text
}

// WaitForReport reads a report until it is COMPLETED, and returns it. It waits between
// two reads, at first about a second, then longer, up to a minute. A report
// that is FAILED or CANCELLED, the latter also where there is no data, is a
// [*ReportError]; a status that is not known is waited out, unless the document is there.
//
// A read that fails ends the wait with its [*amazonpay.CallError]. Reports take minutes:
// the wait ends with the context, whose cause is then in the error, and without a deadline it may
// not end.
func (c *Client) WaitForReport(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error) {
	for wait := time.Second; ; wait = min(2*wait, maxPause) {
		report, err := c.GetReportByID(ctx, reportID, opts...)
		if err != nil {
			return nil, err
		}
		switch {
		case report.ProcessingStatus == ReportFailed || report.ProcessingStatus == ReportCancelled:
			return nil, &ReportError{report}
		case report.ProcessingStatus == ReportCompleted || report.ReportDocumentID != "":
			return report, nil
		}
		if cause := pause(ctx, jitter(wait)); cause != nil {
			return nil, fmt.Errorf("webstore: the wait for the report %s, which was %s, ended: %w", reportID, report.ProcessingStatus, cause)
		}
	}
}
