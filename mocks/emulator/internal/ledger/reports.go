package ledger

import (
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

// ReportTypes are the types of reports.
var ReportTypes = []string{
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

// Report is an order of a report, and its document.
type Report struct {
	ID         string
	DocumentID string
	Kind       string
	Scope      Scope
	Start      time.Time
	End        time.Time
	Created    time.Time
	Status     string
	Done       time.Time
	Content    []byte
}

// newReport orders a report.
func (l *Ledger) newReport(of Scope, kind string, start, end, now time.Time) *Report {
	made := &Report{
		ID:         "A" + digits(20),
		DocumentID: "amzn1.tortuga.4." + NewUUID() + ".T" + digits(14),
		Kind:       kind, Scope: of, Start: start, End: end, Created: now, Status: reportInProgress,
	}
	l.reports = append(l.reports, made)
	return made
}

// ageReports completes the reports that are due. Types whose
// columns are not documented never have data.
func (l *Ledger) ageReports(now time.Time) {
	for _, s := range l.schedules {
		l.runSchedule(s, now)
	}
	l.reports = slices.DeleteFunc(l.reports, func(r *Report) bool { return now.Sub(r.Created) > reportKept })
	due := func(r *Report) bool { return r.Status == reportInProgress && !now.Before(r.Created.Add(reportTime)) }
	if !slices.ContainsFunc(l.reports, due) {
		return
	}
	l.settleDue(now)
	for _, r := range l.reports {
		if !due(r) {
			continue
		}
		r.Done, r.Status = r.Created.Add(reportTime), reportCancelled
		if r.Kind == sandboxSettlementReport {
			r.Content = l.settlementDocument(r.Scope, r.Start, r.End.Add(time.Second)) // the end is included
		}
		if r.Content != nil {
			r.Status = reportCompleted
		}
	}
}

// checkReportType refuses a type that cannot be ordered here.
func checkReportType(kind string, env Environment) *Refusal {
	switch {
	case kind == settlementReport:
		return Invalid("reportType", "is of a report that comes by itself with each settlement")
	case (kind == sandboxSettlementReport) != (env == Sandbox):
		return Invalid("reportType", "is not offered here: in the sandbox there is "+sandboxSettlementReport+" alone, and only there")
	}
	return nil
}

// CreateReport orders a report.
func (l *Ledger) CreateReport(c *Call) (Code, Object, *Refusal) {
	kind := c.Body.Text("reportType")
	if refused := checkReportType(kind, c.Env); refused != nil {
		return 0, nil, refused
	}
	start, end := c.Body.time("startTime"), c.Body.time("endTime")
	if end.Before(start) {
		return 0, nil, Invalid("endTime", "is before startTime")
	}
	made := l.newReport(c.Scope, kind, start, end, c.Now)
	return codeCreated, Object{"reportId": made.ID}, nil
}

// GetReports returns a page of the reports.
func (l *Ledger) GetReports(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	q, refused := readPage(c)
	if refused != nil {
		return 0, nil, refused
	}
	kinds, refused := filterList(q.filters, "reportTypes", ReportTypes, c.Strict)
	if refused != nil {
		return 0, nil, refused
	}
	statuses, refused := filterList(q.filters, "processingStatuses", processingStatuses, c.Strict)
	if refused != nil {
		return 0, nil, refused
	}
	since, refused := q.filterTime(c, "createdSince", c.Now.Add(-reportKept))
	if refused != nil {
		return 0, nil, refused
	}
	until, refused := q.filterTime(c, "createdUntil", c.Now)
	if refused == nil {
		refused = q.checkPeriod("createdSince", since, "createdUntil", until)
	}
	if refused != nil {
		return 0, nil, refused
	}
	var found []*Report
	for _, r := range l.reports {
		if r.Scope == c.Scope && (len(kinds) == 0 || slices.Contains(kinds, r.Kind)) && (len(statuses) == 0 || slices.Contains(statuses, r.Status)) &&
			!r.Created.Before(since.Truncate(time.Second)) && !r.Created.Truncate(time.Second).After(until) {
			found = append(found, r)
		}
	}
	items, next := page(q, found, (*Report).answer)
	return codeOK, Object{"reports": items, "nextToken": next}, nil
}

// GetReport returns a report.
func (l *Ledger) GetReport(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	for _, r := range l.reports {
		if r.ID == c.ID && r.Scope == c.Scope {
			return codeOK, r.answer(), nil
		}
	}
	return 0, nil, notFound("report", c.ID)
}

func (r *Report) answer() Object {
	o := Object{
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

// Completed returns the report of a document.
func (l *Ledger) Completed(of Scope, documentID string) *Report {
	for _, r := range l.reports {
		if r.DocumentID == documentID && r.Scope == of && r.Status == reportCompleted {
			return r
		}
	}
	return nil
}

// ReportDocument returns the URL of a document.
func (l *Ledger) ReportDocument(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	if l.Completed(c.Scope, c.ID) == nil {
		return 0, nil, notFound("report document", c.ID)
	}
	return codeOK, Object{
		"reportDocumentId":     c.ID,
		"url":                  c.Presign(GrantDocument, c.ID, urlTime),
		"compressionAlgorithm": "N/A",
	}, nil
}

// runSchedule orders the reports that are due, each of the time since the one before. Those that
// would be thrown away by now are left out.
func (l *Ledger) runSchedule(s *schedule, now time.Time) {
	every := Frequencies[s.Frequency]
	for now.Sub(s.Next) >= reportKept+every { // more than once if it exceeds a Duration
		s.Next = s.Next.Add((now.Sub(s.Next) - reportKept).Truncate(every))
	}
	for ; !now.Before(s.Next); s.Next = s.Next.Add(every) {
		l.newReport(s.Scope, s.Kind, s.Next.Add(-every), s.Next, s.Next)
	}
}

// Frequencies are the frequencies of a schedule.
var Frequencies = map[string]time.Duration{
	"PT5M": 5 * time.Minute, "PT15M": 15 * time.Minute, "PT30M": 30 * time.Minute, "PT1H": time.Hour, "PT2H": 2 * time.Hour,
	"PT4H": 4 * time.Hour, "PT8H": 8 * time.Hour, "PT12H": 12 * time.Hour, "PT24H": day, "PT84H": 84 * time.Hour, "P1D": day,
	"P2D": 2 * day, "P3D": 3 * day, "P7D": 7 * day, "P14D": 14 * day, "P15D": 15 * day, "P18D": 18 * day, "P30D": 30 * day,
}

const day = 24 * time.Hour

// schedule is an order that repeats itself.
type schedule struct {
	ID        string
	Scope     Scope
	Kind      string
	Frequency string
	Next      time.Time
}

// CreateSchedule orders a report at regular intervals.
func (l *Ledger) CreateSchedule(c *Call) (Code, Object, *Refusal) {
	kind := c.Body.Text("reportType")
	if refused := checkReportType(kind, c.Env); refused != nil {
		return 0, nil, refused
	}
	if kind == multiCurrencyReport {
		return 0, nil, Invalid("reportType", "is of a report that cannot be scheduled")
	}
	same := func(s *schedule) bool { return s.Scope == c.Scope && s.Kind == kind }
	if slices.ContainsFunc(l.schedules, same) {
		if !c.Body.flag("deleteExistingSchedule") {
			return 0, nil, BadRequest(InvalidRequest, "There is a schedule for %s: deleteExistingSchedule would replace it.", kind)
		}
		l.ageReports(c.Now) // what is due comes first
		l.schedules = slices.DeleteFunc(l.schedules, same)
	}
	made := &schedule{ID: digits(12), Scope: c.Scope, Kind: kind, Frequency: c.Body.Text("scheduleFrequency"), Next: c.Body.time("nextReportCreationTime")}
	l.schedules = append(l.schedules, made)
	return codeCreated, Object{"reportScheduleId": made.ID}, nil
}

// GetSchedules returns the schedules.
func (l *Ledger) GetSchedules(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	kinds, refused := filterList(c.Query, "reportTypes", ReportTypes, c.Strict)
	if refused != nil {
		return 0, nil, refused
	}
	found := []any{}
	for _, s := range l.schedules {
		if s.Scope == c.Scope && (len(kinds) == 0 || slices.Contains(kinds, s.Kind)) {
			found = append(found, s.answer())
		}
	}
	return codeOK, Object{"reportSchedules": found}, nil
}

// GetSchedule returns a schedule.
func (l *Ledger) GetSchedule(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	for _, s := range l.schedules {
		if s.ID == c.ID && s.Scope == c.Scope {
			return codeOK, s.answer(), nil
		}
	}
	return 0, nil, notFound("report schedule", c.ID)
}

// CancelSchedule ends a schedule.
func (l *Ledger) CancelSchedule(c *Call) (Code, Object, *Refusal) {
	l.ageReports(c.Now)
	before := len(l.schedules)
	l.schedules = slices.DeleteFunc(l.schedules, func(s *schedule) bool { return s.ID == c.ID && s.Scope == c.Scope })
	if len(l.schedules) == before {
		return 0, nil, notFound("report schedule", c.ID)
	}
	return codeOK, nil, nil
}

func (s *schedule) answer() Object {
	return Object{"reportScheduleId": s.ID, "reportType": s.Kind, "scheduleFrequency": s.Frequency, "nextReportCreationTime": stamp(s.Next)}
}
