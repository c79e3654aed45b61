package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// An empty database has a page too.
func TestNoProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	answer, page := s.get(s.admin.URL)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "No bills yet")
	assert.Contains(t, page, "is a planner running?")
}

// The page shows money by state, what is wrong, and no secret.
func TestProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	require.NoError(t, s.db.AddMerchant(t.Context(), &data.Merchant{ID: "AX", Name: "<script>alert(1)</script>", Region: "na", Currency: "USD", SealedMWSToken: []byte("x")}))
	for i := range 3 {
		s.bill(s.merchant(0), fmt.Sprint("B01-1-", i), func(b *data.Bill) { b.State, b.Refunded = data.BillPaid, 100 })
	}
	s.bill(s.merchant(1), "B01-2-0", func(b *data.Bill) { b.State, b.Reason = data.BillCheck, "ProcessingFailure" })
	for i, state := range []data.RefundState{data.RefundCheck, data.RefundRefused, data.RefundRefunded} {
		r := &data.Refund{ID: fmt.Sprint("refund-", i), PermissionID: "B01-1-0", Period: "2026-11", MerchantID: s.merchant(0), ChargeID: "C1", Amount: 777, Currency: "USD"}
		_, err := s.db.AddRefund(t.Context(), r)
		require.NoError(t, err)
		r.State = state
		require.NoError(t, s.db.SaveRefund(t.Context(), r))
	}
	repair := s.bill("AX", "B01-3-0", func(b *data.Bill) { b.State, b.RepairToken = data.BillRepair, token })
	require.NoError(t, s.db.AddMessage(t.Context(), repair, data.MessageRepair))
	require.NoError(t, s.db.AddDifference(t.Context(), &data.Difference{MerchantID: "AX", ReportID: "R", Kind: "too_little", Ours: 500, Theirs: 499, Currency: amazonpay.JPY, Note: "a yen is missing"}))
	limit := amazonpay.RateLimit{PerSecond: 4, Burst: 10}
	_, err := s.db.Take(t.Context(), "AX", "CreateCharge", limit)
	require.NoError(t, err)
	require.NoError(t, s.db.Slow(t.Context(), "AX", "CreateCharge", limit, 0))

	answer, page := s.get(s.admin.URL)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	for _, want := range []string{
		"<title>60 % of 2026-11", "USD 3,703.68", "refunded USD 3.00", // 3 of 5 are settled
		"B01-2-0", "ProcessingFailure", "JPY 500", "JPY 499", "a yen is missing", "50 %", "refund-0", "refund-1", "USD 7.77",
		"&lt;script&gt;alert(1)", "Latest messages", "B01-3-0", `http-equiv="refresh"`,
	} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "<script>alert")
	assert.NotContains(t, page, token)
	assert.NotContains(t, page, "refund-2")
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	assert.NotContains(t, page, "style=", "the policy forbids it")
	for _, path := range []string{"/static/style.css", "/static/live.js"} {
		answer, _ := s.get(s.admin.URL + path)
		assert.Equal(t, http.StatusOK, answer.StatusCode, path)
	}
}

// Thousands of merchants come in pages, and one is found by its id.
func TestMerchants(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for i := range 60 {
		require.NoError(t, s.db.AddMerchant(t.Context(), &data.Merchant{ID: fmt.Sprintf("ZZ%03d", i), Name: "Shop", Region: "na", Currency: "USD", SealedMWSToken: []byte("x")}))
	}
	s.bill("ZZ030", "B01-1", func(b *data.Bill) { b.State = data.BillPaid })
	seen := make(map[string]bool)
	url := s.admin.URL + "/?q=zz&period=2026-11"
	for pages := 0; url != ""; pages++ {
		require.Less(t, pages, 4)
		_, page := s.get(url)
		for i := range 60 {
			if id := fmt.Sprintf("ZZ%03d", i); strings.Contains(page, id+"</span>") {
				assert.False(t, seen[id], "%s twice", id)
				seen[id] = true
			}
		}
		url = ""
		if _, after, more := strings.Cut(page, `First page</a>`); more || pages == 0 {
			if !more {
				after = page
			}
			if i := strings.Index(after, `rel="next"`); i >= 0 {
				link := after[:i]
				link = link[strings.LastIndex(link, `href="`)+len(`href="`):]
				link, _, _ = strings.Cut(link, `"`)
				url = s.admin.URL + "/" + strings.ReplaceAll(link, "&amp;", "&")
			}
		}
	}
	assert.Len(t, seen, 60)
	_, page := s.get(s.admin.URL + "/?q=zz03%25")
	assert.Contains(t, page, "No merchant has")
	for _, odd := range []string{"?q=%00%ff", "?after=%00", "?period=%00%27"} {
		answer, _ := s.get(s.admin.URL + "/" + odd)
		assert.Equal(t, http.StatusOK, answer.StatusCode, odd)
	}
}

// Only a request for loopback is answered, and only our own pages may change jobs.
func TestAdminIsLocal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for host, want := range map[string]int{
		"127.0.0.1:1": 200, "localhost": 200, "[::1]:80": 200, "[::1]": 200,
		"evil.example": 421, "10.0.0.1": 421, "localhost.evil.example": 421, "0.0.0.0": 421,
	} {
		for _, path := range []string{"/", "/metrics", "/jobs/api/states"} {
			answer, _ := s.get(s.admin.URL+path, "Host", host)
			assert.Equal(t, want, answer.StatusCode, "%s%s", host, path)
		}
	}
	answer, _ := s.send(http.MethodPost, s.admin.URL+"/jobs/api/jobs/cancel", `{"ids":["1"]}`, "Content-Type", "text/plain", "Origin", "https://evil.example")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
}

// River UI lists and cancels jobs, on both databases.
func TestJobs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	added, err := s.engine.River.Insert(t.Context(), billing.ChargeArgs{BillRef: billing.BillRef{PermissionID: "B01-1", Period: "2026-11"}}, nil)
	require.NoError(t, err)
	answer, page := s.get(s.admin.URL+"/jobs/", "Accept", "text/html")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Contains(t, page, "<title>River</title>")
	_, body := s.get(s.admin.URL + "/jobs/api/jobs?state=available&limit=10")
	var list struct {
		Data []struct {
			ID   int64  `json:"id"`
			Kind string `json:"kind"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &list), body)
	require.Len(t, list.Data, 1, body)
	assert.Equal(t, "charge", list.Data[0].Kind)
	answer, body = s.send(http.MethodPost, s.admin.URL+"/jobs/api/jobs/cancel", fmt.Sprintf(`{"ids":["%d"]}`, list.Data[0].ID), "Content-Type", "application/json")
	require.Equal(t, http.StatusOK, answer.StatusCode, body)
	job, err := s.engine.River.JobGet(t.Context(), added.Job.ID)
	require.NoError(t, err)
	assert.Equal(t, rivertype.JobStateCancelled, job.State)
}
