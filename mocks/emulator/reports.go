package emulator

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

const (
	settlementReport        = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"
	sandboxSettlementReport = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"
	multiCurrencyReport     = "_GET_CSV_CUSTOM_OFFAMAZONPAYMENTS_MULTI_CURRENCY_PAYMENTS_DATA_"

	reportInProgress = "IN_PROGRESS"
	reportCompleted  = "COMPLETED"
	reportFailed     = "FAILED"
	reportCancelled  = "CANCELLED"
)

var reportTypes = []string{
	settlementReport, sandboxSettlementReport, multiCurrencyReport,
	"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_",
	"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_BILLING_AGREEMENT_DATA_",
	"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_",
	"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_CAPTURE_DATA_",
	"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_",
}

var processingStatuses = []string{reportInProgress, reportCompleted, reportFailed, reportCancelled}

// reportTime is how long an ordered report takes, reportKept how long it is kept.
const (
	reportTime = 2 * time.Second
	reportKept = 90 * 24 * time.Hour
)

type report struct {
	ID         string
	DocumentID string
	Kind       string
	Scope      scope
	Start      time.Time
	End        time.Time
	Created    time.Time
	Status     string
	Done       time.Time
	Content    []byte
}

// newReport orders a report.
func (w *world) newReport(of scope, kind string, start, end, now time.Time) *report {
	made := &report{
		ID:         "A" + digits(20),
		DocumentID: "amzn1.tortuga.4." + newUUID() + ".T" + digits(14),
		Kind:       kind, Scope: of, Start: start, End: end, Created: now, Status: reportInProgress,
	}
	w.reports = append(w.reports, made)
	return made
}

// ageReports has orders that have waited long enough become documents. Of the types whose
// columns are not documented there are never data.
func (w *world) ageReports(now time.Time) {
	for _, s := range w.schedules {
		w.runSchedule(s, now)
	}
	w.reports = slices.DeleteFunc(w.reports, func(r *report) bool { return now.Sub(r.Created) > reportKept })
	due := func(r *report) bool { return r.Status == reportInProgress && !now.Before(r.Created.Add(reportTime)) }
	if !slices.ContainsFunc(w.reports, due) {
		return
	}
	w.settleAll(now)
	for _, r := range w.reports {
		if !due(r) {
			continue
		}
		r.Done, r.Status = r.Created.Add(reportTime), reportCancelled
		if r.Kind == sandboxSettlementReport {
			r.Content = w.settlementDocument(r.Scope, r.Start, r.End.Add(time.Second)) // the end is included
		}
		if r.Content != nil {
			r.Status = reportCompleted
		}
	}
}

var createReportMembers = members{
	"reportType": oneOf(reportTypes...).needed(), "startTime": timestamp().needed(), "endTime": timestamp().needed(),
}

// checkReportType refuses a type that cannot be ordered here.
func checkReportType(kind string, env environment) *refusal {
	switch {
	case kind == settlementReport:
		return invalid("reportType", "is of a report that comes by itself with each settlement")
	case (kind == sandboxSettlementReport) != (env == sandbox):
		return invalid("reportType", "is not offered here: in the sandbox there is "+sandboxSettlementReport+" alone, and only there")
	}
	return nil
}

func (w *world) createReport(c *call) (int, object, *refusal) {
	kind := c.body.text("reportType")
	if refused := checkReportType(kind, c.Env); refused != nil {
		return 0, nil, refused
	}
	start, end := c.body.time("startTime"), c.body.time("endTime")
	if end.Before(start) {
		return 0, nil, invalid("endTime", "is before startTime")
	}
	made := w.newReport(c.scope, kind, start, end, c.now)
	return http.StatusCreated, object{"reportId": made.ID}, nil
}

func (w *world) getReports(c *call) (int, object, *refusal) {
	w.ageReports(c.now)
	q, refused := readPage(c)
	if refused != nil {
		return 0, nil, refused
	}
	kinds, refused := filterList(q.filters, "reportTypes", reportTypes, c.strict)
	if refused != nil {
		return 0, nil, refused
	}
	statuses, refused := filterList(q.filters, "processingStatuses", processingStatuses, c.strict)
	if refused != nil {
		return 0, nil, refused
	}
	since, refused := q.filterTime(c, "createdSince", c.now.Add(-reportKept))
	if refused != nil {
		return 0, nil, refused
	}
	until, refused := q.filterTime(c, "createdUntil", c.now)
	if refused == nil {
		refused = q.checkPeriod("createdSince", since, "createdUntil", until)
	}
	if refused != nil {
		return 0, nil, refused
	}
	var found []*report
	for _, r := range w.reports {
		if r.Scope == c.scope && (len(kinds) == 0 || slices.Contains(kinds, r.Kind)) && (len(statuses) == 0 || slices.Contains(statuses, r.Status)) &&
			!r.Created.Before(since.Truncate(time.Second)) && !r.Created.Truncate(time.Second).After(until) {
			found = append(found, r)
		}
	}
	items, next := page(q, found, (*report).answer)
	return http.StatusOK, object{"reports": items, "nextToken": next}, nil
}

func (w *world) getReport(c *call) (int, object, *refusal) {
	w.ageReports(c.now)
	for _, r := range w.reports {
		if r.ID == c.id && r.Scope == c.scope {
			return http.StatusOK, r.answer(), nil
		}
	}
	return 0, nil, notFound("report", c.id)
}

