package button_test

import (
	"testing"

	"github.com/amazonpay-go/sdk/internal/callertest"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// Every type that holds personal data or free text, with what may be seen of it.
func TestPersonalDataStaysOutOfPrintsAndLogs(t *testing.T) {
	t.Parallel()
	callertest.RequireShown(t, button.OneTime{}, "StoreID")
	callertest.RequireShown(t, button.ProcessOrder{}, "StoreID")
	callertest.RequireShown(t, button.Recurring{}, "StoreID")
	callertest.RequireShown(t, button.SavedWallet{}, "StoreID", "ChargePermissionID")
	callertest.RequireShown(t, button.UpdateSavedWallet{}, "StoreID", "ChargePermissionID")
	callertest.RequireShown(t, button.Upgrade{}, "Action", "StoreID", "ChargePermissionID")
	callertest.RequireShown(t, button.SignIn{}, "StoreID")
	callertest.RequireShown(t, button.SignInAndSetUp{}, "StoreID")
	callertest.RequireShown(t, button.MultiAddress{}, "StoreID")
	callertest.RequireShown(t, button.Donation{}, "StoreID")
}
