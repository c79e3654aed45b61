package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

var noon = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)

// call is a call of a shop in the sandbox.
func call(at time.Time, id string, body ledger.Object) *ledger.Call {
	return &ledger.Call{
		Scope: ledger.Scope{Region: "na", MerchantID: "A1", Env: ledger.Sandbox}, Caller: "A1", ID: id, Body: body, Now: at,
	}
}

func usd(amount string) ledger.Object { return ledger.Object{"amount": amount, "currencyCode": "USD"} }

// The ledger knows no clock: a pending authorization ends at the time that the next call brings.
func TestPendingChargeEndsInTime(t *testing.T) {
	t.Parallel()
	l := ledger.New()
	_, scanned, refused := l.MerchantScan(call(noon, "", ledger.Object{
		"scanData": ledger.ScanData, "scanReferenceId": "r", "ledgerCurrency": "USD", "merchantCOE": "US",
	}))
	require.Nil(t, refused)
	code, made, refused := l.CreateCharge(call(noon, "", ledger.Object{
		"chargePermissionId": scanned.Text("chargePermissionId"), "chargeAmount": usd("14.00"), "canHandlePendingAuthorization": true,
	}))
	require.Nil(t, refused)
	assert.EqualValues(t, 201, code)
	assert.Equal(t, "Authorized", made.At("statusDetails").Text("state"))

	pending := call(noon, "", ledger.Object{
		"chargePermissionId": scanned.Text("chargePermissionId"), "chargeAmount": usd("5.00"), "canHandlePendingAuthorization": true,
	})
	pending.Simulation = "AuthorizationInitiated"
	_, made, refused = l.CreateCharge(pending)
	require.Nil(t, refused)
	id := made.Text("chargeId")
	for after, want := range map[time.Duration]string{0: "AuthorizationInitiated", 29 * time.Second: "AuthorizationInitiated"} {
		_, shown, refused := l.GetCharge(call(noon.Add(after), id, nil))
		require.Nil(t, refused)
		assert.Equal(t, want, shown.At("statusDetails").Text("state"), after)
	}
	_, shown, refused := l.GetCharge(call(noon.Add(30*time.Second), id, nil))
	require.Nil(t, refused)
	assert.Equal(t, "Authorized", shown.At("statusDetails").Text("state"))

	_, _, refused = l.GetCharge(call(noon, "unknown", nil))
	require.NotNil(t, refused)
	assert.Equal(t, ledger.ResourceNotFound, refused.Reason)
}
