//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	nodeModules  = "../conformance/node_modules"
	nodeSDK      = nodeModules + "/@amazonpay/amazon-pay-api-sdk-nodejs"
	compareTurns = 3    // of a round and a task
	signSeconds  = 0.15 // of a turn
	callSeconds  = 0.25
	freshCalls   = 2000 // of a new process whose memory is measured
	freshAtOnce  = 64
	warmCalls    = 300
	// V8 makes calls cheaper until about then.
	warmCallsOfNode = 5000            // unless the flag says otherwise
	opensslSpeed    = "openssl speed" // stands with the contestants where they sign
)

// atOnce are the numbers of concurrent callers.
var atOnce = []int{1, 8, 64}

// contestant is a program with a key.
type contestant struct {
	name string
	node string // the kind of its key, if it is the Node SDK
}

// command returns the command that starts it as a worker.
func (c contestant) command(ctx context.Context, core, caFile string) (*exec.Cmd, error) {
	if c.node == "" {
		return self(ctx, core, "work", c.name)
	}
	modules, err := filepath.Abs(nodeModules)
	if err != nil {
		return nil, err
	}
	cmd := program(ctx, core, "node", "worker.js", c.node)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "NODE_PATH=" + modules, "NODE_EXTRA_CA_CERTS=" + caFile} // no proxy of the user's
	return cmd, nil
}

// worker is a process of a contestant.
type worker struct {
	*process
	who string // in its own words
}

func startWorker(ctx context.Context, c contestant, t target, core, caFile string) (*worker, error) {
	cmd, err := c.command(ctx, core, caFile)
	if err != nil {
		return nil, err
	}
	p, err := start(cmd)
	if err != nil {
		return nil, err
	}
	w := &worker{process: p}
	if err := p.ask(t, &w.who); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", c.name, err), p.stop())
	}
	return w, nil
}

func (w *worker) do(o order) (r result, err error) {
	err = w.ask(o, &r)
	return r, err
}

// comparison is a run of make compare.
type comparison struct {
	rounds      int
	nodeCalls   int // of Node's warm-up
	cores       cores
	server      *server
	caFile      string
	contestants []contestant
	workers     map[string]*worker
	figures     figures
	pairs       []pair
	missing     []string // what could not be measured, and why
}

// compare compares the SDK with the official Node SDK, the minimal client and openssl, and prints
// tables.
func compare(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	rounds := flags.Int("rounds", 7, "how many rounds")
	warm := flags.Int("warm", warmCallsOfNode, "how many calls Node makes before it is measured")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *warm < 10 || flags.NArg() > 0 {
		return errors.New("usage: bench compare [-rounds n] [-warm n], 1 round and 10 calls or more")
	}
	if _, err := os.Stat(nodeSDK); err != nil {
		return errors.New("the Node SDK is not installed: run make compare")
	}
	b := &comparison{rounds: *rounds, nodeCalls: *warm, cores: findCores(), workers: make(map[string]*worker), figures: make(figures)}
	if b.server, err = startServer(ctx, b.cores.server, "HTTP/1.1"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.server.stop()) }()
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b.caFile = filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(b.caFile, []byte(b.server.target.CAPEM), 0o600); err != nil {
		return err
	}
	b.enter()
	if err := b.measure(ctx); err != nil {
		return err
	}
	return b.print(ctx, os.Stdout)
}

// enter lists the contestants.
func (b *comparison) enter() {
	keys, err := keys(b.server.target)
	if err != nil {
		b.missing = append(b.missing, "libcrypto: "+err.Error())
	}
	for _, name := range []string{"sdk", "minimal"} {
		for _, key := range keys {
			b.contestants = append(b.contestants, contestant{name: name + key})
		}
	}
	b.contestants = append(b.contestants, contestant{"node PEM", "PEM"}, contestant{"node KeyObject", "KeyObject"})
}

