package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// The emulator inside keeps its state for the next command, and two commands do not meet in it.
func TestInside(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	made := p.gets("--emulator", "emulator", "trigger", "charge.disputed")
	charge := text(t, made, "chargeId")
	assert.Equal(t, charge, p.gets("--emulator", "charges", "get", charge)["chargeId"])
	require.Zero(t, p.types("--emulator", "emulator", "clock", "48h").code)
	ended := make(chan typed, 4)
	for range cap(ended) {
		go func() {
			other := &person{t: t, folder: p.folder}
			ended <- other.types("--emulator", "refunds", "create", "-f", "chargeId="+charge, "-f", "refundAmount=1.00 USD")
		}()
	}
	for range cap(ended) {
		done := <-ended
		assert.Zero(t, done.code, done.err)
	}
	read := p.gets("--emulator", "charges", "get", charge)
	assert.Equal(t, "4.00", text(t, read, "refundedAmount.amount"))
	require.Zero(t, p.types("--emulator", "emulator", "reset").code)
	p.refuses(exitRefused, []string{"404"}, "--emulator", "charges", "get", charge)
}

// The program never sends to the live environment without --live.
func TestLiveGuard(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	server := emulator.Start(t)
	m := server.Description().Merchants[0]
	key := p.write("key.pem", m.PrivateKeyPEM)
	for _, args := range [][]string{
		{"--public-key-id", m.KeyIDs.Live},
		{"--public-key-id", m.KeyIDs.Plain, "--environment", "LIVE"},
	} {
		set := p.types(append([]string{"profile", "set", "shop", "--region", "na", "--private-key-file", key}, args...)...)
		require.Zero(t, set.code, set.err)
		for _, command := range [][]string{
			{"charges", "get", "x"},
			{"charges", "capture", "x", "-f", "captureAmount=1.00 USD", "--dry-run"},
			{"call", "GET", "/charges/x"},
			{"reports", "list"},
			{"button", p.write("payload.json", "{}"), "--signature"},
		} {
			p.refuses(exitUsage, []string{"profile shop is for the live environment", "Add --live"}, command...)
		}
		dry := p.types("--live", "charges", "get", "x", "--dry-run")
		assert.Zero(t, dry.code, dry.err)
		assert.Contains(t, dry.out, "https://pay-api.amazon.com/")
	}
}
