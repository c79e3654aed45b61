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
}
