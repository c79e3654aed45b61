package webstore_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// pager is a Caller with one list for reports and disbursements, by token.
type pager struct {
	pages   map[string]page
	queries []url.Values
	opts    []amazonpay.CallOption

	undecoded []string // members of the first page
}

type page struct {
	ids  []string
	next string
	err  error
}

func (p *pager) Call(ctx context.Context, op amazonpay.Operation, _, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	if err := context.Cause(ctx); err != nil {
		return &amazonpay.Meta{}, err
	}
	if len(p.queries) == 10 { // which no walk here needs: without its guard one would go on for ever
		return &amazonpay.Meta{}, errors.New("pager: the walk has no end")
	}
	p.queries, p.opts = append(p.queries, op.Query), opts
	found := p.pages[op.Query.Get("nextToken")]
	meta := &amazonpay.Meta{RequestID: "request-" + strconv.Itoa(len(p.queries))}
	if len(p.queries) == 1 {
		meta.Undecoded = p.undecoded
	}
	switch out := out.(type) {
	case *webstore.GetReportsResponse:
		for _, id := range found.ids {
			out.Reports = append(out.Reports, webstore.Report{ReportID: id})
		}
		out.NextToken = found.next
	case *webstore.GetDisbursementsResponse:
		for _, id := range found.ids {
			out.Disbursements = append(out.Disbursements, webstore.Disbursement{SettlementID: id})
		}
		out.NextToken = found.next
	}
	return meta, found.err
}

func threePages() *pager {
	return &pager{pages: map[string]page{"": {[]string{"1", "2"}, "a/b=", nil}, "a/b=": {nil, "c", nil}, "c": {[]string{"3"}, "", nil}}}
}

func ids[T any](seq iter.Seq2[T, error], id func(T) string) (all []string, err error) {
	for item, err := range seq {
		if err != nil {
			return append(all, id(item)), err
		}
		all = append(all, id(item))
	}
	return all, nil
}

func reportOf(r webstore.Report) string { return r.ReportID }

func disbursementOf(d webstore.Disbursement) string { return d.SettlementID }

func TestWalks(t *testing.T) {
	t.Parallel()
	option := amazonpay.WithHeader("X-Shop", "1")
	reports := func(p *pager) ([]string, error) {
		return ids(webstore.New(callsOnly{p}).Reports(t.Context(), &getReports, option), reportOf)
	}
	disbursements := func(p *pager) ([]string, error) {
		return ids(webstore.New(callsOnly{p}).Disbursements(t.Context(), &getDisbursements, option), disbursementOf)
	}
	for name, walk := range map[string]func(*pager) ([]string, error){"reports": reports, "disbursements": disbursements} {
		p := threePages()
		before, beforeToo := getReports, getDisbursements
		for range 2 { // a second walk begins anew
			p.queries = nil
			all, err := walk(p)
			require.NoError(t, err)
			assert.Equal(t, []string{"1", "2", "3"}, all, name)
			require.Len(t, p.queries, 3)
			assert.NotEmpty(t, p.queries[0].Get("pageSize"))
			assert.Equal(t, []url.Values{{"nextToken": {"a/b="}}, {"nextToken": {"c"}}}, p.queries[1:], "a token travels alone")
			assert.Equal(t, []amazonpay.CallOption{option}, p.opts, "on every page")
		}
		// https://github.com/amzn/amazon-pay-api-sdk-nodejs: getReports changes its caller's object.
		assert.Equal(t, before, getReports)
		assert.Equal(t, beforeToo, getDisbursements)

		failure := errors.New("refused")
		p.pages["c"] = page{err: failure}
		all, err := walk(p)
		require.ErrorIs(t, err, failure)
		assert.Equal(t, []string{"1", "2", ""}, all, "the error is the last, with an empty item")

		for _, next := range []string{"c", "a/b="} {
			p.queries, p.pages["c"] = nil, page{[]string{"3"}, next, nil}
			all, err = walk(p)
			assert.Equal(t, []string{"1", "2", "3", ""}, all)
			failed, ok := errors.AsType[*amazonpay.CallError](err)
			require.True(t, ok)
			assert.Equal(t, "request-3", failed.Meta.RequestID)
			_, decode := errors.AsType[*amazonpay.DecodeError](err)
			assert.True(t, decode)
			assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err))
			assert.Len(t, p.queries, 3)
		}
	}
}

