package browser_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The README's way from an empty directory to a paid order: its commands, and then its pictures, in
// a browser that trusts nothing of ours.
func TestQuickstart(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)## From an empty directory to a paid order.*?```sh\n(.*?)```").FindSubmatch(readme)
	require.NotNil(t, block, "the README has the section")
	commands, published := string(block[1]), "go get github.com/amazonpay-go/sdk\n"
	require.Contains(t, commands, published)
	here := "go mod edit -require=github.com/amazonpay-go/sdk@v0.0.0 -replace=github.com/amazonpay-go/sdk=" + root + "\n"
	require.Contains(t, commands, "go run .\n")
	build := strings.NewReplacer(published, here, "go run .\n", "go build -o shop .\n").Replace(commands)
	shell := exec.CommandContext(t.Context(), "sh", "-e")
	shell.Dir, shell.Stdin = t.TempDir(), strings.NewReader(build)
	shell.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	output, err := shell.CombinedOutput()
	require.NoError(t, err, string(output))

	program := exec.CommandContext(t.Context(), filepath.Join(shell.Dir, "shop", "shop"), "-addr", freeAddress(t))
	printed, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	addresses := make(map[string]string)
	for lines := bufio.NewScanner(printed); len(addresses) < 2 && lines.Scan(); {
		name, address, _ := strings.Cut(lines.Text(), " ")
		addresses[name] = strings.TrimSpace(address)
	}
	b := open(t, nil)
	b.goTo(addresses["Shop"])
	b.heading("Basket")
	b.run(chromedp.WaitVisible(chromedp.CSS(".amazon-pay-button button[data-signature=right]")))
	b.window("1-basket")
	b.click(".amazon-pay-button button")
	b.heading("Sign in")
	b.click(goOn)
	b.heading("Review")
	b.window("2-amazon")
	b.click(goOn)
	b.run(chromedp.WaitVisible(chromedp.CSS("a[href*='/checkout/processing']")))
	b.heading("Review")
	b.window("3-review")
	b.click("a")
	b.heading("Approve the payment")
	b.window("4-pay")
	b.click(approved)
	b.heading("Thank you")
	b.window("5-paid")
	assert.Regexp(t, `^Paid with charge S01-`, b.text("p"))
	paid := b.location()
	b.goTo(paid) // loaded again
	b.heading("Thank you")

	b.goTo(addresses["Emulator"])
	b.eventually("document.body.innerText.includes('Captured')") // the window leaves the page that has the token
}

// freeAddress returns an address of loopback that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
