package main

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// pageFlags are the flags of lists with pages.
type pageFlags struct {
	Limit int `help:"Stop after so many; 0 lists all." default:"100" group:"call"`
}

// Validate is called by kong.
func (f pageFlags) Validate() error {
	if f.Limit < 0 {
		return fmt.Errorf("--limit %d: write 0 for all", f.Limit)
	}
	return nil
}

type reportList struct {
	Type   []string `help:"Report types, separated by commas, such as settlement." placeholder:"TYPE" group:"request"`
	Status []string `help:"States, separated by commas: IN_PROGRESS, COMPLETED, FAILED or CANCELLED." placeholder:"STATE" group:"request"`
	Since  string   `help:"Created since this date or time; the default is 90 days ago." placeholder:"2026-11-01" group:"request"`
	Until  string   `help:"Created until this date or time; the default is now." placeholder:"2026-11-30" group:"request"`
	pageFlags
	callFlags
}

// Run lists reports.
func (c *reportList) Run(s *session) error {
	in := &webstore.GetReportsRequest{PageSize: min(max(c.Limit, 1), 100)}
	if c.Limit == 0 {
		in.PageSize = 100
	}
	for _, status := range c.Status {
		in.ProcessingStatuses = append(in.ProcessingStatuses, webstore.ReportStatus(strings.ToUpper(status)))
	}
	var err error
	if in.CreatedSince, err = parseTime("--since", c.Since); err != nil {
		return err
	}
	if in.CreatedUntil, err = parseTime("--until", c.Until); err != nil {
		return err
	}
	caller, opts, err := s.caller(c.callFlags, nil)
	if err != nil {
		return err
	}
	if in.ReportTypes, err = reportTypes(c.Type, caller.Environment()); err != nil {
		return err
	}
	return list(s, caller, webstore.New(caller).Reports(s.ctx, in, opts...), c.Limit, []string{"REPORT ID", "TYPE", "STATE", "CREATED", "DOCUMENT ID"}, func(r webstore.Report) []string {
		return []string{r.ReportID, string(r.ReportType), string(r.ProcessingStatus), stamp(r.CreatedTime), r.ReportDocumentID}
	})
}

type disbursementList struct {
	Since string `help:"Transferred since this date or time." placeholder:"2026-11-01" group:"request"`
	Until string `help:"Transferred until this date or time." placeholder:"2026-11-30" group:"request"`
	pageFlags
	callFlags
}

// Run lists disbursements.
func (c *disbursementList) Run(s *session) error {
	var in webstore.GetDisbursementsRequest
	var err error
	if in.StartTime, err = parseTime("--since", c.Since); err != nil {
		return err
	}
	if in.EndTime, err = parseTime("--until", c.Until); err != nil {
		return err
	}
	caller, opts, err := s.caller(c.callFlags, nil)
	if err != nil {
		return err
	}
	return list(s, caller, webstore.New(caller).Disbursements(s.ctx, &in, opts...), c.Limit, []string{"DISBURSEMENT ID", "SETTLEMENT ID", "AMOUNT", "TIME"}, func(d webstore.Disbursement) []string {
		return []string{d.AmazonDisbursementReferenceID, d.SettlementID, string(d.Amount) + " " + string(d.CurrencyCode), stamp(d.TransactionTime)}
	})
}

type scheduleList struct {
	Type []string `help:"Report types, separated by commas, such as refund." placeholder:"TYPE" group:"request"`
	callFlags
}

// Run lists schedules, which have no pages.
func (c *scheduleList) Run(s *session) error {
	caller, opts, err := s.caller(c.callFlags, nil)
	if err != nil {
		return err
	}
	types, err := reportTypes(c.Type, caller.Environment())
	if err != nil {
		return err
	}
	answer, err := webstore.New(caller).GetReportSchedules(s.ctx, &webstore.GetReportSchedulesRequest{ReportTypes: types}, opts...)
	if err != nil {
		return caller.ignoreDryRun(err)
	}
	all := func(yield func(webstore.ReportSchedule, error) bool) {
		for _, schedule := range answer.ReportSchedules {
			if !yield(schedule, nil) {
				return
			}
		}
	}
	return list(s, caller, all, 0, []string{"SCHEDULE ID", "TYPE", "EVERY", "NEXT"}, func(r webstore.ReportSchedule) []string {
		return []string{r.ReportScheduleID, reportWord(r.ReportType), frequencyWord(r.ScheduleFrequency), stamp(r.NextReportCreationTime)}
	})
}

// list prints up to limit items as a table, or with --json as a list.
func list[T any](s *session, c *caller, all iter.Seq2[T, error], limit int, heads []string, row func(T) []string) error {
	rows, items := [][]string{heads}, []T{}
	for item, err := range all {
		if err != nil {
			return c.ignoreDryRun(err)
		}
		rows, items = append(rows, row(item)), append(items, item)
		if len(items) == limit {
			s.note("Only the first %d: give --limit for more.", limit)
			break
		}
	}
	switch {
	case s.cli.JSON:
		return s.printJSON(items)
	case len(items) == 0:
		s.note("There is none.")
	default:
		s.table(rows)
	}
	return nil
}

// parseTime reads a date or a time, in UTC where it names no other zone. Empty is none.
func parseTime(flag, text string) (amazonpay.Time, error) {
	if text == "" {
		return amazonpay.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04", "20060102T150405Z"} {
		if t, err := time.Parse(layout, text); err == nil {
			return amazonpay.NewTime(t), nil
		}
	}
	return amazonpay.Time{}, wrong("Write a date as 2026-11-30, or a time as 2026-11-30T18:00:00Z.", "%s %q is not a time", flag, text)
}

func stamp(t amazonpay.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}
