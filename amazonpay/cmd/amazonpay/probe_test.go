package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// An emulator does what is claimed, and one with other facts is found to, from file to file.
func TestProbe(t *testing.T) {
	t.Parallel()
	all := len(probe.Probes())
	p := withEmulator(t)
	done := p.types("probe")
	require.Zero(t, done.code, done.err)
	assert.Contains(t, done.out, strconv.Itoa(all)+" as claimed, 0 different, 0 unclear, 0 not run.")
	assert.Contains(t, done.out, "ok       date.ahead  none\n")

	changed := map[string]string{"date.maxAge": "1h", "session.returnQuery": "dropped", "refund.maxCount": "5"}
	p = withEmulator(t, emulator.WithFacts(changed))
	file := filepath.Join(p.folder, "facts.json")
	done = p.types("probe", "--output", file)
	assert.Equal(t, exitFailed, done.code, done.err)
	assert.Contains(t, done.out, strconv.Itoa(all-3)+" as claimed, 3 different, 0 unclear, 0 not run.")
	assert.Contains(t, done.out, "differs  date.maxAge\n         claimed: 15m; observed: 1h\n")
	fits(t, done.out)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(text), p.server.Description().Merchants[0].StoreID)

	options, err := (&emulatorRun{Facts: file, NoProxy: true, NoPages: true}).options()
	require.NoError(t, err)
	again := withEmulator(t, options...)
	found := again.types("--json", "probe", "--only", "date.*,session.returnQuery,refund.maxCount")
	assert.Equal(t, exitFailed, found.code)
	assert.Empty(t, found.err, "a script reads it")
	var read probe.File
	require.NoError(t, json.Unmarshal([]byte(found.out), &read))
	changed["date.ahead"] = "none"
	assert.Equal(t, changed, read.Facts)
}

func TestProbeList(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	done := p.types("probe", "--list")
	require.Zero(t, done.code, done.err)
	assert.Contains(t, done.out, "idempotency.updateCharge")
	assert.Contains(t, done.out, "No probe finds out:")
	assert.Contains(t, done.out, "    docs/amazon-pay-api-v2/idempotency.html\n")
	fits(t, done.out)
	done = p.types("--json", "probe", "--list", "--only", "simulation.*", "--only", "simulation.createRefund.RefundDeclined")
	require.Zero(t, done.code, done.err)
	var all []listed
	require.NoError(t, json.Unmarshal([]byte(done.out), &all))
	assert.Len(t, all, 19)
	assert.Contains(t, all[0].Source, "https://developer.amazon.com/docs/")
}

// fits checks that a terminal of 100 columns shows every line as one.
func fits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		assert.LessOrEqual(t, utf8.RuneCountInString(line), 100, line)
	}
	assert.NotContains(t, text, "\x1b")
}

// The result has no ids, also of what is left. They are beside it, for who must undo it by hand.
func TestProbeLeaves(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	require.NoError(t, p.server.FailSome(1, emulator.Fault{Operation: "CloseChargePermission", Status: 403, ReasonCode: "UnauthorizedAccess"}))
	done := p.types("probe", "--only", "session.returnQuery")
	require.Zero(t, done.code, done.err)
	assert.Contains(t, done.out, "<charge permission 1>: 403 UnauthorizedAccess\n")
	assert.NotRegexp(t, `S01-\d`, done.out)
	assert.Regexp(t, `<charge permission 1> is S01-\d{7}-\d{7}\.\n`, done.err)
}

// What a broken service makes of an error cannot reach the terminal as it is.
func TestProbeShowsAnErrorHarmlessly(t *testing.T) {
	t.Parallel()
	var out, errOut strings.Builder
	s := newSession(t.Context(), nil, &out, &errOut)
	s.showResult(probe.Result{
		Fact: "date.ahead", Verdict: probe.VerdictNotRun, Why: "no answer",
		Err: errors.New("\x1b]0;title\a\u202eline\r\nline\u009b2J" + strings.Repeat(" word", 10_000)),
	})
	assert.Equal(t, "not run  date.ahead\n         no answer\n", out.String())
	assert.Less(t, errOut.Len(), 500)
	fits(t, errOut.String())
	assert.NotRegexp(t, "[\x00-\x09\x0b-\x1f\u0080-\u009f\u202e]", errOut.String())
}

