package conformance_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func usd(amount amazonpay.Decimal) amazonpay.Price {
	return amazonpay.Price{Amount: amount, CurrencyCode: amazonpay.USD}
}

// tellAll makes all 43 calls through the typed methods of the shop that connect returns.
func tellAll(t *testing.T, server *emulator.Server, connect func(opts ...amazonpay.CallOption) shop) {
	t.Helper()
	d := server.Description()
	s := connect()
	captured := tellPayments(t, server, s)
	tellDispute(t, server, s, captured)
	tellReports(t, server, s)
	tellTill(t, d, s)
	tellAccounts(t, d, s, connect(amazonpay.WithAuthToken(d.Merchants[1].AuthToken)))
}

func tellPayments(t *testing.T, server *emulator.Server, s shop) (capturedID string) {
	t.Helper()
	ctx, merchant := t.Context(), server.Description().Merchants[0]
	_, err := s.GetBuyer(ctx, merchant.BuyerToken)
	require.NoError(t, err)
	newSession := func(intent webstore.PaymentIntent) string {
		made, err := s.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
			StoreID: merchant.StoreID, Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeBillingAddress},
			WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
		})
		require.NoError(t, err)
		_, err = s.UpdateCheckoutSession(ctx, made.CheckoutSessionID, &webstore.UpdateCheckoutSessionRequest{
			WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
			PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: intent, ChargeAmount: usd("50.00")},
			MerchantMetadata:   &webstore.MerchantMetadata{MerchantReferenceID: "order-1", NoteToBuyer: "Thank you"},
		})
		require.NoError(t, err)
		require.NoError(t, server.Buyer().Approve(made.CheckoutSessionID))
		return made.CheckoutSessionID
	}
	id := newSession(webstore.PaymentIntentAuthorize)
	_, err = s.GetCheckoutSession(ctx, id)
	require.NoError(t, err)
	completed, err := s.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("50.00")})
	require.NoError(t, err)
	capture, err := s.CaptureCharge(ctx, completed.ChargeID, &webstore.CaptureChargeRequest{CaptureAmount: usd("40.00")})
	require.NoError(t, err)
	_, err = s.GetCharge(ctx, capture.ChargeID)
	require.NoError(t, err)
	refunded, err := s.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: capture.ChargeID, RefundAmount: usd("5.00")})
	require.NoError(t, err)
	_, err = s.GetRefund(ctx, refunded.RefundID)
	require.NoError(t, err)

	confirmed, err := s.CompleteCheckoutSession(ctx, newSession(webstore.PaymentIntentConfirm), &webstore.CompleteCheckoutSessionRequest{ChargeAmount: usd("50.00")})
	require.NoError(t, err)
	permission := confirmed.ChargePermissionID
	_, err = s.GetChargePermission(ctx, permission)
	require.NoError(t, err)
	_, err = s.UpdateChargePermission(ctx, permission, &webstore.UpdateChargePermissionRequest{MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "order-2"}})
	require.NoError(t, err)
	for _, end := range []func(id string) error{
		func(id string) error {
			_, err := s.CancelCharge(ctx, id, &webstore.CancelChargeRequest{CancellationReason: "Out of stock"})
			return err
		},
		func(id string) error {
			_, err := s.UpdateCharge(ctx, id, &webstore.UpdateChargeRequest{StatusDetails: webstore.ChargeStatusUpdate{
				State: amazonpay.StateCanceled, ReasonCode: amazonpay.ReasonCodeExpiredUnused,
			}})
			return err
		},
	} {
		made, err := s.CreateCharge(ctx, &webstore.CreateChargeRequest{ChargePermissionID: permission, ChargeAmount: usd("1.00")})
		require.NoError(t, err)
		require.NoError(t, end(made.ChargeID))
	}
	_, err = s.track.DeliveryTrackers(ctx, &delivery.TrackersRequest{
		ChargePermissionID: permission, DeliveryDetails: []delivery.Details{{TrackingNumber: "1Z999AA10123456789", CarrierCode: "UPS"}},
	})
	require.NoError(t, err)
	_, err = s.CloseChargePermission(ctx, permission, &webstore.CloseChargePermissionRequest{ClosureReason: "Done"})
	require.NoError(t, err)

	single, err := s.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: merchant.StoreID, WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	require.NoError(t, err)
	require.NoError(t, server.Buyer().SignIn(single.CheckoutSessionID))
	_, err = s.FinalizeCheckoutSession(ctx, single.CheckoutSessionID, &webstore.FinalizeCheckoutSessionRequest{
		PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: usd("3.00"),
	})
	require.NoError(t, err)
	return capture.ChargeID
}

