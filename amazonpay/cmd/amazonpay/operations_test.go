package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each of the 43 operations has a command, which reaches the service as that operation.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	d := p.server.Description()
	buyer := p.write("buyer", d.Merchants[0].BuyerToken)
	mws := p.write("mws", d.Merchants[1].MWSAuthToken)
	reached := map[string]bool{}
	for operation, command := range map[string][]string{
		"GetBuyer":                 {"buyers", "get", "--token-file", buyer},
		"CreateCheckoutSession":    {"checkout-sessions", "create", "-f", "webCheckoutDetails.checkoutReviewReturnUrl=https://shop.example/"},
		"GetCheckoutSession":       {"checkout-sessions", "get", "x"},
		"UpdateCheckoutSession":    {"checkout-sessions", "update", "x", "-f", "paymentDetails.chargeAmount=5.00 USD"},
		"CompleteCheckoutSession":  {"checkout-sessions", "complete", "x", "-f", "chargeAmount=5.00 USD"},
		"FinalizeCheckoutSession":  {"checkout-sessions", "finalize", "x", "-f", "paymentIntent=Confirm", "-f", "chargeAmount=5.00 USD"},
		"GetChargePermission":      {"charge-permissions", "get", "x"},
		"UpdateChargePermission":   {"charge-permissions", "update", "x", "-f", "merchantMetadata.noteToBuyer=Thanks"},
		"CloseChargePermission":    {"charge-permissions", "close", "x", "-f", "closureReason=Done", "-f", "cancelPendingCharges=false"},
		"CreateCharge":             {"charges", "create", "-f", "chargePermissionId=x", "-f", "chargeAmount=5.00 USD"},
		"GetCharge":                {"charges", "get", "x"},
		"UpdateCharge":             {"charges", "update", "x", "--input", p.write("update.json", `{"statusDetails":{"state":"Canceled"}}`)},
		"CaptureCharge":            {"charges", "capture", "x", "-f", "captureAmount=5.00 USD"},
		"CancelCharge":             {"charges", "cancel", "x", "-f", "cancellationReason=Sold out"},
		"CreateRefund":             {"refunds", "create", "-f", "chargeId=x", "-f", "refundAmount=5.00 USD"},
		"GetRefund":                {"refunds", "get", "x"},
		"GetReports":               {"reports", "list", "--type", "settlement", "--since", "2026-11-01"},
		"GetReportByID":            {"reports", "get", "x"},
		"CreateReport":             {"reports", "create", "-f", "reportType=_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_", "-f", "startTime=20261101T000000Z", "-f", "endTime=20261102T000000Z"},
		"GetReportDocument":        {"report-documents", "get", "x"},
		"GetReportSchedules":       {"report-schedules", "list"},
		"GetReportScheduleByID":    {"report-schedules", "get", "x"},
		"CreateReportSchedule":     {"report-schedules", "create", "-f", "reportType=_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_", "-f", "scheduleFrequency=P1D", "-f", "nextReportCreationTime=20300101T000000Z", "-f", "deleteExistingSchedule=false"},
		"CancelReportSchedule":     {"report-schedules", "cancel", "x"},
		"GetDisbursements":         {"disbursements", "list", "--since", "2026-11-01", "--until", "2026-11-02T10:00:00Z"},
		"RegisterAmazonPayAccount": {"amazon-pay-accounts", "register", "--input", p.write("register.json", `{"uniqueReferenceId":"u1","ledgerCurrency":"JPY","businessInfo":{"businessType":"CORPORATE","businessLegalName":"Shop","countryOfEstablishment":"JP"}}`)},
		"UpdateAmazonPayAccount":   {"amazon-pay-accounts", "update", "x", "-f", "businessInfo.businessLegalName=Shop"},
		"DeleteAmazonPayAccount":   {"amazon-pay-accounts", "delete", "x"},
		"CreateMerchantAccount":    {"merchant-accounts", "create", "--input", p.write("merchant.json", `{"uniqueReferenceId":"u2","ledgerCurrency":"JPY","businessInfo":{"businessType":"CORPORATE","businessLegalName":"Shop","email":"a@shop.example","countryOfEstablishment":"JP"}}`)},
		"UpdateMerchantAccount":    {"merchant-accounts", "update", "x", "-f", "businessInfo.businessLegalName=Shop", "--auth-token-file", p.write("auth", d.Merchants[1].AuthToken)},
		"MerchantAccountClaim":     {"merchant-accounts", "claim", "x", "-f", "uniqueReferenceId=u1"},
		"CreateStore":              {"stores", "create", "x", "-f", "storeName=Shop", "-f", "allowedOriginDomains.0=https://shop.example"},
		"UpdateStore":              {"stores", "update", "x", "y", "-f", "storeName=Shop"},
		"CreateDispute":            {"disputes", "create", "--input", p.write("dispute.json", `{"chargeId":"x","providerMetadata":{"providerDisputeId":"d1"},"disputeAmount":{"amount":"5.00","currencyCode":"USD"},"filingReason":"FraudulentTransaction","filingTimestamp":1764547200,"statusDetails":{"state":"ActionRequired"}}`)},
		"GetDispute":               {"disputes", "get", "x"},
		"UpdateDispute":            {"disputes", "update", "x", "--input", p.write("update-dispute.json", `{"statusDetails":{"state":"Resolved"}}`)},
		"ContestDispute":           {"disputes", "contest", "x", "--input", p.write("contest.json", `{"merchantEvidences":[{"evidenceType":"Receipt","evidenceText":"It was delivered."}]}`)},
		"UploadFile":               {"files", "upload", "-f", "type=pdf", "-f", "purpose=disputeEvidence"},
		"DeliveryTrackers":         {"delivery-trackers", "create", "--input", p.write("tracker.json", `{"chargePermissionId":"x","deliveryDetails":[{"trackingNumber":"1","carrierCode":"UPS"}]}`)},
		"GetAuthorizationToken":    {"auth-tokens", "get", d.Merchants[1].MerchantID, "--mws-token-file", mws, "--output", filepath.Join(p.folder, "token")},
		"MerchantScan":             {"in-store", "scan", "--input", p.write("scan.json", `{"scanData":"UKhrmatMeKdlfY6b","scanReferenceId":"r1","merchantCOE":"US","ledgerCurrency":"USD"}`)},
		"InStoreCharge":            {"in-store", "charge", "--input", p.write("charge.json", `{"chargePermissionId":"x","chargeReferenceId":"r2","chargeTotal":{"currencyCode":"USD","amount":"5.00"}}`)},
		"InStoreRefund":            {"in-store", "refund", "--input", p.write("refund.json", `{"chargeId":"x","refundReferenceId":"r3","refundTotal":{"currencyCode":"USD","amount":"5.00"}}`)},
	} {
		seen := len(p.server.Requests())
		done := p.types(command...)
		requests := p.server.Requests()
		if !assert.Len(t, requests, seen+1, "%s: %s", operation, done.err) {
			continue
		}
		last := requests[seen]
		reached[last.Operation] = true
		assert.True(t, last.Verified, operation)
		assert.Equal(t, operation, last.Operation, "%v", command)
		assert.Contains(t, []int{0, exitRefused}, done.code, "%s: %s", operation, done.err)
		assert.Equal(t, last.Status < 400, done.code == 0, "%s: %s", operation, done.err)
		if done.code != 0 {
			assert.Contains(t, done.err, last.ReasonCode)
			assert.Contains(t, done.err, last.RequestID)
			assert.Contains(t, done.err, "\nnext: ")
		}
		assert.NotContains(t, done.out+done.err, d.Merchants[0].BuyerToken)
		assert.NotContains(t, done.out+done.err, d.Merchants[1].MWSAuthToken)
	}
	assert.Len(t, reached, 43)
	info, err := os.Stat(filepath.Join(p.folder, "token"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// Each operation of the table is the tag of one command, and each tag is in the table.
func TestTags(t *testing.T) {
	t.Parallel()
	parser, err := newSession(t.Context(), nil, os.Stdout, os.Stderr).parser(everyCommand)
	require.NoError(t, err)
	var tags []string
	require.NoError(t, kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if command, ok := node.(*kong.Node); ok && command.Tag != nil && command.Tag.Get("op") != "" {
			tags = append(tags, command.Tag.Get("op"))
		}
		return next(nil)
	}))
	slices.Sort(tags)
	assert.Equal(t, slices.Sorted(maps.Keys(operations)), tags)
	assert.Len(t, tags, 40, "and three lists")
}
