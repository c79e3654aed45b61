package probe

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// unknowns are the ways in which an unknown object may be refused, besides the claimed one.
var unknowns = []string{"400 InvalidRequest", "400 InvalidParameterValue"}

// reportProbes are about reports, and objects that do not exist.
func reportProbes() []Probe {
	unknown := func(fact, what string, q request) Probe {
		return Probe{
			Fact: fact, Claimed: "404 ResourceNotFound", Others: unknowns, Source: noSource, Confidence: ConfidenceUncertain,
			Claim: "An unknown " + what + " is ResourceNotFound.",
			ask: func(ctx context.Context, r *run) (string, error) {
				a, err := r.send(ctx, q)
				return a.code(), err
			},
		}
	}
	return []Probe{
		unknown("errors.report.unknown", "report", get("GetReportByID", "reports/{id}", "A00000000000000000000")),
		unknown("errors.reportDocument.unknown", "report document", get("GetReportDocument", "report-documents/{id}", "amzn1.tortuga.4.00000000-0000-4000-8000-000000000000.T00000000000000")),
		unknown("errors.reportSchedule.unknown", "report schedule", get("GetReportScheduleByID", "report-schedules/{id}", "000000000000")),
		unknown("errors.dispute.unknown", "dispute", get("GetDispute", "disputes/{id}", unknownPermission+"-B000000")),
		{
			Fact: "status.createReport", Claimed: "201", Others: []string{"200"}, Source: docReports + ": 201; " + phpSDK + "README.md: 200", Confidence: ConfidenceConflict,
			Claim: "CreateReport answers with 201.",
			ask: func(ctx context.Context, r *run) (string, error) {
				ordered, err := r.report(ctx)
				return strconv.Itoa(ordered.status), err
			},
		},
		{
			Fact: "idempotency.createReport", Claimed: honoured, Others: []string{ignored}, Source: docIdempotency, Confidence: ConfidenceUncertain,
			Claim: "CreateReport honours the idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				ordered, err := r.report(ctx)
				if err != nil {
					return "", err
				}
				again, err := r.create(ctx, ordered.request)
				return repeated(again, "reportId", ordered.id), err
			},
		},
	}
}

// scheduleProbes are about schedules and disbursements.
func scheduleProbes() []Probe {
	return []Probe{
		{
			Fact: "status.createReportSchedule", Claimed: "201", Others: []string{"200"}, Source: noSource + "; " + phpSDK + "README.md: 200", Confidence: ConfidenceUncertain,
			Claim: "CreateReportSchedule answers with 201.",
			ask: func(ctx context.Context, r *run) (string, error) {
				ordered, err := r.schedule(ctx)
				return strconv.Itoa(ordered.status), err
			},
		},
		{
			Fact: "idempotency.createReportSchedule", Claimed: honoured, Others: []string{ignored}, Source: docIdempotency, Confidence: ConfidenceUncertain,
			Claim: "CreateReportSchedule honours the idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				ordered, err := r.schedule(ctx)
				if err != nil {
					return "", err
				}
				again, err := r.create(ctx, ordered.request)
				return repeated(again, "reportScheduleId", ordered.id), err
			},
		},
		{
			Fact: "errors.reportSchedule.duplicate", Claimed: "400 InvalidRequest", Others: []string{"400 InvalidParameterValue", "409 InvalidRequest", "422 InvalidRequest"},
			Source: noSource, Confidence: ConfidenceUncertain,
			Claim: "A second schedule of a report type is InvalidRequest.",
			ask: func(ctx context.Context, r *run) (string, error) {
				ordered, err := r.schedule(ctx)
				if err != nil {
					return "", err
				}
				second, err := r.create(ctx, ordered.request.withKey(newKey()))
				return second.code(), err
			},
		},
		{
			Fact: "disbursements.nextToken", Claimed: "present", Others: []string{absent}, Source: docDisbursements, Confidence: ConfidenceLikely,
			Claim: "A page of disbursements has nextToken, null if it is the last.",
			ask:   askDisbursements,
		},
	}
}

// repeated reads the answer to a request that was sent again with the same idempotency key.
func repeated(again answer, member, before string) string {
	switch {
	case again.ok() && again.text(member) == before:
		return honoured
	case again.ok() && again.text(member) != "":
		return ignored
	case again.triedAgain():
		return ignored
	}
	return again.code()
}

// triedAgain reports whether a repetition was refused because the work was done before, and so was
// not recognized as one.
func (a answer) triedAgain() bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity}, a.status) &&
		a.reason != "DuplicateIdempotencyKey" && !a.saysNothing()
}

func askDisbursements(ctx context.Context, r *run) (string, error) {
	now := r.Now().UTC().Add(r.offset)
	q := get("GetDisbursements", "disbursements")
	q.query = url.Values{"startTime": {now.Add(-24 * time.Hour).Format(stampForm)}, "endTime": {now.Format(stampForm)}, "pageSize": {"100"}}
	a, err := r.send(ctx, q)
	if err != nil {
		return "", err
	}
	if a.status != http.StatusOK {
		return a.code(), nil
	}
	switch token, there := a.at("nextToken"); {
	case !there:
		return absent, nil
	case token != nil && token != "":
		return "", unclear("the page is not the last")
	}
	return "present", nil
}
