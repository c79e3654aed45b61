package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

const token = "JBSWY3DPEHPK3PXPJBSWY3DPEH"

// waiting is a site with a bill that waits for its buyer's repair.
func waiting(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.bill(s.merchant(0), "B01-1111111-1111111", func(b *data.Bill) {
		b.State, b.RepairToken, b.Deadline, b.Reason = data.BillRepair, token, 20_774, "PaymentMethodExpired"
		b.NextAt = time.Now().Add(24 * time.Hour) // when it is looked at without the buyer
	})
	return s
}

// dunJobs returns how many jobs look after declined bills.
func (s *site) dunJobs() int {
	s.t.Helper()
	found, err := s.engine.River.JobList(s.t.Context(), river.NewJobListParams().Kinds(billing.DunArgs{}.Kind()))
	require.NoError(s.t, err)
	return len(found.Jobs)
}

// The buyer sees what to pay to whom until when, and has it tried again with a button. Loading the
// page changes nothing.
func TestRepair(t *testing.T) {
	t.Parallel()
	s := waiting(t)
	link := s.public.URL + "/repair/" + token
	answer, page := s.get(link)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	for _, want := range []string{"Merchant na 1", "USD 1,234.56", "November 2026", "Tuesday, November 17, 2026", "The payment method has expired.", "https://payments.amazon.com/", "I have changed it"} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, token, "the form needs no address")
	assert.Zero(t, s.dunJobs())

	answer, page = s.send(http.MethodPost, link, "")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "asked", answer.Request.URL.RawQuery, "a page that can be loaded again")
	assert.Contains(t, page, "Thank you")
	assert.Equal(t, 1, s.dunJobs())
	assert.NotContains(t, s.log.String(), token)
}

// A link that leads to nothing says no more than that.
func TestUnknownRepair(t *testing.T) {
	t.Parallel()
	s := waiting(t)
	_, want := s.get(s.public.URL + "/repair/AAAAAAAAAAAAAAAAAAAAAAAAAA")
	assert.Contains(t, want, "Nothing to do here")
	for name, path := range map[string]string{
		"half": token[:20], "zero byte": "%00", "no text": "%ff%fe", "quote": "%27", "percent": "%25", "long": token + token + token,
		"other case": "jbswy3dpehpk3pxpjbswy3dpeh",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			answer, page := s.send(method, s.public.URL+"/repair/"+path, "")
			assert.Equal(t, http.StatusNotFound, answer.StatusCode, "%s %s", method, name)
			assert.Equal(t, want, page, "%s %s", method, name)
		}
	}
	answer, page := s.get(s.public.URL + "/repair/") // the other bills have no token
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.NotContains(t, page, "Merchant")
	assert.Zero(t, s.dunJobs())
}

// Another site's page cannot press the button, and no page keeps or gives away the link.
func TestRepairIsPrivate(t *testing.T) {
	t.Parallel()
	s := waiting(t)
	link := s.public.URL + "/repair/" + token
	answer, _ := s.send(http.MethodPost, link, "", "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, http.StatusForbidden, answer.StatusCode)
	assert.Zero(t, s.dunJobs())
	answer, _ = s.get(link)
	assert.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	assert.Equal(t, "no-referrer", answer.Header.Get("Referrer-Policy"))
	assert.Equal(t, "noindex", answer.Header.Get("X-Robots-Tag"))
	assert.Contains(t, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")

	require.NoError(t, s.db.Close())
	answer, page := s.get(link)
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	assert.Contains(t, page, "Nothing was charged")
	assert.NotContains(t, s.log.String(), token)
}
