package wire_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

func TestCheckOperation(t *testing.T) {
	t.Parallel()
	assert.Len(t, wire.Operations(), 43)
	for _, name := range wire.Operations() {
		require.NoError(t, wire.CheckOperation(name))
	}
	for name, nearest := range map[string]string{
		"createCharge": "CreateCharge", "getReportById": "GetReportByID", "GetCharg": "GetCharge", "Completecheckoutsession": "CompleteCheckoutSession",
	} {
		require.ErrorContains(t, wire.CheckOperation(name), "the nearest are "+nearest, name)
	}
	require.Error(t, wire.CheckOperation(""))
}
