package conformance_test

// operations are the calls of the SDK that the emulator has.
var operations = []string{
	"getBuyer",
	"createCheckoutSession", "getCheckoutSession", "updateCheckoutSession", "completeCheckoutSession", "finalizeCheckoutSession",
	"getChargePermission", "updateChargePermission", "closeChargePermission",
	"createCharge", "getCharge", "updateCharge", "captureCharge", "cancelCharge",
	"createRefund", "getRefund",
	"merchantScan", "charge", "refund",
	"deliveryTrackers",
	"getAuthorizationToken",
}

// later are the calls of the SDK that the emulator does not have yet.
var later = []string{
	"getReports", "getReportById", "getReportDocument", "createReport",
	"getReportSchedules", "getReportScheduleById", "createReportSchedule", "cancelReportSchedule",
	"registerAmazonPayAccount", "updateAmazonPayAccount", "deleteAmazonPayAccount",
	"createMerchantAccount", "updateMerchantAccount", "merchantAccountClaim",
	"createDispute", "getDispute", "updateDispute", "contestDispute", "uploadFile",
}

// helpers are the methods of the SDK that are no calls of their own.
var helpers = []string{"apiCall", "getSignedHeaders", "generateButtonSignature"}

// step is one call.
type step struct {
	client, method string
	// args is a JSON list. ${name} stands for the last text that an answer had as its member of that
	// name, or for one that the story begins with; ${new} for a new reference.
	args      string
	approve   bool   // the buyer approves the session afterwards
	operation string // where the emulator has another name for the method
}

