package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/download"
	"github.com/amazonpay-go/sdk/webstore"
)

// The commands about reports in words. The operations, one a command, are in resources.go.

type bookCommands struct {
	Download bookDownload `cmd:"" help:"Download the documents of reports into a folder."`
	Request  bookRequest  `cmd:"" help:"Ask for a report, wait until it is ready, and download it."`
	Schedule bookSchedule `cmd:"" help:"Have reports made regularly."`
}

// shop returns a client of the account, and its environment.
func (f tokenFlags) shop(s *session, opts []amazonpay.CallOption) (*webstore.Client, amazonpay.Environment, []amazonpay.CallOption, error) {
	c, opts, err := s.caller(callFlags{tokenFlags: f}, opts)
	if err != nil {
		return nil, "", nil, err
	}
	return webstore.New(c), c.Environment(), opts, nil
}

// folderFlags are where documents are kept.
type folderFlags struct {
	Dir       string `help:"Folder of the documents, which have personal data: only you can read them." default:"amazonpay-reports" placeholder:"FOLDER" group:"request"`
	Overwrite bool   `help:"Replace documents that were changed, and files of other programs." group:"request"`
}

func (f folderFlags) open() (*download.Folder, error) {
	folder, err := download.Open(f.Dir, f.Overwrite)
	if errors.Is(err, download.ErrBusy) {
		return nil, failed("Wait until it has ended.", "%w", err)
	}
	if err != nil {
		return nil, wrong("Give another folder with --dir.", "%w", err)
	}
	return folder, nil
}

// reportNames are the words for the types of reports.
var reportNames = []struct {
	name string
	of   webstore.ReportType
}{
	{"settlement", webstore.ReportTypeSettlement},
	{"settlement", webstore.ReportTypeSandboxSettlement},
	{"order-reference", webstore.ReportTypeOrderReference},
	{"billing-agreement", webstore.ReportTypeBillingAgreement},
	{"authorization", webstore.ReportTypeAuthorization},
	{"capture", webstore.ReportTypeCapture},
	{"refund", webstore.ReportTypeRefund},
	{"multi-currency-payments", webstore.ReportTypeMultiCurrencyPayments},
}

// reportType returns the type of a name in an environment. The names of the service are types too.
func reportType(name string, in amazonpay.Environment) (webstore.ReportType, error) {
	if strings.EqualFold(name, "settlement") && in == amazonpay.EnvironmentSandbox {
		return webstore.ReportTypeSandboxSettlement, nil
	}
	var names []string
	for _, each := range reportNames {
		if strings.EqualFold(name, each.name) || strings.EqualFold(name, string(each.of)) {
			return each.of, nil
		}
		if !slices.Contains(names, each.name) {
			names = append(names, each.name)
		}
	}
	if strings.HasPrefix(name, "_") {
		return webstore.ReportType(name), nil
	}
	return "", wrong("Use one of "+strings.Join(names, ", ")+", or a full name.", "--type %q is no type of report", name)
}

// reportTypes returns the types of some names.
func reportTypes(names []string, in amazonpay.Environment) (types []webstore.ReportType, err error) {
	for _, name := range names {
		of, err := reportType(name, in)
		if err != nil {
			return nil, err
		}
		types = append(types, of)
	}
	return types, nil
}

// reportWord is the word for a type.
func reportWord(t webstore.ReportType) string {
	for _, each := range reportNames {
		if each.of == t {
			return each.name
		}
	}
	return string(t)
}

type bookDownload struct {
	ID    []string `arg:"" optional:"" name:"report-id" help:"Reports to download; none: all that are ready."`
	Type  []string `help:"Types to download, separated by commas, such as settlement." placeholder:"TYPE" group:"request"`
	Since string   `help:"Created since this date or time; the default is 90 days ago." placeholder:"2026-11-01" group:"request"`
	Until string   `help:"Created until this date or time; the default is now." placeholder:"2026-11-30" group:"request"`
	folderFlags
	tokenFlags
}

