package emulator_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// endpoint is a shop's, with the verifier of this SDK.
type endpoint struct {
	t       *testing.T
	url     string
	arrived chan *ipn.Notification // each time that one is handled
	answer  chan error             // what to say to it; nil if there is nothing
}

func newEndpoint(t *testing.T, s *emulator.Server) *endpoint {
	t.Helper()
	e := &endpoint{t: t, arrived: make(chan *ipn.Notification, 100), answer: make(chan error, 100)}
	v, err := ipn.NewVerifier(
		ipn.WithTopicAccounts(s.Description().TopicAccount), ipn.WithMerchantIDs(s.Description().Merchants[0].MerchantID),
		ipn.WithRoundTripper(s.RoundTripper()), ipn.WithClock(s.Now))
	require.NoError(t, err)
	server := httptest.NewServer(v.Handler(func(_ context.Context, n *ipn.Notification) error {
		e.arrived <- n
		select {
		case err := <-e.answer:
			return err
		default:
			return nil
		}
	}))
	t.Cleanup(server.Close)
	e.url = server.URL + "/ipn"
	return e
}

// gets waits for a notification of an object.
func (e *endpoint) gets(objectType ipn.ObjectType, id string) *ipn.Notification {
	e.t.Helper()
	select {
	case n := <-e.arrived:
		require.Equal(e.t, id, n.ObjectID)
		require.Equal(e.t, objectType, n.ObjectType)
		return n
	case <-time.After(10 * time.Second):
		require.Fail(e.t, "no notification of "+id)
		return nil
	}
}

// each returns the objects of the next n notifications, whose order is not said.
func (e *endpoint) each(n int) (ids []string) {
	e.t.Helper()
	for range n {
		select {
		case got := <-e.arrived:
			ids = append(ids, got.ObjectID)
		case <-time.After(10 * time.Second):
			require.Fail(e.t, "a notification is missing")
		}
	}
	return ids
}

// settled waits until no notification is on its way, and returns their states.
func settled(t *testing.T, s *emulator.Server, tries int) []emulator.Notification {
	t.Helper()
	var sent []emulator.Notification
	require.Eventually(t, func() bool {
		sent = s.Notifications()
		all := 0
		for _, n := range sent {
			all += n.Tries
		}
		return all == tries
	}, 10*time.Second, 5*time.Millisecond)
	return sent
}

// What changes by itself is told: once what is pending has ended, when a permission is closed, when
// a refund is done, when a dispute is filed and when it is lost.
func TestNotifications(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	before, _ := c.newCharge("AuthorizeWithCapture", "5")
	e := newEndpoint(t, s)
	require.NoError(t, s.NotifyAt(e.url))
	require.NoError(t, s.NotifyAt(e.url), "twice is once")

	charge, permission := c.newPending()
	e.gets(ipn.ObjectTypeChargePermission, permission) // NonChargeable, ChargeInProgress
	require.NoError(t, s.Advance(30*time.Second))
	assert.ElementsMatch(t, []string{charge, permission}, e.each(2))
	assert.Equal(t, "Authorized", c.get("/charges/"+charge).at("statusDetails", "state"))
	c.remove("/chargePermissions/"+permission+"/close", object{"closureReason": "x", "cancelPendingCharges": true}).must(t, 200)
	assert.ElementsMatch(t, []string{charge, permission}, e.each(2))

	refund := c.post("/refunds", object{"chargeId": before, "refundAmount": usd("1")}).must(t, 201).text(t, "refundId")
	require.NoError(t, s.ResolvePending(refund))
	n := e.gets(ipn.ObjectTypeRefund, refund)
	assert.Equal(t, strings.TrimSuffix(refund, refund[strings.LastIndex(refund, "-R"):]), n.ChargePermissionID)
	dispute, err := s.Buyer().Dispute(before)
	require.NoError(t, err)
	e.gets(ipn.ObjectTypeChargeback, dispute)
	require.NoError(t, s.Advance(11*24*time.Hour))
	e.gets(ipn.ObjectTypeChargeback, dispute)

	old, _ := c.newCharge("Authorize", "5")
	require.NoError(t, s.Advance(60*24*time.Hour)) // it expires on the thirtieth day, and SNS hears of it today
	n = e.gets(ipn.ObjectTypeCharge, old)
	assert.WithinDuration(t, s.Now(), n.Timestamp, time.Minute)

	sent := settled(t, s, 9)
	require.Len(t, sent, 9, "and nothing of what came before, or was just made")
	for _, n := range sent {
		assert.Equal(t, "Delivered", n.State, n)
		assert.Equal(t, e.url, n.Endpoint)
	}
	s.Reset()
	assert.Empty(t, s.Notifications())
}

