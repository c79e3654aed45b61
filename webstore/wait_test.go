package webstore_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/internal/waiters"
	"github.com/amazonpay-go/sdk/webstore"
)

// states is a Caller whose object goes through states, one per read.
type states struct {
	mu    sync.Mutex
	left  []amazonpay.State
	reads []time.Time
}

// becomes sets the state of the object, and returns how often it was read.
func (s *states) becomes(state amazonpay.State) (reads int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left = []amazonpay.State{state}
	return len(s.reads)
}

func (s *states) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, time.Now())
	state := s.left[0]
	if len(s.left) > 1 {
		s.left = s.left[1:]
	}
	switch o := out.(type) {
	case *webstore.Charge:
		o.StatusDetails.State = state
	case *webstore.Refund:
		o.StatusDetails.State = state
	case *webstore.ChargePermission:
		o.StatusDetails.State = state
		if state == amazonpay.StateNonChargeable {
			o.StatusDetails.Reasons = []webstore.Reason{{ReasonCode: amazonpay.ReasonCodeChargeInProgress}}
		}
	}
	return &amazonpay.Meta{}, nil
}

// Pauses grow, and the wait ends when Amazon has decided.
func TestWaits(t *testing.T) {
	t.Parallel()
	pending := func(state amazonpay.State, end amazonpay.State) *states {
		s := &states{}
		for range 12 {
			s.left = append(s.left, state)
		}
		s.left = append(s.left, end)
		return s
	}
	for name, row := range map[string]struct {
		caller *states
		wait   func(ctx context.Context, c *webstore.Client) (amazonpay.State, error)
		want   amazonpay.State
	}{
		"charge": {pending("AuthorizationInitiated", "Declined"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Declined"},
		"capture": {pending("CaptureInitiated", "Captured"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Captured"},
		"refund": {pending("RefundInitiated", "Refunded"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			refund, err := c.WaitForRefund(ctx, "R")
			return refund.StatusDetails.State, err
		}, "Refunded"},
		"an unknown state": {pending("AuthorizationDelayed", "Authorized"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Authorized"},
		"no state": {pending("", "Refunded"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			refund, err := c.WaitForRefund(ctx, "R")
			return refund.StatusDetails.State, err
		}, "Refunded"},
		"canceled": {pending("Pending", "Canceled"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			charge, err := c.WaitForCharge(ctx, "C")
			return charge.StatusDetails.State, err
		}, "Canceled"},
		"permission": {pending("NonChargeable", "Chargeable"), func(ctx context.Context, c *webstore.Client) (amazonpay.State, error) {
			permission, err := c.WaitForChargePermission(ctx, "P")
			return permission.StatusDetails.State, err
		}, "Chargeable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := row.wait(t.Context(), webstore.New(callsOnly{row.caller}))
				require.NoError(t, err)
				assert.Equal(t, row.want, got)
				require.Len(t, row.caller.reads, 13)
				for i := 1; i < len(row.caller.reads); i++ {
					waited, most := row.caller.reads[i].Sub(row.caller.reads[i-1]), min(time.Second<<(i-1), 5*time.Minute)
					assert.LessOrEqual(t, waited, most, i)
					assert.GreaterOrEqual(t, waited, most/2, i)
				}
			})
		})
	}
}

// A notification ends a pause. The end of the context ends the wait, with its cause.
func TestWaitsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		caller := &states{left: []amazonpay.State{"AuthorizationInitiated"}}
		c := webstore.New(callsOnly{caller})
		done := make(chan error, 1)
		start := time.Now()
		go func() { _, err := c.WaitForCharge(t.Context(), "C"); done <- err }()
		time.Sleep(10 * time.Minute) // the waits are long by now
		reads := caller.becomes("Authorized")
		require.NoError(t, c.HandleNotification(t.Context(), about{"CHARGE", "another"}, noting(new([]any))))
		synctest.Wait()
		require.Equal(t, reads+1, caller.becomes("Authorized"), "it is not woken by what concerns another charge")
		require.NoError(t, c.HandleNotification(t.Context(), about{"CHARGE", "C"}, noting(new([]any))))
		require.NoError(t, <-done)
		assert.Equal(t, 10*time.Minute, time.Since(start))

		leaving := errors.New("the shop closes")
		ctx, leave := context.WithTimeoutCause(t.Context(), time.Hour, leaving)
		defer leave()
		caller.becomes("RefundInitiated")
		_, err := c.WaitForRefund(ctx, "R")
		require.ErrorIs(t, err, leaving)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "stopped waiting for refund R, last seen RefundInitiated")

		// The cause may be another call's decline, which is not this call's.
		declined := &amazonpay.CallError{Outcome: amazonpay.OutcomeRefused, Err: &amazonpay.APIError{StatusCode: 422, ReasonCode: amazonpay.ReasonCodeSoftDeclined}}
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { stop(declined) })
		_, err = c.WaitForRefund(ctx, "R")
		require.ErrorIs(t, err, declined)
		assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(err).Step)
		assert.True(t, amazonpay.Advise(err).Unsettled)
	})
}

