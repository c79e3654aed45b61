package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/transport"
)

type probeCommand struct {
	List   bool     `help:"Print what can be found out and what each probe requires, and send nothing."`
	Only   []string `help:"Only these facts, or the facts that begin so: date.maxAge, simulation.*." placeholder:"FACT"`
	Output string   `help:"Write what was found out to this file. It has no ids and no personal data." placeholder:"FILE"`

	Browser          bool   `help:"Let somebody complete the checkouts in a browser, of which this command serves the page. An emulator's checkouts complete themselves."`
	StoreID          string `help:"Store id. The default is the account's." placeholder:"ID"`
	MerchantID       string `help:"Merchant id, for --browser. The default is the account's." placeholder:"ID"`
	Ledger           string `help:"Currency of the account: USD, EUR, GBP or JPY. The default is that of the region." placeholder:"CURRENCY"`
	ChargePermission string `help:"Charge this one-time permission, by at most 15.00 (1,500 yen), and give it back. The default is one that a buyer makes." placeholder:"ID"`
	ScanData         string `help:"File with what a buyer's app shows at a till, for the in-store operations." placeholder:"FILE"`
	Provider         bool   `help:"The account is a solution provider's: register merchant accounts, and delete them."`
}

// Run finds out what the service does where its documentation is silent.
func (c *probeCommand) Run(s *session) error {
	facts, err := c.facts()
	if err != nil {
		return err
	}
	if c.List {
		return s.listProbes(facts)
	}
	target, stop, err := c.target(s)
	if err != nil {
		return err
	}
	defer stop()
	target.Only = facts
	target.Undoing = func(objects int) {
		if s.cli.JSON {
			return
		}
		s.note("Undoing %d objects. This may take a minute or two; another interrupt would leave them.", objects)
	}
	all := len(facts)
	if all == 0 {
		all = len(probe.Probes())
	}
	done := 0
	file, err := probe.Run(s.ctx, target, func(r probe.Result) {
		done++
		s.showResult(r, strconv.Itoa(done)+"/"+strconv.Itoa(all))
	})
	if file == nil {
		if errors.Is(err, probe.ErrLive) {
			return wrong("Use a sandbox key. No flag allows this command for the live environment.", "the account is for the live environment")
		}
		return wrong("", "%w", err)
	}
	return c.finish(s, file, err)
}

// finish writes and prints what was found out. stopped is why it is not all.
func (c *probeCommand) finish(s *session, file *probe.File, stopped error) error {
	if c.Output != "" {
		text, err := file.Encode()
		if err == nil {
			err = writeFile(c.Output, text)
		}
		if err != nil {
			return err
		}
	}
	if s.cli.JSON {
		if err := s.printJSON(file); err != nil {
			return err
		}
	} else {
		s.summarize(file)
	}
	if c.Output != "" && !s.cli.JSON {
		s.note("%s has no ids and no personal data: attach it to an issue, or run amazonpay emulator --facts %s.", c.Output, c.Output)
	}
	switch {
	case stopped != nil:
		return failed("What was made before has been undone, as far as it could be.", "not all probes ran: %w", stopped)
	case slices.ContainsFunc(file.Results, func(r probe.Result) bool { return r.Verdict == probe.VerdictDiffers }):
		return told(exitFailed)
	}
	return nil
}

// facts are the facts that --only names.
func (c *probeCommand) facts() ([]string, error) {
	var found []string
	for _, name := range c.Only {
		matched := false
		begin, isPrefix := strings.CutSuffix(name, "*")
		for _, p := range probe.Probes() {
			if p.Fact == name || isPrefix && strings.HasPrefix(p.Fact, begin) {
				matched = true
				if !slices.Contains(found, p.Fact) {
					found = append(found, p.Fact)
				}
			}
		}
		if !matched {
			return nil, wrong("Run amazonpay probe --list.", "there is no fact %q", name)
		}
	}
	return found, nil
}

// target is the account as it is probed. stop ends the page of --browser.
func (c *probeCommand) target(s *session) (t probe.Target, stop func(), err error) {
	stop = func() {}
	client, a, err := s.client()
	if err != nil {
		return t, stop, err
	}
	t = probe.Target{
		Config: a.config, Network: a.base, StoreID: cmp.Or(c.StoreID, a.storeID), Currency: amazonpay.CurrencyCode(strings.ToUpper(c.Ledger)),
		ChargePermissionID: c.ChargePermission, Provider: c.Provider,
	}
	if t.Network == nil {
		t.Network = transport.NewBase()
	}
	if c.ScanData != "" {
		text, err := s.read(c.ScanData)
		if err != nil {
			return t, stop, err
		}
		t.ScanData = strings.TrimSpace(string(text))
	}
	switch {
	case a.described != nil:
		c.emulated(&t, &control{described: *a.described, http: emulatorClient(a), account: a})
	case c.Browser:
		merchant := cmp.Or(c.MerchantID, a.merchantID)
		if merchant == "" || t.StoreID == "" {
			return t, stop, wrong("Give --merchant-id and --store-id.", "the page of --browser requires a merchant id and a store id")
		}
		page, err := newCheckoutPage(s, client, merchant, t)
		if err != nil {
			return t, stop, err
		}
		t.Buyer, t.ReturnURL, stop = page.checkout, page.url+"/return", page.close
	}
	return t, stop, nil
}

