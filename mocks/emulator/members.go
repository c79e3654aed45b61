package emulator

import (
	"maps"
	"slices"
)

// The members of each request, as the reference describes them.

var address = members{
	"name": text(50), "addressLine1": text(180), "addressLine2": text(60), "addressLine3": text(60),
	"city": text(50), "county": text(50), "district": text(50), "stateOrRegion": text(50),
	"postalCode": text(20), "countryCode": text(3), "phoneNumber": text(20),
}

// addressDetails of an additional payment button has one member in place of two.
var addressDetails = members{
	"name": text(50), "addressLine1": text(180), "addressLine2": text(60), "addressLine3": text(60),
	"city": text(50), "districtOrCounty": text(50), "stateOrRegion": text(50),
	"postalCode": text(20), "countryCode": text(3), "phoneNumber": text(20),
}

var merchantMetadata = structure(members{
	"merchantReferenceId": text(256), "merchantStoreName": text(50),
	"noteToBuyer": text(255), "customInformation": text(4096),
})

var providerMetadata = structure(members{"providerReferenceId": text(0)})

var recurringMetadata = structure(members{
	"frequency": structure(members{
		"unit":  oneOf("Year", "Month", "Week", "Day", "Variable"),
		"value": count(),
	}),
	"amount": price().orZero(),
})

var paymentIntent = oneOf("Confirm", "Authorize", "AuthorizeWithCapture")

var paymentDetails = members{
	"paymentIntent":                 paymentIntent,
	"canHandlePendingAuthorization": flag(),
	"chargeAmount":                  price().limited(),
	"totalOrderAmount":              price(),
	"softDescriptor":                text(16),
	"presentmentCurrency":           oneOf(currencies...),
	"allowOvercharge":               flag(),
	"extendExpiration":              flag(),
	"estimateOrderTotal":            price().orZero(),
}

var deliverySpecifications = structure(members{
	"specialRestrictions": list(oneOf("RestrictPOBoxes", "RestrictPackstations")),
	"addressRestrictions": structure(members{
		"type":         oneOf("Allowed", "NotAllowed").needed(),
		"restrictions": byName(structure(restriction.with(members{"except": structure(restriction)}))).needed(),
	}),
})

var restriction = members{"statesOrRegions": list(text(0)), "zipCodes": list(text(0))}

var webCheckoutDetails = members{
	"checkoutReviewReturnUrl": link(), "checkoutResultReturnUrl": link(), "checkoutCancelUrl": link(),
}

// newWebCheckoutDetails are those that only a new session can have. checkoutErrorUrl is in the
// payloads of Amazon's mobile SDK
// (https://developer.amazon.com/docs/mobile-app/sample-post-payload.html), signInReturnUrl in that
// of a button that signs the buyer in and sets up a payment method
// (…/amazon-pay-paymentmethodonfile-signinandsetup/add-the-amazon-pay-button.html).
var newWebCheckoutDetails = webCheckoutDetails.with(members{
	"checkoutMode": oneOf("ProcessOrder"), "checkoutErrorUrl": link(), "signInReturnUrl": link(), "signInCancelUrl": link(),
	"signInErrorUrl": link(), "authorizeResultReturnUrl": link(), "amazonPayDeclineUrl": link(), // as some types of answers have them
})

var updateSessionMembers = members{
	"webCheckoutDetails":             structure(webCheckoutDetails),
	"paymentDetails":                 structure(paymentDetails),
	"merchantMetadata":               merchantMetadata,
	"supplementaryData":              text(0),
	"platformId":                     text(0),
	"providerMetadata":               providerMetadata,
	"chargePermissionType":           oneOf(oneTime, recurring, onFile),
	"recurringMetadata":              recurringMetadata,
	"multiAddressesCheckoutMetadata": list(structure(members{"addressId": text(0), "price": price().orZero()})),
}