// decorated is a client with its own Call, as a program may have one for logs.
type decorated struct{ *amazonpay.Client }

func (d decorated) Call(ctx context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	return d.Client.Call(ctx, op, in, out, opts...)
}

// A notification that one Client handles wakes those who wait on any other Client of the same
// amazonpay.Client, and nobody else. Nothing of the waiters is left.
func TestNotificationWakesEverySibling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := &wireState{state: amazonpay.StateAuthorizationInitiated}
		connected := func() *amazonpay.Client {
			client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(state))
			require.NoError(t, err)
			return client
		}
		client, stranger := connected(), connected()
		merchant := client.With(amazonpay.WithAuthToken("token"))
		var left sync.WaitGroup
		ended := make(chan string, 10)
		for name, caller := range map[string]webstore.Caller{
			"the client": client, "one for a merchant": merchant, "one of that": merchant.With(amazonpay.WithoutRetry()),
			"a decorated client": decorated{client}, "a decorated merchant": &decorated{merchant}, "a stranger": stranger,
		} {
			left.Go(func() {
				if _, err := webstore.New(caller).WaitForCharge(t.Context(), "C"); err != nil {
					name = err.Error()
				}
				ended <- name
			})
		}
		time.Sleep(time.Hour) // the waits are five minutes by now
		list := waiters.OfClient(client)
		assert.Equal(t, 1, list.Len())
		before := time.Now()
		state.becomes(amazonpay.StateAuthorized)
		require.NoError(t, webstore.New(decorated{client.With()}).HandleNotification(t.Context(), about{"CHARGE", "C"}, noting(new([]any))))
		synctest.Wait()
		assert.Len(t, ended, 5)
		assert.Equal(t, before, time.Now(), "at once")
		assert.Zero(t, list.Len(), "nothing is left")
		left.Wait()
		close(ended)
		var last string
		for last = range ended {
		}
		assert.Equal(t, "a stranger", last)
	})
}

// wireState is a Doer whose charge has a state.
type wireState struct {
	mu    sync.Mutex
	state amazonpay.State
}

func (s *wireState) becomes(state amazonpay.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state
}

func (s *wireState) Do(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(
		fmt.Sprintf(`{"chargeId":"C","statusDetails":{"state":%q}}`, s.state)))}, nil
}

// A Client that New did not make, and a Client of a nil client, return errors and do not panic.
func TestWaitWithoutAClient(t *testing.T) {
	t.Parallel()
	var none *amazonpay.Client
	for _, shop := range []*webstore.Client{{}, webstore.New(nil), webstore.New(none), webstore.New(decorated{}), webstore.New(new(amazonpay.Client))} {
		_, err := shop.WaitForCharge(t.Context(), "C")
		require.Error(t, err)
		require.Error(t, shop.HandleNotification(t.Context(), about{"CHARGE", "C"}, noting(new([]any))))
		_, err = shop.DownloadReport(t.Context(), "D", io.Discard)
		require.Error(t, err)
	}
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/181: an authorization that
// is decided later, and then captured automatically.
// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1275: one that was never read
// again.
func TestPendingChargeIsCaptured(t *testing.T) {
	t.Parallel()
	shop, server, _ := connect(t)
	session, err := shop.CompleteCheckoutSession(t.Context(), newApproved(t, shop, server, webstore.PaymentIntentConfirm), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: twenty})
	require.NoError(t, err)
	charge, err := shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
		ChargePermissionID: session.ChargePermissionID, ChargeAmount: twenty, CaptureNow: new(true), CanHandlePendingAuthorization: new(true),
	}, amazonpay.WithSimulationCode("PendingAuthorized"))
	require.NoError(t, err)
	require.Equal(t, amazonpay.StateAuthorizationInitiated, charge.StatusDetails.State)
	require.NoError(t, server.ResolvePending(charge.ChargeID))
	charge, err = shop.WaitForCharge(t.Context(), charge.ChargeID)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptured, charge.StatusDetails.State)
	assert.Equal(t, twenty, charge.CaptureAmount)
}

