package once_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/chaos/once"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// network fails to connect while it is down.
type network struct {
	http.RoundTripper

	calls int
	down  func(call int) bool
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.calls++
	if n.down(n.calls) {
		r = r.Clone(r.Context())
		r.URL.Host = "127.0.0.1:1"
		return new(http.Transport).RoundTrip(r)
	}
	return n.RoundTripper.RoundTrip(r)
}

// Four ordinary ways in which a switch on the outcome of each call charged twice: an answer is
// lost, and the calls after it are told something that says nothing of the first.
func TestFourWaysToChargeTwice(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		after      emulator.Fault // what the calls get after the lost one
		down       bool
		descriptor string // of the calls after the lost one
		step       amazonpay.Step
	}{
		"429":                 {after: emulator.Fault{Status: 429}, step: amazonpay.StepDone},
		"403":                 {after: emulator.Fault{Status: 403, ReasonCode: "InvalidAccountStatus"}, step: amazonpay.StepDone},
		"no connection":       {down: true, step: amazonpay.StepDone},
		"another request":     {descriptor: "NEW", step: amazonpay.StepRead},
		"another, and a 429":  {after: emulator.Fault{Status: 429}, descriptor: "NEW", step: amazonpay.StepRead},
		"the page of a proxy": {after: emulator.Fault{Kind: emulator.FaultKindHTML, Status: 403}, step: amazonpay.StepDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := emulator.Start(t)
			base := &network{RoundTripper: server.RoundTripper(), down: func(int) bool { return false }}
			client := emulatortest.Connect(t, server, amazonpay.WithRoundTripper(base), amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}))
			shop := webstore.New(client)
			request := &webstore.CreateChargeRequest{
				ChargePermissionID: permission(t, server, shop), CaptureNow: new(true), SoftDescriptor: "OLD",
				ChargeAmount: amazonpay.USD.Price("14.00"),
			}
			first := base.calls
			if row.down {
				base.down = func(call int) bool { return call > first+4 && call <= first+8 }
			}
			require.NoError(t, server.FailNext(4, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))
			if row.after.Status != 0 {
				row.after.Operation = "CreateCharge"
				require.NoError(t, server.FailNext(4, row.after))
			}

			stored := once.Work{Name: "order-1/charge"}
			save := func() error { return nil }
			calls := 0
			err := once.Do(t.Context(), &stored, save, 0, func(opts ...amazonpay.CallOption) (string, error) {
				if calls++; calls > 1 && row.descriptor != "" {
					request.SoftDescriptor = row.descriptor
				}
				charge, err := shop.CreateCharge(t.Context(), request, opts...)
				if err != nil {
					assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err), "%v", err)
					return "", err
				}
				return charge.ChargeID, nil
			})
			require.Len(t, server.Charges(), 1)
			assert.Zero(t, stored.Attempt, "no new key")
			assert.Empty(t, stored.Failed)
			if row.step == amazonpay.StepDone {
				require.NoError(t, err)
				assert.Equal(t, server.Charges()[0].ID, stored.ID)
				return
			}
			assert.Equal(t, row.step, amazonpay.Advise(err).Step)
			assert.True(t, stored.Unsettled)
			request.SoftDescriptor = "OLD" // the request that was sent first
			require.NoError(t, once.Do(t.Context(), &stored, save, time.Millisecond, func(opts ...amazonpay.CallOption) (string, error) {
				charge, err := shop.CreateCharge(t.Context(), request, opts...)
				require.NoError(t, err)
				return charge.ChargeID, nil
			}))
			assert.Len(t, server.Charges(), 1)
		})
	}
}

func permission(t *testing.T, server *emulator.Server, shop *webstore.Client) string {
	t.Helper()
	total := amazonpay.USD.Price("100.00")
	session, err := shop.CreateCheckoutSession(t.Context(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: total},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(session.CheckoutSessionID))
	session, err = shop.CompleteCheckoutSession(t.Context(), session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total})
	require.NoError(t, err)
	return session.ChargePermissionID
}

// What ends the loop besides success.
func TestEnds(t *testing.T) {
	t.Parallel()
	refused := func(code amazonpay.ReasonCode) error {
		return &amazonpay.CallError{Operation: "CreateCharge", Outcome: amazonpay.OutcomeRefused, Err: &amazonpay.APIError{StatusCode: 422, ReasonCode: code}}
	}
	keys := func(err error) (w once.Work, calls int) {
		w.Name = "order-1/charge"
		failed := once.Do(t.Context(), &w, func() error { return nil }, 0, func(...amazonpay.CallOption) (string, error) {
			calls++
			return "", err
		})
		require.EqualError(t, failed, w.Failed, "a failure is no success")
		return w, calls
	}
	var made once.Work
	require.NoError(t, once.Do(t.Context(), &made, func() error { return nil }, 0, func(...amazonpay.CallOption) (string, error) { return "", nil }))
	assert.True(t, made.Done, "also without an id: a permission that is only confirmed has no charge")

	w, calls := keys(refused(amazonpay.ReasonCodeSoftDeclined))
	assert.Equal(t, 3, calls, "a few keys at the most")
	assert.Contains(t, w.Failed, "SoftDeclined")
	assert.False(t, w.Unsettled)
	w, calls = keys(refused(amazonpay.ReasonCodeHardDeclined))
	assert.Equal(t, 1, calls)
	assert.Contains(t, w.Failed, "HardDeclined")

	// A person lets a failed order be tried again.
	again := once.Work{Name: "order-1/charge", Attempt: 3}
	calls = 0
	require.Error(t, once.Do(t.Context(), &again, func() error { return nil }, 0, func(...amazonpay.CallOption) (string, error) {
		calls++
		return "", refused(amazonpay.ReasonCodeSoftDeclined)
	}))
	assert.Equal(t, 1, calls)

	// What was told last is not lost when the context ends.
	ctx, cancel := context.WithCancel(t.Context())
	throttled := refused(amazonpay.ReasonCodeTooManyRequests)
	err := once.Do(ctx, &once.Work{Name: "order-1/charge"}, func() error { return nil }, time.Hour, func(...amazonpay.CallOption) (string, error) {
		cancel()
		return "", throttled
	})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, throttled)

	w = once.Work{Name: "order-1/charge"}
	require.ErrorIs(t, once.Do(t.Context(), &w, func() error { return http.ErrAbortHandler }, 0, nil), http.ErrAbortHandler, "what cannot be stored is not sent")
}
