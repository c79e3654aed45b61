package webstore_test

import (
	"testing"

	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore"
)

// Every type that holds personal data or free text, with what may be seen of it.
func TestPersonalDataStaysOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	callertest.RequireShown(t, webstore.Buyer{}, "BuyerID")
	callertest.RequireShown(t, webstore.BuyerResponse{}, "BuyerID")
	callertest.RequireShown(t, webstore.AddressWithID{}, "AddressID", "Address.CountryCode")
	callertest.RequireShown(t, webstore.AddressDetails{}, "CountryCode")
	callertest.RequireShown(t, webstore.MerchantMetadata{}, "MerchantReferenceID")
	callertest.RequireShown(t, webstore.CheckoutSession{},
		"CheckoutSessionID", "StatusDetails.State", "StatusDetails.ReasonCode", "ChargePermissionID", "ChargeID")
	callertest.RequireShown(t, webstore.CreateCheckoutSessionRequest{}, "StoreID")
	callertest.RequireShown(t, webstore.UpdateCheckoutSessionRequest{}, "PlatformID")
	callertest.RequireShown(t, webstore.FinalizeCheckoutSessionRequest{}, "PaymentIntent")
	callertest.RequireShown(t, webstore.ChargePermission{}, "ChargePermissionID", "StatusDetails.State")
	callertest.RequireShown(t, webstore.UpdateChargePermissionRequest{}, "MerchantMetadata.MerchantReferenceID")
	callertest.RequireShown(t, webstore.CloseChargePermissionRequest{})
	callertest.RequireShown(t, webstore.Charge{}, "ChargeID", "ChargePermissionID", "StatusDetails.State", "StatusDetails.ReasonCode")
	callertest.RequireShown(t, webstore.CreateChargeRequest{}, "ChargePermissionID")
	callertest.RequireShown(t, webstore.CancelChargeRequest{})
	callertest.RequireShown(t, webstore.ReportDocument{}, "ReportDocumentID")
	callertest.RequireShown(t, webstore.File{}, "ID", "Type")
	callertest.RequireShown(t, webstore.Evidence{}, "EvidenceType", "FileID")
	callertest.RequireShown(t, webstore.Dispute{}, "DisputeID", "ChargeID", "StatusDetails.State", "StatusDetails.ReasonCode")
	callertest.RequireShown(t, webstore.DisputeStatusUpdate{}, "State", "ReasonCode")
	callertest.RequireShown(t, webstore.CreateDisputeRequest{}, "ChargeID")
	callertest.RequireShown(t, webstore.UpdateDisputeRequest{}, "StatusDetails.State", "StatusDetails.ReasonCode")
	callertest.RequireShown(t, webstore.ContestDisputeRequest{})
	callertest.RequireShown(t, webstore.RegisterAmazonPayAccountRequest{}, "UniqueReferenceID")
	callertest.RequireShown(t, webstore.UpdateAmazonPayAccountRequest{})
	callertest.RequireShown(t, webstore.BusinessInfo{}, "CountryOfEstablishment")
	callertest.RequireShown(t, webstore.ContactPerson{})
	callertest.RequireShown(t, webstore.CreateMerchantAccountRequest{}, "UniqueReferenceID")
	callertest.RequireShown(t, webstore.UpdateMerchantAccountRequest{}, "UniqueReferenceID")
	callertest.RequireShown(t, webstore.MerchantBusinessInfo{}, "CountryOfEstablishment")
	callertest.RequireShown(t, webstore.CustomerSupportInformation{})
	callertest.RequireShown(t, webstore.PhoneNumber{})
	callertest.RequireShown(t, webstore.BusinessAddress{}, "CountryCode")
	callertest.RequireShown(t, webstore.MerchantAddress{}, "CountryCode")
	callertest.RequireShown(t, webstore.Person{}, "PersonID")
	callertest.RequireShown(t, webstore.MerchantAccountClaimResponse{}, "UniqueReferenceID", "MerchantAccountID")
	callertest.RequireRedacted[webstore.API](t)
}
