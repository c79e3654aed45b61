package webstore_test

import (
	"net/http"
	"time"

	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	createDispute = webstore.CreateDisputeRequest{
		ChargeID: chargeID, ProviderMetadata: &webstore.DisputeProviderMetadata{ProviderDisputeID: "provider-1"}, DisputeAmount: usd("14.00"),
		FilingReason: webstore.DisputeFilingReasonProductNotReceived, FilingTimestamp: webstore.UnixTime{Time: time.Unix(1679039150, 0)},
		StatusDetails: webstore.DisputeStatusUpdate{
			State: webstore.DisputeStateActionRequired, Resolution: webstore.DisputeResolutionNoFault, ReasonCode: webstore.DisputeReasonCodeMerchantResponseRequired, ReasonDescription: "Answer <it>",
		},
		MerchantResponseDeadline: webstore.UnixTime{Time: time.Unix(1679989550, 0)},
	}

	updateDispute = webstore.UpdateDisputeRequest{
		StatusDetails: webstore.DisputeStatusUpdate{
			State: webstore.DisputeStateResolved, Resolution: webstore.DisputeResolutionMerchantWon, ReasonCode: webstore.DisputeReasonCodeMerchantAcceptedDispute, ReasonDescription: "Accepted",
		},
		ClosureTimestamp: webstore.UnixTime{Time: time.Unix(1679989550, 0)},
	}

	contestDispute = webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{
		{EvidenceType: webstore.EvidenceTypeTrackingNumber, FileID: "file_1", EvidenceText: "1Z999AA10123456789"},
	}}
)

func disputeOperations() []operation {
	return []operation{
		{
			name: "CreateDispute", calls: post(webstore.API.CreateDispute, &createDispute), method: http.MethodPost, path: "disputes", key: true, request: createDispute, answer: "dispute.json",
			body: `{"chargeId":"S01-5105180-3221187-C056351","providerMetadata":{"providerDisputeId":"provider-1"},"disputeAmount":{"amount":"14.00","currencyCode":"USD"},` +
				`"filingReason":"ProductNotReceived","filingTimestamp":1679039150,"statusDetails":{"state":"ActionRequired","resolution":"NoFault",` +
				`"reasonCode":"MerchantResponseRequired","reasonDescription":"Answer <it>"},"merchantResponseDeadline":1679989550}`,
			returns: "disputeId", rules: ruleSet{"chargeId": "required", "disputeAmount": "required", "filingReason": "required", "filingTimestamp": "required", "statusDetails": "required", "statusDetails.state": "required"},
		},
		{
			name: "GetDispute", calls: get(webstore.API.GetDispute, disputeID), method: http.MethodGet, path: "disputes/{disputeId}", id: [2]string{"disputeId", disputeID}, answer: "dispute.json",
			returns: "disputeId",
		},
		{
			name: "UpdateDispute", calls: send(webstore.API.UpdateDispute, disputeID, &updateDispute), method: http.MethodPatch, path: "disputes/{disputeId}", id: [2]string{"disputeId", disputeID}, key: true,
			request: updateDispute, answer: "dispute.json",
			body:    `{"statusDetails":{"state":"Resolved","resolution":"MerchantWon","reasonCode":"MerchantAcceptedDispute","reasonDescription":"Accepted"},"closureTimestamp":1679989550}`,
			returns: "disputeId", rules: ruleSet{"statusDetails": "required", "statusDetails.state": "required"},
		},
		{
			name: "ContestDispute", calls: send(webstore.API.ContestDispute, disputeID, &contestDispute), method: http.MethodPost, path: "disputes/{disputeId}/contest", id: [2]string{"disputeId", disputeID}, key: true,
			request: contestDispute, answer: "dispute.json",
			body:    `{"merchantEvidences":[{"evidenceType":"TrackingNumber","fileId":"file_1","evidenceText":"1Z999AA10123456789"}]}`,
			returns: "disputeId", rules: ruleSet{},
		},
	}
}
