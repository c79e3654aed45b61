package webstore

import (
	"context"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ScheduleFrequency is how often a scheduled report is created.
type ScheduleFrequency string

// The frequencies.
const (
	ScheduleFrequencyEvery5Minutes  ScheduleFrequency = "PT5M"
	ScheduleFrequencyEvery15Minutes ScheduleFrequency = "PT15M"
	ScheduleFrequencyEvery30Minutes ScheduleFrequency = "PT30M"
	ScheduleFrequencyEveryHour      ScheduleFrequency = "PT1H"
	ScheduleFrequencyEvery2Hours    ScheduleFrequency = "PT2H"
	ScheduleFrequencyEvery4Hours    ScheduleFrequency = "PT4H"
	ScheduleFrequencyEvery8Hours    ScheduleFrequency = "PT8H"
	ScheduleFrequencyEvery12Hours   ScheduleFrequency = "PT12H"
	ScheduleFrequencyEvery84Hours   ScheduleFrequency = "PT84H"
	ScheduleFrequencyEveryDay       ScheduleFrequency = "P1D"
	ScheduleFrequencyEvery2Days     ScheduleFrequency = "P2D"
	ScheduleFrequencyEvery3Days     ScheduleFrequency = "P3D"
	ScheduleFrequencyEvery7Days     ScheduleFrequency = "P7D"
	ScheduleFrequencyEvery14Days    ScheduleFrequency = "P14D"
	ScheduleFrequencyEvery15Days    ScheduleFrequency = "P15D"
	ScheduleFrequencyEvery18Days    ScheduleFrequency = "P18D"
	ScheduleFrequencyEvery30Days    ScheduleFrequency = "P30D"
)

// ReportSchedule has a report created regularly.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
type ReportSchedule struct {
	amazonpay.Response // its Meta is nil in a list of schedules

	ReportScheduleID       string            `json:"reportScheduleId,omitzero"`
	ReportType             ReportType        `json:"reportType,omitzero"`
	ScheduleFrequency      ScheduleFrequency `json:"scheduleFrequency,omitzero"`
	NextReportCreationTime amazonpay.Time    `json:"nextReportCreationTime,omitzero"`
}

// GetReportSchedulesRequest selects the schedules that [Client.GetReportSchedules] lists.
type GetReportSchedulesRequest struct {
	// ReportTypes are the types to list. Nil means all; an empty list is refused.
	ReportTypes []ReportType
}

func (r *GetReportSchedulesRequest) query() (url.Values, error) {
	query := make(url.Values)
	if r == nil {
		return query, nil
	}
	return query, setList(query, "reportTypes", r.ReportTypes)
}

// GetReportSchedulesResponse is a list of schedules. It has no pages.
type GetReportSchedulesResponse struct {
	amazonpay.Response

	ReportSchedules []ReportSchedule `json:"reportSchedules,omitzero"`
}

// CreateReportScheduleRequest is the request of [Client.CreateReportSchedule]. ReportType,
// ScheduleFrequency and NextReportCreationTime are required.
type CreateReportScheduleRequest struct {
	ReportType        ReportType        `json:"reportType,omitzero" pay:"required"`
	ScheduleFrequency ScheduleFrequency `json:"scheduleFrequency,omitzero" pay:"required"`
	// NextReportCreationTime is when the first report is created.
	NextReportCreationTime amazonpay.Time `json:"nextReportCreationTime,omitzero" pay:"required"`
	// DeleteExistingSchedule replaces the schedule that the type has. Without it, a second schedule
	// for a type is refused. The default is false.
	DeleteExistingSchedule *bool `json:"deleteExistingSchedule,omitzero"`
}

// CreateReportScheduleResponse has the id of the new schedule.
type CreateReportScheduleResponse struct {
	amazonpay.Response

	ReportScheduleID string `json:"reportScheduleId,omitzero"`
}

// CancelReportScheduleResponse has only its Meta.
type CancelReportScheduleResponse struct{ amazonpay.Response }

// GetReportSchedules returns the schedules that in selects. If in is nil, it returns all.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) GetReportSchedules(ctx context.Context, in *GetReportSchedulesRequest, opts ...amazonpay.CallOption) (*GetReportSchedulesResponse, error) {
	query, err := in.query()
	if err != nil {
		return nil, notSent("GetReportSchedules", err)
	}
	return amazonpay.Do[GetReportSchedulesResponse](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportSchedules", Method: http.MethodGet, Path: "report-schedules", Query: query,
	}, nil, opts...)
}

// GetReportScheduleByID returns a schedule.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) GetReportScheduleByID(ctx context.Context, reportScheduleID string, opts ...amazonpay.CallOption) (*ReportSchedule, error) {
	return amazonpay.Do[ReportSchedule](ctx, c.caller, amazonpay.Operation{
		Name: "GetReportScheduleByID", Method: http.MethodGet, Path: "report-schedules/{reportScheduleId}", Returns: "reportScheduleId",
		PathValues: map[string]string{"reportScheduleId": reportScheduleID},
	}, nil, opts...)
}

// CreateReportSchedule has a report created regularly. A type has one schedule at a time.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) CreateReportSchedule(ctx context.Context, in *CreateReportScheduleRequest, opts ...amazonpay.CallOption) (*CreateReportScheduleResponse, error) {
	return amazonpay.Do[CreateReportScheduleResponse](ctx, c.caller, amazonpay.Operation{
		Name: "CreateReportSchedule", Method: http.MethodPost, Path: "report-schedules", Returns: "reportScheduleId", IdempotencyKey: true,
	}, in, opts...)
}

// CancelReportSchedule ends a schedule.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/reports.html
func (c *Client) CancelReportSchedule(ctx context.Context, reportScheduleID string, opts ...amazonpay.CallOption) (*CancelReportScheduleResponse, error) {
	return amazonpay.Do[CancelReportScheduleResponse](ctx, c.caller, amazonpay.Operation{
		Name: "CancelReportSchedule", Method: http.MethodDelete, Path: "report-schedules/{reportScheduleId}",
		PathValues: map[string]string{"reportScheduleId": reportScheduleID}, NoContent: true,
	}, nil, opts...)
}