func (r *report) answer() object {
	o := object{
		"reportId":         r.ID,
		"reportType":       r.Kind,
		"startTime":        stamp(r.Start),
		"endTime":          stamp(r.End),
		"createdTime":      stamp(r.Created),
		"processingStatus": r.Status,
	}
	if r.Status == reportInProgress {
		return o
	}
	o["processingStartTime"], o["processingEndTime"] = stamp(r.Created), stamp(r.Done)
	if r.Status == reportCompleted {
		o["reportDocumentId"] = r.DocumentID
	}
	return o
}

// completed returns the report of a document.
func (w *world) completed(of scope, documentID string) *report {
	for _, r := range w.reports {
		if r.DocumentID == documentID && r.Scope == of && r.Status == reportCompleted {
			return r
		}
	}
	return nil
}

func (s *Server) reportDocument(c *call) (int, object, *refusal) {
	s.world.ageReports(c.now)
	if s.world.completed(c.scope, c.id) == nil {
		return 0, nil, notFound("report document", c.id)
	}
	return http.StatusOK, object{
		"reportDocumentId":     c.id,
		"url":                  s.presign(c, documents, c.id, urlTime),
		"compressionAlgorithm": "N/A",
	}, nil
}

// runSchedule orders the reports that are due, each of the time since the one before. Those that would be
// thrown away by now are left out.
func (w *world) runSchedule(s *schedule, now time.Time) {
	every := frequencies[s.Frequency]
	for now.Sub(s.Next) >= reportKept+every { // more than once where a Duration is too short for all of it
		s.Next = s.Next.Add((now.Sub(s.Next) - reportKept).Truncate(every))
	}
	for ; !now.Before(s.Next); s.Next = s.Next.Add(every) {
		w.newReport(s.Scope, s.Kind, s.Next.Add(-every), s.Next, s.Next)
	}
}

// frequencies are those of a schedule.
var frequencies = map[string]time.Duration{
	"PT5M": 5 * time.Minute, "PT15M": 15 * time.Minute, "PT30M": 30 * time.Minute, "PT1H": time.Hour, "PT2H": 2 * time.Hour,
	"PT4H": 4 * time.Hour, "PT8H": 8 * time.Hour, "PT12H": 12 * time.Hour, "PT24H": day, "PT84H": 84 * time.Hour, "P1D": day,
	"P2D": 2 * day, "P3D": 3 * day, "P7D": 7 * day, "P14D": 14 * day, "P15D": 15 * day, "P18D": 18 * day, "P30D": 30 * day,
}

const day = 24 * time.Hour

// schedule is an order that repeats itself.
type schedule struct {
	ID        string
	Scope     scope
	Kind      string
	Frequency string
	Next      time.Time
}

var createScheduleMembers = members{
	"reportType":             oneOf(reportTypes...).needed(),
	"scheduleFrequency":      oneOf(slices.Sorted(maps.Keys(frequencies))...).needed(),
	"nextReportCreationTime": timestamp().needed(),
	"deleteExistingSchedule": flag(),
}

func (w *world) createSchedule(c *call) (int, object, *refusal) {
	kind := c.body.text("reportType")
	if refused := checkReportType(kind, c.Env); refused != nil {
		return 0, nil, refused
	}
	if kind == multiCurrencyReport {
		return 0, nil, invalid("reportType", "is of a report that cannot be scheduled")
	}
	same := func(s *schedule) bool { return s.Scope == c.scope && s.Kind == kind }
	if slices.ContainsFunc(w.schedules, same) {
		if !c.body.flag("deleteExistingSchedule") {
			return 0, nil, badRequest(invalidRequest, "There is a schedule for %s: deleteExistingSchedule would replace it.", kind)
		}
		w.ageReports(c.now) // what is due comes first
		w.schedules = slices.DeleteFunc(w.schedules, same)
	}
	made := &schedule{ID: digits(12), Scope: c.scope, Kind: kind, Frequency: c.body.text("scheduleFrequency"), Next: c.body.time("nextReportCreationTime")}
	w.schedules = append(w.schedules, made)
	return http.StatusCreated, object{"reportScheduleId": made.ID}, nil
}

func (w *world) getSchedules(c *call) (int, object, *refusal) {
	w.ageReports(c.now)
	kinds, refused := filterList(c.query, "reportTypes", reportTypes, c.strict)
	if refused != nil {
		return 0, nil, refused
	}
	found := []any{}
	for _, s := range w.schedules {
		if s.Scope == c.scope && (len(kinds) == 0 || slices.Contains(kinds, s.Kind)) {
			found = append(found, s.answer())
		}
	}
	return http.StatusOK, object{"reportSchedules": found}, nil
}

func (w *world) getSchedule(c *call) (int, object, *refusal) {
	w.ageReports(c.now)
	for _, s := range w.schedules {
		if s.ID == c.id && s.Scope == c.scope {
			return http.StatusOK, s.answer(), nil
		}
	}
	return 0, nil, notFound("report schedule", c.id)
}

func (w *world) cancelSchedule(c *call) (int, object, *refusal) {
	w.ageReports(c.now)
	before := len(w.schedules)
	w.schedules = slices.DeleteFunc(w.schedules, func(s *schedule) bool { return s.ID == c.id && s.Scope == c.scope })
	if len(w.schedules) == before {
		return 0, nil, notFound("report schedule", c.id)
	}
	return http.StatusOK, nil, nil
}

func (s *schedule) answer() object {
	return object{"reportScheduleId": s.ID, "reportType": s.Kind, "scheduleFrequency": s.Frequency, "nextReportCreationTime": stamp(s.Next)}
}