// What the shop could not take is sent again, an hour later, three times; what it does not want is
// not.
func TestNotificationsAreSentAgain(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, permission := c.newCharge("Confirm", "5")
	e := newEndpoint(t, s)
	require.NoError(t, s.NotifyAt(e.url))
	e.answer <- errors.New("the database is away")
	require.NoError(t, s.SuspendPermission(permission, "MFAFailed"))
	first := e.gets(ipn.ObjectTypeChargePermission, permission)
	sent := settled(t, s, 1)
	assert.Equal(t, "Pending", sent[0].State)
	assert.Equal(t, "status 500", sent[0].Reason)
	require.NoError(t, s.Advance(59*time.Minute))
	require.NoError(t, s.Advance(time.Minute))
	again := e.gets(ipn.ObjectTypeChargePermission, permission)
	assert.Equal(t, first.MessageID, again.MessageID)
	assert.Equal(t, first.Timestamp, again.Timestamp, "SNS sends under the first time")
	assert.Equal(t, "Delivered", settled(t, s, 2)[0].State)

	for range 4 {
		e.answer <- errors.New("the database is away")
	}
	require.NoError(t, s.Buyer().ChangePaymentMethod(permission, "1111"))
	e.gets(ipn.ObjectTypeChargePermission, permission)
	settled(t, s, 3)
	for tries := 4; tries <= 6; tries++ {
		require.NoError(t, s.Advance(time.Hour))
		e.gets(ipn.ObjectTypeChargePermission, permission)
		settled(t, s, tries)
	}
	sent = settled(t, s, 6)
	assert.Equal(t, "Failed", sent[1].State)
	assert.Equal(t, 4, sent[1].Tries)
	require.NoError(t, s.Advance(time.Hour))

	refusing := httptest.NewServer(http.NotFoundHandler())
	defer refusing.Close()
	require.NoError(t, s.NotifyAt(refusing.URL))
	require.NoError(t, s.ClosePermission(permission, "BuyerClosed"))
	e.gets(ipn.ObjectTypeChargePermission, permission)
	for _, n := range settled(t, s, 8)[2:] {
		assert.Equal(t, map[string]string{e.url: "Delivered", refusing.URL: "Failed"}[n.Endpoint], n.State, n)
		assert.Equal(t, 1, n.Tries)
	}
}

// An endpoint that is away when the emulator ends hears of it after the restart.
func TestNotificationsOutliveARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	first, err := emulator.Listen("127.0.0.1:0", emulator.WithStateFile(path))
	require.NoError(t, err)
	c := newClient(t, first, 0)
	_, permission := c.newCharge("Confirm", "5")
	e := newEndpoint(t, first)
	require.NoError(t, first.NotifyAt(e.url))
	e.answer <- errors.New("the database is away")
	require.NoError(t, first.ClosePermission(permission, "BuyerClosed"))
	before := e.gets(ipn.ObjectTypeChargePermission, permission)
	settled(t, first, 1)
	require.NoError(t, first.Close())

	second := emulator.Start(t, emulator.WithStateFile(path))
	require.NoError(t, second.Advance(time.Hour))
	assert.Equal(t, before.MessageID, e.gets(ipn.ObjectTypeChargePermission, permission).MessageID)
	assert.Equal(t, "Delivered", settled(t, second, 2)[0].State)
}

// An endpoint that does not answer delays no other one, and can be taken back.
func TestDeadEndpoint(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	_, permission := c.newCharge("Confirm", "5")
	release := make(chan struct{})
	dead := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer dead.Close()
	defer close(release)
	require.NoError(t, s.NotifyAt(dead.URL))
	e := newEndpoint(t, s)
	require.NoError(t, s.NotifyAt(e.url))
	for range 2 {
		require.NoError(t, s.SuspendPermission(permission, "MFAFailed"))
		e.gets(ipn.ObjectTypeChargePermission, permission)
		require.NoError(t, s.Buyer().ChangePaymentMethod(permission, "1111"))
		e.gets(ipn.ObjectTypeChargePermission, permission)
	}
	s.StopNotifying(dead.URL)
	require.NoError(t, s.ClosePermission(permission, "BuyerClosed"))
	e.gets(ipn.ObjectTypeChargePermission, permission)
	for _, n := range s.Notifications() {
		assert.Equal(t, e.url, n.Endpoint)
	}
}

func TestNotifyAtLoopbackAlone(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	for _, url := range []string{"", "http://192.0.2.1/ipn", "https://shop.example/ipn", "ftp://127.0.0.1/", "http://user@127.0.0.1/", "127.0.0.1:80", "http://127.0.0.1.evil.example/"} {
		require.ErrorContains(t, s.NotifyAt(url), "NotifyAt", url)
	}
	mounted, err := emulator.New()
	require.NoError(t, err)
	require.Error(t, mounted.NotifyAt("http://127.0.0.1:1/"))
	assert.Empty(t, s.Notifications())
}
