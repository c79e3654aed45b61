package amazonpay_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// https://github.com/amzn/amazon-pay-api-sdk-nodejs/issues/16 and /issues/8: an error that named
// neither the operation nor Amazon's reason. Every text has what support asks for.
func TestCallErrorText(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err  *amazonpay.CallError
		want string
	}{
		{
			&amazonpay.CallError{
				Operation: "CompleteCheckoutSession",
				Meta:      &amazonpay.Meta{RequestID: "req-1", IdempotencyKey: "key-1", Attempts: make([]amazonpay.Attempt, 2)},
				Err:       &amazonpay.APIError{StatusCode: 422, ReasonCode: "InvalidCheckoutSessionStatus", Message: "The session is Completed."},
				Outcome:   amazonpay.OutcomeRefused,
			},
			"amazonpay: CompleteCheckoutSession: 422 InvalidCheckoutSessionStatus: The session is Completed. (request id req-1, attempts 2, idempotency key key-1)",
		},
		{
			&amazonpay.CallError{Operation: "GetCharge", Meta: &amazonpay.Meta{}, Err: &amazonpay.APIError{StatusCode: 502}, Outcome: amazonpay.OutcomeRefused},
			"amazonpay: GetCharge: 502 Bad Gateway",
		},
		{
			&amazonpay.CallError{Operation: "GetCharge", Meta: &amazonpay.Meta{}, Err: &amazonpay.FieldError{Field: "chargeId", Rule: "is empty"}, Outcome: amazonpay.OutcomeNotSent},
			"amazonpay: GetCharge: chargeId: is empty",
		},
		{
			&amazonpay.CallError{Operation: "GetCharge", Meta: &amazonpay.Meta{}, Err: errors.New("amazonpay: the Client is nil"), Outcome: amazonpay.OutcomeNotSent},
			"amazonpay: GetCharge: the Client is nil",
		},
		// As a test of a shop may make them.
		{&amazonpay.CallError{Operation: "GetCharge", Err: io.EOF, Outcome: amazonpay.OutcomeNotSent}, "amazonpay: GetCharge: EOF"},
		{&amazonpay.CallError{Operation: "GetCharge", Outcome: amazonpay.OutcomeNotSent}, "amazonpay: GetCharge: <nil>"},
	} {
		require.EqualError(t, row.err, row.want)
		assert.NotPanics(t, func() { _ = row.err.LogValue().String() })
	}
}

func TestUncertainErrorText(t *testing.T) {
	t.Parallel()
	n := newNetwork(fail(io.ErrUnexpectedEOF), answer(http.StatusUnprocessableEntity, `{"reasonCode":"InvalidCheckoutSessionStatus","message":"No."}`))
	_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("key-1"))
	assert.EqualError(t, err, "amazonpay: CreateCharge: 422 InvalidCheckoutSessionStatus: No.; an attempt ended without a certain answer, "+
		"so the outcome is unknown (request id request-1, attempts 2, idempotency key key-1)")
}

// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/18: typed reason codes.
func TestReasons(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(http.StatusUnprocessableEntity, `{"reasonCode":"SoftDeclined","message":"m"}`))
	_, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
	err = fmt.Errorf("order 1: %w", err)
	assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeHardDeclined, amazonpay.ReasonCodeSoftDeclined))
	assert.False(t, amazonpay.HasReason(err, amazonpay.ReasonCodeHardDeclined))
	assert.False(t, amazonpay.HasReason(err))
	assert.False(t, amazonpay.HasReason(nil, amazonpay.ReasonCodeSoftDeclined))
	assert.False(t, amazonpay.HasReason(io.EOF, ""))
	api, ok := errors.AsType[*amazonpay.APIError](err)
	require.True(t, ok)
	assert.Equal(t, &amazonpay.APIError{StatusCode: 422, ReasonCode: "SoftDeclined", Message: "m"}, api)
	assert.Equal(t, "request-1", callError(t, err).Meta.RequestID)
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/206 and
// https://github.com/amzn/amazon-payments-magento-2-plugin/issues/1280: an order was taken for
// failed although the money had been taken.
func TestUncertain(t *testing.T) {
	t.Parallel()
	const refusal = `{"reasonCode":"InvalidCheckoutSessionStatus"}`
	lost := fail(io.ErrUnexpectedEOF)
	status := func(code int) reply { return answer(code, `{}`) }
	type answers []reply
	for name, row := range map[string]struct {
		op      amazonpay.Operation
		answers answers
		want    bool
	}{
		"refused":                     {chargeOp, answers{answer(422, refusal)}, false},
		"throttled, then refused":     {chargeOp, answers{status(429), answer(422, refusal)}, false},
		"throttled to the end":        {chargeOp, answers{status(429)}, false},
		"lost, then refused":          {chargeOp, answers{lost, answer(422, refusal)}, true},
		"lost to the end":             {chargeOp, answers{lost}, true},
		"408, then refused":           {chargeOp, answers{status(408), answer(422, refusal)}, true},
		"425, then refused":           {chargeOp, answers{status(425), answer(422, refusal)}, true},
		"500, then refused":           {chargeOp, answers{status(500), answer(422, refusal)}, true},
		"503, then refused":           {chargeOp, answers{status(503), answer(422, refusal)}, true},
		"503 to the end":              {chargeOp, answers{status(503)}, true},
		"501, which is not repeated":  {chargeOp, answers{status(501)}, true},
		"ProcessingFailure":           {chargeOp, answers{answer(500, `{"reasonCode":"ProcessingFailure"}`)}, false},
		"lost, then the failure":      {chargeOp, answers{lost, answer(500, `{"reasonCode":"ProcessingFailure"}`)}, true},
		"500, then the failure":       {chargeOp, answers{status(500), answer(500, `{"reasonCode":"ProcessingFailure"}`)}, true},
		"success not understood":      {chargeOp, answers{answer(201, page)}, true},
		"lost, of an update":          {updateOp, answers{lost, answer(422, refusal)}, true},
		"refused update":              {updateOp, answers{answer(422, refusal)}, false},
		"lost, of a reading":          {getOp, answers{lost}, true},
		"503, of a reading":           {getOp, answers{status(503)}, true},
		"reading not understood":      {getOp, answers{answer(200, page)}, true},
		"success after a lost answer": {chargeOp, answers{lost, answer(201, `{}`)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, newNetwork(row.answers...)).Call(t.Context(), row.op, nil, new(everything))
			if err == nil {
				assert.False(t, row.want)
				return
			}
			assert.Equal(t, row.want, mayBeDone(callError(t, err)))
		})
	}
}

func TestUncertainOfADoer(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer reply
		want   bool
	}{
		"refused": {answer(422, `{}`), false}, "503": {answer(503, `{}`), true}, "408": {answer(408, `{}`), true}, "429": {answer(429, `{}`), false},
		"ProcessingFailure": {answer(500, `{"reasonCode":"ProcessingFailure"}`), false}, "lost": {fail(io.EOF), true},
		"not understood": {answer(200, page), true},
	} {
		client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(newNetwork(row.answer)))
		require.NoError(t, err)
		_, err = client.Call(t.Context(), chargeOp, goodCharge(), new(everything))
		assert.Equal(t, row.want, mayBeDone(callError(t, err)), name)
	}
}

// A refusal does not settle an attempt that was lost before it, and both are told.
func TestUncertainAfterALostAttempt(t *testing.T) {
	t.Parallel()
	n := newNetwork(fail(io.EOF), answer(422, `{"reasonCode":"InvalidCheckoutSessionStatus"}`))
	meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
	assert.True(t, mayBeDone(callError(t, err)))
	assert.Len(t, meta.Attempts, 2)
}

// Odd ends: a Doer that signed nothing, one that was interrupted, an answer that was too large
// after another one, and a code that belongs to another status.
func TestUncertainAtTheEdges(t *testing.T) {
	t.Parallel()
	call := func(doer transport.Doer) (*amazonpay.Meta, *amazonpay.CallError) {
		client, err := amazonpay.New(testConfig(), amazonpay.WithDoer(doer))
		require.NoError(t, err)
		meta, err := client.Call(t.Context(), chargeOp, goodCharge(), nil)
		return meta, callError(t, err)
	}
	_, err := call(doerFunc(func(*http.Request) (*http.Response, error) { return nil, &transport.SigningError{Err: io.EOF} }))
	assert.False(t, mayBeDone(err), "nothing was sent")

	meta, err := call(doerFunc(func(*http.Request) (*http.Response, error) {
		return nil, &transport.InterruptedError{Cause: context.Canceled, StatusCode: 429}
	}))
	assert.Zero(t, meta.StatusCode, "there is no answer")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "429")
	assert.True(t, mayBeDone(err))

	_, err = call(doerFunc(answer(503, `{"reasonCode":"ProcessingFailure"}`)))
	assert.True(t, mayBeDone(err), "that code is an answer with status 500 alone")

	large := strings.Repeat(" ", 11<<20)
	meta, failed := newClient(t, newNetwork(answer(503, `{}`), answer(201, large))).Call(t.Context(), chargeOp, goodCharge(), nil)
	_, tooLarge := errors.AsType[*transport.TooLargeError](failed)
	assert.True(t, tooLarge)
	assert.Zero(t, meta.StatusCode, "not the one of the answer before")
	assert.True(t, mayBeDone(callError(t, failed)))

	assert.Equal(t, "no authorization token: <nil>", (&amazonpay.TokenError{}).Error())
}

