package webstore_test

import (
	"net/http"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// Requests with every field set.
var (
	createCharge = webstore.CreateChargeRequest{
		ChargePermissionID: "S01-5105180-3221187", ChargeAmount: usd("14.00"), CaptureNow: new(false), SoftDescriptor: "Descriptor",
		CanHandlePendingAuthorization: new(true), MerchantMetadata: &merchant,
		ProviderMetadata: &webstore.ProviderMetadata{ProviderReferenceID: "provider-1"}, PlatformID: "A1PLATFORM",
		ChargeInitiator: webstore.ChargeInitiatorMITU, Channel: webstore.ChannelFireTV, WebCheckoutDetails: &webDetails,
	}

	updateCharge = webstore.UpdateChargeRequest{StatusDetails: webstore.ChargeStatusUpdate{
		State: amazonpay.StateCanceled, ReasonCode: amazonpay.ReasonCodeExpiredUnused,
	}}

	captureCharge = webstore.CaptureChargeRequest{CaptureAmount: usd("14.00"), SoftDescriptor: "Descriptor"}

	cancelCharge = webstore.CancelChargeRequest{CancellationReason: "Out of stock"}
)

func chargeOperations() []operation {
	return []operation{
		{
			name: "CreateCharge", method: http.MethodPost, path: "charges", key: true, request: createCharge, answer: "charge.json",
			calls: post(webstore.API.CreateCharge, &createCharge),
			body: `{"chargePermissionId":"S01-5105180-3221187","chargeAmount":{"amount":"14.00","currencyCode":"USD"},"captureNow":false,` +
				`"softDescriptor":"Descriptor","canHandlePendingAuthorization":true,"merchantMetadata":` + merchantJSON + `,` +
				`"providerMetadata":{"providerReferenceId":"provider-1"},"platformId":"A1PLATFORM","chargeInitiator":"MITU","channel":"FireTv",` +
				`"webCheckoutDetails":` + webDetailsJSON + `}`,
			returns: "chargeId", replays: true, rules: join(ruleSet{"chargePermissionId": "required", "chargeAmount": "required", "softDescriptor": "16"}, under("webCheckoutDetails", webDetailsRules), under("merchantMetadata", metadataRules)),
		},
		{
			name: "GetCharge", calls: get(webstore.API.GetCharge, chargeID), method: http.MethodGet, path: "charges/{chargeId}", id: [2]string{"chargeId", chargeID}, answer: "charge.json",
			returns: "chargeId",
		},
		{
			name: "UpdateCharge", method: http.MethodPatch, path: "charges/{chargeId}", id: [2]string{"chargeId", chargeID}, key: true, request: updateCharge, answer: "charge.json",
			calls:   send(webstore.API.UpdateCharge, chargeID, &updateCharge),
			body:    `{"statusDetails":{"state":"Canceled","reasonCode":"ExpiredUnused"}}`,
			returns: "chargeId", rules: ruleSet{"statusDetails": "required", "statusDetails.state": "required"},
		},
		{
			name: "CaptureCharge", method: http.MethodPost, path: "charges/{chargeId}/capture", id: [2]string{"chargeId", chargeID}, key: true, request: captureCharge, answer: "charge.json",
			calls:   send(webstore.API.CaptureCharge, chargeID, &captureCharge),
			body:    `{"captureAmount":{"amount":"14.00","currencyCode":"USD"},"softDescriptor":"Descriptor"}`,
			returns: "chargeId", replays: true, rules: ruleSet{"captureAmount": "required", "softDescriptor": "16"},
		},
		{
			name: "CancelCharge", method: http.MethodDelete, path: "charges/{chargeId}/cancel", id: [2]string{"chargeId", chargeID}, request: cancelCharge, answer: "charge.json",
			calls:   send(webstore.API.CancelCharge, chargeID, &cancelCharge),
			body:    `{"cancellationReason":"Out of stock"}`,
			returns: "chargeId", rules: ruleSet{"cancellationReason": "required,255"},
		},
	}
}
