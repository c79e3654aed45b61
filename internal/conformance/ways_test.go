package conformance_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// block is a block of shell in the emulator's README, with the heading above it.
var block = regexp.MustCompile("(?s)#### ([^\n]+)\n[^#]*?```sh\n(.*?)```")

// TestWaysIn runs what the emulator's README says for each language, as it stands there but for the
// ports, with a program that knows nothing of the emulator. A runtime that the machine lacks is
// skipped, but for those that make conformance needs.
func TestWaysIn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../mocks/emulator/README.md")
	require.NoError(t, err)
	blocks := map[string]string{}
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		blocks[found[1]] = found[2]
	}
	programs := map[string]string{
		"Node.js": "node", "PHP": "php", "Java": "java", "Ruby": "ruby", "Python": "python3", "Perl": "perl", "curl": "curl", "Go": "go",
	}
	require.Len(t, blocks, len(programs))
	modules, err := filepath.Abs("node_modules")
	require.NoError(t, err)
	for name, program := range programs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(program); err != nil && name != "Node.js" && name != "curl" && name != "Go" {
				t.Skipf("there is no %s on this machine", program)
			}
			server := emulator.Start(t, emulator.WithProxy("127.0.0.1:0"))
			d := server.Description()
			through, err := url.Parse(d.ProxyURL)
			require.NoError(t, err)
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/ways")))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "amazonpay-emulator.pem"), []byte(d.CAPEM), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "emulator.p12"), []byte("of the emulator before"), 0o600))
			cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", strings.ReplaceAll(blocks[name], "8444", through.Port()))
			cmd.Dir = dir
			cmd.Env = []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "NODE_PATH=" + modules, "GOWORK=off", "GOFLAGS=-mod=mod",
			}
			out, err := cmd.CombinedOutput()
			if name == "Perl" && strings.Contains(string(out), "Can't locate LWP") {
				t.Skip("there is no LWP::UserAgent on this machine")
			}
			if name == "PHP" && strings.Contains(string(out), "undefined function curl_init") {
				t.Skip("PHP has no curl on this machine")
			}
			require.NoError(t, err, "%s", out)
			lines := strings.Fields(strings.TrimSpace(string(out)))
			assert.Equal(t, "400", lines[len(lines)-1], "%s", out)
			requests := server.Requests()
			require.NotEmpty(t, requests, "%s", out)
			for _, r := range requests {
				assert.Equal(t, "GET /v2/charges/x MissingHeader", fmt.Sprintf("%s %s %s", r.Method, r.Target, r.ReasonCode))
			}
		})
	}
}
