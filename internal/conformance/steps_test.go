package conformance_test

// operations are the calls of the SDK.
var operations = []string{
	"getBuyer",
	"createCheckoutSession", "getCheckoutSession", "updateCheckoutSession", "completeCheckoutSession", "finalizeCheckoutSession",
	"getChargePermission", "updateChargePermission", "closeChargePermission",
	"createCharge", "getCharge", "updateCharge", "captureCharge", "cancelCharge",
	"createRefund", "getRefund",
	"getReports", "getReportById", "getReportDocument", "createReport",
	"getReportSchedules", "getReportScheduleById", "createReportSchedule", "cancelReportSchedule",
	"createDispute", "getDispute", "updateDispute", "contestDispute", "uploadFile",
	"registerAmazonPayAccount", "updateAmazonPayAccount", "deleteAmazonPayAccount",
	"createMerchantAccount", "updateMerchantAccount", "merchantAccountClaim",
	"merchantScan", "charge", "refund",
	"deliveryTrackers",
	"getAuthorizationToken",
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
	settle    bool   // the settlement period ends afterwards
	upload    bool   // what the answer's url is for is uploaded afterwards
	operation string // where the emulator has another name for the method
	status    int    // where it is not 2xx
}

// story is told in one environment.
type story struct {
	live  bool
	steps []step
}

// stories are told with the payloads of the SDK's README (in-store charge and refund, and Amazon
// Pay accounts: of its tests). Only ids and dates differ, the amount to complete with, which must
// be the one of the update, captureNow of the charges that are not captured at once, and a
// dispute's currency, which must be the charge's.
var stories = []story{{steps: steps}, {live: true, steps: reportSteps}}

