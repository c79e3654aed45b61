package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/probe"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/transport"
)

type probeCommand struct {
	List   bool     `help:"Print what can be found out and what each probe requires, and send nothing."`
	Only   []string `help:"Only these facts, or the facts that begin so: date.maxAge, simulation.*." placeholder:"FACT"`
	Output string   `help:"Write what was found out to this file. It has no ids and no personal data." predictor:"file" placeholder:"FILE"`

	Browser          bool   `help:"Let somebody complete the checkouts in a browser, of which this command serves the page. An emulator's checkouts complete themselves."`
	StoreID          string `help:"Store id. The default is the account's." placeholder:"ID"`
	MerchantID       string `help:"Merchant id, for --browser. The default is the account's." placeholder:"ID"`
	Ledger           string `help:"Currency of the account: USD, EUR, GBP or JPY. The default is that of the region." placeholder:"CURRENCY"`
	ChargePermission string `help:"Charge this one-time permission, by at most 15.00 (1,500 yen), and give it back. The default is one that a buyer makes." placeholder:"ID"`
	ScanData         string `help:"File with what a buyer's app shows at a till, for the in-store operations." predictor:"file" placeholder:"FILE"`
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
	if err := c.checkOutput(); err != nil {
		return err
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
	file, err := probe.Run(s.ctx, target, s.showResult)
	if file == nil {
		return wrong("", "%w", err)
	}
	return c.finish(s, file, err)
}

// checkOutput finds out whether the file can be written, before the work is done for nothing.
func (c *probeCommand) checkOutput() error {
	if c.Output == "" {
		return nil
	}
	if info, err := os.Stat(c.Output); err == nil && info.IsDir() {
		return failed("Give the name of a file.", "--output %s is a folder", c.Output)
	}
	file, err := os.CreateTemp(filepath.Dir(c.Output), filepath.Base(c.Output)+".*")
	if err != nil {
		return failed("", "--output: %w", err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
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
		s.note("%s has no ids and no personal data.", c.Output)
		s.note("Attach it to an issue, or use it: amazonpay emulator --facts %s", c.Output)
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
	s.fresh = true // its clock is moved, and objects are left
	a, err := s.account()
	if err != nil {
		return t, stop, err
	}
	s.cli.Live = true // so that the refusal of a live account is this one, and not: add --live
	client, err := s.clientOf(a)
	if err != nil {
		return t, stop, err
	}
	if client.Environment() != amazonpay.EnvironmentSandbox {
		return t, stop, wrong("Use a sandbox key. No flag allows this command for the live environment.", "%s is for the live environment", a.from)
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
		if err := c.emulated(s.ctx, &t, &control{described: *a.described, http: emulatorClient(a), account: a}); err != nil {
			return t, stop, err
		}
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
func (c *probeCommand) emulated(ctx context.Context, t *probe.Target, emulated *control) error {
	var state struct {
		Advanced string `json:"advanced"`
	}
	if err := emulated.get(context.WithoutCancel(ctx), "state", &state); err != nil {
		return err
	}
	t.ClockMoved = state.Advanced != "0s"
	d := emulated.described
	t.Buyer, t.ReturnURL = emulatedBuyer{emulated}.checkout, emulatedReturn
	t.ScanData, t.Provider = cmp.Or(t.ScanData, d.Merchants[0].ScanData), true
	t.Wait = func(ctx context.Context, by time.Duration) error {
		return emulated.post(ctx, "clock", map[string]string{"advance": by.String()}, nil)
	}
	return nil
}

// verdicts are the verdicts in front of a fact, all of the same width.
var verdicts = map[probe.Verdict]string{
	probe.VerdictSame: "ok     ", probe.VerdictDiffers: "differs", probe.VerdictUnclear: "unclear", probe.VerdictNotRun: "not run",
}

// showResult prints how one probe ended: on one line, if the service does what is claimed.
func (s *session) showResult(r probe.Result) {
	if s.cli.JSON {
		return
	}
	p, p2 := s.paint(s.out), s.paint(s.err)
	color := map[probe.Verdict]func(string) string{
		probe.VerdictSame: p.good, probe.VerdictDiffers: p.bad, probe.VerdictUnclear: p.doubt, probe.VerdictNotRun: p.faint,
	}[r.Verdict]
	first, second := r.Fact, r.Why
	switch r.Verdict {
	case probe.VerdictSame:
		first, second = r.Fact+"  "+r.Observed, ""
		if len(first) > lineWidth-verdictWidth {
			first, second = r.Fact, r.Observed
		}
	case probe.VerdictDiffers:
		second = "claimed: " + r.Claimed + "; observed: " + r.Observed
	default:
	}
	s.printf("%s  %s", color(verdicts[r.Verdict]), first)
	if second != "" {
		s.printf("%s", wrapped(second, verdictWidth))
	}
	if r.Err != nil {
		const longest = 300 // it may quote the service
		s.note("%s", p2.faint(wrapped(fmt.Sprintf("%.*s", longest, harmless(r.Err.Error())), verdictWidth)))
	}
}

const (
	lineWidth    = 98
	verdictWidth = 9 // with the space after it
)

// wrapped breaks a text into indented lines that fit into a terminal of 100 columns. Words are not
// broken.
func wrapped(text string, indent int) string {
	margin := strings.Repeat(" ", indent)
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = margin + word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > lineWidth:
			lines = append(lines, line)
			line = margin + word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, line), "\n")
}

// summarize prints how many facts were found out, which differ, and what is left. The ids of what
// is left are no part of the result, which may be shown to others.
func (s *session) summarize(file *probe.File) {
	count := make(map[probe.Verdict]int)
	var differing []string
	for _, r := range file.Results {
		count[r.Verdict]++
		if r.Verdict == probe.VerdictDiffers {
			differing = append(differing, r.Fact)
		}
	}
	s.printf("\n%d as claimed, %d different, %d unclear, %d not run.", count[probe.VerdictSame], count[probe.VerdictDiffers], count[probe.VerdictUnclear], count[probe.VerdictNotRun])
	if len(differing) > 0 {
		s.printf("%s", wrapped("Different: "+strings.Join(differing, ", "), 0))
	}
	if len(file.Left) > 0 {
		s.printf("\nLeft at the service:")
	}
	for _, left := range file.Left {
		s.printf("  %s: %s", left.Object, left.Why)
	}
	for _, left := range file.Left {
		if left.ID != "" {
			s.note("%s is %s.", left.Object, harmless(left.ID))
		}
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
	for _, p := range probe.Probes() {
		if len(only) > 0 && !slices.Contains(only, p.Fact) {
			continue
		}
		one := listed{p.Fact, p.Claim, p.Claimed, p.Others, p.Source, string(p.Confidence), []string{}}
		for _, need := range p.Needs {
			one.Needs = append(one.Needs, string(need))
		}
		all = append(all, one)
	}
	if s.cli.JSON {
		return s.printJSON(all)
	}
	const indent = 4
	p := s.paint(s.out)
	for _, one := range all {
		s.printf("%s", p.strong(one.Fact))
		s.printf("%s", wrapped(one.Claim, indent))
		s.printf("%s", wrapped("claimed: "+one.Claimed+"; so far "+one.Confidence+"; requires "+needed(one.Needs), indent))
		s.printf("%s", p.faint(wrapped(shortSource(one.Source), indent)))
	}
	if len(only) == 0 {
		s.printf("\nNo probe finds out:")
		for _, u := range probe.AllUnprobed() {
			s.printf("%s", wrapped(u.What+": "+u.Why+" ("+shortSource(u.Source)+")", indent))
		}
	}
	s.printf("\ndocs/ is %s", probe.Docs)
	return nil
}

// needed says what a probe requires.
func needed(needs []string) string {
	words := map[string]string{
		string(probe.NeedStore): "a store id", string(probe.NeedBuyer): "a store id and a buyer in a browser",
		string(probe.NeedPermission): "a charge permission", string(probe.NeedScan): "scan data", string(probe.NeedProvider): "a solution provider's account",
		string(probe.NeedSpecific): "a key id that begins with SANDBOX",
		string(probe.NeedClock):    "a clock that was not moved",
	}
	all := make([]string, len(needs))
	for i, need := range needs {
		all[i] = cmp.Or(words[need], need)
	}
	return cmp.Or(strings.Join(all, ", "), "a key")
}

// shortSource shortens the addresses of the documentation.
func shortSource(source string) string { return strings.ReplaceAll(source, probe.Docs, "docs/") }

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