func TestProbeRefuses(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.refuses(exitUsage, []string{"no.such.fact", "--list"}, "probe", "--only", "no.such.fact")
	p.refuses(exitUsage, []string{"no-such-file"}, "probe", "--scan-data", "no-such-file")
	p.refuses(exitFailed, []string{"no/such/folder"}, "probe", "--only", "date.ahead", "--output", "no/such/folder/x")
	wrong := p.write("wrong.json", `{"facts":{"no.such.fact":"x"}}`)
	p.refuses(exitUsage, []string{"no.such.fact"}, "emulator", "run", "--port", "0", "--facts", wrong)
	p.refuses(exitUsage, []string{"--facts"}, "emulator", "run", "--port", "0", "--facts", p.write("wrong.txt", "x"))
	p.refuses(exitUsage, []string{"--facts"}, "emulator", "run", "--port", "0", "--facts", "no-such-file")
	p.refuses(exitUsage, []string{"larger"}, "emulator", "run", "--port", "0", "--facts", p.write("large.json", strings.Repeat(" ", maxFacts)+"{}"))

	// A live account, without and with --live.
	merchant := p.server.Description().Merchants[0]
	key := p.write("key.pem", merchant.PrivateKeyPEM)
	before := len(p.server.Requests())
	p.file = ""
	require.Zero(t, p.types("profile", "set", "real", "--public-key-id", merchant.KeyIDs.Live, "--private-key-file", key, "--region", "na").code)
	p.refuses(exitUsage, []string{"live environment", "No flag"}, "--profile", "real", "probe")
	p.refuses(exitUsage, []string{"live environment", "No flag"}, "--live", "--profile", "real", "probe")
	assert.Len(t, p.server.Requests(), before)
	require.Zero(t, p.types("profile", "set", "test", "--public-key-id", merchant.KeyIDs.Sandbox, "--private-key-file", key, "--region", "na").code)
	p.refuses(exitUsage, []string{"--merchant-id"}, "--profile", "test", "probe", "--browser")
}

// An interrupt ends it, and the file says what was found out until then.
func TestProbeIsInterrupted(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	file := filepath.Join(p.folder, "facts.json")
	done := p.typesIn(ctx, "probe", "--output", file)
	assert.Equal(t, exitFailed, done.code)
	assert.Contains(t, done.err, "not all probes ran")
	assert.FileExists(t, file)
	assert.Empty(t, p.server.Requests())
}

// Nothing is said about the dates that an emulator accepts whose clock was moved.
func TestProbeOfAMovedClock(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	first := p.types("probe", "--only", "date.*")
	assert.Zero(t, first.code, first.err)
	require.NoError(t, p.server.Advance(time.Minute))
	second := p.types("probe", "--only", "date.*")
	assert.Zero(t, second.code, second.err)
	assert.Contains(t, second.out, "0 as claimed, 0 different, 0 unclear, 2 not run.")
	assert.Contains(t, second.out, "the emulator's clock was moved")
}

// The emulator inside is a new one, whatever the other commands did to theirs.
func TestProbeInside(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	require.Zero(t, p.types("--emulator", "emulator", "clock", "1h").code)
	for range 2 {
		done := p.types("--emulator", "probe", "--only", "date.*")
		assert.Zero(t, done.code, done.err)
		assert.Contains(t, done.out, "2 as claimed, 0 different, 0 unclear, 0 not run.")
	}
	assert.Contains(t, p.types("--emulator", "emulator", "clock").out, "1h0m0s ahead", "and theirs stays as it was")
}