// The answers before a lost one are not lost with it.
func TestMetaOfTheLastAnswerThatCame(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(503, `{}`), answer(503, `{}`), answer(503, `{"reasonCode":"ServiceUnavailable"}`), fail(io.EOF))
	meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
	require.ErrorIs(t, err, io.EOF)
	_, isNetwork := errors.AsType[*transport.NetworkError](err)
	assert.True(t, isNetwork)
	assert.Equal(t, 503, meta.StatusCode)
	assert.Equal(t, "request-1", meta.RequestID)
	assert.JSONEq(t, `{"reasonCode":"ServiceUnavailable"}`, string(meta.Raw))
	assert.True(t, mayBeDone(callError(t, err)))
}

// An errgroup cancels with its first error, which may be anything.
func TestCauseOfTheCallersOwn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	sibling := &url.Error{Op: "Get", URL: "https://other.example", Err: errors.New("connection refused")}
	n := newNetwork(func(*http.Request) (*http.Response, error) {
		cancel(sibling)
		return nil, io.EOF
	})
	_, err := newClient(t, n).Call(ctx, chargeOp, goodCharge(), nil)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, error(sibling))
	_, interrupted := errors.AsType[*transport.InterruptedError](err)
	assert.True(t, interrupted)
}

// A code that comes with odd company is still the code.
func TestReasonBesideAnOddMessage(t *testing.T) {
	t.Parallel()
	for _, message := range []string{`["x"]`, `5`, `null`, `{"a":1}`} {
		n := newNetwork(answer(500, `{"reasonCode":"ProcessingFailure","message":`+message+`}`))
		meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
		assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeProcessingFailure), message)
		assert.False(t, mayBeDone(callError(t, err)))
		assert.Len(t, meta.Attempts, 1, "an answer about money is not repeated")
	}
}

// Only the very answer about the date is signed anew: another refusal may mean anything.
func TestOtherRefusalsAreNotSignedAnew(t *testing.T) {
	t.Parallel()
	const message = `"message":"The value 20260101T000000Z provided for x-amz-pay-date should not be in future"`
	date := []string{"Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)}
	for name, row := range map[string]struct {
		status int
		body   string
		want   int
	}{
		"the date":       {400, `{"reasonCode":"InvalidHeaderValue",` + message + `}`, 2},
		"another status": {403, `{"reasonCode":"InvalidHeaderValue",` + message + `}`, 1},
		"another reason": {400, `{"reasonCode":"InvalidRequestSignature",` + message + `}`, 1},
		"another header": {400, `{"reasonCode":"InvalidHeaderValue","message":"x-amz-pay-host"}`, 1},
		"not JSON":       {400, `InvalidHeaderValue x-amz-pay-date`, 1},
	} {
		client := newClient(t, newNetwork(answer(row.status, row.body, date...)))
		meta, err := client.Call(t.Context(), chargeOp, goodCharge(), nil)
		require.Error(t, err)
		assert.Len(t, meta.Attempts, row.want, name)
		assert.Equal(t, row.want == 2, meta.ClockOffset != 0, name)
	}
}

// The last answer is what the caller gets: the .NET SDK returned an empty one.
func TestLastAnswerIsTheError(t *testing.T) {
	t.Parallel()
	n := newNetwork(answer(503, `{}`), answer(503, `{}`), fail(io.EOF), answer(503, `{"reasonCode":"ServiceUnavailable","message":"last"}`))
	meta, err := newClient(t, n).Call(t.Context(), chargeOp, goodCharge(), nil)
	api, ok := errors.AsType[*amazonpay.APIError](err)
	require.True(t, ok)
	assert.Equal(t, "last", api.Message)
	require.Len(t, meta.Attempts, 4)
	var statuses []int
	for _, a := range meta.Attempts {
		statuses = append(statuses, a.StatusCode)
	}
	assert.Equal(t, []int{503, 503, 0, 503}, statuses)
	require.ErrorIs(t, meta.Attempts[2].Err, io.EOF)
}

// A failure of the key is not an answer, and nothing was sent.
func TestSigningFails(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.PrivateKey = shortSigner{}
	n := newNetwork()
	client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(n), quickly)
	require.NoError(t, err)
	_, err = client.Call(t.Context(), chargeOp, goodCharge(), nil)
	_, ok := errors.AsType[*transport.SigningError](err)
	require.True(t, ok, "%v", err)
	assert.False(t, mayBeDone(callError(t, err)))
	assert.Empty(t, n.requests())

	_, err = client.SignRequest(t.Context(), chargeOp, goodCharge())
	require.ErrorContains(t, callError(t, err), "signature of 5 bytes")
	assert.Equal(t, amazonpay.OutcomeNotSent, amazonpay.OutcomeOf(err))
	_, err = client.SignedHeaders(t.Context(), chargeOp, goodCharge())
	require.ErrorContains(t, callError(t, err), "signature of 5 bytes")
	_, err = client.ButtonSignature([]byte(`{}`))
	require.ErrorContains(t, err, "signature of 5 bytes")
}

