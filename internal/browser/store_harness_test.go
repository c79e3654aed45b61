package browser_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// storeFolder holds the store's program, once it is built.
var storeFolder string

// TestMain removes the store's program.
func TestMain(m *testing.M) {
	code := m.Run()
	if storeFolder != "" {
		_ = os.RemoveAll(storeFolder)
	}
	os.Exit(code)
}

// storeProgram builds examples/store once, and returns the file.
var storeProgram = sync.OnceValues(func() (file string, err error) {
	if storeFolder, err = os.MkdirTemp("", "store"); err != nil {
		return "", err
	}
	file = filepath.Join(storeFolder, "store")
	build := exec.Command("go", "build", "-o", file, ".")
	build.Dir = filepath.Join("..", "..", "examples", "store")
	build.Env = append(os.Environ(), "GOWORK=off")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return file, nil
})

const adminPassword = "correct horse battery staple"

// store is a running examples/store with a database of its own. The emulator is in the test's
// process.
type store struct {
	url    string
	server *emulator.Server
}

// storeAddress is what the store prints to be opened.
var storeAddress = regexp.MustCompile(`http://[\d.:]+`)

// startStore starts the store, and an emulator that sends it notifications.
func startStore(t *testing.T, options ...emulator.Option) *store {
	t.Helper()
	file, err := storeProgram()
	require.NoError(t, err)
	s := &store{server: emulator.Start(t, options...)}
	folder := t.TempDir()
	description := filepath.Join(folder, "emulator.json")
	text, err := json.Marshal(s.server.Description())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(description, text, 0o600))

	program := exec.Command(file)
	program.Dir = folder
	program.Env = append(os.Environ(),
		"STORE_ADDR=127.0.0.1:0", "STORE_DATABASE_URL="+filepath.Join(folder, "store.db"), "STORE_EMULATOR="+description,
		"STORE_ADMIN_PASSWORD="+adminPassword,
	)
	said := new(strings.Builder)
	program.Stderr = said
	printed, err := program.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, program.Start())
	t.Cleanup(func() {
		_ = program.Process.Signal(os.Interrupt)
		err := program.Wait()
		if ended, ok := errors.AsType[*exec.ExitError](err); ok {
			assert.NoError(t, ended, "the store ends gracefully")
		}
		if t.Failed() {
			t.Logf("the store said:\n%s", said)
		}
	})
	late := time.AfterFunc(30*time.Second, func() { _ = program.Process.Kill() })
	lines := bufio.NewScanner(printed)
	for s.url == "" && lines.Scan() {
		s.url = storeAddress.FindString(lines.Text())
	}
	late.Stop()
	require.NotEmpty(t, s.url, "the store prints its address")
	require.NoError(t, s.server.NotifyAt(s.url+"/notifications"))
	return s
}

// shopping starts the store and opens it in a browser.
func shopping(t *testing.T) (*tab, *store) {
	t.Helper()
	s := startStore(t)
	b := open(t, s.server)
	b.goTo(s.url)
	b.see("#products")
	return b, s
}

// see waits until an element is visible on a page that has been loaded.
func (b *tab) see(selector string) {
	b.t.Helper()
	b.eventually("document.readyState === 'complete' && !!document.querySelector(" + quoted(selector) + ")?.checkVisibility({visibilityProperty: true})")
}

func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

// goClick clicks what leads to another page, on which an element is then visible.
func (b *tab) goClick(selector, then string) {
	b.t.Helper()
	b.eval("window.leaving = true", nil)
	b.click(selector)
	b.eventually("!window.leaving")
	b.see(then)
}

const (
	amazonButton = "#pay-with-amazon button"
	checked      = "[data-signature=right]"
)

// fill puts a product into the basket.
func (b *tab) fill(s *store, sku string) {
	b.t.Helper()
	b.goTo(s.url + "/products/" + sku)
	b.goClick("#add-to-basket", "#to-checkout")
}

// toAmazon goes from the basket to Amazon's sign-in page.
func (b *tab) toAmazon() {
	b.t.Helper()
	b.goClick("#to-checkout", amazonButton+checked)
	b.click(amazonButton)
	b.heading("Sign in")
}

// toStore signs in at Amazon's, takes the usual address, and the card if one is given, and comes to
// the store's review page.
func (b *tab) toStore(card string) {
	b.t.Helper()
	b.click(goOn)
	b.heading("Review")
	if card != "" {
		b.click("input[name=card][value='" + card + "']")
	}
	b.goClick(goOn, "#pay-now")
}

// toPayment goes from the review page to the page on which Amazon's buyer approves.
func (b *tab) toPayment() {
	b.t.Helper()
	b.click("#pay-now")
	b.heading("Approve the payment")
}

// status waits until the order's page shows a status.
func (b *tab) status(want string) {
	b.t.Helper()
	b.see("#status[data-status=" + want + "]")
}

// number returns the number of the order whose page is shown.
func (b *tab) number() string {
	b.t.Helper()
	_, path, _ := strings.Cut(b.location(), "//")
	return strings.Split(path, "/")[2]
}

// problem waits for the store's page that says what is wrong.
func (b *tab) problem(name string) {
	b.t.Helper()
	b.see("#problem[data-problem=" + name + "]")
}

// beside opens a new tab, in the same browser, or as another visitor.
func (b *tab) beside(more ...chromedp.ContextOption) *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, more...)
	b.t.Cleanup(cancel)
	other := &tab{b.t, ctx}
	other.run(chromedp.Navigate("about:blank"))
	return other
}

// ordered is an order as the store's admin sees it.
type ordered struct {
	Number, Status, Total string
	Check                 int // warnings
	Charges               []struct{ ID, State, Amount, Captured string }
}