// Run downloads reports.
func (c *bookDownload) Run(s *session) error {
	if len(c.ID) > 0 && (len(c.Type) > 0 || c.Since != "" || c.Until != "") {
		return wrong("Give ids, or --type, --since and --until.", "both select reports")
	}
	shop, environment, opts, err := c.shop(s, nil)
	if err != nil {
		return err
	}
	var reports []webstore.Report
	for _, id := range c.ID {
		report, err := shop.GetReportByID(s.ctx, id, opts...)
		if err != nil {
			return err
		}
		reports = append(reports, *report)
	}
	if len(c.ID) == 0 {
		if reports, err = readyReports(s, shop, environment, c.Type, c.Since, c.Until, opts); err != nil {
			return err
		}
	}
	folder, err := c.open()
	if err != nil {
		return err
	}
	files, err := downloadAll(s, shop, folder, reports, opts)
	return errors.Join(err, s.printFiles(files), folder.Close())
}

// readyReports returns the reports of some types that have a document, the oldest first.
func readyReports(s *session, shop *webstore.Client, environment amazonpay.Environment, types []string, since, until string, opts []amazonpay.CallOption) (ready []webstore.Report, err error) {
	in := &webstore.GetReportsRequest{ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted}, PageSize: 100}
	if in.ReportTypes, err = reportTypes(types, environment); err != nil {
		return nil, err
	}
	if in.CreatedSince, err = parseTime("--since", since); err != nil {
		return nil, err
	}
	if in.CreatedUntil, err = parseTime("--until", until); err != nil {
		return nil, err
	}
	for report, err := range shop.Reports(s.ctx, in, opts...) {
		if err != nil {
			return nil, err
		}
		ready = append(ready, report)
	}
	slices.SortStableFunc(ready, func(a, b webstore.Report) int { return a.CreatedTime.Compare(b.CreatedTime.Time) })
	return ready, nil
}

// downloaded is a report and its document, or why there is none.
type downloaded struct {
	ReportID   string              `json:"reportId"`
	ReportType webstore.ReportType `json:"reportType"`
	*download.File
	Error string `json:"error,omitzero"`
}

// downloadAll downloads what is not there. One report that fails does not keep the others from it.
func downloadAll(s *session, shop *webstore.Client, folder *download.Folder, reports []webstore.Report, opts []amazonpay.CallOption) (all []downloaded, err error) {
	bar := s.progress()
	defer bar.end()
	bad := 0
	for i, report := range reports {
		if s.ctx.Err() != nil {
			return all, failed("Run the command again: what is there is not downloaded again.", "interrupted after %d of %d reports", i, len(reports))
		}
		bar.begin(report.ReportID, i+1, len(reports))
		made := downloaded{ReportID: report.ReportID, ReportType: report.ReportType}
		file, err := folder.Download(s.ctx, shop, &report, append(slices.Clone(opts), amazonpay.WithProgress(bar.show))...)
		if err == nil {
			made.File = &file
		} else {
			bad++
			made.Error = err.Error()
		}
		all = append(all, made)
	}
	if bad > 0 {
		next := "Run the command again: what is there is not downloaded again."
		for _, made := range all {
			for _, in := range []error{download.ErrChanged, download.ErrForeign} {
				if strings.Contains(made.Error, in.Error()) {
					next = "Move the files away, or replace them with --overwrite."
				}
			}
		}
		return all, failed(next, "%d of %d reports were not downloaded", bad, len(reports))
	}
	return all, nil
}

// printFiles prints what was downloaded.
func (s *session) printFiles(all []downloaded) error {
	if s.cli.JSON {
		return s.printJSON(append([]downloaded{}, all...))
	}
	if len(all) == 0 {
		s.note("There is none.")
		return nil
	}
	rows := [][]string{{"REPORT ID", "TYPE", "DOCUMENT", "SIZE", ""}}
	for _, each := range all {
		row := []string{each.ReportID, reportWord(each.ReportType), "", "", each.Error}
		if each.File != nil {
			row[2], row[3] = each.Path, size(each.Size)
			if each.Before {
				row[4] = "was there"
			}
		}
		rows = append(rows, row)
	}
	s.table(rows)
	return nil
}

type bookRequest struct {
	Type  string        `help:"Type of the report." default:"settlement" group:"request"`
	Since string        `help:"Start of the period; the default is seven days ago." placeholder:"2026-11-01" group:"request"`
	Until string        `help:"End of the period; the default is now." placeholder:"2026-11-30" group:"request"`
	Wait  time.Duration `help:"How long to wait until the report is ready." default:"30m" group:"request"`
	folderFlags
	tokenFlags
	keyFlags
}