func tellDispute(t *testing.T, server *emulator.Server, s shop, chargeID string) {
	t.Helper()
	ctx := t.Context()
	made, err := s.CreateDispute(ctx, &webstore.CreateDisputeRequest{
		ChargeID: chargeID, DisputeAmount: usd("1.00"), FilingReason: webstore.DisputeFilingReasonFraudulent, FilingTimestamp: webstore.UnixTime{Time: time.Now()},
		StatusDetails: webstore.DisputeStatusUpdate{State: webstore.DisputeStateActionRequired},
	})
	require.NoError(t, err)
	_, err = s.GetDispute(ctx, made.DisputeID)
	require.NoError(t, err)
	file, err := s.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{Type: webstore.FileTypePDF, Body: strings.NewReader("%PDF-1.7")})
	require.NoError(t, err)
	_, uploaded := server.File(file.ID)
	assert.True(t, uploaded)
	_, err = s.ContestDispute(ctx, made.DisputeID, &webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{{EvidenceType: webstore.EvidenceTypeReceipt, FileID: file.ID}}})
	require.NoError(t, err)
	won, err := s.UpdateDispute(ctx, made.DisputeID, &webstore.UpdateDisputeRequest{
		StatusDetails: webstore.DisputeStatusUpdate{State: webstore.DisputeStateResolved, Resolution: webstore.DisputeResolutionMerchantWon}, ClosureTimestamp: webstore.UnixTime{Time: time.Now()},
	})
	require.NoError(t, err)
	assert.Equal(t, file.ID, won.MerchantEvidences[0].FileID)
}

func tellReports(t *testing.T, server *emulator.Server, s shop) {
	t.Helper()
	ctx, now := t.Context(), time.Now()
	ordered, err := s.CreateReport(ctx, &webstore.CreateReportRequest{
		ReportType: webstore.ReportTypeSandboxSettlement, StartTime: amazonpay.Time{Time: now.Add(-time.Hour)}, EndTime: amazonpay.Time{Time: now.Add(time.Hour)},
	})
	require.NoError(t, err)
	done, err := s.WaitForReport(ctx, ordered.ReportID)
	require.NoError(t, err)
	_, err = s.GetReportDocument(ctx, done.ReportDocumentID)
	require.NoError(t, err)
	var document strings.Builder
	_, err = s.DownloadReport(ctx, done.ReportDocumentID, &document)
	require.NoError(t, err)
	assert.Contains(t, document.String(), "TotalTransactionFee")
	for listed, err := range s.Reports(ctx, &webstore.GetReportsRequest{PageSize: 1}) {
		require.NoError(t, err)
		assert.Equal(t, ordered.ReportID, listed.ReportID)
	}
	server.Settle()
	paid := 0
	for _, err := range s.Disbursements(ctx, nil) {
		require.NoError(t, err)
		paid++
	}
	assert.Equal(t, 1, paid)

	schedule, err := s.CreateReportSchedule(ctx, &webstore.CreateReportScheduleRequest{
		ReportType: webstore.ReportTypeSandboxSettlement, ScheduleFrequency: webstore.ScheduleFrequencyEveryDay, NextReportCreationTime: amazonpay.Time{Time: now.AddDate(0, 0, 1)},
	})
	require.NoError(t, err)
	schedules, err := s.GetReportSchedules(ctx, nil)
	require.NoError(t, err)
	require.Len(t, schedules.ReportSchedules, 1)
	_, err = s.GetReportScheduleByID(ctx, schedule.ReportScheduleID)
	require.NoError(t, err)
	_, err = s.CancelReportSchedule(ctx, schedule.ReportScheduleID)
	require.NoError(t, err)
}

