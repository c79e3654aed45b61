package emulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestDisputeContested(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClientAt(t, s, 0, clock)
	chargeID, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	id, err := s.Buyer().Dispute(chargeID)
	require.NoError(t, err)
	open := c.get("/disputes/"+id).must(t, http.StatusOK)
	assert.Equal(t, "ActionRequired", open.at("statusDetails", "state"))
	assert.Equal(t, "ChargebackFiled", open.at("statusDetails", "reasonCode"))
	assert.Equal(t, "50.00", open.at("disputeAmount", "amount"))
	assert.Equal(t, noon.AddDate(0, 0, 11).Format("20060102T150405Z"), open.body["merchantResponseDeadline"])

	file := c.post("/files", object{"type": "pdf", "purpose": "disputeEvidence"}).must(t, http.StatusOK)
	fileID, link := file.text(t, "id"), file.text(t, "url")
	contest := func(fileID string) answer {
		return c.post("/disputes/"+id+"/contest", object{"merchantEvidences": []any{
			object{"evidenceType": "Receipt", "fileId": fileID}, object{"evidenceType": "TrackingNumber", "evidenceText": "1Z999AA10123456789"},
		}})
	}
	assert.Equal(t, "InvalidParameterValue", contest(fileID).reason, "nothing is uploaded yet")
	_, there := s.File(fileID)
	assert.False(t, there)
	for name, row := range map[string]struct {
		contentType, body string
		status            int
	}{
		"another type": {"image/png", "%PDF", http.StatusForbidden},
		"nothing":      {"application/pdf", "", http.StatusLengthRequired},
		"too much":     {"application/pdf", strings.Repeat("x", 10<<20+1), http.StatusRequestEntityTooLarge},
	} {
		status, text := fetch(t, s, http.MethodPut, link, row.contentType, row.body)
		assert.Equal(t, row.status, status, "%s: %s", name, text)
	}
	status, text := fetch(t, s, http.MethodPut, link, "application/pdf", "%PDF-1.7")
	require.Equal(t, http.StatusOK, status, text)
	content, there := s.File(fileID)
	assert.True(t, there)
	assert.Equal(t, "%PDF-1.7", string(content))

	other := newClientAt(t, s, 1, clock)
	assert.Equal(t, http.StatusNotFound, other.get("/disputes/"+id).status)
	contested := contest(fileID).must(t, http.StatusOK)
	assert.Equal(t, "UnderReview", contested.at("statusDetails", "state"))
	assert.Len(t, contested.body["merchantEvidences"], 2)
	assert.Equal(t, http.StatusUnprocessableEntity, contest(fileID).status, "it is the investigator's turn")

	won := c.patch("/disputes/"+id, object{"statusDetails": object{"state": "Resolved", "resolution": "MerchantWon", "reasonCode": "InvestigatorResolved"}, "closureTimestamp": noon.Unix()}).must(t, http.StatusOK)
	assert.Equal(t, "MerchantWon", won.at("statusDetails", "resolution"))
	assert.Equal(t, "20261123T120000Z", won.body["closureTimestamp"])
	clock.Add(time.Minute)
	status, _ = fetch(t, s, http.MethodPut, link, "application/pdf", "%PDF-1.7")
	assert.Equal(t, http.StatusForbidden, status, "the URL is too old")
}

func TestDisputeNotContested(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClientAt(t, s, 0, clock)
	chargeID, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	id, err := s.Buyer().Dispute(chargeID)
	require.NoError(t, err)
	clock.Add(11 * 24 * time.Hour)
	lost := c.get("/disputes/"+id).must(t, http.StatusOK)
	assert.Equal(t, "Resolved", lost.at("statusDetails", "state"))
	assert.Equal(t, "BuyerWon", lost.at("statusDetails", "resolution"))
	assert.Equal(t, "MerchantResponseDeadlineExpired", lost.at("statusDetails", "reasonCode"))
	late := c.post("/disputes/"+id+"/contest", object{"merchantEvidences": []any{object{"evidenceType": "Receipt", "evidenceText": "late"}}})
	assert.Equal(t, http.StatusUnprocessableEntity, late.status)

	authorized, _ := c.newCharge("Authorize", "50.00")
	for _, charge := range []string{authorized, "S01-0000000-0000000-C000000"} {
		_, err := s.Buyer().Dispute(charge)
		require.Error(t, err)
	}
}

