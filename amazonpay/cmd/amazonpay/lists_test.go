package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/webstore"
)

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

// The word settlement is the report that the environment has, and no other word is guessed at.
func TestReportTypesOfTheSandbox(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.gets("reports", "create", "-f", "reportType="+string(webstore.ReportTypeSandboxSettlement), "-f", "startTime=20261101T000000Z", "-f", "endTime=20261102T000000Z")
	listed := p.types("reports", "list", "--type", "settlement")
	assert.Contains(t, listed.out, string(webstore.ReportTypeSandboxSettlement), listed.err)
	for _, group := range []string{"reports", "report-schedules"} {
		p.refuses(exitUsage, []string{`--type "setlement" is no type of report`, "order-reference"}, group, "list", "--type", "setlement")
	}
}