// An item or a token that was not understood ends a walk, which would otherwise miss something
// silently.
func TestWalkMissesNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		undecoded string
		want      []string
		says      string
	}{
		{"%s", []string{""}, "an item of the list, or a member of one, has an unexpected JSON type"},
		{"%s[1]", []string{""}, "an item of the list, or a member of one, has an unexpected JSON type"},
		{"nextToken", []string{"1", "2", ""}, "the next token has an unexpected JSON type"},
		{"%s[1].amount", []string{""}, "an item of the list, or a member of one, has an unexpected JSON type"},
		{"other", []string{"1", "2", "3"}, ""},
	} {
		for list, walk := range map[string]func(p *pager) ([]string, error){
			"reports": func(p *pager) ([]string, error) {
				return ids(webstore.New(callsOnly{p}).Reports(t.Context(), nil), reportOf)
			},
			"disbursements": func(p *pager) ([]string, error) {
				return ids(webstore.New(callsOnly{p}).Disbursements(t.Context(), nil), disbursementOf)
			},
		} {
			p := threePages()
			p.undecoded = []string{strings.Replace(row.undecoded, "%s", list, 1)}
			all, err := walk(p)
			assert.Equal(t, row.want, all, row.undecoded)
			if row.says == "" {
				require.NoError(t, err)
				continue
			}
			require.ErrorContains(t, err, row.says)
			assert.Equal(t, amazonpay.OutcomeDone, amazonpay.OutcomeOf(err))
			assert.Len(t, p.queries, 1)
		}
	}
}

