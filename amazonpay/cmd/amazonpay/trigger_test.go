package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each event happens to what it makes, and to what it is given.
func TestTrigger(t *testing.T) {
	t.Parallel()
	states := map[string][]string{ // the object, and the state in which the event leaves it
		"session.sign-in": {"checkout-sessions", "checkoutSessionId", "Open"}, "session.approve": {"checkout-sessions", "checkoutSessionId", "Open"},
		"session.abandon": {"checkout-sessions", "checkoutSessionId", "Canceled"}, "session.decline": {"checkout-sessions", "checkoutSessionId", "Canceled"},
		"session.change-card": {"checkout-sessions", "checkoutSessionId", "Open"}, "session.expire": {"checkout-sessions", "checkoutSessionId", "Canceled"},
		"charge.authorized": {"charges", "chargeId", "Authorized"}, "charge.declined": {"charges", "chargeId", "Declined"},
		"charge.canceled": {"charges", "chargeId", "Canceled"}, "charge.expired": {"charges", "chargeId", "Canceled"},
		"charge.disputed": {"disputes", "disputeId", "ActionRequired"},
		"refund.refunded": {"refunds", "refundId", "Refunded"}, "refund.declined": {"refunds", "refundId", "Declined"},
		"charge-permission.closed":      {"charge-permissions", "chargePermissionId", "Closed"},
		"charge-permission.suspended":   {"charge-permissions", "chargePermissionId", "NonChargeable"},
		"charge-permission.expired":     {"charge-permissions", "chargePermissionId", "Closed"},
		"charge-permission.change-card": {"charge-permissions", "chargePermissionId", "Chargeable"},
	}
	p := withEmulator(t)
	listed := p.types("emulator", "trigger").out
	for _, e := range events {
		assert.Contains(t, listed, e.name)
		var flags []string
		if e.takes == "card" {
			flags = []string{"--card", "4444"}
		}
		if e.make == nil {
			done := p.types("emulator", "trigger", e.name)
			assert.Zero(t, done.code, done.err)
			continue
		}
		made := p.gets(append([]string{"emulator", "trigger", e.name}, flags...)...)
		want := states[e.name]
		require.NotNil(t, want, e.name)
		id := text(t, made, want[1])
		read := p.gets(want[0], "get", id)
		assert.Equal(t, want[2], text(t, read, "statusDetails.state"), e.name)
	}
	declined := p.gets("emulator", "trigger", "charge.declined", "--reason-code", "HardDeclined")
	read := p.gets("charges", "get", text(t, declined, "chargeId"))
	assert.Equal(t, "HardDeclined", text(t, read, "statusDetails.reasonCode"))

	// Of an object that is there.
	made := p.gets("emulator", "trigger", "charge.authorized")
	given := p.types("emulator", "trigger", "charge.canceled", text(t, made, "chargeId"))
	assert.Zero(t, given.code, given.err)
	assert.Contains(t, given.out, text(t, made, "chargeId"))
	assert.Equal(t, "Canceled", text(t, p.gets("charges", "get", text(t, made, "chargeId")), "statusDetails.state"))
	p.refuses(exitRefused, []string{"409"}, "emulator", "trigger", "charge.canceled", text(t, made, "chargeId"))

	none := newPerson(t)
	none.refuses(exitUsage, []string{"amazonpay-emulator.json", "amazonpay emulator"}, "emulator", "trigger", "charge.declined")
}