func TestFinalAndPendingStates(t *testing.T) {
	t.Parallel()
	final, pending := map[amazonpay.State]bool{}, map[amazonpay.State]bool{}
	for _, s := range []amazonpay.State{
		"Open", "Completed", "Chargeable", "NonChargeable", "Closed", "AuthorizationInitiated", "Authorized", "CaptureInitiated", "Captured",
		"RefundInitiated", "Refunded", "Canceled", "Declined", "Pending", "QuiteNew", "",
	} {
		if s.IsFinal() {
			final[s] = true
		}
		if s.IsPending() {
			pending[s] = true
		}
	}
	assert.Equal(t, map[amazonpay.State]bool{"Completed": true, "Closed": true, "Captured": true, "Refunded": true, "Canceled": true, "Declined": true}, final)
	assert.Equal(t, map[amazonpay.State]bool{"AuthorizationInitiated": true, "CaptureInitiated": true, "RefundInitiated": true, "Pending": true}, pending)
}

func TestWaitForReport(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		statuses []string
		want     string
		reads    int
		least    time.Duration
		most     time.Duration
	}{
		"done at once":                   {[]string{`"COMPLETED"`}, "", 1, 0, 0},
		"done later":                     {[]string{`"IN_PROGRESS"`, `"IN_PROGRESS"`, `"IN_PROGRESS"`, `"COMPLETED"`}, "", 4, 3500 * time.Millisecond, 7 * time.Second},
		"failed":                         {[]string{`"IN_PROGRESS"`, `"FAILED"`}, "report A1 is FAILED", 2, 500 * time.Millisecond, time.Second},
		"cancelled":                      {[]string{`"CANCELLED"`}, "report A1 is CANCELLED: by a call, or because it has no data", 1, 0, 0},
		"a new status with the document": {[]string{`"ARCHIVED","reportDocumentId":"d"`}, "", 1, 0, 0},
		"a new status":                   {[]string{`"QUEUED"`, `"COMPLETED"`}, "", 2, 500 * time.Millisecond, time.Second},
		"never":                          {[]string{`"IN_PROGRESS"`}, "stopped waiting for report A1, last seen IN_PROGRESS: context deadline exceeded", 0, time.Hour, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				caller := &sequence{answers: row.statuses}
				start := time.Now()
				report, err := webstore.New(callsOnly{caller}).WaitForReport(ctx, "A1")
				took := time.Since(start)
				assert.GreaterOrEqual(t, took, row.least)
				assert.LessOrEqual(t, took, row.most)
				if row.reads > 0 {
					assert.Equal(t, row.reads, caller.reads)
				} else {
					assert.Less(t, caller.reads, 130, "an hour of reads that are a minute apart")
					assert.Greater(t, caller.reads, 59)
				}
				if row.want == "" {
					require.NoError(t, err)
					assert.Equal(t, "A1", report.ReportID)
					return
				}
				require.ErrorContains(t, err, row.want)
				assert.Nil(t, report)
				if failed, ok := errors.AsType[*webstore.ReportError](err); ok {
					assert.Equal(t, "A1", failed.Report.ReportID)
				} else {
					require.ErrorIs(t, err, context.DeadlineExceeded)
				}
			})
		})
	}
	failure := errors.New("refused")
	_, err := webstore.New(&callertest.Recorder{Err: failure}).WaitForReport(t.Context(), "A1")
	require.ErrorIs(t, err, failure)
}

// sequence is a Caller whose reports have one status after the other, and then the last one.
type sequence struct {
	answers []string
	reads   int
}

func (s *sequence) Call(_ context.Context, _ amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	status := s.answers[min(s.reads, len(s.answers)-1)]
	s.reads++
	return &amazonpay.Meta{}, json.Unmarshal([]byte(`{"reportId":"A1","processingStatus":`+status+`}`), out)
}
