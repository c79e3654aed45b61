package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// TestMain is main where a test starts this binary as the program.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AMAZONPAY") != "" {
		main()
	}
	for _, variable := range os.Environ() { // a test has no account but its own
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AMAZON_PAY_") {
			_ = os.Unsetenv(name)
		}
	}
	testscript.Main(m, map[string]func(){"amazonpay": main})
}

// person types commands at a terminal.
type person struct {
	t      *testing.T
	folder string // of the configuration
	file   string // of the emulator, if one runs
	server *emulator.Server
	input  string // of the next command
}

// newPerson has a folder of their own, and no emulator.
func newPerson(t *testing.T) *person {
	t.Helper()
	return &person{t: t, folder: t.TempDir()}
}

// withEmulator has an emulator that runs.
func withEmulator(t *testing.T, options ...emulator.Option) *person {
	t.Helper()
	p := newPerson(t)
	p.server = emulator.Start(t, append([]emulator.Option{emulator.WithPages("127.0.0.1:0")}, options...)...)
	text, err := json.Marshal(p.server.Description())
	require.NoError(t, err)
	p.file = p.write("pay.json", string(text))
	return p
}

// write writes a file that only its owner can read, and returns its name.
func (p *person) write(name, content string) string {
	p.t.Helper()
	path := filepath.Join(p.folder, name)
	require.NoError(p.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// typed is what a command printed, and how it ended.
type typed struct {
	code     int
	out, err string
}

// types runs a command.
func (p *person) types(args ...string) typed {
	p.t.Helper()
	return p.typesIn(p.t.Context(), args...)
}

func (p *person) typesIn(ctx context.Context, args ...string) typed {
	p.t.Helper()
	var out, errOut bytes.Buffer
	args = append([]string{"--config-dir", p.folder}, args...)
	if p.file != "" {
		args = append([]string{"--emulator-file", p.file}, args...)
	}
	code := run(ctx, args, strings.NewReader(p.input), &out, &errOut)
	p.input = ""
	return typed{code, out.String(), errOut.String()}
}

// gets runs a command that must succeed, and returns the members of the JSON that it prints.
func (p *person) gets(args ...string) map[string]any {
	p.t.Helper()
	done := p.types(append([]string{"--json"}, args...)...)
	require.Zero(p.t, done.code, "%v: %s", args, done.err)
	var members map[string]any
	require.NoError(p.t, json.Unmarshal([]byte(done.out), &members), done.out)
	return members
}

// text returns a member of an answer, such as statusDetails.state.
func text(t *testing.T, answer map[string]any, path string) string {
	t.Helper()
	at := any(answer)
	for name := range strings.SplitSeq(path, ".") {
		members, ok := at.(map[string]any)
		require.True(t, ok, path)
		at = members[name]
	}
	s, ok := at.(string)
	require.True(t, ok, "%s in %v", path, answer)
	return s
}

// refuses runs a command that must end with a code, and checks the lines that it prints.
func (p *person) refuses(code int, contains []string, args ...string) {
	p.t.Helper()
	done := p.types(args...)
	assert.Equal(p.t, code, done.code, "%v\n%s%s", args, done.out, done.err)
	for _, text := range contains {
		assert.Contains(p.t, done.err, text, "%v", args)
	}
	assert.Empty(p.t, done.out, "%v", args)
	assert.NotContains(p.t, done.err, "goroutine", "%v", args)
}
