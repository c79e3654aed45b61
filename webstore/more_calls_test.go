package webstore_test

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

const (
	reportID   = "A08439021T39K6DTX4JS8"
	documentID = "amzn1.tortuga.0.000000000-0000-0000-0000-000000000000.00000000000000"
	scheduleID = "1234567890"
	disputeID  = "P01-1111111-1111111-B123456"
	accountID  = "A1XX111XXX111XXX"
	storeID    = "amzn1.application-oa2-client.example"
)

func at(year int, month time.Month, day int) amazonpay.Time {
	return amazonpay.Time{Time: time.Date(year, month, day, 7, 45, 50, 0, time.UTC)}
}

// Requests with every field set.
var (
	getReports = webstore.GetReportsRequest{
		ReportTypes:        []webstore.ReportType{webstore.ReportTypeSettlement, webstore.ReportTypeRefund},
		ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted, webstore.ReportStatusCancelled},
		CreatedSince:       at(2022, 8, 4), CreatedUntil: at(2022, 8, 5), PageSize: 100,
	}
	createReport   = webstore.CreateReportRequest{ReportType: webstore.ReportTypeAuthorization, StartTime: at(2022, 11, 13), EndTime: at(2022, 11, 14)}
	createSchedule = webstore.CreateReportScheduleRequest{
		ReportType: webstore.ReportTypeOrderReference, ScheduleFrequency: webstore.ScheduleFrequencyEveryDay, NextReportCreationTime: at(2023, 3, 17), DeleteExistingSchedule: new(false),
	}
	getDisbursements = webstore.GetDisbursementsRequest{StartTime: at(2024, 3, 1), EndTime: at(2024, 3, 2), PageSize: 30}

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
	uploadFile = webstore.UploadFileRequest{Type: webstore.FileTypeJPG, Purpose: webstore.FilePurposeDisputeEvidence}

	businessAddress     = webstore.BusinessAddress{AddressLine1: "扇町４丁目５－１", AddressLine2: "センタービル", City: "小田原市", StateOrRegion: "神奈川県", PostalCode: "250-0001", CountryCode: "JP"}
	merchantAddressJSON = `"addressLine1":"扇町４丁目５－１","addressLine2":"センタービル","city":"小田原市","stateOrRegion":"神奈川県","postalCode":"250-0001","countryCode":"JP"`

	businessInfo     = webstore.BusinessInfo{BusinessType: webstore.BusinessTypeCorporate, CountryOfEstablishment: "JP", BusinessLegalName: "密林コーヒー", BusinessAddress: &businessAddress}
	businessInfoJSON = `{"businessType":"CORPORATE","countryOfEstablishment":"JP","businessLegalName":"密林コーヒー","businessAddress":{` + merchantAddressJSON + `}}`

	contactPerson     = webstore.ContactPerson{PersonFullName: "山田 花子", ResidentialAddress: &businessAddress, DateOfBirth: "19700101"}
	contactPersonJSON = `{"personFullName":"山田 花子","residentialAddress":{` + merchantAddressJSON + `},"dateOfBirth":"19700101"}`

	registerAccount = webstore.RegisterAmazonPayAccountRequest{UniqueReferenceID: "shop-1", LedgerCurrency: amazonpay.LedgerCurrencyJPY, BusinessInfo: &businessInfo, PrimaryContactPerson: &contactPerson}
	updateAccount   = webstore.UpdateAmazonPayAccountRequest{BusinessInfo: &businessInfo, PrimaryContactPerson: &contactPerson}

	phone        = webstore.PhoneNumber{CountryCode: "81", Number: "2062062061", Extension: "123"}
	phoneJSON    = `{"countryCode":"81","number":"2062062061","extension":"123"}`
	phoneAddress = &webstore.MerchantAddress{
		AddressLine1: "扇町４丁目５－１", AddressLine2: "センタービル", City: "小田原市", StateOrRegion: "神奈川県", PostalCode: "250-0001", CountryCode: "JP", PhoneNumber: &phone,
	}
	phoneAddrJSON = `{` + merchantAddressJSON + `,"phoneNumber":` + phoneJSON + `}`

	person     = webstore.Person{PersonID: "person-1", PersonFullName: "山田 花子", ResidentialAddress: phoneAddress}
	personJSON = `{"personId":"person-1","personFullName":"山田 花子","residentialAddress":` + phoneAddrJSON + `}`

	merchantInfo = webstore.MerchantBusinessInfo{
		Email: "shop@example.com", BusinessType: webstore.BusinessTypeIndividual, BusinessLegalName: "密林コーヒー", BusinessCategory: "Beauty", BusinessAddress: phoneAddress,
		BusinessDisplayName: "Cafe", AnnualSalesVolume: amazonpay.Price{Amount: "100000", CurrencyCode: amazonpay.JPY}, CountryOfEstablishment: "JP",
		CustomerSupportInformation: &webstore.CustomerSupportInformation{CustomerSupportEmail: "help@example.com", CustomerSupportPhoneNumber: &phone},
	}
	stores         = []webstore.MerchantStore{{DomainURLs: []string{"https://shop.example"}, StoreName: "Cafe", PrivacyPolicyURL: "https://shop.example/privacy", StoreStatus: &webstore.StoreStatus{State: webstore.AccountStateStoreActive, ReasonCode: "none"}}}
	integration    = webstore.IntegrationInfo{IPNEndpointURLs: []string{"https://shop.example/ipn"}}
	merchantStatus = webstore.MerchantStatus{StatusProvider: "Provider", State: webstore.AccountStateActive, ReasonCode: "none"}
	accountJSON    = `{"uniqueReferenceId":"shop-1","ledgerCurrency":"JPY","businessInfo":{"email":"shop@example.com","businessType":"INDIVIDUAL",` +
		`"businessLegalName":"密林コーヒー","businessCategory":"Beauty","businessAddress":` + phoneAddrJSON + `,"businessDisplayName":"Cafe",` +
		`"annualSalesVolume":{"amount":"100000","currencyCode":"JPY"},"countryOfEstablishment":"JP","customerSupportInformation":` +
		`{"customerSupportEmail":"help@example.com","customerSupportPhoneNumber":` + phoneJSON + `}},"beneficiaryOwners":[` + personJSON + `],` +
		`"primaryContactPerson":` + personJSON + `,"integrationInfo":{"ipnEndpointUrls":["https://shop.example/ipn"]},"stores":[{"domainUrls":["https://shop.example"],` +
		`"storeName":"Cafe","privacyPolicyUrl":"https://shop.example/privacy","storeStatus":{"state":"Active","reasonCode":"none"}}],` +
		`"merchantStatus":{"statusProvider":"Provider","state":"ACTIVE","reasonCode":"none"}}`
	createAccount = webstore.CreateMerchantAccountRequest{
		UniqueReferenceID: "shop-1", LedgerCurrency: amazonpay.LedgerCurrencyJPY, BusinessInfo: &merchantInfo, BeneficiaryOwners: []webstore.Person{person},
		PrimaryContactPerson: &person, IntegrationInfo: &integration, Stores: stores, MerchantStatus: &merchantStatus,
	}
	updateMerchantAccount = webstore.UpdateMerchantAccountRequest(createAccount)
	claim                 = webstore.MerchantAccountClaimRequest{UniqueReferenceID: "shop-1"}

	createStore = webstore.CreateStoreRequest{
		AllowedOriginDomains: []string{"https://shop.example"}, AllowedRedirectURLs: []string{"https://shop.example/back"}, StoreName: "Shop",
		PrivacyPolicyURL: "https://shop.example/privacy", MerchantLogoURL: "https://shop.example/logo.png",
	}
	updateStore = webstore.UpdateStoreRequest(createStore)
	storeJSON   = `{"allowedOriginDomains":["https://shop.example"],"allowedRedirectURLs":["https://shop.example/back"],"storeName":"Shop",` +
		`"privacyPolicyUrl":"https://shop.example/privacy","merchantLogoUrl":"https://shop.example/logo.png"}`
)

