package site

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// example is how the workbench fills in the request of an operation.
type example struct {
	about string // the kind of the object that the request is about; its id is in the path, if the path has one
	wants string // the state that the object must be in, in words
	suits func(f *filling, o ledger.Kept) bool
	id    func(f *filling, o ledger.Kept) string // of the path; nil: the object's own
	query func(f *filling) url.Values
	body  func(f *filling, about ledger.Object) ledger.Object
	token bool // it requires an authorization token
}

const (
	open          = "open"
	chargeable    = "Chargeable with an amount left"
	notClosed     = "open or NonChargeable"
	authorized    = "Authorized or AuthorizationInitiated, of an open charge permission"
	authorizedNow = "Authorized, of an open charge permission"
	withMoney     = "Captured with an amount left"
)

// examples are the requests of all operations.
var examples = map[string]example{
	"GetBuyer": {about: kindBuyer},

	"CreateCheckoutSession": {body: func(f *filling, _ ledger.Object) ledger.Object {
		return ledger.Object{
			"webCheckoutDetails": ledger.Object{"checkoutReviewReturnUrl": f.review, "checkoutResultReturnUrl": f.result},
			"storeId":            f.actFor.StoreID,
			"paymentDetails":     ledger.Object{"paymentIntent": "Authorize", "canHandlePendingAuthorization": false, "chargeAmount": f.sample()},
			"merchantMetadata":   f.metadata(),
		}
	}},
	"GetCheckoutSession": {about: ledger.KindSession},
	"UpdateCheckoutSession": {
		about: ledger.KindSession, wants: open, suits: inState(ledger.Open, ledger.SignedInState, ledger.ApprovedState),
		body: func(f *filling, s ledger.Object) ledger.Object {
			payment := s.At("paymentDetails")
			changed := ledger.Object{"paymentIntent": cmp.Or(payment.Text("paymentIntent"), "Authorize"), "chargeAmount": or(payment.At("chargeAmount"), f.sample())}
			return ledger.Object{
				"webCheckoutDetails": ledger.Object{"checkoutResultReturnUrl": f.result}, "paymentDetails": changed, "merchantMetadata": or(given(s.At("merchantMetadata")), f.metadata()),
			}
		},
	},
	"CompleteCheckoutSession": {
		about: ledger.KindSession, wants: "approved by the buyer", suits: inState(ledger.ApprovedState),
		body: func(f *filling, s ledger.Object) ledger.Object {
			payment := s.At("paymentDetails")
			amounts := ledger.Object{}
			for _, name := range []string{"chargeAmount", "totalOrderAmount"} {
				if payment[name] != nil {
					amounts[name] = payment[name]
				}
			}
			if len(s) == 0 {
				amounts["chargeAmount"] = f.sample()
			}
			return amounts
		},
	},
	"FinalizeCheckoutSession": {
		about: ledger.KindSession, wants: "one to which the buyer has signed in", suits: inState(ledger.SignedInState, ledger.ApprovedState),
		body: func(f *filling, s ledger.Object) ledger.Object {
			payment := s.At("paymentDetails")
			final := ledger.Object{"paymentIntent": cmp.Or(payment.Text("paymentIntent"), "Authorize"), "canHandlePendingAuthorization": false}
			if setup, _ := s.At("paymentMethodOnFileMetadata")["setupOnly"].(bool); !setup || payment["chargeAmount"] != nil {
				final["chargeAmount"] = or(payment.At("chargeAmount"), f.sample())
			}
			return final
		},
	},

	"GetChargePermission": {about: ledger.KindPermission},
	"UpdateChargePermission": {
		about: ledger.KindPermission, wants: notClosed, suits: inState(ledger.Chargeable, "NonChargeable"),
		body: func(f *filling, _ ledger.Object) ledger.Object {
			return ledger.Object{"merchantMetadata": f.metadata()}
		},
	},
	"CloseChargePermission": {
		about: ledger.KindPermission, wants: notClosed, suits: inState(ledger.Chargeable, "NonChargeable"),
		body: func(*filling, ledger.Object) ledger.Object {
			return ledger.Object{"closureReason": "No more charges required", "cancelPendingCharges": false}
		},
	},

	"CreateCharge": {
		about: ledger.KindPermission, wants: chargeable, suits: chargeablePermission,
		body: func(f *filling, permission ledger.Object) ledger.Object {
			o := ledger.Object{
				"chargePermissionId": cmp.Or(permission.Text("chargePermissionId"), "S01-0000000-0000000"), "chargeAmount": f.chargeAmount(permission),
				"captureNow": false, "canHandlePendingAuthorization": false,
			}
			if permission.Text("chargePermissionType") == ledger.OnFile {
				o["chargeInitiator"], o["channel"] = "CITU", "Web"
			}
			return o
		},
	},
	"GetCharge": {about: ledger.KindCharge},
	"UpdateCharge": {
		about: ledger.KindCharge, wants: authorized, suits: openCharge(ledger.Authorized, ledger.AuthorizationInitiated),
		body: func(*filling, ledger.Object) ledger.Object {
			return ledger.Object{"statusDetails": ledger.Object{"state": ledger.Canceled, "reasonCode": "MerchantCanceled"}}
		},
	},
	"CaptureCharge": {
		about: ledger.KindCharge, wants: authorizedNow, suits: openCharge(ledger.Authorized),
		body: func(f *filling, charge ledger.Object) ledger.Object {
			return ledger.Object{"captureAmount": or(charge.At("chargeAmount"), f.sample()), "softDescriptor": "Example Shop"}
		},
	},
	"CancelCharge": {
		about: ledger.KindCharge, wants: authorized, suits: openCharge(ledger.Authorized, ledger.AuthorizationInitiated),
		body: func(*filling, ledger.Object) ledger.Object {
			return ledger.Object{"cancellationReason": "The buyer canceled the order"}
		},
	},

	"CreateRefund": {
		about: ledger.KindCharge, wants: withMoney, suits: captured(refundable),
		body: func(f *filling, charge ledger.Object) ledger.Object {
			return ledger.Object{
				"chargeId": cmp.Or(charge.Text("chargeId"), "S01-0000000-0000000-C000000"), "refundAmount": f.price(refundable(f, charge)), "softDescriptor": "Example Shop",
			}
		},
	},
	"GetRefund": {about: ledger.KindRefund},

	"MerchantScan": {body: func(f *filling, _ ledger.Object) ledger.Object {
		country := map[string]string{"na": "US", "eu": "DE", "jp": "JP"}[f.region.Name]
		return ledger.Object{
			"scanData": ledger.ScanData, "scanReferenceId": newKey(), "merchantCOE": country, "ledgerCurrency": f.currency(),
			"storeLocation": ledger.Object{"countryCode": country}, "chargeTotal": f.sample(),
			"metadata": ledger.Object{"merchantNote": "Till 1", "communicationContext": ledger.Object{"merchantStoreName": "The Example Shop", "merchantOrderId": newKey()[:8]}},
		}
	}},
	"InStoreCharge": {
		about: ledger.KindPermission, wants: chargeable, suits: chargeablePermission,
		body: func(f *filling, permission ledger.Object) ledger.Object {
			return ledger.Object{
				"chargePermissionId": cmp.Or(permission.Text("chargePermissionId"), "S01-0000000-0000000"), "chargeReferenceId": newKey(),
				"chargeTotal": f.chargeAmount(permission), "softDescriptor": "Example Shop",
			}
		},
	},
	"InStoreRefund": {
		about: ledger.KindCharge, wants: withMoney, suits: captured(refundable),
		body: func(f *filling, charge ledger.Object) ledger.Object {
			return ledger.Object{
				"chargeId": cmp.Or(charge.Text("chargeId"), "S01-0000000-0000000-C000000"), "refundReferenceId": newKey(), "refundTotal": f.price(refundable(f, charge)),
			}
		},
	},
	"DeliveryTrackers": {about: ledger.KindPermission, body: func(_ *filling, permission ledger.Object) ledger.Object {
		return ledger.Object{
			"chargePermissionId": cmp.Or(permission.Text("chargePermissionId"), "S01-0000000-0000000"),
			"deliveryDetails":    []any{ledger.Object{"trackingNumber": "1Z999AA10123456784", "carrierCode": "UPS"}},
		}
	}},
	"GetAuthorizationToken": {about: kindMWSToken, query: func(f *filling) url.Values {
		id := "A2EMULATEDSHOPB"
		if f.actFor != f.merchant {
			id = f.actFor.ID
		}
		return url.Values{"merchantId": {id}}
	}},

	"GetReports": {query: func(f *filling) url.Values {
		return url.Values{"reportTypes": {f.reportType()}, "createdSince": {f.stamp(f.now.AddDate(0, 0, -7))}, "pageSize": {"10"}}
	}},
	"GetReportByID": {about: ledger.KindReport},
	"CreateReport": {body: func(f *filling, _ ledger.Object) ledger.Object {
		return ledger.Object{"reportType": f.reportType(), "startTime": f.stamp(f.now.AddDate(0, 0, -7)), "endTime": f.stamp(f.now)}
	}},
	"GetReportDocument": {
		about: kindDocument, id: func(_ *filling, k ledger.Kept) string { return k.Shown().Text("reportDocumentId") },
	},
	"GetReportSchedules":    {query: func(f *filling) url.Values { return url.Values{"reportTypes": {f.reportType()}} }},
	"GetReportScheduleByID": {about: ledger.KindSchedule},
	"CreateReportSchedule": {body: func(f *filling, _ ledger.Object) ledger.Object {
		return ledger.Object{
			"reportType": f.reportType(), "scheduleFrequency": "P1D", "nextReportCreationTime": f.stamp(f.now.AddDate(0, 0, 1)), "deleteExistingSchedule": true,
		}
	}},
	"CancelReportSchedule": {about: ledger.KindSchedule},
	"GetDisbursements": {query: func(f *filling) url.Values {
		return url.Values{"startTime": {f.stamp(f.now.AddDate(0, 0, -7))}, "endTime": {f.stamp(f.now)}, "pageSize": {"10"}}
	}},

	"CreateDispute": {
		about: ledger.KindCharge, wants: withMoney, suits: captured(disputable),
		body: func(f *filling, charge ledger.Object) ledger.Object {
			return ledger.Object{
				"chargeId": cmp.Or(charge.Text("chargeId"), "S01-0000000-0000000-C000000"), "providerMetadata": ledger.Object{"providerDisputeId": "D-" + newKey()[:8]},
				"disputeAmount": f.price(disputable(f, charge)), "filingReason": "ProductNotReceived", "filingTimestamp": f.epoch(f.now),
				"statusDetails": ledger.Object{"state": ledger.ActionRequired}, "merchantResponseDeadline": f.epoch(f.now.Add(answerTime)),
			}
		},
	},
	"GetDispute": {about: ledger.KindDispute},
	"UpdateDispute": {
		about: ledger.KindDispute, wants: open, suits: inState(ledger.ActionRequired, ledger.UnderReview),
		body: func(f *filling, _ ledger.Object) ledger.Object {
			return ledger.Object{
				"statusDetails": ledger.Object{
					"state": ledger.Resolved, "resolution": "MerchantWon", "reasonCode": "InvestigatorResolved", "reasonDescription": "The parcel was delivered.",
				},
				"closureTimestamp": f.epoch(f.now),
			}
		},
	},
	"ContestDispute": {
		about: ledger.KindDispute, wants: ledger.ActionRequired, suits: inState(ledger.ActionRequired),
		body: func(*filling, ledger.Object) ledger.Object {
			return ledger.Object{"merchantEvidences": []any{ledger.Object{"evidenceType": "TrackingNumber", "evidenceText": "1Z999AA10123456784"}}}
		},
	},
	"UploadFile": {body: func(*filling, ledger.Object) ledger.Object {
		return ledger.Object{"type": "pdf", "purpose": "disputeEvidence"}
	}},

	"RegisterAmazonPayAccount": {body: func(f *filling, _ ledger.Object) ledger.Object {
		return ledger.Object{"uniqueReferenceId": "Shop-" + newKey()[:8], "ledgerCurrency": f.currency(), "businessInfo": f.account()}
	}},
	"CreateMerchantAccount": {body: func(f *filling, _ ledger.Object) ledger.Object {
		info := f.account()
		info["email"], info["businessDisplayName"] = "shop@example.com", "Example"
		return ledger.Object{"uniqueReferenceId": "Shop-" + newKey()[:8], "ledgerCurrency": "JPY", "businessInfo": info}
	}},
	"UpdateAmazonPayAccount": {about: ledger.KindAccount, body: func(f *filling, _ ledger.Object) ledger.Object {
		return ledger.Object{"businessInfo": f.account()}
	}},
	"UpdateMerchantAccount": {about: ledger.KindAccount, token: true, body: func(*filling, ledger.Object) ledger.Object {
		return ledger.Object{"businessInfo": ledger.Object{"businessDisplayName": "The Example Shop", "email": "new@example.com"}}
	}},
	"DeleteAmazonPayAccount": {about: ledger.KindAccount},
	"MerchantAccountClaim": {about: ledger.KindAccount, body: func(_ *filling, account ledger.Object) ledger.Object {
		return ledger.Object{"uniqueReferenceId": cmp.Or(account.Text("uniqueReferenceId"), "Shop-1")}
	}},
	"CreateStore": {about: ledger.KindAccount, token: true, body: storeExample},
	"UpdateStore": {
		about: ledger.KindAccount, wants: "one with a store", token: true, body: storeExample,
		suits: func(_ *filling, k ledger.Kept) bool { return len(k.Shown().At("stores")) > 0 },
	},
}

