package main

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gone is a standard output that nobody reads.
type gone struct{ err error }

func (g gone) Write([]byte) (int, error) { return 0, g.err }

func (p *person) typesInto(out io.Writer, args ...string) typed {
	p.t.Helper()
	var errOut bytes.Buffer
	code := run(p.t.Context(), append([]string{"--config-dir", p.folder, "--emulator-file", p.file}, args...), strings.NewReader(""), out, &errOut)
	return typed{code, "", errOut.String()}
}

// A charge whose answer got lost on the way to the reader was made: the command must not look as if
// it can be repeated with a new key.
func TestResultThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	refund := []string{"refunds", "create", "-f", "chargeId=" + charge, "-f", "refundAmount=4.00 USD"}
	for i, why := range []error{syscall.EPIPE, syscall.ENOSPC} {
		lost := p.typesInto(gone{why}, refund...)
		assert.Equal(t, exitUnknown, lost.code, lost.err)
		assert.Contains(t, lost.err, "could not be printed")
		key := regexp.MustCompile(`--idempotency-key (\S+) --unsettled\.`).FindStringSubmatch(lost.err)
		require.NotNil(t, key, lost.err)
		again := p.types(append(refund, "--idempotency-key", key[1], "--unsettled")...)
		assert.Zero(t, again.code, again.err)
		assert.Len(t, p.server.Refunds(), i+1)
	}

	enough := p.typesInto(gone{syscall.EPIPE}, "charges", "get", charge)
	assert.Equal(t, typed{}, enough, "head has read enough")
	full := p.typesInto(gone{syscall.ENOSPC}, "charges", "get", charge)
	assert.Equal(t, exitFailed, full.code)
	assert.Contains(t, full.err, "no space left")
	dry := p.typesInto(gone{syscall.ENOSPC}, append(refund, "--dry-run")...)
	assert.Equal(t, exitFailed, dry.code, "nothing was sent")
	page := p.write("page.html", `payloadJSON:'{}', signature:'x'`)
	assert.Equal(t, exitFailed, p.typesInto(gone{syscall.EPIPE}, "verify", page).code, "what was found out stays")
	followed := p.typesInto(gone{errors.New("gone")}, "emulator", "logs")
	assert.Equal(t, exitFailed, followed.code, "it does not go on for ever")
}
