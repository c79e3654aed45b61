package amazonpay_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// The official SDKs repeat the signature and date of the first attempt, and Node's does not retry.
// This SDK signs each attempt again, with the same body and the same key.
func TestThreeFailuresThenSuccess(t *testing.T) {
	t.Parallel()
	clock := steppingClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	server := emulator.Start(t, emulator.WithClock(clock))
	client := emulated(t, server, amazonpay.WithClock(clock))
	permissionID := permission(t, server, client)
	require.NoError(t, server.FailNext(3, emulator.Fault{Operation: "CreateCharge", Status: http.StatusServiceUnavailable}))

	made, err := amazonpay.Do[charge](t.Context(), client, chargeOp, chargeOf(permissionID))
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCaptured, made.StatusDetails.State)

	requests := logged(t, server, "CreateCharge")
	require.Len(t, requests, 4)
	require.Len(t, made.Meta.Attempts, 4)
	for i, r := range requests {
		assert.True(t, r.Verified)
		assert.Equal(t, map[bool]int{true: 503, false: 201}[i < 3], r.Status)
		assert.Equal(t, r.Status, made.Meta.Attempts[i].StatusCode)
		assert.Equal(t, r.SignedDate, made.Meta.Attempts[i].Date.Format(signing.DateFormat))
		assert.Equal(t, made.Meta.IdempotencyKey, r.IdempotencyKey)
		assert.Equal(t, requests[0].BodyHash, r.BodyHash)
		if i > 0 {
			assert.Greater(t, r.SignedDate, requests[i-1].SignedDate, "later and later")
		}
	}
	charges := server.Charges()
	require.Len(t, charges, 1)
	assert.Equal(t, made.ID, charges[0].ID)
	assert.Zero(t, made.Meta.ClockOffset)
}

// https://github.com/woocommerce/woocommerce-gateway-amazon-pay/issues/206: the connection failed,
// the shop gave up, and the order had been placed.
func TestAnswerLostAfterTheWork(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	permissionID := permission(t, server, client)
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}))

	made, err := amazonpay.Do[charge](t.Context(), client, chargeOp, chargeOf(permissionID))
	require.NoError(t, err)
	requests := logged(t, server, "CreateCharge")
	require.Len(t, requests, 2)
	assert.True(t, requests[1].Replayed)
	require.Len(t, made.Meta.Attempts, 2)
	assert.Zero(t, made.Meta.Attempts[0].StatusCode)
	require.Error(t, made.Meta.Attempts[0].Err)
	charges := server.Charges()
	require.Len(t, charges, 1, "one charge, not two")
	assert.Equal(t, charges[0].ID, made.ID)
}

// If an operation does not honour the key, the service refuses the second attempt because the first
// has done the work. That refusal does not mean that nothing was done.
func TestAnswerLostWhereTheKeyIsIgnored(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	made, err := amazonpay.Do[session](t.Context(), client, createSessionOp, newSession(server))
	require.NoError(t, err)
	require.NoError(t, server.Buyer().Approve(made.ID))
	require.NoError(t, server.IgnoreIdempotencyKey("CompleteCheckoutSession"))
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CompleteCheckoutSession", Kind: emulator.FaultKindLoseAnswer}))

	amount := map[string]any{"chargeAmount": amazonpay.USD.Price("100.00")}
	_, err = amazonpay.Do[session](t.Context(), client, completeOp(made.ID), amount)
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidCheckoutSessionStatus), "%v", err)
	assert.True(t, mayBeDone(callError(t, err)))
	op := getOp
	op.PathValues = map[string]string{"checkoutSessionId": made.ID}
	got, err := amazonpay.Do[session](t.Context(), client, op, nil)
	require.NoError(t, err)
	assert.Equal(t, amazonpay.StateCompleted, got.StatusDetails.State)
}

func TestConnectionResetBeforeTheWork(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	permissionID := permission(t, server, client)
	require.NoError(t, server.FailNext(3, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindReset}))
	made, err := amazonpay.Do[charge](t.Context(), client, chargeOp, chargeOf(permissionID))
	require.NoError(t, err)
	assert.Len(t, made.Meta.Attempts, 4)
	assert.Len(t, server.Charges(), 1)
}

// Repeating a ProcessingFailure with the same key replays it. The PHP, Java and .NET SDKs do so.
func TestProcessingFailureIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	permissionID := permission(t, server, client)
	require.NoError(t, server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: http.StatusInternalServerError, ReasonCode: "ProcessingFailure"}))
	_, err := amazonpay.Do[charge](t.Context(), client, chargeOp, chargeOf(permissionID))
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeProcessingFailure), "%v", err)
	assert.False(t, mayBeDone(callError(t, err)))
	assert.Len(t, logged(t, server, "CreateCharge"), 1)
	assert.Empty(t, server.Charges())
}

