package emulator_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// paidOut are the amounts of the disbursements.
func (c *client) paidOut() []any {
	c.tb.Helper()
	list, _ := c.get("/disbursements").must(c.tb, http.StatusOK).body["disbursements"].([]any)
	var amounts []any
	for _, each := range list {
		payment, _ := each.(object)
		amounts = append(amounts, payment["amount"])
	}
	return amounts
}

// What was paid is paid once: a refund when it is Refunded, and none that is Declined.
func TestRefundsAreSettledOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	capturedCharge(f) // of 20.00, less fees of 0.58 and 0.30
	f.clock.Add(time.Minute)
	f.server.Settle()
	assert.Equal(t, []any{"19.12"}, f.paidOut())

	good, bad := f.refund("").must(t, 201).text(t, "refundId"), f.refund("").must(t, 201).text(t, "refundId")
	f.clock.Add(time.Second)
	f.server.Settle() // while both are pending
	assert.Equal(t, []any{"19.12"}, f.paidOut(), "nobody has been paid")
	require.NoError(t, f.server.DeclinePending(bad, "ProcessingFailure"))
	require.NoError(t, f.server.ResolvePending(good))
	for range 3 {
		f.clock.Add(time.Minute)
		f.server.Settle()
	}
	assert.Equal(t, []any{"19.12", "-5.00"}, f.paidOut())
	charge := f.show()
	assert.Equal(t, "5.00", charge.at("refundedAmount", "amount"), "the declined one counts no longer")
}