// Run asks for a report and downloads it.
func (c *bookRequest) Run(s *session) error {
	shop, environment, opts, err := c.shop(s, nil)
	if err != nil {
		return err
	}
	in := &webstore.CreateReportRequest{}
	if in.ReportType, err = reportType(c.Type, environment); err != nil {
		return err
	}
	if in.ReportType == webstore.ReportTypeSettlement {
		return wrong("Use amazonpay report download --type settlement.", "settlement reports come with each settlement, and cannot be asked for in the live environment")
	}
	now := time.Now()
	if in.StartTime, err = parseTime("--since", c.Since); err != nil {
		return err
	}
	if in.EndTime, err = parseTime("--until", c.Until); err != nil {
		return err
	}
	if in.StartTime.IsZero() {
		in.StartTime = amazonpay.NewTime(now.AddDate(0, 0, -7))
	}
	if in.EndTime.IsZero() {
		in.EndTime = amazonpay.NewTime(now)
	}
	folder, err := c.open() // before anything is asked for
	if err != nil {
		return err
	}
	asked, err := shop.CreateReport(s.ctx, in, append(slices.Clone(opts), c.options()...)...)
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	s.note("Report %s was asked for. It takes some minutes.", oneLine(asked.ReportID))
	report, err := waitForReport(s, shop, asked.ReportID, c.Wait, opts)
	if err != nil {
		return errors.Join(err, folder.Close())
	}
	files, err := downloadAll(s, shop, folder, []webstore.Report{*report}, opts)
	return errors.Join(err, s.printFiles(files), folder.Close())
}

// waitForReport waits for a report, and says how to go on if it takes longer.
func waitForReport(s *session, shop *webstore.Client, id string, atMost time.Duration, opts []amazonpay.CallOption) (*webstore.Report, error) {
	ctx, stop := contextFor(s.ctx, atMost)
	defer stop()
	report, err := shop.WaitForReport(ctx, id, opts...)
	if err == nil {
		return report, nil
	}
	if ended, ok := errors.AsType[*webstore.ReportError](err); ok {
		next := "Ask again, or ask Amazon Pay why."
		if ended.Report.ProcessingStatus == webstore.ReportStatusCancelled {
			next = "Most likely the period has no data: choose another one with --since and --until."
		}
		return nil, failed(next, "%w", err)
	}
	if ctx.Err() != nil {
		return nil, failed("It may be ready later: amazonpay report download "+id, "waiting for report %s: %w", id, context.Cause(ctx))
	}
	return nil, err
}

type bookSchedule struct {
	List   scheduleList   `cmd:"" help:"List the schedules."`
	Create scheduleCreate `cmd:"" help:"Have a report made regularly."`
	Cancel scheduleCancel `cmd:"" help:"End a schedule."`
}

// frequencies are the words for how often a report is made.
var frequencies = []struct {
	word string
	of   webstore.ScheduleFrequency
}{
	{"5 minutes", webstore.ScheduleFrequencyEvery5Minutes},
	{"15 minutes", webstore.ScheduleFrequencyEvery15Minutes},
	{"30 minutes", webstore.ScheduleFrequencyEvery30Minutes},
	{"hour", webstore.ScheduleFrequencyEveryHour},
	{"2 hours", webstore.ScheduleFrequencyEvery2Hours},
	{"4 hours", webstore.ScheduleFrequencyEvery4Hours},
	{"8 hours", webstore.ScheduleFrequencyEvery8Hours},
	{"12 hours", webstore.ScheduleFrequencyEvery12Hours},
	{"84 hours", webstore.ScheduleFrequencyEvery84Hours},
	{"day", webstore.ScheduleFrequencyEveryDay},
	{"2 days", webstore.ScheduleFrequencyEvery2Days},
	{"3 days", webstore.ScheduleFrequencyEvery3Days},
	{"week", webstore.ScheduleFrequencyEvery7Days},
	{"14 days", webstore.ScheduleFrequencyEvery14Days},
	{"15 days", webstore.ScheduleFrequencyEvery15Days},
	{"18 days", webstore.ScheduleFrequencyEvery18Days},
	{"30 days", webstore.ScheduleFrequencyEvery30Days},
}