var steps = []step{
	{client: "WebStoreClient", method: "getBuyer", args: `["${buyerToken}"]`},

	// A session with a buyer and several addresses has a shippingAddressList, which the SDK parses.
	{client: "WebStoreClient", method: "createCheckoutSession", approve: true, args: `[{
		"webCheckoutDetails": {"checkoutReviewReturnUrl": "https://localhost/store/checkoutReview"},
		"storeId": "${storeId}",
		"multiAddressesCheckoutMetadata": [{"addressId": "amzn1.address.EMULATED0001", "price": {"amount": 50, "currencyCode": "USD"}}]
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "getCheckoutSession", args: `["${checkoutSessionId}"]`},

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

	{client: "WebStoreClient", method: "createDispute", args: `[{
		"chargeId": "${chargeId}",
		"providerMetadata": {"providerDisputeId": "XXXXXXXXXXXX"},
		"disputeAmount": {"amount": "1", "currencyCode": "USD"},
		"filingReason": "ProductNotReceived",
		"filingTimestamp": ${now},
		"statusDetails": {"state": "ActionRequired"},
		"merchantResponseDeadline": ${deadline}
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "getDispute", args: `["${disputeId}"]`},
	{client: "WebStoreClient", method: "uploadFile", upload: true, args: `[
		{"type": "jpg", "purpose": "disputeEvidence"},
		{"x-amz-pay-idempotency-key": "${new}"}
	]`},
	{client: "WebStoreClient", method: "contestDispute", args: `["${disputeId}", {
		"merchantEvidences": [{
			"evidenceType": "TrackingNumber",
			"fileId": "${id}",
			"evidenceText": "raw text supporting merchant evidence"
		}]
	}]`},
	{client: "WebStoreClient", method: "updateDispute", args: `["${disputeId}", {
		"statusDetails": {
			"resolution": "MerchantWon",
			"state": "Resolved",
			"reasonCode": "MerchantAcceptedDispute",
			"reasonDescription": "Merchant accepted the dispute request"
		},
		"closureTimestamp": ${now}
	}]`},

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

	{client: "WebStoreClient", method: "createMerchantAccount", args: `[{
		"uniqueReferenceId": "Unique_Reference_Id",
		"ledgerCurrency": "JPY",
		"businessInfo": {
			"email": "abhi@abc.com",
			"businessType": "CORPORATE",
			"businessLegalName": "密林コーヒー",
			"businessCategory": "Beauty",
			"businessDisplayName": "Abhi's Cafe",
			"annualSalesVolume": {"amount": "100000", "currencyCode": "JPY"},
			"countryOfEstablishment": "JP",
			"businessAddress": ` + merchantAddress + `,
			"customerSupportInformation": {
				"customerSupportEmail": "test.merchant_abhi@abc.com",
				"customerSupportPhoneNumber": {"countryCode": "1", "number": "1234567", "extension": "123"}
			}
		},
		"beneficiaryOwners": [{"personFullName": "Abhishek Kumar", "residentialAddress": ` + merchantAddress + `}],
		"primaryContactPerson": {"personFullName": "Abhishek Kumar"},
		"integrationInfo": {"ipnEndpointUrls": ["https://yourdomainname.com/ipnendpoint1", "https://yourdomainname.com/ipnendpoint2"]},
		"stores": [{
			"domainUrls": ["https://yourdomainname.com"],
			"storeName": "Rufus's Cafe",
			"privacyPolicyUrl": "https://yourdomainname.com/privacy",
			"storeStatus": {"state": "ACTIVE", "reasonCode": null}
		}],
		"merchantStatus": {"statusProvider": "Ayden", "state": "ACTIVE", "reasonCode": null}
	}]`},
	{client: "WebStoreClient", method: "updateMerchantAccount", args: `["${merchantAccountId}", {
		"businessInfo": {
			"email": "abhi@abc.com",
			"businessType": "CORPORATE",
			"businessLegalName": "密林コーヒー",
			"businessCategory": "Beauty",
			"businessDisplayName": "Abhi's Cafe",
			"annualSalesVolume": {"amount": "100000", "currencyCode": "JPY"},
			"countryOfEstablishment": "JP",
			"businessAddress": ` + merchantAddress + `,
			"customerSupportInformation": {
				"customerSupportEmail": "test.merchant_abhi@abc.com",
				"customerSupportPhoneNumber": {"countryCode": "1", "number": "1234567", "extension": "123"}
			}
		}
	}, {"x-amz-pay-authtoken": "${authorizationToken}"}]`},
	// The 303 is a success of the SDK's, not followed.
	{client: "WebStoreClient", method: "merchantAccountClaim", status: 303, args: `["${merchantAccountId}", {
		"uniqueReferenceId": "Unique_Reference_Id"
	}]`},
	{client: "WebStoreClient", method: "registerAmazonPayAccount", args: `[{
		"uniqueReferenceId": "ABCD12345CB",
		"ledgerCurrency": "JPY",
		"businessInfo": {
			"businessType": "CORPORATE",
			"countryOfEstablishment": "JP",
			"businessLegalName": "TestingSubmerchant",
			"businessAddress": {
				"addressLine1": "450",
				"addressLine2": "Noda",
				"city": "香取市",
				"stateOrRegion": "千葉県",
				"postalCode": "289-0314",
				"countryCode": "JP"
			}
		},
		"primaryContactPerson": {
			"personFullName": "Integration Tests",
			"residentialAddress": {
				"addressLine1": "4-7, Sunny Mansion 203",
				"addressLine2": "Hommachi 2 choume",
				"city": "Chiryushi",
				"stateOrRegion": "AICHI",
				"postalCode": "4720021",
				"countryCode": "JP"
			}
		}
	}]`},
	{client: "WebStoreClient", method: "updateAmazonPayAccount", args: `["${merchantAccountId}", {
		"businessInfo": {
			"businessAddress": {
				"addressLine1": "41 Nishigamo Kitaimaharacho",
				"city": "京都市",
				"stateOrRegion": "京都府",
				"postalCode": "603-8821",
				"countryCode": "JP"
			}
		}
	}]`},
	{client: "WebStoreClient", method: "deleteAmazonPayAccount", args: `["${merchantAccountId}"]`},

	// The README gives the headers of getSignedHeaders; they reach the signature twice, in two
	// spellings. Its X-Amz-Pay-Region of "us" is left out: the SDK signs it but sends "na".
	{client: "InStoreClient", method: "apiCall", operation: "merchantScan", args: `[{
		"method": "POST",
		"urlFragment": "in-store/merchantScan",
		"payload": ` + scan + `,
		"headers": {"Accept": "application/json", "Content-Type": "application/json"}
	}]`},
}

// reportSteps are of the live environment, as the README has them: the sandbox has one report only.
var reportSteps = []step{
	{client: "WebStoreClient", method: "createCheckoutSession", approve: true, args: `[{
		"webCheckoutDetails": {
			"checkoutReviewReturnUrl": "https://localhost/store/checkoutReview",
			"checkoutResultReturnUrl": "https://localhost/store/checkoutReturn"
		},
		"storeId": "${storeId}"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "finalizeCheckoutSession", settle: true, args: `["${checkoutSessionId}", {
		"chargeAmount": {"amount": 10, "currencyCode": "USD"},
		"paymentIntent": "AuthorizeWithCapture"
	}, {"x-amz-pay-idempotency-key": "${new}"}]`},
	{client: "WebStoreClient", method: "getReports", args: `[{"reportTypes": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_"}]`},
	{client: "WebStoreClient", method: "getReportById", args: `["${reportId}"]`},
	{client: "WebStoreClient", method: "getReportDocument", args: `["${reportDocumentId}"]`},
	{client: "WebStoreClient", method: "createReport", args: `[{
		"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_",
		"startTime": "20221114T074550Z",
		"endTime": "20221114T074550Z"
	}]`},
	{client: "WebStoreClient", method: "createReportSchedule", args: `[{
		"reportType": "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_",
		"scheduleFrequency": "P1D",
		"nextReportCreationTime": "20230317T074550Z",
		"deleteExistingSchedule": false
	}]`},
	{client: "WebStoreClient", method: "getReportSchedules", args: `[
		"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_,_GET_FLAT_FILE_OFFAMAZONPAYMENTS_BILLING_AGREEMENT_DATA_"
	]`},
	{client: "WebStoreClient", method: "getReportScheduleById", args: `["${reportScheduleId}"]`},
	{client: "WebStoreClient", method: "cancelReportSchedule", args: `["${reportScheduleId}"]`},
}

const merchantAddress = `{
	"addressLine1": "扇町４丁目５－１",
	"addressLine2": "フルフィルメントセンタービル",
	"city": "小田原市",
	"stateOrRegion": "神奈川県",
	"postalCode": "250-0001",
	"countryCode": "JP",
	"phoneNumber": {"countryCode": "81", "number": "2062062061"}
}`

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
