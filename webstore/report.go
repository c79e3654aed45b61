package webstore

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReportType is the type of a report. The service may have more.
type ReportType string

// The report types. In the sandbox there is only [ReportTypeSandboxSettlement], and it must be
// ordered.
const (
	// ReportTypeSettlement comes with each settlement. It cannot be ordered.
	ReportTypeSettlement        ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
	ReportTypeSandboxSettlement ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
	// ReportTypeOrderReference is about one-time charge permissions.
	ReportTypeOrderReference ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_"
	// ReportTypeBillingAgreement is about recurring charge permissions.
	ReportTypeBillingAgreement ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_BILLING_AGREEMENT_DATA_"
	ReportTypeAuthorization    ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_"
	// ReportTypeCapture is not offered at present.
	ReportTypeCapture ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_"
	ReportTypeRefund  ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
	// ReportTypeMultiCurrencyPayments cannot be scheduled.
	ReportTypeMultiCurrencyPayments ReportType = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"
)

// ReportStatus is the status of a report.
type ReportStatus string

// The statuses. All except ReportStatusInProgress are final.
const (
	ReportStatusInProgress ReportStatus = "IN_PROGRESS"
	ReportStatusCompleted  ReportStatus = "COMPLETED" // the document is ready
	ReportStatusFailed     ReportStatus = "FAILED"
	ReportStatusCancelled  ReportStatus = "CANCELLED" // by a call, or because there is no data
)

// Report is an order for a report, and its result. Reports are kept for 90 days.
//
// https://developer.amazon.com/docs/amazon-pay-reports/manually-requesting-reports.html
type Report struct {
	amazonpay.Response // its Meta is nil in a list of reports

	ReportID         string         `json:"reportId,omitzero"`
	ReportType       ReportType     `json:"reportType,omitzero"`
	StartTime        amazonpay.Time `json:"startTime,omitzero"`
	EndTime          amazonpay.Time `json:"endTime,omitzero"`
	CreatedTime      amazonpay.Time `json:"createdTime,omitzero"`
	ProcessingStatus ReportStatus   `json:"processingStatus,omitzero"`
	// ProcessingStartTime, ProcessingEndTime and ReportDocumentID are empty until the report is
	// finished.
	ProcessingStartTime amazonpay.Time `json:"processingStartTime,omitzero"`
	ProcessingEndTime   amazonpay.Time `json:"processingEndTime,omitzero"`
	// ReportDocumentID is what [Client.DownloadReport] takes.
	ReportDocumentID string `json:"reportDocumentId,omitzero"`
}

// GetReportsRequest selects the reports that [Client.GetReports] and [Client.Reports] list. A field
// with its zero value is not sent.
type GetReportsRequest struct {
	// ReportTypes and ProcessingStatuses are the ones to list. Nil means all; an empty list is
	// refused.
	ReportTypes        []ReportType
	ProcessingStatuses []ReportStatus
	// CreatedSince is 90 days ago by default, CreatedUntil is now.
	CreatedSince, CreatedUntil amazonpay.Time
	// PageSize is how many reports a page has: 1 to 100, by default 10.
	PageSize int
	// NextToken is from the page before. If it is set, nothing else may be.
	NextToken string
}

func (r *GetReportsRequest) query() (url.Values, error) {
	query := make(url.Values)
	if r == nil {
		return query, nil
	}
	err := cmp.Or(
		setList(query, "reportTypes", r.ReportTypes),
		setList(query, "processingStatuses", r.ProcessingStatuses),
		setPeriod(query, "createdSince", r.CreatedSince, "createdUntil", r.CreatedUntil),
		setPage(query, r.PageSize, r.NextToken),
	)
	return query, err
}

// GetReportsResponse is one page of reports.
type GetReportsResponse struct {
	amazonpay.Response

	Reports []Report `json:"reports,omitzero"`
	// NextToken selects the next page. It is empty on the last page.
	NextToken string `json:"nextToken,omitzero"`
}

// CreateReportRequest is the request of [Client.CreateReport]. All fields are required.
type CreateReportRequest struct {
	ReportType ReportType     `json:"reportType,omitzero" pay:"required"`
	StartTime  amazonpay.Time `json:"startTime,omitzero" pay:"required"`
	EndTime    amazonpay.Time `json:"endTime,omitzero" pay:"required"`
}

