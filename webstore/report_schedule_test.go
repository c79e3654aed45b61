package webstore_test

import (
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	getSchedules = webstore.GetReportSchedulesRequest{ReportTypes: []webstore.ReportType{webstore.ReportTypeRefund, "_NEW_"}}

	createSchedule = webstore.CreateReportScheduleRequest{
		ReportType: webstore.ReportTypeOrderReference, ScheduleFrequency: webstore.ScheduleFrequencyEveryDay, NextReportCreationTime: at(2023, 3, 17), DeleteExistingSchedule: new(false),
	}
)

func reportScheduleOperations() []operation {
	return []operation{
		{
			name: "GetReportSchedules", calls: list(webstore.API.GetReportSchedules, &getSchedules), method: http.MethodGet,
			path: "report-schedules", answer: "report_schedules.json", query: url.Values{"reportTypes": {"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_,_NEW_"}},
		},
		{
			name: "GetReportScheduleByID", calls: get(webstore.API.GetReportScheduleByID, scheduleID), method: http.MethodGet, path: "report-schedules/{reportScheduleId}", id: [2]string{"reportScheduleId", scheduleID}, answer: "report_schedule.json",
			returns: "reportScheduleId",
		},
		{
			name: "CreateReportSchedule", calls: post(webstore.API.CreateReportSchedule, &createSchedule), method: http.MethodPost, path: "report-schedules", key: true,
			request: createSchedule, answer: "report_schedule_created.json",
			body:    `{"reportType":"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_","scheduleFrequency":"P1D","nextReportCreationTime":"20230317T074550Z","deleteExistingSchedule":false}`,
			returns: "reportScheduleId", rules: ruleSet{"reportType": "required", "scheduleFrequency": "required", "nextReportCreationTime": "required"},
		},
		{
			name: "CancelReportSchedule", calls: get(webstore.API.CancelReportSchedule, scheduleID), method: http.MethodDelete, path: "report-schedules/{reportScheduleId}", id: [2]string{"reportScheduleId", scheduleID},
			answer: "schedule_cancelled.json", noContent: true,
		},
	}
}
