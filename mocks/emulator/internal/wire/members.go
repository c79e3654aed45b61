package wire

import (
	"maps"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// The members of each request, as the reference describes them.

var address = Members{
	"name": Text(50), "addressLine1": Text(180), "addressLine2": Text(60), "addressLine3": Text(60),
	"city": Text(50), "county": Text(50), "district": Text(50), "stateOrRegion": Text(50),
	"postalCode": Text(20), "countryCode": Text(3), "phoneNumber": Text(20),
}

// addressDetails of an additional payment button has one member in place of two.
var addressDetails = Members{
	"name": Text(50), "addressLine1": Text(180), "addressLine2": Text(60), "addressLine3": Text(60),
	"city": Text(50), "districtOrCounty": Text(50), "stateOrRegion": Text(50),
	"postalCode": Text(20), "countryCode": Text(3), "phoneNumber": Text(20),
}

var merchantMetadata = Structure(Members{
	"merchantReferenceId": Text(256), "merchantStoreName": Text(50),
	"noteToBuyer": Text(255), "customInformation": Text(4096),
})

var providerMetadata = Structure(Members{"providerReferenceId": Text(0)})

var recurringMetadata = Structure(Members{
	"frequency": Structure(Members{
		"unit":  OneOf("Year", "Month", "Week", "Day", "Variable"),
		"value": count(),
	}),
	"amount": price().orZero(),
})

var paymentIntent = OneOf("Confirm", "Authorize", "AuthorizeWithCapture")

var paymentDetails = Members{
	"paymentIntent":                 paymentIntent,
	"canHandlePendingAuthorization": flag(),
	"chargeAmount":                  price().limited(),
	"totalOrderAmount":              price(),
	"softDescriptor":                Text(16),
	"presentmentCurrency":           OneOf(ledger.Currencies...),
	"allowOvercharge":               flag(),
	"extendExpiration":              flag(),
	"estimateOrderTotal":            price().orZero(),
}

var deliverySpecifications = Structure(Members{
	"specialRestrictions": List(OneOf("RestrictPOBoxes", "RestrictPackstations")),
	"addressRestrictions": Structure(Members{
		"type":         OneOf("Allowed", "NotAllowed").Required(),
		"restrictions": byName(Structure(restriction.With(Members{"except": Structure(restriction)}))).Required(),
	}),
})

var restriction = Members{"statesOrRegions": List(Text(0)), "zipCodes": List(Text(0))}

var webCheckoutDetails = Members{
	"checkoutReviewReturnUrl": Link(), "checkoutResultReturnUrl": Link(), "checkoutCancelUrl": Link(),
}

// newWebCheckoutDetails are those that only a new session can have. checkoutErrorUrl is in the
// payloads of Amazon's mobile SDK
// (https://developer.amazon.com/docs/mobile-app/sample-post-payload.html), signInReturnUrl in that
// of a button that signs the buyer in and sets up a payment method
// (…/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html).
var newWebCheckoutDetails = webCheckoutDetails.With(Members{
	"checkoutMode": OneOf("ProcessOrder"), "checkoutErrorUrl": Link(), "signInReturnUrl": Link(), "signInCancelUrl": Link(),
	"signInErrorUrl": Link(), "authorizeResultReturnUrl": Link(), "amazonPayDeclineUrl": Link(), // as some types of answers have them
})

var updateSessionMembers = Members{
	"webCheckoutDetails":             Structure(webCheckoutDetails),
	"paymentDetails":                 Structure(paymentDetails),
	"merchantMetadata":               merchantMetadata,
	"supplementaryData":              Text(0),
	"platformId":                     Text(0),
	"providerMetadata":               providerMetadata,
	"chargePermissionType":           OneOf(ledger.OneTime, ledger.Recurring, ledger.OnFile),
	"recurringMetadata":              recurringMetadata,
	"multiAddressesCheckoutMetadata": List(Structure(Members{"addressId": Text(0), "price": price().orZero()})),
}

// CreateSessionMembers are the members of CreateCheckoutSession, and of a button's payload.
var CreateSessionMembers = updateSessionMembers.With(Members{
	"webCheckoutDetails":          Structure(newWebCheckoutDetails).Required(),
	"storeId":                     Text(0).Required(),
	"scopes":                      List(OneOf(slices.Sorted(maps.Keys(ledger.BuyerScopes))...)),
	"signInScopes":                List(OneOf(slices.Sorted(maps.Keys(ledger.BuyerScopes))...)),
	"deliverySpecifications":      deliverySpecifications,
	"paymentMethodOnFileMetadata": Structure(Members{"setupOnly": flag()}),
	"chargePermissionId":          Text(0),
	"addressDetails":              {kind: addressKind, Members: addressDetails},
	// As Amazon's mobile SDK (https://developer.amazon.com/docs/mobile-app/parameters1.html) and
	// its sample for payments through a processor
	// (github.com/amazonpay-labs/amazonpaycpsp-gmosampleapp-apb) send them.
	"channelType":             Text(0),
	"processorSpecifications": Structure(Members{"name": Text(0)}),
})

// ButtonMembers are the members of a button's payload, and of a Buy Now button's
// checkoutSessionConfig. Buy Now has no webCheckoutDetails.
var ButtonMembers = CreateSessionMembers.With(Members{"webCheckoutDetails": Structure(newWebCheckoutDetails)})

// UpgradeMembers are the members of the payload of bindUpgradeAction. Only checkout.js reads
// merchantId, productType, ledgerCurrency and checkoutLanguage.
var UpgradeMembers = Members{
	"webCheckoutDetails": Structure(webCheckoutDetails).Required(), "chargePermissionId": Text(0).Required(),
	"recurringMetadata": recurringMetadata.Required(), "chargePermissionType": OneOf(ledger.Recurring),
	"storeId": Text(0), "merchantId": Text(0), "productType": Text(0), "ledgerCurrency": Text(0), "checkoutLanguage": Text(0),
	"merchantMetadata": merchantMetadata, "platformId": Text(0),
}

var completeSessionMembers = Members{"chargeAmount": price().limited(), "totalOrderAmount": price()}

var finalizeSessionMembers = Members{
	"paymentIntent":                 paymentIntent.Required(),
	"canHandlePendingAuthorization": flag(),
	"supplementaryData":             Text(0),
	"shippingAddress":               Structure(address),
	"billingAddress":                Structure(address),
	"chargeAmount":                  price().limited(),
	"totalOrderAmount":              price(),
}

var updatePermissionMembers = Members{"merchantMetadata": merchantMetadata, "recurringMetadata": recurringMetadata}

var closePermissionMembers = Members{"closureReason": Text(255).Required(), "cancelPendingCharges": flag()}

var createChargeMembers = Members{
	"chargePermissionId":            Text(0).Required(),
	"chargeAmount":                  price().limited().Required(),
	"captureNow":                    flag(),
	"softDescriptor":                Text(16),
	"canHandlePendingAuthorization": flag(),
	"merchantMetadata":              merchantMetadata,
	"providerMetadata":              providerMetadata,
	"platformId":                    Text(0),
	"chargeInitiator":               OneOf("CITU", "MITU", "CITR", "MITR"),
	"channel":                       OneOf("Web", "Phone", "App", "Alexa", "PointOfSale", "FireTv", "Offline", "Amazon"),
	"webCheckoutDetails":            Structure(Members{"checkoutResultReturnUrl": Link()}),
}

var updateChargeMembers = Members{
	"statusDetails": Structure(Members{"state": OneOf(ledger.Canceled, ledger.Declined).Required(), "reasonCode": Text(0)}).Required(),
}

var captureChargeMembers = Members{"captureAmount": price().limited().Required(), "softDescriptor": Text(16)}

var cancelChargeMembers = Members{"cancellationReason": Text(255).Required()}

var createRefundMembers = Members{
	"chargeId": Text(0).Required(), "refundAmount": price().limited().Required(), "softDescriptor": Text(16),
}

var tillMetadata = Structure(Members{
	"merchantNote": Text(0), "customInformation": Text(0),
	"communicationContext": Structure(Members{"merchantStoreName": Text(0), "merchantOrderId": Text(0)}),
})

var merchantScanMembers = Members{
	"scanData":        Text(0).Required(),
	"scanReferenceId": Text(0).Required(),
	"ledgerCurrency":  OneOf("USD", "EUR", "GBP", "JPY").Required(),
	"merchantCOE":     Text(2).Required(),
	"storeLocation":   Structure(Members{"countryCode": Text(3)}),
	"metadata":        tillMetadata,
	"chargeTotal":     price().limited(),
}

var tillChargeMembers = Members{
	"chargePermissionId": Text(0).Required(), "chargeReferenceId": Text(0).Required(), "chargeTotal": price().limited().Required(),
	"softDescriptor": Text(16), "metadata": tillMetadata,
}

var tillRefundMembers = Members{
	"chargeId": Text(0).Required(), "refundReferenceId": Text(0).Required(), "refundTotal": price().limited().Required(),
	"softDescriptor": Text(16), "metadata": tillMetadata,
}

var deliveryTrackerMembers = Members{
	"amazonOrderReferenceId": Text(0),
	"chargePermissionId":     Text(0),
	"deliveryDetails": List(Structure(Members{
		"trackingNumber": Text(0).Required(), "carrierCode": Text(0).Required(),
	})).Required(),
}

var disputeStatus = Structure(Members{
	"state":             OneOf(ledger.UnderReview, ledger.ActionRequired, ledger.Resolved, ledger.DisputeClosed).Required(),
	"resolution":        OneOf("BuyerWon", "MerchantWon", "NoFault"),
	"reasonCode":        OneOf(strings.Fields("MerchantResponseRequired MerchantAdditionalEvidencesRequired BuyerAdditionalEvidencesRequired MerchantAcceptedDispute MerchantResponseDeadlineExpired BuyerCancelled InvestigatorResolved AutoResolved ChargebackFiled")...),
	"reasonDescription": Text(0),
})

var createDisputeMembers = Members{
	"chargeId":                 Text(0).Required(),
	"providerMetadata":         Structure(Members{"providerDisputeId": Text(0)}),
	"disputeAmount":            price().limited().Required(),
	"filingReason":             OneOf(ledger.FilingReasons...).Required(),
	"filingTimestamp":          epoch(),
	"creationTimestamp":        epoch(), // as the PHP SDK's sample has it
	"statusDetails":            disputeStatus.Required(),
	"merchantResponseDeadline": epoch(),
}

var updateDisputeMembers = Members{"statusDetails": disputeStatus.Required(), "closureTimestamp": epoch()}

var contestDisputeMembers = Members{
	"merchantEvidences": List(Structure(Members{
		"evidenceType": OneOf(strings.Fields("ProductDescription Receipt CancellationPolicy CustomerSignature TrackingNumber CarrierName DeviceId DeviceName DownloadDateTime Other")...).Required(),
		"fileId":       Text(0),
		"evidenceText": Text(0),
	})).Required(),
}

var createReportMembers = Members{
	"reportType": OneOf(ledger.ReportTypes...).Required(), "startTime": timestamp().Required(), "endTime": timestamp().Required(),
}

var createScheduleMembers = Members{
	"reportType":             OneOf(ledger.ReportTypes...).Required(),
	"scheduleFrequency":      OneOf(slices.Sorted(maps.Keys(ledger.Frequencies))...).Required(),
	"nextReportCreationTime": timestamp().Required(),
	"deleteExistingSchedule": flag(),
}

var uploadFileMembers = Members{
	"type": OneOf(slices.Sorted(maps.Keys(ledger.FileTypes))...).Required(), "purpose": OneOf("disputeEvidence").Required(),
}