// CreateReportResponse has the id of the new report.
type CreateReportResponse struct {
	amazonpay.Response

	ReportID string `json:"reportId,omitzero"`
}

// ReportDocument is where a report's document can be downloaded.
type ReportDocument struct {
	amazonpay.Response

	ReportDocumentID string `json:"reportDocumentId,omitzero" log:"report_document_id"`
	// URL is valid for 30 seconds. It requires no signature, so keep it secret.
	// [Client.DownloadReport] uses it at once.
	URL string `json:"url,omitzero"`
	// CompressionAlgorithm is "N/A" in all known answers: the document is not compressed.
	CompressionAlgorithm string `json:"compressionAlgorithm,omitzero"`
}

// GetReports returns one page of the reports that in selects. If in is nil, it selects all of the
// last 90 days. [Client.Reports] goes through all pages.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) GetReports(ctx context.Context, in *GetReportsRequest, opts ...amazonpay.CallOption) (*GetReportsResponse, error) {
	query, err := in.query()
	if err != nil {
		return nil, notSent("GetReports", err)
	}
	return amazonpay.Do[GetReportsResponse](ctx, c.caller, amazonpay.Operation{
		Name: "GetReports", Method: http.MethodGet, Path: "reports", Query: query,
	}, nil, opts...)
}

// Reports goes through the reports that in selects, page by page. If in is nil, it selects all of
// the last 90 days. The loop ends at the first error, which comes with an empty Report. A page that
// repeats a token is a [*amazonpay.DecodeError], since the loop would not end. Do not change in
// during the loop.
//
//	for report, err := range shop.Reports(ctx, &webstore.GetReportsRequest{PageSize: 100}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(report.ReportID, report.ProcessingStatus)
//	}
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) Reports(ctx context.Context, in *GetReportsRequest, opts ...amazonpay.CallOption) iter.Seq2[Report, error] {
	return walk("GetReports", func(token string) (page[Report], error) {
		request := in
		if token != "" {
			request = &GetReportsRequest{NextToken: token}
		}
		answer, err := c.GetReports(ctx, request, opts...)
		if err != nil {
			return page[Report]{}, err
		}
		return page[Report]{"reports", answer.Reports, answer.NextToken, answer.Meta}, nil
	})
}

// GetReportByID returns a report. [Client.WaitForReport] reads it until it is finished.
//
// https://developer.amazon.com/docs/amazon-pay-reports/querying-report-metadata.html
func (c *Client) GetReportByID(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error) {
	return amazonpay.Do[Report](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportByID", Method: http.MethodGet, Path: "reports/{reportId}", Returns: "reportId",
		PathValues: map[string]string{"reportId": reportID},
	}, nil, opts...)
}

// CreateReport orders a report about a period. It takes some minutes: see [Client.WaitForReport].
//
// https://developer.amazon.com/docs/amazon-pay-reports/manually-requesting-reports.html
func (c *Client) CreateReport(ctx context.Context, in *CreateReportRequest, opts ...amazonpay.CallOption) (*CreateReportResponse, error) {
	if in != nil && !in.StartTime.IsZero() && in.StartTime.After(in.EndTime.Time) && !in.EndTime.IsZero() {
		return nil, notSent("CreateReport", &amazonpay.FieldError{Field: "startTime", Rule: "is after endTime"})
	}
	return amazonpay.Do[CreateReportResponse](ctx, c.caller, amazonpay.Operation{
		Name: "CreateReport", Method: http.MethodPost, Path: "reports", Returns: "reportId", IdempotencyKey: true,
	}, in, opts...)
}

// GetReportDocument returns where a report's document can be downloaded within the next 30 seconds.
// [Client.DownloadReport] downloads it.
//
// https://developer.amazon.com/docs/amazon-pay-reports/downloading-reports.html
func (c *Client) GetReportDocument(ctx context.Context, reportDocumentID string, opts ...amazonpay.CallOption) (*ReportDocument, error) {
	return amazonpay.Do[ReportDocument](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportDocument", Method: http.MethodGet, Path: "report-documents/{reportDocumentId}", Returns: "url",
		PathValues: map[string]string{"reportDocumentId": reportDocumentID},
	}, nil, opts...)
}
