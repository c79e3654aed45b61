//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// figures has the figures of the rounds, by measurement and contestant.
type figures map[string]map[string][]float64

// add adds a figure of a round.
func (f figures) add(what, of string, value float64) {
	if f[what] == nil {
		f[what] = make(map[string][]float64)
	}
	f[what][of] = append(f[what][of], value)
}

// ratios returns the ratios of two contestants, none if one was not measured.
func (f figures) ratios(what, ours, theirs string) []float64 {
	return ratios(f[what][ours], f[what][theirs])
}

// row is a row of the table of measurements.
type row struct {
	what   string
	title  string
	digits int
}

func rows() []row {
	all := []row{
		{"sign", "sign a request, CPU µs", 0},
		{"button", "sign a button, CPU µs", 0},
	}
	for _, n := range atOnce {
		all = append(all,
			row{rateOf(n), fmt.Sprintf("calls/s, %d at once", n), 0},
			row{cpuOf(n), fmt.Sprintf("CPU s per 1000 calls, %d at once", n), 3})
	}
	fresh := fmt.Sprintf(" of a new process that makes %d calls, %d at once", freshCalls, freshAtOnce)
	return append(all,
		row{"handshakes", "TLS handshakes" + fresh, 0},
		row{"peak", "peak memory in MB" + fresh, 1},
		row{"cold", "cold start: a process that makes one call, from start to exit, ms", 1},
		row{"allocations", "allocations of a call, 1 at once", 0})
}

// goal is a row of the table of goals.
type goal struct {
	what, against string
	values        []float64 // of the rounds
	limit         float64
	atLeast       bool
	digits        int
}

func (g goal) row() string {
	sign := "≤"
	if g.atLeast {
		sign = "≥"
	}
	value, judged := "–", "not measured"
	if len(g.values) > 0 {
		value = spread(g.values, g.digits)
		judged = verdict(g.met())
	}
	return fmt.Sprintf("| %s | %s | %s | %s %g | %s |\n", g.what, g.against, value, sign, g.limit, judged)
}

func (g goal) met() bool {
	if g.atLeast {
		return median(g.values) >= g.limit
	}
	return median(g.values) <= g.limit
}

func (b *comparison) goals() []goal {
	f := b.figures
	goals := []goal{
		{"sign a request, libcrypto: CPU", "`openssl speed rsa2048`", f.ratios("sign", "sdk+libcrypto", opensslSpeed), 1.08, false, 3},
		{"sign a request, libcrypto: CPU", "node KeyObject", f.ratios("sign", "sdk+libcrypto", "node KeyObject"), 0.97, false, 3},
		{"a whole call, pure Go, 8 at once: CPU", "node PEM", f.ratios(cpuOf(8), "sdk", "node PEM"), 0.60, false, 3},
		{"a whole call, libcrypto, 8 at once: CPU", "node KeyObject", f.ratios(cpuOf(8), "sdk+libcrypto", "node KeyObject"), 0.45, false, 3},
		{"calls per second, libcrypto, 64 at once", "node KeyObject", f.ratios(rateOf(64), "sdk+libcrypto", "node KeyObject"), 2.2, true, 3},
	}
	for _, p := range b.pairs {
		key := "pure Go"
		if p.Key != "" {
			key = "libcrypto"
		}
		goals = append(goals, goal{fmt.Sprintf("a whole call, %s, %d at once: CPU", key, p.Concurrency), "minimal, in the same process", p.ratios(), goalCPU, false, 3})
	}
	for _, with := range [][2]string{{"sdk", "node PEM"}, {"sdk+libcrypto", "node KeyObject"}} {
		goals = append(goals,
			goal{with[0] + ": peak memory, 64 at once", with[1], f.ratios("peak", with[0], with[1]), 0.20, false, 3},
			goal{with[0] + ": cold start, to the end of the process", with[1], f.ratios("cold", with[0], with[1]), 0.10, false, 3},
			goal{with[0] + ": allocations of a whole call", "–", f["allocations"][with[0]], 165, false, 0})
	}
	return goals
}

// print prints Markdown.
func (b *comparison) print(ctx context.Context, out io.Writer) error {
	var text strings.Builder
	_, _ = fmt.Fprintf(&text, "`make compare ROUNDS=%d WARM=%d`, %s: %s", b.rounds, b.nodeCalls, time.Now().UTC().Format(time.DateOnly), strings.Join(machine(ctx, b.cores), ", "))
	for _, name := range []string{"sdk+libcrypto", "node PEM"} {
		if w := b.workers[name]; w != nil {
			_, _ = fmt.Fprintf(&text, "; %s: %s", strings.TrimSuffix(name, " PEM"), w.who)
		}
	}
	text.WriteString(".\n")
	for _, what := range b.missing {
		_, _ = fmt.Fprintf(&text, "Not measured: %s.\n", what)
	}
	_, _ = fmt.Fprintf(&text, "Median of the rounds and its 95 %% confidence interval, after a warm-up of %d calls, for Node %d.\n\n|", warmCalls, b.nodeCalls)
	for _, c := range b.contestants {
		text.WriteString(" | " + c.name)
	}
	text.WriteString(" |\n|---" + strings.Repeat("|---", len(b.contestants)) + "|\n")
	for _, r := range rows() {
		text.WriteString("| " + r.title)
		for _, c := range b.contestants {
			text.WriteString(" | ")
			if values := b.figures[r.what][c.name]; len(values) > 0 {
				text.WriteString(spread(values, r.digits))
			} else {
				text.WriteString("–")
			}
		}
		text.WriteString(" |\n")
	}
	if values := b.figures["sign"][opensslSpeed]; len(values) > 0 {
		_, _ = fmt.Fprintf(&text, "\n`openssl speed rsa2048`: %s µs a signature.\n", spread(values, 0))
	}
	text.WriteString("\n| what | against | ratio | goal | |\n|---|---|---|---|---|\n")
	for _, g := range b.goals() {
		text.WriteString(g.row())
	}
	_, err := io.WriteString(out, text.String())
	return err
}
