package browser_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

var (
	chromium = flag.String("chromium", "chromium", "the browser's program")
	screens  = flag.String("screens", "screens", "the folder for pictures of each page; empty: none are taken")
	every    = flag.Int("every", 1, "of how many tests that open a browser one is run, at random")
)

// tab is a tab in a browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open starts a browser with an empty profile, which also trusts the emulator's certificate, if
// there is one. It skips a test that -every leaves out.
func open(t *testing.T, s *emulator.Server, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	if rand.IntN(max(1, *every)) > 0 {
		t.Skipf("left out, since one in %d is run", *every)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(*chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		// A page from the cache of the back button has no context for a script.
		chromedp.Flag("disable-features", "site-per-process,Translate,BackForwardCache"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "en"),
	)
	if s != nil {
		options = append(options, chromedp.Flag("ignore-certificate-errors-spki-list", fingerprint(t, s)))
	}
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
		started.Wait() // removes the browser's folder
	})
	return b
}

// fingerprint returns the fingerprint of the emulator's key in Chromium's format.
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

func (b *tab) run(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

// result runs one action and returns its result.
func result[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err)
	return found
}

// call calls a command of the DevTools protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	found, err := chromedp.Call(b.ctx, command, params)
	require.NoError(b.t, err)
	return found
}

func (b *tab) goTo(url string) { b.t.Helper(); b.run(chromedp.Navigate(url)) }

// click waits until the element is visible and clicks it.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.run(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector)))
}

// heading waits for the page with this heading. During a navigation there is none.
func (b *tab) heading(text string) {
	b.t.Helper()
	const script = "document.readyState === 'complete' ? document.querySelector('h1')?.textContent.trim() : ''"
	there := func() bool {
		now, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](script))
		return err == nil && now == text
	}
	if !assert.Eventually(b.t, there, 15*time.Second, 20*time.Millisecond) {
		address, _ := chromedp.Run(b.ctx, chromedp.Location())
		seen, _ := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS("body")))
		require.Fail(b.t, "no page "+text, "but %s:\n%s", address, seen)
	}
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.TrimSpace(result(b, chromedp.Text(chromedp.CSS(selector))))
}

func (b *tab) location() string {
	b.t.Helper()
	return result(b, chromedp.Location())
}

// eval evaluates a script and decodes its result, if into is not nil.
func (b *tab) eval(script string, into any) {
	b.t.Helper()
	if into == nil {
		b.run(chromedp.Evaluate[chromedp.Void](script))
		return
	}
	require.NoError(b.t, json.Unmarshal(result(b, chromedp.Evaluate[[]byte](script)), into))
}

// picture takes a screenshot at the width of a phone and of a desk, and fails if the page is wider.
func (b *tab) picture(name string) {
	b.t.Helper()
	for _, as := range []struct {
		name          string
		width, height int64
		phone         bool
	}{{"phone", 390, 844, true}, {"desk", 1280, 900, false}} {
		call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: as.width, Height: as.height, DeviceScaleFactor: 1, Mobile: as.phone,
		})
		wide := result(b, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
		if *screens != "" {
			png := result(b, chromedp.FullScreenshot(100))
			require.NoError(b.t, os.MkdirAll(*screens, 0o750))
			require.NoError(b.t, os.WriteFile(filepath.Join(*screens, name+"-"+as.name+".png"), png, 0o600))
		}
		require.LessOrEqual(b.t, wide, as.width, "%s is too wide for a %s", name, as.name)
	}
	call(b, emulation.ClearDeviceMetricsOverride, cdp.Empty{})
}

// window takes a screenshot of what a phone shows of the page, for the README.
func (b *tab) window(name string) {
	b.t.Helper()
	if *screens == "" {
		return
	}
	folder := filepath.Join(*screens, "readme")
	require.NoError(b.t, os.MkdirAll(folder, 0o750))
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 600, DeviceScaleFactor: 1, Mobile: true})
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), result(b, chromedp.CaptureScreenshot()), 0o600))
	call(b, emulation.ClearDeviceMetricsOverride, cdp.Empty{})
}

// back goes back in the history.
func (b *tab) back() {
	b.t.Helper()
	history := call(b, page.GetNavigationHistory, cdp.Empty{})
	call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{
		EntryID: history.Entries[history.CurrentIndex-1].ID,
	})
}
