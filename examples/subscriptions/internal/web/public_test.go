package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// notified returns the jobs that notifications have added.
func (s *site) notified() []billing.NotifiedArgs {
	s.t.Helper()
	found, err := s.engine.River.JobList(s.t.Context(), river.NewJobListParams().Kinds(billing.NotifiedArgs{}.Kind()))
	require.NoError(s.t, err)
	all := make([]billing.NotifiedArgs, len(found.Jobs))
	for i, job := range found.Jobs {
		require.NoError(s.t, json.Unmarshal(job.EncodedArgs, &all[i]))
	}
	return all
}

// A genuine notification becomes a job before it is answered. Nothing else that the emulator sends
// for a closed subscription is lost.
func TestNotification(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	region := s.world.Regions[0]
	require.NoError(t, region.NotifyAt(s.public.URL+"/notifications"))
	ids, err := region.Buyer().Subscribe(emulator.Subscription{MerchantID: s.merchant(1), Live: true, Amount: "9.99", Currency: "USD"}, 1)
	require.NoError(t, err)
	require.NoError(t, region.ClosePermission(ids[0], "BuyerClosed"))
	require.Eventually(t, func() bool {
		sent := region.Notifications()
		return len(sent) > 0 && sent[0].State == "Delivered"
	}, time.Minute, 20*time.Millisecond)
	jobs := s.notified()
	require.Len(t, jobs, 1)
	assert.Equal(t, billing.NotifiedArgs{
		NotificationID: jobs[0].NotificationID, MerchantID: s.merchant(1), ObjectType: "CHARGE_PERMISSION", ObjectID: ids[0], PermissionID: jobs[0].PermissionID,
	}, jobs[0])
	assert.NotEmpty(t, jobs[0].NotificationID)
}

// Forgeries are refused, and a genuine notification for a merchant that is unknown is to be sent
// again. The same notification twice is one job.
func TestForgedNotifications(t *testing.T) {
	t.Parallel()
	sns, err := ipntest.New()
	require.NoError(t, err)
	s := newSite(t, ipn.WithTopicAccounts(ipntest.Account), ipn.WithRoundTripper(sns))
	n := ipntest.Notification{MerchantID: s.merchant(0), ObjectType: "CHARGE", ObjectID: "P01-0000000-0000000-C000000", NotificationID: "same"}
	now := time.Now()
	for _, forged := range sns.Forgeries(n, now) {
		if forged.Kind == "unavailable" { // it takes five seconds
			continue
		}
		answer, _ := s.send(http.MethodPost, s.public.URL+"/notifications", string(forged.Body), "x-amz-sns-message-type", forged.Header)
		assert.GreaterOrEqual(t, answer.StatusCode, 400, forged.Name)
	}
	unknown := n
	unknown.MerchantID = "A0STRANGER"
	answer, _ := s.send(http.MethodPost, s.public.URL+"/notifications", string(sns.Notify(unknown, now).JSON()))
	assert.Equal(t, http.StatusInternalServerError, answer.StatusCode)
	assert.Empty(t, s.notified())

	for range 2 { // two messages with the same notification
		answer, _ := s.send(http.MethodPost, s.public.URL+"/notifications", string(sns.Notify(n, now).JSON()))
		assert.Equal(t, http.StatusOK, answer.StatusCode)
	}
	assert.Len(t, s.notified(), 1)
}
