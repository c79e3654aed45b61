package browser_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

var (
	chromium = flag.String("chromium", "chromium", "the browser's program")
	screens  = flag.String("screens", "screens", "the folder for pictures of each page")
)

// tab is one in a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open starts a browser with nothing of anybody else in it. It trusts the emulator's certificate
// and no other one besides the usual.
func open(t *testing.T, s *emulator.Server, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(*chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("ignore-certificate-errors-spki-list", fingerprint(t, s)),
		// A page from the cache of the back button has no context in which a script could look at it.
		chromedp.Flag("disable-features", "site-per-process,Translate,BackForwardCache"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"),
	)
	options = append(options, more...)
	allocator, closeBrowser := chromedp.NewExecAllocator(t.Context(), options...)
	ctx, closeTab := chromedp.NewContext(allocator)
	limited, cancel := context.WithTimeout(ctx, 90*time.Second)
	b := &tab{t, limited}
	b.run(chromedp.Navigate("about:blank"))
	started := chromedp.FromContext(limited).Allocator
	t.Cleanup(func() {
		cancel()
		closeTab()
		closeBrowser()
		started.Wait() // its folder goes with it
	})
	return b
}

// fingerprint is that of the emulator's key, as Chromium wants it.
func fingerprint(t *testing.T, s *emulator.Server) string {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(s.Description().CAPEM)))
	u, err := url.Parse(s.Description().BaseURL)
	require.NoError(t, err)
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(t.Context(), "tcp", u.Host)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	require.True(t, ok)
	sum := sha256.Sum256(secure.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Run(b.ctx, actions...))
}

func (b *tab) goTo(url string) { b.t.Helper(); b.run(chromedp.Navigate(url)) }

// click clicks what a CSS selector names, once it is there.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Click(selector, chromedp.ByQuery))
}

// heading waits for the page with this heading. While one page follows another there is none.
func (b *tab) heading(text string) {
	b.t.Helper()
	const script = "document.readyState === 'complete' ? document.querySelector('h1')?.textContent.trim() : ''"
	seen, there := "", func() bool {
		var now string
		if err := chromedp.Run(b.ctx, chromedp.Evaluate(script, &now)); err == nil && now != "" {
			return now == text
		}
		return false
	}
	if !assert.Eventually(b.t, there, 15*time.Second, 20*time.Millisecond) {
		var address string
		_ = chromedp.Run(b.ctx, chromedp.Location(&address), chromedp.Text("body", &seen, chromedp.ByQuery))
		require.Fail(b.t, "no page "+text, "but %s:\n%s", address, seen)
	}
}

func (b *tab) text(selector string) (text string) {
	b.t.Helper()
	b.run(chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.TrimSpace(text)
}

func (b *tab) location() (at string) {
	b.t.Helper()
	b.run(chromedp.Location(&at))
	return at
}

func (b *tab) eval(script string, into any) {
	b.t.Helper()
	b.run(chromedp.Evaluate(script, into))
}

// picture takes the page at the width of a phone and of a desk, and fails where it is wider than
// that.
func (b *tab) picture(name string) {
	b.t.Helper()
	require.NoError(b.t, os.MkdirAll(*screens, 0o750))
	for _, as := range []struct {
		name          string
		width, height int64
		phone         bool
	}{{"phone", 390, 844, true}, {"desk", 1280, 900, false}} {
		var png []byte
		var wide int64
		b.run(emulation.SetDeviceMetricsOverride(as.width, as.height, 1, as.phone),
			chromedp.Evaluate("document.documentElement.scrollWidth", &wide), chromedp.FullScreenshot(&png, 100))
		require.NoError(b.t, os.WriteFile(filepath.Join(*screens, name+"-"+as.name+".png"), png, 0o600))
		require.LessOrEqual(b.t, wide, as.width, "%s is too wide for a %s", name, as.name)
	}
	b.run(emulation.ClearDeviceMetricsOverride())
}

// back goes back in the history.
func (b *tab) back() {
	b.t.Helper()
	b.run(chromedp.ActionFunc(func(ctx context.Context) error {
		index, entries, err := page.GetNavigationHistory().Do(ctx)
		if err != nil {
			return err
		}
		return page.NavigateToHistoryEntry(entries[index-1].ID).Do(ctx)
	}))
}