// https://github.com/amzn/amazon-pay-api-sdk-php/issues/19: a clock that is ahead made checkouts
// fail at random.
func TestClockAhead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := emulator.Start(t, emulator.WithClock(func() time.Time { return now }))
	client := emulated(t, server, amazonpay.WithClock(func() time.Time { return now.Add(20 * time.Second) }))

	first, err := amazonpay.Do[session](t.Context(), client, createSessionOp, newSession(server))
	require.NoError(t, err)
	require.Len(t, first.Meta.Attempts, 2)
	assert.Equal(t, http.StatusBadRequest, first.Meta.Attempts[0].StatusCode)
	assert.Equal(t, -21*time.Second, first.Meta.ClockOffset, "20 s, and one second behind the answer's date")
	assert.Equal(t, now.Add(20*time.Second), first.Meta.Attempts[0].Date)
	assert.Equal(t, now.Add(-time.Second), first.Meta.Attempts[1].Date)

	second, err := amazonpay.Do[session](t.Context(), client.With(amazonpay.WithHeader("X-Amz-Pay-Sdk-Type", "Go")), createSessionOp, newSession(server))
	require.NoError(t, err)
	assert.Len(t, second.Meta.Attempts, 1, "the client has learnt, and those derived from it too")
	assert.Equal(t, -21*time.Second, second.Meta.ClockOffset)

	req, err := client.SignRequest(t.Context(), createSessionOp, newSession(server))
	require.NoError(t, err)
	assert.Equal(t, now.Add(-time.Second).Format(signing.DateFormat), req.Header.Get("X-Amz-Pay-Date"), "who sends requests himself has it too")

	requests := logged(t, server, "CreateCheckoutSession")
	require.Len(t, requests, 3)
	assert.Equal(t, requests[0].IdempotencyKey, requests[1].IdempotencyKey)
	assert.Equal(t, []int{400, 201, 201}, []int{requests[0].Status, requests[1].Status, requests[2].Status})
}

// A solution provider acts for a merchant with the merchant's token.
func TestActingForAMerchant(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	merchants := server.Description().Merchants
	shop := emulated(t, server).With(amazonpay.WithAuthToken(merchants[1].AuthToken))
	request := newSession(server)
	request["storeId"] = merchants[1].StoreID
	_, err := amazonpay.Do[session](t.Context(), shop, createSessionOp, request)
	require.NoError(t, err)
	requests := logged(t, server, "CreateCheckoutSession")
	require.Len(t, requests, 1)
	assert.Equal(t, merchants[1].MerchantID, requests[0].MerchantID)
	assert.Equal(t, merchants[0].KeyIDs.Sandbox, requests[0].PublicKeyID)
}

// The signed path is the path that the emulator expects, for each kind of key id.
func TestKeyIDsOverHTTPS(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	ids := server.Description().Merchants[0].KeyIDs
	for id, environment := range map[string]amazonpay.Environment{ids.Live: "", ids.Sandbox: "", ids.Plain: amazonpay.EnvironmentSandbox} {
		cfg := emulatedConfig(server)
		cfg.PublicKeyID, cfg.Environment = id, environment
		client, err := amazonpay.New(cfg, amazonpay.WithRoundTripper(server.RoundTripper()))
		require.NoError(t, err)
		_, err = amazonpay.Do[session](t.Context(), client, createSessionOp, newSession(server))
		require.NoError(t, err, id)
	}
	assert.Len(t, logged(t, server, "CreateCheckoutSession"), 3)
}

// Goroutines share a client and its derived clients. The Java SDK's pool required a fix for that.
// Run with -race.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	server := emulator.Start(t)
	client := emulated(t, server)
	require.NoError(t, server.FailNext(3, emulator.Fault{Operation: "CreateCheckoutSession", Status: http.StatusServiceUnavailable}))
	var wg sync.WaitGroup
	ids := make(chan string, 64)
	for range 16 {
		wg.Go(func() {
			for range 4 {
				derived := client.With(amazonpay.WithHeader("X-Shop", "1"))
				made, err := amazonpay.Do[session](t.Context(), derived, createSessionOp, newSession(server), amazonpay.WithBodyField("platformId", "A1"))
				if assert.NoError(t, err) {
					ids <- made.ID
				}
			}
		})
	}
	wg.Wait()
	close(ids)
	seen := make(map[string]bool)
	for id := range ids {
		seen[id] = true
	}
	assert.Len(t, seen, 64)
	assert.Len(t, logged(t, server, "CreateCheckoutSession"), 67)
}