func TestCreateDispute(t *testing.T) {
	t.Parallel()
	clock := newClock(noon)
	s := emulator.Start(t, emulator.WithClock(clock.Now))
	c := newClientAt(t, s, 0, clock)
	chargeID, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	request := func(change func(object)) object {
		o := object{
			"chargeId": chargeID, "providerMetadata": object{"providerDisputeId": "P-1"}, "disputeAmount": usd("10.00"),
			"filingReason": "ProductNotReceived", "filingTimestamp": noon.Unix(), "statusDetails": object{"state": "ActionRequired"},
			"merchantResponseDeadline": noon.AddDate(0, 0, 14).Unix(),
		}
		change(o)
		return o
	}
	made := c.post("/disputes", request(func(object) {})).must(t, http.StatusOK)
	assert.Equal(t, "20261207T120000Z", made.body["merchantResponseDeadline"])
	assert.Equal(t, "P-1", made.at("providerMetadata", "providerDisputeId"))

	node := *c
	node.agent = "amazon-pay-api-sdk-nodejs/2.3.4"
	for name, row := range map[string]struct {
		change          func(object)
		strict, lenient string
	}{
		"milliseconds":        {func(o object) { o["filingTimestamp"] = noon.UnixMilli() }, "InvalidParameterValue", ""},
		"PHP's name":          {func(o object) { o["creationTimestamp"] = noon.Unix(); delete(o, "filingTimestamp") }, "MissingParameterValue", ""},
		"a date as text":      {func(o object) { o["filingTimestamp"] = "20261123T120000Z" }, "InvalidParameterValue", "InvalidParameterValue"},
		"too much":            {func(o object) { o["disputeAmount"] = usd("50.01") }, "TransactionAmountExceeded", "TransactionAmountExceeded"},
		"another currency":    {func(o object) { o["disputeAmount"] = object{"amount": "1", "currencyCode": "JPY"} }, "CurrencyMismatch", "CurrencyMismatch"},
		"an unknown reason":   {func(o object) { o["filingReason"] = "Bored" }, "InvalidParameterValue", "InvalidParameterValue"},
		"an unknown charge":   {func(o object) { o["chargeId"] = "S01-0000000-0000000-C000000" }, "ResourceNotFound", "ResourceNotFound"},
		"without an amount":   {func(o object) { delete(o, "disputeAmount") }, "MissingParameterValue", "MissingParameterValue"},
		"an unknown member":   {func(o object) { o["shop"] = "x" }, "UnrecognizedField", "UnrecognizedField"},
		"a state of no sense": {func(o object) { o["statusDetails"] = object{"state": "Open"} }, "InvalidParameterValue", "InvalidParameterValue"},
	} {
		assert.Equal(t, row.strict, c.post("/disputes", request(row.change)).reason, name)
		a := node.post("/disputes", request(row.change))
		assert.Equal(t, row.lenient, a.reason, "%s: %s", name, a.raw)
	}
}

// What the buyer has won stays won, and no more than was captured can be.
func TestResolutionStays(t *testing.T) {
	t.Parallel()
	s := emulator.Start(t)
	c := newClient(t, s, 0)
	chargeID, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	update := func(id, state, resolution string) answer {
		details := object{"state": state}
		if resolution != "" {
			details["resolution"] = resolution
		}
		return c.patch("/disputes/"+id, object{"statusDetails": details})
	}
	won, err := s.Buyer().Dispute(chargeID)
	require.NoError(t, err)
	update(won, "Resolved", "BuyerWon").must(t, http.StatusOK)
	assert.Equal(t, "BuyerWon", update(won, "Closed", "").must(t, http.StatusOK).at("statusDetails", "resolution"))
	_, err = s.Buyer().Dispute(chargeID)
	require.Error(t, err, "all of it was given back")

	other, _ := c.newCharge("AuthorizeWithCapture", "50.00")
	lost, err := s.Buyer().Dispute(other)
	require.NoError(t, err)
	update(lost, "Resolved", "MerchantWon").must(t, http.StatusOK)
	_, err = s.Buyer().Dispute(other)
	require.NoError(t, err)
	update(lost, "Resolved", "BuyerWon").refused(t, http.StatusUnprocessableEntity, "InvalidRequest")
}
