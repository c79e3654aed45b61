package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCall(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	assert.Equal(t, charge, p.gets("call", "get", "/charges/"+charge)["chargeId"])
	assert.Equal(t, charge, p.gets("call", "GET", "v2/charges/"+charge)["chargeId"])
	refund := p.gets("call", "POST", "/refunds", "-f", "chargeId="+charge, "-f", `refundAmount:={"amount":"2.00","currencyCode":"USD"}`, "--idempotency-key", "once")
	again := p.gets("call", "POST", "/refunds", "-f", "chargeId="+charge, "-f", `refundAmount:={"amount":"2.00","currencyCode":"USD"}`, "--idempotency-key", "once")
	assert.Equal(t, text(t, refund, "refundId"), text(t, again, "refundId"))
	assert.Contains(t, p.gets("call", "GET", "/reports?pageSize=1"), "reports")
	p.refuses(exitRefused, []string{"400 UnrecognizedField", "colour"}, "call", "POST", "/refunds", "-f", "colour=red")
}
