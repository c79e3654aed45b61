package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The curl command of --dry-run is right: the emulator takes it, and nothing was sent before.
func TestDryRun(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not here")
	}
	p := withEmulator(t)
	p.write("pay.pem", p.server.Description().CAPEM)
	charge, _ := p.paid()
	before := len(p.server.Requests())
	for _, args := range [][]string{
		{"charges", "get", charge},
		{"refunds", "create", "-f", "chargeId=" + charge, "-f", "refundAmount=1.00 USD", "-f", "softDescriptor=it's Ann's"},
		{"reports", "list", "--type", "settlement"},
		{"call", "GET", "/reports?pageSize=2"},
	} {
		dry := p.types(append(args, "--dry-run")...)
		require.Zero(t, dry.code, dry.err)
		require.Len(t, p.server.Requests(), before)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(dry.out, "curl ", "curl --silent --fail-with-body ", 1)).CombinedOutput()
		require.NoError(t, err, "%s\n%s", dry.out, out)
		before++
		require.Len(t, p.server.Requests(), before)
		last := p.server.Requests()[before-1]
		assert.True(t, last.Verified)
		assert.Less(t, last.Status, 300)
	}
}

// No token is an argument or is printed, whatever happens.
func TestSecrets(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	d := p.server.Description()
	provider, client := d.Merchants[0], d.Merchants[1]
	var printed strings.Builder
	say := func(args ...string) typed {
		done := p.types(args...)
		printed.WriteString(done.out + done.err)
		return done
	}
	token := filepath.Join(p.folder, "token")
	p.input = client.MWSAuthToken + "\n"
	got := say("auth-tokens", "get", client.MerchantID, "--mws-token-file", "-", "--output", token, "--verbose")
	require.Zero(t, got.code, got.err)
	secret, err := os.ReadFile(token)
	require.NoError(t, err)
	p.input = provider.BuyerToken
	require.Zero(t, say("buyers", "get", "--token-file", "-", "-v").code)
	create := []string{"checkout-sessions", "create", "-f", "storeId=" + client.StoreID, "-f", "webCheckoutDetails.checkoutReviewReturnUrl=https://shop.example/", "--auth-token-file", token}
	require.Zero(t, say(append(create, "-v")...).code)
	dry := say(append(create, "--dry-run")...)
	assert.Contains(t, dry.out, `"x-amz-pay-authtoken: $AMAZON_PAY_AUTH_TOKEN"`)
	p.input = client.MWSAuthToken + "x"
	assert.Equal(t, exitRefused, say("auth-tokens", "get", client.MerchantID, "--mws-token-file", "-", "--output", token).code)
	p.input = provider.BuyerToken
	assert.Equal(t, exitUsage, say("buyers", "get", "--token-file", "-", "--dry-run").code)
	p.input = "nobody's token"
	assert.Equal(t, exitRefused, say("--json", "buyers", "get", "--token-file", "-").code)
	say("whoami")
	for _, secret := range []string{client.MWSAuthToken, provider.BuyerToken, strings.TrimSpace(string(secret)), "nobody's", "PRIVATE KEY", d.ControlToken} {
		require.NotEmpty(t, secret)
		assert.NotContains(t, printed.String(), secret)
	}
}

func TestVerbose(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	done := p.types("charges", "get", "x", "-v")
	last := p.server.Requests()[0]
	assert.Contains(t, done.err, "GetCharge (GET charges/{chargeId}) as "+p.file)
	assert.Contains(t, done.err, "attempt 1: ")
	assert.Contains(t, done.err, "404 Not Found")
	assert.Contains(t, done.err, "request id: "+last.RequestID)
}

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

func TestLists(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	for range 3 {
		require.Zero(t, p.types("--live", "emulator", "trigger", "charge.disputed").code)
		require.Zero(t, p.types("--live", "emulator", "clock", "1s").code)
		require.Zero(t, p.types("--live", "emulator", "trigger", "settlement").code)
		require.Zero(t, p.types("emulator", "clock", "1h").code)
	}
	all := p.types("--live", "reports", "list")
	require.Zero(t, all.code, all.err)
	assert.Len(t, strings.Split(strings.TrimSpace(all.out), "\n"), 1+3, all.out)
	two := p.types("--live", "reports", "list", "--limit", "2", "--type", "settlement", "--status", "completed", "--json")
	assert.Equal(t, 2, strings.Count(two.out, `"reportId"`), two.out)
	assert.Contains(t, two.err, "Only the first 2")
	every := p.types("--live", "reports", "list", "--limit", "0", "--json", "--since", "2020-01-01")
	assert.Equal(t, 3, strings.Count(every.out, `"reportId"`), every.out+every.err)
	none := p.types("--live", "report-schedules", "list")
	assert.Contains(t, none.err, "There is none.")
	assert.Zero(t, none.code)
	payouts := p.types("--live", "disbursements", "list", "--since", "2020-01-01", "--until", "2040-01-01")
	assert.Zero(t, payouts.code, payouts.err)
}

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
