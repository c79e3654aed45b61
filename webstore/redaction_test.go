package webstore_test

import (
	"testing"

	"github.com/amazonpay-go/sdk/webstore"
)

// Every type that holds personal data or free text, with what may be seen of it.
func TestPersonalDataStaysOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	requireShown(t, webstore.Buyer{}, "BuyerID")
	requireShown(t, webstore.BuyerResponse{}, "BuyerID")
	requireShown(t, webstore.AddressWithID{}, "AddressID", "Address.CountryCode")
	requireShown(t, webstore.AddressDetails{}, "CountryCode")
	requireShown(t, webstore.MerchantMetadata{}, "MerchantReferenceID")
	requireShown(t, webstore.CheckoutSession{},
		"CheckoutSessionID", "StatusDetails.State", "StatusDetails.ReasonCode", "ChargePermissionID", "ChargeID")
	requireShown(t, webstore.CreateCheckoutSessionRequest{}, "StoreID")
	requireShown(t, webstore.UpdateCheckoutSessionRequest{}, "PlatformID")
	requireShown(t, webstore.FinalizeCheckoutSessionRequest{}, "PaymentIntent")
	requireShown(t, webstore.ChargePermission{}, "ChargePermissionID", "StatusDetails.State")
	requireShown(t, webstore.UpdateChargePermissionRequest{}, "MerchantMetadata.MerchantReferenceID")
	requireShown(t, webstore.CloseChargePermissionRequest{})
	requireShown(t, webstore.Charge{}, "ChargeID", "ChargePermissionID", "StatusDetails.State", "StatusDetails.ReasonCode")
	requireShown(t, webstore.CreateChargeRequest{}, "ChargePermissionID")
	requireShown(t, webstore.CancelChargeRequest{})
}