type shortSigner struct{ quickSigner }

func (shortSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return []byte("short"), nil
}

// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/10: waits that cannot be cancelled.
func TestDeadlineDuringAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(answer(http.StatusServiceUnavailable, `{"reasonCode":"ServiceUnavailable","message":"busy"}`))
		client := newClient(t, n, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: time.Minute, MaxWait: time.Minute}))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		meta, err := client.Call(ctx, chargeOp, goodCharge(), nil)
		assert.Equal(t, 10*time.Second, time.Since(start), "the wait ends with the context")
		failed := callError(t, err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		api, ok := errors.AsType[*amazonpay.APIError](err)
		require.True(t, ok, "the last answer is not lost")
		assert.Equal(t, "busy", api.Message)
		assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeServiceUnavailable))
		_, ok = errors.AsType[*transport.InterruptedError](err)
		assert.True(t, ok)
		assert.True(t, mayBeDone(failed))
		assert.Equal(t, http.StatusServiceUnavailable, meta.StatusCode)
		assert.Equal(t, "request-1", meta.RequestID)
		assert.Len(t, n.requests(), 1)
	})
}

func TestCancelDuringAWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(fail(io.ErrUnexpectedEOF))
		client := newClient(t, n, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: time.Minute, MaxWait: time.Minute}))
		closing := errors.New("the shop is closing")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(closing) })
		_, err := client.Call(ctx, chargeOp, goodCharge(), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, closing)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.True(t, mayBeDone(callError(t, err)))
		assert.Len(t, n.requests(), 1)
	})
}

// https://github.com/amzn/amazon-pay-sdk-php/pull/99: no time-out at all. A call ends after 90
// seconds where the context has no deadline, and an attempt after 30.
func TestDefaultTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		client, err := amazonpay.New(testConfig(), amazonpay.WithRoundTripper(n), quickly)
		require.NoError(t, err)
		start := time.Now()
		meta, err := client.Call(t.Context(), getOp, nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "the call took longer than 1m30s")
		assert.Equal(t, 90*time.Second, time.Since(start))
		require.NotEmpty(t, meta.Attempts)
		assert.Equal(t, 30*time.Second, meta.Attempts[0].Duration)
		require.NotErrorIs(t, meta.Attempts[0].Err, context.DeadlineExceeded, "the attempt's limit is not the caller's")
		timeout, ok := errors.AsType[net.Error](meta.Attempts[0].Err)
		assert.True(t, ok && timeout.Timeout())
	})
}

func TestDeadlineOfTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		client, err := amazonpay.New(testConfig(), amazonpay.WithRoundTripper(n), quickly, amazonpay.WithAttemptTimeout(time.Hour))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		start := time.Now()
		meta, err := client.Call(ctx, chargeOp, goodCharge(), nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2*time.Minute, time.Since(start), "the 90 seconds are for contexts without a deadline")
		assert.Len(t, meta.Attempts, 1, "nor do the 30 seconds end an attempt that was given an hour")
		assert.True(t, mayBeDone(callError(t, err)))
	})
}
