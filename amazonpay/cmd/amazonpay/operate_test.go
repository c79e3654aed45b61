package main

import (
	"os/exec"
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