// steps tell one story, with the payloads of the SDK's README (in-store charge and refund: of its tests). Only ids
// differ, the amount to complete with, which must be the one of the update, and captureNow of the
// charges that are not captured at once.
var steps = []step{
	{client: "WebStoreClient", method: "getBuyer", args: `["${buyerToken}"]`},

	{client: "WebStoreClient", method: "createCheckoutSession", args: `[{
		"webCheckoutDetails": {
			"checkoutReviewReturnUrl": "https://localhost/store/checkoutReview",
			"checkoutResultReturnUrl": "https://localhost/store/checkoutReturn"
		},
		"storeId": "${storeId}"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "updateCheckoutSession", approve: true, args: `["${checkoutSessionId}", {
		"webCheckoutDetails": {"checkoutResultReturnUrl": "https://localhost/store/checkoutReturn"},
		"paymentDetails": {
			"paymentIntent": "Confirm",
			"canHandlePendingAuthorization": false,
			"chargeAmount": {"amount": 50, "currencyCode": "USD"}
		},
		"merchantMetadata": {
			"merchantReferenceId": "${new}",
			"merchantStoreName": "AmazonTestStoreFront",
			"noteToBuyer": "merchantNoteForBuyer",
			"customInformation": ""
		}
	}]`},
	// After the buyer came, so that the SDK finds a shippingAddressList to parse.
	{client: "WebStoreClient", method: "getCheckoutSession", args: `["${checkoutSessionId}"]`},
	{client: "WebStoreClient", method: "completeCheckoutSession", args: `["${checkoutSessionId}", {
		"chargeAmount": {"amount": "50.00", "currencyCode": "USD"}
	}]`},

	{client: "WebStoreClient", method: "getChargePermission", args: `["${chargePermissionId}"]`},
	{client: "WebStoreClient", method: "updateChargePermission", args: `["${chargePermissionId}", {
		"merchantMetadata": {
			"merchantReferenceId": "32-41-323141-32",
			"merchantStoreName": "AmazonTestStoreFront",
			"noteToBuyer": "Some Note to buyer",
			"customInformation": ""
		}
	}]`},

	{client: "WebStoreClient", method: "createCharge", args: `[{
		"chargePermissionId": "${chargePermissionId}",
		"chargeAmount": {"amount": "14.00", "currencyCode": "USD"},
		"captureNow": true,
		"softDescriptor": "Descriptor",
		"canHandlePendingAuthorization": false
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "createRefund", args: `[{
		"chargeId": "${chargeId}",
		"refundAmount": {"amount": "14.00", "currencyCode": "USD"},
		"softDescriptor": "Descriptor"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "getRefund", args: `["${refundId}"]`},

	// The SDK signs a header under the name that its caller spelled.
	{client: "WebStoreClient", method: "createCharge", args: `[{
		"chargePermissionId": "${chargePermissionId}",
		"chargeAmount": {"amount": "14.00", "currencyCode": "USD"},
		"captureNow": false,
		"softDescriptor": "Descriptor",
		"canHandlePendingAuthorization": false
	}, {"X-Amz-Pay-Idempotency-Key": "${new}"}]`},
	{client: "WebStoreClient", method: "getCharge", args: `["${chargeId}"]`},
	{client: "WebStoreClient", method: "captureCharge", args: `["${chargeId}", {
		"captureAmount": {"amount": "10.00", "currencyCode": "USD"},
		"softDescriptor": "AMZN"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},

	{client: "WebStoreClient", method: "createCharge", args: `[{
		"chargePermissionId": "${chargePermissionId}",
		"chargeAmount": {"amount": 14, "currencyCode": "USD"},
		"captureNow": false,
		"softDescriptor": "Descriptor",
		"canHandlePendingAuthorization": false
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "cancelCharge", args: `["${chargeId}", {"cancellationReason": "REASON DESCRIPTION"}]`},

	{client: "WebStoreClient", method: "createCharge", args: `[{
		"chargePermissionId": "${chargePermissionId}",
		"chargeAmount": {"amount": "14.00", "currencyCode": "USD"},
		"captureNow": false,
		"softDescriptor": "Descriptor",
		"canHandlePendingAuthorization": false
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "updateCharge", args: `["${chargeId}", {
		"statusDetails": {"state": "Canceled", "reasonCode": "ExpiredUnused"}
	}]`},

	{client: "AmazonPayClient", method: "deliveryTrackers", args: `[{
		"amazonOrderReferenceId": "${chargePermissionId}",
		"deliveryDetails": [{"trackingNumber": "1Z999AA10123456789", "carrierCode": "UPS"}]
	}]`},
	{client: "WebStoreClient", method: "closeChargePermission", args: `["${chargePermissionId}", {
		"closureReason": "No more charges required",
		"cancelPendingCharges": false
	}]`},

	{client: "WebStoreClient", method: "createCheckoutSession", approve: true, args: `[{
		"webCheckoutDetails": {
			"checkoutReviewReturnUrl": "https://localhost/store/checkoutReview",
			"checkoutResultReturnUrl": "https://localhost/store/checkoutReturn"
		},
		"storeId": "${storeId}"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "finalizeCheckoutSession", args: `["${checkoutSessionId}", {
		"shippingAddress": {
			"name": "Susie Smith",
			"addressLine1": "10 Ditka Ave",
			"addressLine2": "Suite 2500",
			"city": "Chicago",
			"county": null,
			"district": null,
			"stateOrRegion": "IL",
			"postalCode": "60602",
			"countryCode": "US",
			"phoneNumber": "800-000-0000"
		},
		"billingAddress": null,
		"chargeAmount": {"amount": 10, "currencyCode": "USD"},
		"totalOrderAmount": {"amount": 10, "currencyCode": "USD"},
		"paymentIntent": "Confirm",
		"canHandlePendingAuthorization": false
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},

	{client: "InStoreClient", method: "merchantScan", args: `[` + scan + `]`},
	{client: "InStoreClient", method: "charge", args: `[{
		"chargePermissionId": "${chargePermissionId}",
		"chargeReferenceId": "${new}",
		"chargeTotal": {"currencyCode": "USD", "amount": 2},
		"softDescriptor": "amzn-store"
	}]`},
	{client: "InStoreClient", method: "refund", args: `[{
		"chargeId": "${chargeId}",
		"refundReferenceId": "${new}",
		"refundTotal": {"currencyCode": "USD", "amount": 2},
		"softDescriptor": "amzn-store"
	}]`},

	// A solution provider acts for its client.
	{client: "AmazonPayClient", method: "getAuthorizationToken", args: `["${mwsAuthToken}", "${clientId}"]`},
	{client: "InStoreClient", method: "merchantScan", args: `[` + scan + `, {"x-amz-pay-authtoken": "${authorizationToken}"}]`},

	// The README gives the headers of getSignedHeaders; they reach the signature twice, in two spellings. Its
	// X-Amz-Pay-Region of "us" is left out: the SDK signs it but sends "na".
	{client: "InStoreClient", method: "apiCall", operation: "merchantScan", args: `[{
		"method": "POST",
		"urlFragment": "in-store/merchantScan",
		"payload": ` + scan + `,
		"headers": {"Accept": "application/json", "Content-Type": "application/json"}
	}]`},
}

const scan = `{
	"scanData": "${scanData}",
	"scanReferenceId": "${new}",
	"merchantCOE": "US",
	"ledgerCurrency": "USD",
	"chargeTotal": {"currencyCode": "USD", "amount": "2.00"},
	"storeLocation": {"countryCode": "US"},
	"metadata": {
		"merchantNote": "Merchant Name",
		"customInformation": "in-store Software Purchase",
		"communicationContext": {"merchantStoreName": "Store Name", "merchantOrderId": "789123"}
	}
}`