func tellTill(t *testing.T, d emulator.Description, s shop) {
	t.Helper()
	ctx := t.Context()
	scan, err := s.till.MerchantScan(ctx, &instore.MerchantScanRequest{
		ScanData: d.Merchants[0].ScanData, ScanReferenceID: "scan-1", LedgerCurrency: amazonpay.LedgerCurrencyUSD, MerchantCOE: "US",
	})
	require.NoError(t, err)
	charged, err := s.till.Charge(ctx, &instore.ChargeRequest{ChargePermissionID: scan.ChargePermissionID, ChargeReferenceID: "charge-1", ChargeTotal: usd("2.00")})
	require.NoError(t, err)
	_, err = s.till.Refund(ctx, &instore.RefundRequest{ChargeID: charged.ChargeID, RefundReferenceID: "refund-1", RefundTotal: usd("1.00")})
	require.NoError(t, err)
	_, err = s.token.GetAuthorizationToken(ctx, d.Merchants[1].MWSAuthToken, d.Merchants[1].MerchantID)
	require.NoError(t, err)
}

// tellAccounts tells of accounts; delegated acts with a token of a merchant's.
func tellAccounts(t *testing.T, d emulator.Description, s, delegated shop) {
	t.Helper()
	ctx := t.Context()
	registered, err := s.RegisterAmazonPayAccount(ctx, &webstore.RegisterAmazonPayAccountRequest{UniqueReferenceID: "shop-1"})
	require.NoError(t, err)
	_, err = s.UpdateAmazonPayAccount(ctx, registered.MerchantAccountID, &webstore.UpdateAmazonPayAccountRequest{BusinessInfo: &webstore.BusinessInfo{BusinessType: webstore.BusinessTypeCorporate}})
	require.NoError(t, err)
	_, err = s.DeleteAmazonPayAccount(ctx, registered.MerchantAccountID)
	require.NoError(t, err)

	made, err := s.CreateMerchantAccount(ctx, &webstore.CreateMerchantAccountRequest{
		UniqueReferenceID: "shop-2", LedgerCurrency: amazonpay.LedgerCurrencyJPY, MerchantStatus: &webstore.MerchantStatus{State: webstore.AccountStateActive},
	})
	require.NoError(t, err)
	_, err = delegated.UpdateMerchantAccount(ctx, made.MerchantAccountID, &webstore.UpdateMerchantAccountRequest{BusinessInfo: &webstore.MerchantBusinessInfo{Email: "shop@example.com"}})
	require.NoError(t, err)
	store, err := delegated.CreateStore(ctx, made.MerchantAccountID, &webstore.CreateStoreRequest{StoreName: "Shop"})
	require.NoError(t, err)
	_, err = delegated.UpdateStore(ctx, made.MerchantAccountID, store.StoreID, &webstore.UpdateStoreRequest{StoreName: "New"})
	require.NoError(t, err)
	claimed, err := s.MerchantAccountClaim(ctx, made.MerchantAccountID, &webstore.MerchantAccountClaimRequest{UniqueReferenceID: "shop-2"})
	require.NoError(t, err)
	assert.Equal(t, http.StatusSeeOther, claimed.Meta.StatusCode)
	assert.True(t, strings.HasPrefix(claimed.Location, d.BaseURL), claimed.Location)
	assert.Equal(t, made.MerchantAccountID, claimed.MerchantAccountID)
}
