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

// The report types. In the Sandbox there is [ReportTypeSandboxSettlement] alone, and it must be ordered.
const (
	// ReportTypeSettlement comes by itself with each settlement; it cannot be ordered.
	ReportTypeSettlement        ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
	ReportTypeSandboxSettlement ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
	// ReportTypeOrderReference is about one-time charge permissions.
	ReportTypeOrderReference ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_"
	// ReportTypeBillingAgreement is about recurring charge permissions.
	ReportTypeBillingAgreement ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_BILLING_AGREEMENT_DATA_"
	ReportTypeAuthorization    ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_"
	// ReportTypeCapture is not offered at present, as the .NET SDK notes.
	ReportTypeCapture ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_"
	ReportTypeRefund  ReportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"
	// ReportTypeMultiCurrencyPayments cannot be scheduled.
	ReportTypeMultiCurrencyPayments ReportType = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"
)

// ReportStatus is the status of a report.
type ReportStatus string

// The statuses. All but ReportInProgress are final.
const (
	ReportStatusInProgress ReportStatus = "IN_PROGRESS"
	ReportStatusCompleted  ReportStatus = "COMPLETED" // the document is there
	ReportStatusFailed     ReportStatus = "FAILED"
	ReportStatusCancelled  ReportStatus = "CANCELLED" // by a call, or because there is no data
)

// Report is an order for a report and what became of it. Reports are kept for 90 days.
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
	// ProcessingStartTime, ProcessingEndTime and ReportDocumentID are absent until the
	// report is finished.
	ProcessingStartTime amazonpay.Time `json:"processingStartTime,omitzero"`
	ProcessingEndTime   amazonpay.Time `json:"processingEndTime,omitzero"`
	// ReportDocumentID is what [Client.DownloadReport] takes.
	ReportDocumentID string `json:"reportDocumentId,omitzero"`
}

// GetReportsRequest says which reports [Client.GetReports] and [Client.Reports] list.
// What has its zero value is not sent.
type GetReportsRequest struct {
	// ReportTypes and ProcessingStatuses are the ones to list, nil for all. An empty list is
	// refused.
	ReportTypes        []ReportType
	ProcessingStatuses []ReportStatus
	// CreatedSince is 90 days ago where it is not given, CreatedUntil is now.
	CreatedSince, CreatedUntil amazonpay.Time
	// PageSize is how many reports a page has: 1 to 100, 10 where it is not given.
	PageSize int
	// NextToken is the one of the page before. With it nothing else may be given.
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
	// NextToken asks for the next page. It is empty on the last one.
	NextToken string `json:"nextToken,omitzero"`
}

// CreateReportRequest is the request of [Client.CreateReport]. All is needed.
type CreateReportRequest struct {
	ReportType ReportType     `json:"reportType,omitzero" pay:"required"`
	StartTime  amazonpay.Time `json:"startTime,omitzero" pay:"required"`
	EndTime    amazonpay.Time `json:"endTime,omitzero" pay:"required"`
}

// CreateReportResponse has the id of the report that was ordered.
type CreateReportResponse struct {
	amazonpay.Response

	ReportID string `json:"reportId,omitzero"`
}

// ReportDocument says where a report's document can be downloaded. It prints and logs
// its id only, since the URL needs no signature.
type ReportDocument struct {
	amazonpay.Response

	ReportDocumentID string `json:"reportDocumentId,omitzero" log:"report_document_id"`
	// URL is valid for 30 seconds. [Client.DownloadReport] uses it at once.
	URL string `json:"url,omitzero"`
	// CompressionAlgorithm is "N/A" in all that is known: the document is not compressed.
	CompressionAlgorithm string `json:"compressionAlgorithm,omitzero"`
}

// GetReports returns one page of the reports that in describes, nil for all of the
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

// Reports goes through the reports that in describes, nil for all of the last 90 days. It
// asks for a page when the loop comes to it, and ends with the first error, which comes
// with an empty Report. A page that repeats a token is a [*amazonpay.DecodeError], since
// the walk would have no end. in is not changed, and must not be while the walk goes on.
//
//	for report, err := range shop.Reports(ctx, &webstore.GetReportsRequest{PageSize: 100}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(report.ReportID, report.ProcessingStatus)
//	}
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

// GetReportByID returns a report. [Client.WaitForReport] reads it until it is done.
//
// https://developer.amazon.com/docs/amazon-pay-reports/querying-report-metadata.html
func (c *Client) GetReportByID(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error) {
	return amazonpay.Do[Report](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportByID", Method: http.MethodGet, Path: "reports/{reportId}", Returns: "reportId",
		PathValues: map[string]string{"reportId": reportID},
	}, nil, opts...)
}

// CreateReport orders a report about a period. It takes a while: see
// [Client.WaitForReport]. An idempotency key is made where none is given.
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

// GetReportDocument returns where a report's document can be downloaded within the next
// 30 seconds. [Client.DownloadReport] downloads it.
//
// https://developer.amazon.com/docs/amazon-pay-reports/downloading-reports.html
func (c *Client) GetReportDocument(ctx context.Context, reportDocumentID string, opts ...amazonpay.CallOption) (*ReportDocument, error) {
	return amazonpay.Do[ReportDocument](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportDocument", Method: http.MethodGet, Path: "report-documents/{reportDocumentId}", Returns: "url",
		PathValues: map[string]string{"reportDocumentId": reportDocumentID},
	}, nil, opts...)
}
