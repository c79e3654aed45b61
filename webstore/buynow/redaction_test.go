package buynow_test

import (
	"testing"

	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore/buynow"
)

// The buyer's data in events and checkouts is neither printed nor logged.
func TestPersonalDataStaysOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	callertest.RequireShown(t, buynow.Checkout{}, "ID", "Reference", "Status", "Language", "SessionID", "ChargePermissionID", "ChargeID", "ReasonCode")
	callertest.RequireShown(t, buynow.InitCheckout{}, "CheckoutID", "CheckoutLanguage")
	callertest.RequireShown(t, buynow.ShippingAddressSelection{}, "CheckoutID", "CheckoutLanguage")
	callertest.RequireShown(t, buynow.DeliveryOptionSelection{}, "CheckoutID", "DeliveryOptionID", "CheckoutLanguage")
}