const readOrders = `(async () => {
	const read = async path => new DOMParser().parseFromString(await (await fetch(path)).text(), 'text/html');
	const text = e => e.textContent.trim();
	const links = [...(await read('/admin')).querySelectorAll('#orders a')];
	return Promise.all(links.map(async link => {
		const page = await read(link.getAttribute('href'));
		return {
			Number: text(link), Status: page.querySelector('#status').dataset.status, Total: text(page.querySelector('#total')),
			Check: page.querySelectorAll('[role=alert]').length,
			Charges: [...page.querySelectorAll('[id^=charge-]')].map(charge => {
				const facts = [...charge.querySelectorAll('dd')].map(text);
				return {ID: facts[0], State: charge.dataset.state, Amount: facts[2], Captured: facts[3]};
			}),
		};
	}));
})()`

// evalAsync evaluates a script whose result is a promise, and decodes what becomes of it.
func (b *tab) evalAsync(script string, into any) {
	b.t.Helper()
	encoded := result(b, chromedp.Evaluate[[]byte](script, func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }))
	require.NoError(b.t, json.Unmarshal(encoded, into))
}

// admin opens the admin pages in a tab of another visitor.
func (b *tab) admin(s *store) *tab {
	b.t.Helper()
	a := b.beside(chromedp.WithNewBrowserContext())
	a.goTo(s.url + "/admin")
	a.run(chromedp.SendKeys(chromedp.CSS("#password"), adminPassword))
	a.goClick("#log-in", "#logout")
	return a
}

// settled compares the store's orders with the emulator's charges: each order is paid once, to the
// cent, or not at all. It returns the orders, the newest first.
func (b *tab) settled(s *store) []ordered {
	b.t.Helper()
	a := b.admin(s)
	var orders []ordered
	a.evalAsync(readOrders, &orders)
	require.NoError(b.t, chromedp.Cancel(a.ctx)) // closes it
	there := make(map[string]emulator.Charge)
	for _, c := range s.server.Charges() {
		there[c.ID] = c
	}
	for _, o := range orders {
		assert.Zero(b.t, o.Check, "order %s has a warning for the staff", o.Number)
		taken := 0
		for _, stored := range o.Charges {
			c, ok := there[stored.ID]
			delete(there, stored.ID)
			if !assert.True(b.t, ok, "charge %s of order %s is unknown to the emulator", stored.ID, o.Number) {
				continue
			}
			assert.Equal(b.t, o.Number, c.Reference)
			assert.Equal(b.t, c.State, stored.State, "order %s", o.Number)
			assert.Equal(b.t, plain(c.Amount), plain(stored.Amount), "order %s", o.Number)
			assert.Equal(b.t, plain(c.Captured), plain(stored.Captured), "order %s", o.Number)
			if c.State != "Declined" && c.State != "Canceled" {
				taken++
				assert.Equal(b.t, plain(c.Amount), plain(o.Total), "order %s", o.Number)
			}
		}
		paid := o.Status == "paid" || o.Status == "authorized" || o.Status == "pending"
		assert.Equal(b.t, paid, taken > 0, "order %s is %s with %d charges", o.Number, o.Status, taken)
	}
	for _, c := range there {
		assert.Contains(b.t, []string{"Declined", "Canceled"}, c.State, "charge %s for %q is no order's", c.ID, c.Reference)
	}
	return orders
}

// plain returns the number of an amount in either spelling: $1,234.50 or 1234.50 USD. None is 0.
func plain(amount string) string {
	number := strings.Trim(strings.ReplaceAll(amount, ",", ""), "$¥€£ ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if strings.Trim(number, "0.") == "" {
		return "0"
	}
	return number
}

// paid checks that one order was paid, once, with this amount, and no other one, and returns it.
func (b *tab) paid(s *store, amount string) ordered {
	b.t.Helper()
	var paid []ordered
	for _, o := range b.settled(s) {
		if len(o.Charges) > 0 {
			paid = append(paid, o)
		}
	}
	require.Len(b.t, paid, 1)
	require.Len(b.t, paid[0].Charges, 1)
	require.Len(b.t, s.server.Charges(), 1)
	assert.Equal(b.t, amount, s.server.Charges()[0].Amount)
	return paid[0]
}

// unpaid checks that nothing was charged.
func (b *tab) unpaid(s *store) {
	b.t.Helper()
	b.settled(s)
	assert.Empty(b.t, s.server.Charges())
}

// looked takes the pictures of a page of the store, and checks the names of its controls and that
// its texts are in its language.
func (b *tab) looked(name string) {
	b.t.Helper()
	b.named()
	var lang string
	b.eval("document.documentElement.lang", &lang)
	var foreign []string
	b.eval(foreignWords, &foreign)
	assert.Empty(b.t, foreign, "texts that are not in the language %s on the page %s", lang, name)
	b.picture("store-" + name + "-" + lang)
}

// foreignWords are words of the other language in a page, but for names, and keys of texts that are
// missing.
const foreignWords = `(() => {
	const copy = document.body.cloneNode(true);
	copy.querySelectorAll('script, style, noscript, address, .code, .amazon, [lang]').forEach(e => e.remove());
	const text = copy.textContent.replace(/\S+@\S+|https?:\S+|STORE_[A-Z_]+/g, ' ');
	const keys = text.match(/\b[a-z][a-z-]+\.[a-z][a-zA-Z-]+\b/g) || [];
	const others = document.documentElement.lang === 'ja' ? text.match(/[A-Za-z][a-z]{2,}/g) : text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+/gu);
	const names = ['Amazon', 'Pay', 'Amex', 'Visa', 'MasterCard', 'JavaScript', 'for', 'Susie', 'Smith', 'Carlos', 'Rivera'];
	return keys.concat((others || []).filter(word => !names.includes(word)));
})()`
