package webstore_test

import (
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	getReports = webstore.GetReportsRequest{
		ReportTypes:        []webstore.ReportType{webstore.ReportTypeSettlement, webstore.ReportTypeRefund},
		ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted, webstore.ReportStatusCancelled},
		CreatedSince:       at(2022, 8, 4), CreatedUntil: at(2022, 8, 5), PageSize: 100,
	}

	createReport = webstore.CreateReportRequest{ReportType: webstore.ReportTypeAuthorization, StartTime: at(2022, 11, 13), EndTime: at(2022, 11, 14)}
)

func reportOperations() []operation {
	return []operation{
		{
			name: "GetReports", calls: list(webstore.API.GetReports, &getReports), method: http.MethodGet, path: "reports", answer: "reports.json",
			query: url.Values{
				"reportTypes":        {"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_,_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"},
				"processingStatuses": {"COMPLETED,CANCELLED"}, "createdSince": {"20220804T074550Z"}, "createdUntil": {"20220805T074550Z"}, "pageSize": {"100"},
			},
		},
		{
			name: "GetReportByID", calls: get(webstore.API.GetReportByID, reportID), method: http.MethodGet, path: "reports/{reportId}", id: [2]string{"reportId", reportID}, answer: "report.json",
			returns: "reportId",
		},
		{
			name: "CreateReport", calls: post(webstore.API.CreateReport, &createReport), method: http.MethodPost, path: "reports", key: true, request: createReport, answer: "report_created.json",
			body:    `{"reportType":"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_","startTime":"20221113T074550Z","endTime":"20221114T074550Z"}`,
			returns: "reportId", rules: ruleSet{"reportType": "required", "startTime": "required", "endTime": "required"},
		},
		{
			name: "GetReportDocument", calls: get(webstore.API.GetReportDocument, documentID), method: http.MethodGet, path: "report-documents/{reportDocumentId}",
			id: [2]string{"reportDocumentId", documentID}, answer: "report_document.json",
			returns: "url",
		},
	}
}