func (b *comparison) measure(ctx context.Context) error {
	defer func() {
		for _, w := range b.workers {
			_ = w.stop() // what it did is known
		}
	}()
	for _, c := range b.contestants {
		progress("warming up " + c.name)
		w, err := startWorker(ctx, c, b.server.target, b.cores.client, b.caFile)
		if err != nil {
			return err
		}
		b.workers[c.name] = w
		calls := warmCalls
		if c.node != "" {
			calls = b.nodeCalls
		}
		for _, o := range []order{
			{Task: "sign", Concurrency: 1, Seconds: 1},
			{Task: "button", Concurrency: 1, Seconds: 0.5},
			{Task: "call", Concurrency: 64, Count: calls * 9 / 10},
			{Task: "call", Concurrency: 1, Count: calls / 10},
		} {
			if _, err := w.do(o); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	order := slices.Clone(b.contestants)
	for round := range b.rounds {
		progress(fmt.Sprintf("round %d of %d", round+1, b.rounds))
		if err := b.round(ctx, order); err != nil {
			return err
		}
		slices.Reverse(order)
	}
	progress("the SDK and the minimal client in one process")
	return b.measurePairs(ctx)
}

// round has the contestants do each task in turn, so that compared figures are close in time.
func (b *comparison) round(ctx context.Context, contestants []contestant) error {
	if err := b.openssl(ctx); err != nil {
		return err
	}
	for _, task := range []string{"sign", "button"} {
		spent, err := b.takeTurns(contestants, order{Task: task, Concurrency: 1, Seconds: signSeconds})
		if err != nil {
			return err
		}
		for name, r := range spent {
			b.figures.add(task, name, r.CPUSeconds*1e6/r.Count)
		}
	}
	for _, n := range atOnce {
		spent, err := b.takeTurns(contestants, order{Task: "call", Concurrency: n, Seconds: callSeconds})
		if err != nil {
			return err
		}
		for name, r := range spent {
			b.figures.add(rateOf(n), name, r.Count/r.Seconds)
			b.figures.add(cpuOf(n), name, r.CPUSeconds*1000/r.Count)
			if n == 1 && r.Allocations > 0 { // Node does not count them
				b.figures.add("allocations", name, r.Allocations/r.Count)
			}
		}
	}
	for _, step := range []func(contestant) error{b.fresh(ctx), b.cold(ctx)} {
		for _, c := range contestants {
			if err := step(c); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return nil
}

// takeTurns gives each contestant several short turns, so that other work on the machine affects
// all alike, and sums them up.
func (b *comparison) takeTurns(contestants []contestant, o order) (map[string]result, error) {
	spent := make(map[string]result)
	contestants = slices.Clone(contestants)
	for range compareTurns {
		for _, c := range contestants {
			w := b.workers[c.name]
			if o.Task == "call" {
				// Open the connections first: an idle client may have closed some.
				if _, err := w.do(order{Task: o.Task, Concurrency: o.Concurrency, Count: 2 * o.Concurrency}); err != nil {
					return nil, fmt.Errorf("%s: %w", c.name, err)
				}
			}
			r, err := w.do(o)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			spent[c.name] = spent[c.name].plus(r)
		}
		slices.Reverse(contestants) // nobody is always first
	}
	return spent, nil
}

// fresh measures a new process that makes many calls.
func (b *comparison) fresh(ctx context.Context) func(contestant) error {
	return func(c contestant) error {
		before, err := b.server.handshakes()
		if err != nil {
			return err
		}
		w, err := startWorker(ctx, c, b.server.target, b.cores.client, b.caFile)
		if err != nil {
			return err
		}
		r, err := w.do(order{Task: "call", Concurrency: freshAtOnce, Count: freshCalls})
		if err := errors.Join(err, w.stop()); err != nil {
			return err
		}
		after, err := b.server.handshakes()
		b.figures.add("peak", c.name, megabytes(r.PeakKB))
		b.figures.add("handshakes", c.name, after-before)
		return err
	}
}

// cold measures a new process that makes one call, from its start to its end. That includes
// taskset, which starts it, and reading the target, which replaces a configuration.
func (b *comparison) cold(ctx context.Context) func(contestant) error {
	return func(c contestant) error {
		started := time.Now()
		w, err := startWorker(ctx, c, b.server.target, b.cores.client, b.caFile)
		if err != nil {
			return err
		}
		_, err = w.do(order{Task: "call", Concurrency: 1, Count: 1})
		err = errors.Join(err, w.stop())
		b.figures.add("cold", c.name, time.Since(started).Seconds()*1000)
		return err
	}
}

// openssl measures the bare operation with the private key, without the padding of a PSS signature.
// It counts hundredths of a second, so that a second has a precision of 1 %.
func (b *comparison) openssl(ctx context.Context) error {
	if _, err := exec.LookPath("openssl"); err != nil {
		if b.figures["sign"] == nil {
			b.missing = append(b.missing, opensslSpeed+": there is no openssl")
		}
		return nil
	}
	cmd := program(ctx, b.cores.client, "openssl", "speed", "-mr", "-seconds", "1", "rsa2048")
	cmd.Stderr = nil // it tells of its progress
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("openssl speed: %w", err)
	}
	rate, err := parseSpeed(string(out))
	b.figures.add("sign", opensslSpeed, 1e6/rate)
	return err
}

// parseSpeed finds the signatures per second in the output of openssl speed -mr.
func parseSpeed(out string) (float64, error) {
	for line := range strings.Lines(out) {
		// +F2, the number of the algorithm, bits, signatures a second, verifications a second
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 5 || fields[0] != "+F2" || fields[2] != "2048" {
			continue
		}
		rate, err := strconv.ParseFloat(fields[3], 64)
		if err != nil || rate <= 0 {
			return 0, fmt.Errorf("openssl speed: what is %q?", line)
		}
		return rate, nil
	}
	return 0, fmt.Errorf("openssl speed: no line of rsa2048 in %q", out)
}

// measurePairs compares the SDK with the minimal client in one process, in turns short enough to
// show a difference of a few hundredths.
func (b *comparison) measurePairs(ctx context.Context) error {
	cmd, err := self(ctx, b.cores.client, "pairs", strconv.Itoa(b.rounds))
	if err != nil {
		return err
	}
	p, err := start(cmd)
	if err != nil {
		return err
	}
	return errors.Join(p.ask(b.server.target, &b.pairs), p.stop())
}

// tellPairs runs as the process of measurePairs.
func tellPairs(ctx context.Context, arg string) error {
	rounds, err := strconv.Atoi(arg)
	if err != nil {
		return err
	}
	var t target
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		return err
	}
	var pairs []pair
	keys, _ := keys(t) // what is missing is known
	for _, key := range keys {
		for _, n := range []int{1, 64} {
			p, err := measurePair(ctx, t, key, n, rounds)
			if err != nil {
				return err
			}
			pairs = append(pairs, p)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(pairs)
}

func rateOf(n int) string { return "rate " + strconv.Itoa(n) }

func cpuOf(n int) string { return "cpu " + strconv.Itoa(n) }

func progress(text string) { _, _ = fmt.Fprintln(os.Stderr, "compare:", text) }