// list are the calls of a method that takes a filter, which may be nil.
func list[R, A any](method func(webstore.API, context.Context, R, ...amazonpay.CallOption) (A, error), in R) calls {
	return calls{call: func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
		return method(c, ctx, in, opts...)
	}}
}

func moreOperations() []operation {
	report, schedule := [2]string{"reportId", reportID}, [2]string{"reportScheduleId", scheduleID}
	dispute, account := [2]string{"disputeId", disputeID}, [2]string{"merchantAccountId", accountID}
	return []operation{
		{
			name: "GetReports", calls: list(webstore.API.GetReports, &getReports), method: http.MethodGet, path: "reports", answer: "reports.json",
			query: url.Values{
				"reportTypes":        {"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SETTLEMENT_DATA_,_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_"},
				"processingStatuses": {"COMPLETED,CANCELLED"}, "createdSince": {"20220804T074550Z"}, "createdUntil": {"20220805T074550Z"}, "pageSize": {"100"},
			},
		},
		{name: "GetReportByID", calls: get(webstore.API.GetReportByID, reportID), method: http.MethodGet, path: "reports/{reportId}", id: report, answer: "report.json"},
		{
			name: "CreateReport", calls: post(webstore.API.CreateReport, &createReport), method: http.MethodPost, path: "reports", key: true, request: createReport, answer: "report_created.json",
			body: `{"reportType":"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_AUTHORIZATION_DATA_","startTime":"20221113T074550Z","endTime":"20221114T074550Z"}`,
		},
		{
			name: "GetReportDocument", calls: get(webstore.API.GetReportDocument, documentID), method: http.MethodGet, path: "report-documents/{reportDocumentId}",
			id: [2]string{"reportDocumentId", documentID}, answer: "report_document.json",
		},
		{
			name: "GetReportSchedules", calls: list(webstore.API.GetReportSchedules, []webstore.ReportType{webstore.ReportTypeRefund, "_NEW_"}), method: http.MethodGet,
			path: "report-schedules", answer: "report_schedules.json", query: url.Values{"reportTypes": {"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_REFUND_DATA_,_NEW_"}},
		},
		{name: "GetReportScheduleByID", calls: get(webstore.API.GetReportScheduleByID, scheduleID), method: http.MethodGet, path: "report-schedules/{reportScheduleId}", id: schedule, answer: "report_schedule.json"},
		{
			name: "CreateReportSchedule", calls: post(webstore.API.CreateReportSchedule, &createSchedule), method: http.MethodPost, path: "report-schedules", key: true,
			request: createSchedule, answer: "report_schedule_created.json",
			body: `{"reportType":"_GET_FLAT_FILE_OFFAMAZONPAYMENTS_ORDER_REFERENCE_DATA_","scheduleFrequency":"P1D","nextReportCreationTime":"20230317T074550Z","deleteExistingSchedule":false}`,
		},
		{
			name: "CancelReportSchedule", calls: get(webstore.API.CancelReportSchedule, scheduleID), method: http.MethodDelete, path: "report-schedules/{reportScheduleId}", id: schedule,
			answer: "schedule_cancelled.json", noContent: true,
		},
		{
			name: "GetDisbursements", calls: list(webstore.API.GetDisbursements, &getDisbursements), method: http.MethodGet, path: "disbursements", answer: "disbursements.json",
			query: url.Values{"startTime": {"20240301T074550Z"}, "endTime": {"20240302T074550Z"}, "pageSize": {"30"}},
		},

		{
			name: "CreateDispute", calls: post(webstore.API.CreateDispute, &createDispute), method: http.MethodPost, path: "disputes", key: true, request: createDispute, answer: "dispute.json",
			body: `{"chargeId":"S01-5105180-3221187-C056351","providerMetadata":{"providerDisputeId":"provider-1"},"disputeAmount":{"amount":"14.00","currencyCode":"USD"},` +
				`"filingReason":"ProductNotReceived","filingTimestamp":1679039150,"statusDetails":{"state":"ActionRequired","resolution":"NoFault",` +
				`"reasonCode":"MerchantResponseRequired","reasonDescription":"Answer <it>"},"merchantResponseDeadline":1679989550}`,
		},
		{name: "GetDispute", calls: get(webstore.API.GetDispute, disputeID), method: http.MethodGet, path: "disputes/{disputeId}", id: dispute, answer: "dispute.json"},
		{
			name: "UpdateDispute", calls: send(webstore.API.UpdateDispute, disputeID, &updateDispute), method: http.MethodPatch, path: "disputes/{disputeId}", id: dispute, key: true,
			request: updateDispute, answer: "dispute.json",
			body: `{"statusDetails":{"state":"Resolved","resolution":"MerchantWon","reasonCode":"MerchantAcceptedDispute","reasonDescription":"Accepted"},"closureTimestamp":1679989550}`,
		},
		{
			name: "ContestDispute", calls: send(webstore.API.ContestDispute, disputeID, &contestDispute), method: http.MethodPost, path: "disputes/{disputeId}/contest", id: dispute, key: true,
			request: contestDispute, answer: "dispute.json",
			body: `{"merchantEvidences":[{"evidenceType":"TrackingNumber","fileId":"file_1","evidenceText":"1Z999AA10123456789"}]}`,
		},
		{
			name: "UploadFile", calls: post(webstore.API.UploadFile, &uploadFile), method: http.MethodPost, path: "files", key: true, request: uploadFile, answer: "file.json",
			body: `{"type":"jpg","purpose":"disputeEvidence"}`,
		},

		{
			name: "RegisterAmazonPayAccount", calls: post(webstore.API.RegisterAmazonPayAccount, &registerAccount), method: http.MethodPost, path: "merchantAccounts", key: true,
			request: registerAccount, answer: "account_registered.json",
			body: `{"uniqueReferenceId":"shop-1","ledgerCurrency":"JPY","businessInfo":` + businessInfoJSON + `,"primaryContactPerson":` + contactPersonJSON + `}`,
		},
		{
			name: "UpdateAmazonPayAccount", calls: send(webstore.API.UpdateAmazonPayAccount, accountID, &updateAccount), method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}", id: account,
			request: updateAccount, answer: "account_changed.json", noContent: true,
			body: `{"businessInfo":` + businessInfoJSON + `,"primaryContactPerson":` + contactPersonJSON + `}`,
		},
		{
			name: "DeleteAmazonPayAccount", calls: get(webstore.API.DeleteAmazonPayAccount, accountID), method: http.MethodDelete, path: "merchantAccounts/{merchantAccountId}", id: account,
			answer: "account_deleted.json", noContent: true,
		},
		{
			name: "CreateMerchantAccount", calls: post(webstore.API.CreateMerchantAccount, &createAccount), method: http.MethodPost, path: "merchantAccounts", key: true,
			request: createAccount, answer: "account_created.json", body: accountJSON,
		},
		{
			name: "UpdateMerchantAccount", calls: send(webstore.API.UpdateMerchantAccount, accountID, &updateMerchantAccount), method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}", id: account,
			key: true, request: updateMerchantAccount, answer: "account_updated.json", noContent: true, body: accountJSON,
		},
		{
			name: "MerchantAccountClaim", calls: send(webstore.API.MerchantAccountClaim, accountID, &claim), method: http.MethodPost, path: "merchantAccounts/{merchantAccountId}/claim", id: account,
			key: true, request: claim, answer: "account_claim.json", seeOther: true, noContent: true, body: `{"uniqueReferenceId":"shop-1"}`,
		},
		{
			name: "CreateStore", calls: send(webstore.API.CreateStore, accountID, &createStore), method: http.MethodPost, path: "merchantAccounts/{merchantAccountId}/stores", id: account,
			key: true, request: createStore, answer: "store.json", body: storeJSON,
		},
		{
			name: "UpdateStore", method: http.MethodPatch, path: "merchantAccounts/{merchantAccountId}/stores/{storeId}", id: account, second: [2]string{"storeId", storeID},
			request: updateStore, answer: "store.json", body: storeJSON,
			calls: calls{
				func(ctx context.Context, c webstore.API, opts ...amazonpay.CallOption) (any, error) {
					return c.UpdateStore(ctx, accountID, storeID, &updateStore, opts...)
				},
				func(ctx context.Context, c webstore.API) (any, error) {
					return c.UpdateStore(ctx, accountID, storeID, nil)
				},
			},
		},
	}
}
