package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// books is an emulator on loopback, and a folder in which commands run.
type books struct {
	t      *testing.T
	server *emulator.Server
	shop   *webstore.Client
	dir    string
}

func newBooks(t *testing.T) *books {
	t.Helper()
	client, server := emulatortest.New(t)
	b := &books{t: t, server: server, shop: webstore.New(client), dir: t.TempDir()}
	described, err := json.Marshal(server.Description())
	require.NoError(t, err)
	b.write("pay.json", string(described))
	return b
}

func (b *books) path(name string) string { return filepath.Join(b.dir, name) }

func (b *books) write(name, text string) string {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(b.path(name), []byte(text), 0o600))
	return b.path(name)
}

// run runs a command against the emulator, and returns its exit code and what it printed.
func (b *books) run(args ...string) (code int, out, errOut string) {
	b.t.Helper()
	return b.runWith("", args...)
}

func (b *books) runWith(in string, args ...string) (code int, out, errOut string) {
	b.t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(b.t.Context(), append([]string{"--emulator-file", b.path("pay.json"), "--config-dir", b.path("config")}, args...), strings.NewReader(in), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// must runs a command that must succeed.
func (b *books) must(args ...string) (out string) {
	b.t.Helper()
	code, out, errOut := b.run(args...)
	require.Zero(b.t, code, "%v: %s%s", args, out, errOut)
	return out
}

// take captures n charges of different amounts, and refunds a part of the last. It returns the
// ledger that a careful merchant has.
func (b *books) take(n int) (ledger string) {
	b.t.Helper()
	var lines strings.Builder
	lines.WriteString("Charge ID,Type,Amount,Currency,Date\n")
	permissions, err := b.server.Buyer().Subscribe(emulator.Subscription{Amount: "9.99", Currency: "USD", Reference: "order"}, n)
	require.NoError(b.t, err)
	var last *webstore.Charge
	for i, permission := range permissions {
		amount := amazonpay.USD.Price(amazonpay.Decimal(fmt.Sprintf("%d.%02d", 1+i%9, 7*i%100)))
		last, err = b.shop.CreateCharge(b.t.Context(), &webstore.CreateChargeRequest{
			ChargePermissionID: permission, ChargeAmount: amount, CaptureNow: new(true),
		})
		require.NoError(b.t, err)
		fmt.Fprintf(&lines, "%s,charge,%s,USD,%s\n", last.ChargeID, amount.Amount, b.server.Now().Format(time.DateOnly))
	}
	refund, err := b.shop.CreateRefund(b.t.Context(), &webstore.CreateRefundRequest{ChargeID: last.ChargeID, RefundAmount: amazonpay.USD.Price("0.50")})
	require.NoError(b.t, err)
	require.NoError(b.t, b.server.ResolvePending(refund.RefundID))
	fmt.Fprintf(&lines, "%s,refund,0.50,USD,%s\n", refund.RefundID, b.server.Now().Format(time.DateOnly))
	require.NoError(b.t, b.server.Advance(time.Minute))
	return lines.String()
}