// emulated lets an emulator's buyer and clock stand in for a person.
func (c *probeCommand) emulated(t *probe.Target, emulated *control) {
	d := emulated.described
	t.Buyer, t.ReturnURL = emulatedBuyer{emulated}.checkout, emulatedReturn
	t.ScanData, t.Provider = cmp.Or(t.ScanData, d.Merchants[0].ScanData), true
	t.Wait = func(ctx context.Context, by time.Duration) error {
		return emulated.post(ctx, "clock", map[string]string{"advance": by.String()}, nil)
	}
}

// showResult prints how one probe ended, for a person who waits.
func (s *session) showResult(r probe.Result, count string) {
	if s.cli.JSON {
		return
	}
	p := s.paint(s.err)
	text := map[probe.Verdict]string{
		probe.VerdictSame: p.good(verdicts[r.Verdict]), probe.VerdictDiffers: p.bad("differs: " + r.Observed),
		probe.VerdictUnclear: p.doubt("unclear: " + r.Why), probe.VerdictNotRun: p.faint("not run: " + r.Why),
	}[r.Verdict]
	s.note("%7s  %s  %s", count, r.Fact, text)
	if r.Err != nil {
		s.note("         %s", harmless(r.Err.Error()))
	}
}

// verdicts are the verdicts for people.
var verdicts = map[probe.Verdict]string{
	probe.VerdictSame: "as claimed", probe.VerdictDiffers: "differs", probe.VerdictUnclear: "unclear", probe.VerdictNotRun: "not run",
}

// summarize prints what was found out as a table, and what is left.
func (s *session) summarize(file *probe.File) {
	rows := [][]string{{"FACT", "VERDICT", "CLAIMED", "OBSERVED"}}
	count := make(map[probe.Verdict]int)
	for _, r := range file.Results {
		count[r.Verdict]++
		rows = append(rows, []string{r.Fact, verdicts[r.Verdict], r.Claimed, cmp.Or(r.Observed, r.Why)})
	}
	s.table(rows)
	s.printf("\n%d as claimed, %d different, %d unclear, %d not run.", count[probe.VerdictSame], count[probe.VerdictDiffers], count[probe.VerdictUnclear], count[probe.VerdictNotRun])
	if len(file.Left) > 0 {
		s.printf("\nLeft at the service:")
	}
	for _, left := range file.Left {
		s.printf("  %s: %s", cmp.Or(harmless(left.ID), left.Object), left.Why)
	}
}

// listed is a probe as --list --json prints it.
type listed struct {
	Fact       string   `json:"fact"`
	Claim      string   `json:"claim"`
	Claimed    string   `json:"claimed"`
	Others     []string `json:"others"`
	Source     string   `json:"source"`
	Confidence string   `json:"confidence"`
	Needs      []string `json:"needs"`
}

// listProbes prints the probes, and what no probe can find out.
func (s *session) listProbes(only []string) error {
	var all []listed
	rows := [][]string{{"FACT", "CLAIM", "CLAIMED", "SO FAR", "NEEDS"}}
	for _, p := range probe.Probes() {
		if len(only) > 0 && !slices.Contains(only, p.Fact) {
			continue
		}
		one := listed{p.Fact, p.Claim, p.Claimed, p.Others, p.Source, string(p.Confidence), []string{}}
		for _, need := range p.Needs {
			one.Needs = append(one.Needs, string(need))
		}
		all = append(all, one)
		rows = append(rows, []string{p.Fact, p.Claim, p.Claimed, string(p.Confidence), cmp.Or(strings.Join(one.Needs, ", "), "a key")})
	}
	if s.cli.JSON {
		return s.printJSON(all)
	}
	s.table(rows)
	if len(only) == 0 {
		s.printf("\nNo probe finds out:")
		for _, u := range probe.AllUnprobed() {
			s.printf("  %s: %s", u.What, u.Why)
		}
	}
	return nil
}

// maxFacts is more than a file of facts has.
const maxFacts = 1 << 20

// readFacts reads the file that the command probe wrote, as a setting of the emulator.
func readFacts(name string) (emulator.Option, error) {
	const next = "Use a file that amazonpay probe --output wrote."
	file, err := os.Open(name) //nolint:gosec // the person names the file
	if err != nil {
		return nil, wrong(next, "--facts: %w", err)
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxFacts+1))
	switch {
	case err != nil:
		return nil, wrong(next, "--facts: %w", err)
	case len(text) > maxFacts:
		return nil, wrong(next, "--facts %s: the file is larger than a megabyte", name)
	}
	var facts emulator.Facts
	if err := facts.UnmarshalJSON(text); err != nil {
		return nil, wrong(next, "--facts %s: %w", name, err)
	}
	return emulator.WithFacts(facts), nil
}
