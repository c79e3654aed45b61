//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

const (
	rounds     = 10
	turns      = 4 // of a round, so that the machine's other work falls on both clients alike
	turnCalls  = 128
	roundCalls = turns * turnCalls
	goalCPU    = 1.05
	goalMemory = 20 // MB
)

func main() {
	ctx := context.Background() //nolint:forbidigo // main has no caller
	if err := run(ctx, os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return compareMinimal(ctx)
	}
	switch command, args := args[0], args[1:]; {
	case command == "compare":
		return compare(ctx, args)
	case command == "allocs":
		return allocs(ctx, args)
	// This program starts the others as processes.
	case command == "serve" && len(args) == 1:
		return serveParent(args[0])
	case command == "work" && len(args) == 1:
		return work(ctx, args[0])
	case command == "pairs" && len(args) == 1:
		return tellPairs(ctx, args[0])
	case command == "report" && len(args) == 0:
		return readReport(ctx)
	}
	return errors.New("usage: bench [compare [-rounds n] [-warm n] | allocs [-update]]")
}

// compareMinimal compares the SDK with the minimal client.
func compareMinimal(ctx context.Context) error {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		s, err := startServer(ctx, "", protocol)
		if err != nil {
			return err
		}
		keys, why := keys(s.target)
		if why != nil && protocol == "HTTP/1.1" {
			_, _ = fmt.Fprintln(os.Stderr, "not measured with libcrypto:", why)
		}
		for _, key := range keys {
			for _, concurrency := range []int{1, 64} {
				p, err := measurePair(ctx, s.target, key, concurrency, rounds)
				if err != nil {
					return errors.Join(err, s.stop())
				}
				if err := p.print(protocol); err != nil {
					return errors.Join(err, s.stop())
				}
			}
		}
		if protocol == "HTTP/1.1" {
			if err := errors.Join(compareMemory(ctx, s.target), compareReport(ctx, s.target)); err != nil {
				return errors.Join(err, s.stop())
			}
		}
		if err := s.stop(); err != nil {
			return err
		}
	}
	return nil
}

// pair is the result of measurePair: processor microseconds a call, by round.
type pair struct {
	Key         string    `json:"key"` // what is added to a client's name
	Concurrency int       `json:"concurrency"`
	SDK         []float64 `json:"sdk"`
	Minimal     []float64 `json:"minimal"`
	Calls       int       `json:"calls"` // of each, in all
	Handshakes  [2]int64  `json:"handshakes"`
}

// ratios returns the ratio of each round.
func (p pair) ratios() []float64 { return ratios(p.SDK, p.Minimal) }

func (p pair) print(protocol string) error {
	_, err := fmt.Fprintf(os.Stdout, "%-8s  %2d at once  sdk%s %s  minimal%s %s  CPU us/call; ratio %s, goal %.2f: %s; handshakes %d and %d of %d calls\n",
		protocol, p.Concurrency, p.Key, spread(p.SDK, 0), p.Key, spread(p.Minimal, 0), spread(p.ratios(), 3), goalCPU, verdict(median(p.ratios()) <= goalCPU),
		p.Handshakes[0], p.Handshakes[1], p.Calls)
	return err
}

// measurePair runs rounds of the SDK and the minimal client in turn in this process. It measures
// processor time, which other work on the machine disturbs less than elapsed time.
func measurePair(ctx context.Context, t target, key string, concurrency, rounds int) (pair, error) {
	p := pair{Key: key, Concurrency: concurrency, Calls: rounds*roundCalls + turnCalls + 1}
	turn := order{Task: "call", Concurrency: concurrency, Count: turnCalls}
	clients := make([]client, 2)
	for i, name := range []string{"sdk", "minimal"} {
		c, err := newClient(name+key, t)
		if err != nil {
			return p, err
		}
		// One call alone first: over HTTP/2, callers that start together all dial.
		if err := c.call(ctx); err != nil {
			return p, err
		}
		if _, err := carryOut(ctx, c, turn); err != nil {
			return p, err
		}
		clients[i] = c
	}
	turnOrder := []int{0, 1}
	for range rounds {
		var seconds [2]float64
		for range turns {
			for _, i := range turnOrder {
				r, err := carryOut(ctx, clients[i], turn)
				if err != nil {
					return p, err
				}
				seconds[i] += r.CPUSeconds
			}
			slices.Reverse(turnOrder) // neither is always first
		}
		p.SDK = append(p.SDK, seconds[0]*1e6/roundCalls)
		p.Minimal = append(p.Minimal, seconds[1]*1e6/roundCalls)
	}
	for i, c := range clients {
		p.Handshakes[i] = c.handshakes.Load()
	}
	return p, nil
}

// compareMemory runs a process for one call of each client, and prints its peak memory.
func compareMemory(ctx context.Context, t target) error {
	for _, name := range []string{"sdk", "minimal"} {
		w, err := startWorker(ctx, contestant{name: name}, t, "", "")
		if err != nil {
			return err
		}
		r, err := w.do(order{Task: "call", Concurrency: 1, Count: 1})
		if err := errors.Join(err, w.stop()); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(os.Stdout, "one call of %s: peak memory %.1f MB, goal %d: %s\n", name, megabytes(r.PeakKB), goalMemory, verdict(megabytes(r.PeakKB) < goalMemory)); err != nil {
			return err
		}
	}
	return nil
}