// frequency reads words such as "day", "2 hours" and "12h", and the names of the service.
func frequency(text string) (webstore.ScheduleFrequency, error) {
	short := func(word string) string {
		number, unit, two := strings.Cut(word, " ")
		if !two {
			number, unit = "1", word
		}
		return number + unit[:1]
	}
	var words []string
	for _, each := range frequencies {
		if strings.EqualFold(text, each.word) || strings.EqualFold(text, string(each.of)) || strings.EqualFold(strings.ReplaceAll(text, " ", ""), short(each.word)) {
			return each.of, nil
		}
		words = append(words, each.word)
	}
	switch strings.ToLower(text) {
	case "7 days", "7d":
		return webstore.ScheduleFrequencyEvery7Days, nil
	case "2 weeks", "2w":
		return webstore.ScheduleFrequencyEvery14Days, nil
	}
	return "", wrong("Use one of "+strings.Join(words, ", ")+".", "--every %q is not offered", text)
}

func frequencyWord(of webstore.ScheduleFrequency) string {
	for _, each := range frequencies {
		if each.of == of {
			return each.word
		}
	}
	return string(of)
}

type scheduleCreate struct {
	Type    string `required:"" help:"Type of the report, such as refund." group:"request"`
	Every   string `required:"" help:"How often: 15 minutes, hour, 12 hours, day, 3 days, week, 30 days, …" placeholder:"PERIOD" group:"request"`
	First   string `help:"When the first report is made; the default is in an hour." placeholder:"2026-11-01T06:00:00Z" group:"request"`
	Replace bool   `help:"Replace the schedule that the type has." group:"request"`
	tokenFlags
	keyFlags
}

// Run creates a schedule.
func (c *scheduleCreate) Run(s *session) error {
	shop, environment, opts, err := c.shop(s, c.options())
	if err != nil {
		return err
	}
	in := &webstore.CreateReportScheduleRequest{}
	if in.ReportType, err = reportType(c.Type, environment); err != nil {
		return err
	}
	if in.ScheduleFrequency, err = frequency(c.Every); err != nil {
		return err
	}
	if in.NextReportCreationTime, err = parseTime("--first", c.First); err != nil {
		return err
	}
	if in.NextReportCreationTime.IsZero() {
		in.NextReportCreationTime = amazonpay.NewTime(time.Now().Add(time.Hour))
	}
	if c.Replace {
		in.DeleteExistingSchedule = &c.Replace
	}
	made, err := shop.CreateReportSchedule(s.ctx, in, opts...)
	if err != nil {
		return err
	}
	if s.cli.JSON {
		return s.printJSON(made.Meta.Raw)
	}
	s.printf("Schedule %s makes a %s report every %s, first at %s UTC.", harmless(made.ReportScheduleID), reportWord(in.ReportType), frequencyWord(in.ScheduleFrequency), stamp(in.NextReportCreationTime))
	return nil
}

type scheduleCancel struct {
	Schedule string `arg:"" help:"Id of the schedule, or the type of its report."`
	tokenFlags
}

// Run ends a schedule.
func (c *scheduleCancel) Run(s *session) error {
	shop, environment, opts, err := c.shop(s, nil)
	if err != nil {
		return err
	}
	id := c.Schedule
	if of, err := reportType(c.Schedule, environment); err == nil {
		answer, err := shop.GetReportSchedules(s.ctx, &webstore.GetReportSchedulesRequest{ReportTypes: []webstore.ReportType{of}}, opts...)
		if err != nil {
			return err
		}
		if len(answer.ReportSchedules) != 1 {
			return failed("Run amazonpay report schedule list, and give an id.", "%d schedules make %s reports", len(answer.ReportSchedules), c.Schedule)
		}
		id = answer.ReportSchedules[0].ReportScheduleID
	}
	if _, err := shop.CancelReportSchedule(s.ctx, id, opts...); err != nil {
		return err
	}
	if s.cli.JSON {
		return s.printJSON(struct {
			ReportScheduleID string `json:"reportScheduleId"`
			Canceled         bool   `json:"canceled"`
		}{id, true})
	}
	s.printf("Schedule %s is canceled.", harmless(cmp.Or(id, c.Schedule)))
	return nil
}