func storeExample(*filling, ledger.Object) ledger.Object {
	return ledger.Object{
		"storeName": "The Example Shop", "allowedOriginDomains": []any{"https://shop.example"}, "allowedRedirectURLs": []any{"https://shop.example/return"},
		"privacyPolicyUrl": "https://shop.example/privacy",
	}
}

// simulationCodes are those that the operations take, as in the table of README.md.
var simulationCodes = map[string][]string{
	"CompleteCheckoutSession": strings.Fields("BuyerCanceled AmazonCanceled Declined AuthorizationInitiated"),
	"FinalizeCheckoutSession": strings.Fields("BuyerCanceled AmazonCanceled Declined AuthorizationInitiated"),
	"CreateCharge": strings.Fields("SoftDeclined HardDeclined AmazonRejected TransactionTimedOut CaptureInitiated AuthorizationInitiated PendingAuthorized " +
		"PendingSoftDeclined PendingHardDeclined PendingAmazonRejected PendingProcessingFailure PendingTransactionTimedOut"),
	"CaptureCharge":         strings.Fields("CaptureInitiated CaptureDeclined AmazonRejected"),
	"CancelCharge":          strings.Fields("ExpiredUnused AmazonCanceled"),
	"CreateRefund":          strings.Fields("RefundDeclined AmazonRejected ProcessingFailure"),
	"CloseChargePermission": {"AmazonClosed"},
}