var createSessionMembers = updateSessionMembers.with(members{
	"webCheckoutDetails":          structure(newWebCheckoutDetails).needed(),
	"storeId":                     text(0).needed(),
	"scopes":                      list(oneOf(slices.Sorted(maps.Keys(buyerScopes))...)),
	"signInScopes":                list(oneOf(slices.Sorted(maps.Keys(buyerScopes))...)),
	"deliverySpecifications":      deliverySpecifications,
	"paymentMethodOnFileMetadata": structure(members{"setupOnly": flag()}),
	"chargePermissionId":          text(0),
	"addressDetails":              {kind: addressKind, members: addressDetails},
	// As Amazon's mobile SDK (https://developer.amazon.com/docs/mobile-app/parameters1.html) and
	// its sample for payments through a processor
	// (github.com/amazonpay-labs/amazonpaycpsp-gmosampleapp-apb) send them.
	"channelType":             text(0),
	"processorSpecifications": structure(members{"name": text(0)}),
})

var completeSessionMembers = members{"chargeAmount": price().limited(), "totalOrderAmount": price()}

var finalizeSessionMembers = members{
	"paymentIntent":                 paymentIntent.needed(),
	"canHandlePendingAuthorization": flag(),
	"supplementaryData":             text(0),
	"shippingAddress":               structure(address),
	"billingAddress":                structure(address),
	"chargeAmount":                  price().limited(),
	"totalOrderAmount":              price(),
}

var updatePermissionMembers = members{"merchantMetadata": merchantMetadata, "recurringMetadata": recurringMetadata}

var closePermissionMembers = members{"closureReason": text(255).needed(), "cancelPendingCharges": flag()}

var createChargeMembers = members{
	"chargePermissionId":            text(0).needed(),
	"chargeAmount":                  price().limited().needed(),
	"captureNow":                    flag(),
	"softDescriptor":                text(16),
	"canHandlePendingAuthorization": flag(),
	"merchantMetadata":              merchantMetadata,
	"providerMetadata":              providerMetadata,
	"platformId":                    text(0),
	"chargeInitiator":               oneOf("CITU", "MITU", "CITR", "MITR"),
	"channel":                       oneOf("Web", "Phone", "App", "Alexa", "PointOfSale", "FireTv", "Offline", "Amazon"),
	"webCheckoutDetails":            structure(members{"checkoutResultReturnUrl": link()}),
}

var updateChargeMembers = members{
	"statusDetails": structure(members{"state": oneOf(canceled, declined).needed(), "reasonCode": text(0)}).needed(),
}

var captureChargeMembers = members{"captureAmount": price().limited().needed(), "softDescriptor": text(16)}

var cancelChargeMembers = members{"cancellationReason": text(255).needed()}

var createRefundMembers = members{
	"chargeId": text(0).needed(), "refundAmount": price().limited().needed(), "softDescriptor": text(16),
}

var tillMetadata = structure(members{
	"merchantNote": text(0), "customInformation": text(0),
	"communicationContext": structure(members{"merchantStoreName": text(0), "merchantOrderId": text(0)}),
})

var merchantScanMembers = members{
	"scanData":        text(0).needed(),
	"scanReferenceId": text(0).needed(),
	"ledgerCurrency":  oneOf("USD", "EUR", "GBP", "JPY").needed(),
	"merchantCOE":     text(2).needed(),
	"storeLocation":   structure(members{"countryCode": text(3)}),
	"metadata":        tillMetadata,
	"chargeTotal":     price().limited(),
}

var tillChargeMembers = members{
	"chargePermissionId": text(0).needed(), "chargeReferenceId": text(0).needed(), "chargeTotal": price().limited().needed(),
	"softDescriptor": text(16), "metadata": tillMetadata,
}

var tillRefundMembers = members{
	"chargeId": text(0).needed(), "refundReferenceId": text(0).needed(), "refundTotal": price().limited().needed(),
	"softDescriptor": text(16), "metadata": tillMetadata,
}

var deliveryTrackerMembers = members{
	"amazonOrderReferenceId": text(0),
	"chargePermissionId":     text(0),
	"deliveryDetails": list(structure(members{
		"trackingNumber": text(0).needed(), "carrierCode": text(0).needed(),
	})).needed(),
}