func TestWalkEndsEarly(t *testing.T) {
	t.Parallel()
	p := threePages()
	for report, err := range webstore.New(callsOnly{p}).Reports(t.Context(), nil) {
		require.NoError(t, err)
		if report.ReportID == "2" {
			break
		}
	}
	assert.Len(t, p.queries, 1, "breaking off stops the requests")
	assert.Empty(t, p.queries[0], "no filter, no query")

	p = threePages()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range webstore.New(callsOnly{p}).Reports(ctx, nil) {
		last = err
		cancel()
	}
	require.ErrorIs(t, last, context.Canceled)
	assert.Len(t, p.queries, 1)
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	shop := webstore.New(newClient(t))
	ctx := t.Context()
	reports := func(in webstore.GetReportsRequest) error {
		_, err := shop.GetReports(ctx, &in)
		_, walked := ids(shop.Reports(ctx, &in), reportOf)
		assert.Equal(t, err, walked)
		return err
	}
	disbursements := func(in webstore.GetDisbursementsRequest) error {
		_, err := shop.GetDisbursements(ctx, &in)
		return err
	}
	schedules := func(types []webstore.ReportType) error {
		_, err := shop.GetReportSchedules(ctx, &webstore.GetReportSchedulesRequest{ReportTypes: types})
		return err
	}
	contest := func(in webstore.ContestDisputeRequest) error {
		_, err := shop.ContestDispute(ctx, disputeID, &in)
		return err
	}
	_, ordered := shop.CreateReport(ctx, &webstore.CreateReportRequest{ReportType: webstore.ReportTypeRefund, StartTime: at(2026, 2, 1), EndTime: at(2026, 1, 1)})
	for name, row := range map[string]struct {
		err   error
		field string
	}{
		"page of none":                {reports(webstore.GetReportsRequest{PageSize: -1}), "pageSize"},
		"page too large":              {reports(webstore.GetReportsRequest{PageSize: 101}), "pageSize"},
		"page of payments too large":  {disbursements(webstore.GetDisbursementsRequest{PageSize: 101}), "pageSize"},
		"token and page size":         {reports(webstore.GetReportsRequest{NextToken: "t", PageSize: 10}), "nextToken"},
		"token and types":             {reports(webstore.GetReportsRequest{NextToken: "t", ReportTypes: []webstore.ReportType{webstore.ReportTypeRefund}}), "nextToken"},
		"token and a period":          {disbursements(webstore.GetDisbursementsRequest{NextToken: "t", StartTime: at(2026, 1, 1)}), "nextToken"},
		"no types":                    {reports(webstore.GetReportsRequest{ReportTypes: []webstore.ReportType{}}), "reportTypes"},
		"no statuses":                 {reports(webstore.GetReportsRequest{ProcessingStatuses: []webstore.ReportStatus{}}), "processingStatuses"},
		"a blank type":                {reports(webstore.GetReportsRequest{ReportTypes: []webstore.ReportType{" "}}), "reportTypes"},
		"two types in one":            {reports(webstore.GetReportsRequest{ReportTypes: []webstore.ReportType{"A,B"}}), "reportTypes"},
		"the end before the start":    {reports(webstore.GetReportsRequest{CreatedSince: at(2026, 2, 1), CreatedUntil: at(2026, 1, 1)}), "createdSince"},
		"a year of five digits":       {disbursements(webstore.GetDisbursementsRequest{EndTime: at(12026, 2, 1)}), "endTime"},
		"schedules of no type":        {schedules([]webstore.ReportType{}), "reportTypes"},
		"an order that ends too soon": {ordered, "startTime"},
		"no evidence":                 {contest(webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{}}), "merchantEvidences"},
		"evidence without a type":     {contest(webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{{EvidenceText: "x"}}}), "merchantEvidences[0].evidenceType"},
	} {
		failed, ok := errors.AsType[*amazonpay.CallError](row.err)
		require.True(t, ok, "%s: %v", name, row.err)
		assert.NotEmpty(t, failed.Operation)
		assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(row.err), name)
		field, ok := errors.AsType[*amazonpay.FieldError](row.err)
		require.True(t, ok, "%s: %v", name, row.err)
		assert.Equal(t, row.field, field.Field, name)
	}
	for _, size := range []int{1, 100} {
		p := threePages()
		_, err := webstore.New(callsOnly{p}).GetReports(ctx, &webstore.GetReportsRequest{PageSize: size})
		require.NoError(t, err)
		assert.Equal(t, url.Values{"pageSize": {strconv.Itoa(size)}}, p.queries[0])
	}
}

// The SDK for Java sent queries unescaped and repeated, the SDK for PHP sent reportTypes.1, and
// both sent a bare question mark if there was no filter.
func TestQueriesOnTheWire(t *testing.T) {
	t.Parallel()
	var targets []string
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		targets = append(targets, r.RequestURI)
		if r.Method == http.MethodPost {
			w.Header().Set("Location", "https://claim.example/page?token=t")
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		w.Header().Set("X-Amz-Pay-Request-Id", "request-1")
		_, _ = w.Write([]byte(`{}`))
	}))
	t.Cleanup(server.Close)
	shop := webstore.New(clientOf(t, server))
	ctx := t.Context()
	_, err := shop.GetReports(ctx, nil)
	require.NoError(t, err)
	_, err = shop.GetReportSchedules(ctx, nil)
	require.NoError(t, err)
	_, err = shop.GetReports(ctx, &webstore.GetReportsRequest{ReportTypes: []webstore.ReportType{"B", "A"}, PageSize: 5})
	require.NoError(t, err)
	_, err = shop.GetDisbursements(ctx, &webstore.GetDisbursementsRequest{NextToken: "a/b+c="})
	require.NoError(t, err)
	claimed, err := shop.MerchantAccountClaim(ctx, accountID, &claim)
	require.NoError(t, err)
	assert.Equal(t, "https://claim.example/page?token=t", claimed.Location)
	assert.Equal(t, []string{
		"/v2/reports", "/v2/report-schedules", "/v2/reports?pageSize=5&reportTypes=B%2CA", "/v2/disbursements?nextToken=a%2Fb%2Bc%3D",
		"/v2/merchantAccounts/" + accountID + "/claim",
	}, targets, "and the redirect is not followed")
}
