//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
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
	ctx := context.Background() //nolint:forbidigo // There is no caller.
	var err error
	switch args := os.Args[1:]; {
	case len(args) == 2 && args[0] == "serve":
		err = serveParent(args[1])
	case len(args) == 2 && args[0] == "once":
		err = once(ctx, args[1])
	case len(args) == 1 && args[0] == "report":
		err = readReport(ctx)
	case len(args) == 0:
		err = compare(ctx)
	default:
		err = errors.New("usage: bench")
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// serveParent tells the parent process how to reach a server, which lives until the
// parent closes standard input.
func serveParent(protocol string) error {
	server, t, err := serve(protocol)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(t); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return server.Close()
}

// startServer runs this program as a server.
func startServer(ctx context.Context, protocol string) (t target, stop func() error, err error) {
	cmd, err := self(ctx, "serve", protocol)
	if err != nil {
		return t, nil, err
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return t, nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return t, nil, err
	}
	if err := cmd.Start(); err != nil {
		return t, nil, err
	}
	stop = func() error { return errors.Join(stdin.Close(), cmd.Wait()) }
	if err := json.NewDecoder(stdout).Decode(&t); err != nil {
		return t, nil, errors.Join(err, stop())
	}
	return t, stop, nil
}

func self(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // This program, with words of its own.
	cmd.Stderr = os.Stderr
	return cmd, nil
}

func compare(ctx context.Context) error {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2"} {
		t, stop, err := startServer(ctx, protocol)
		if err != nil {
			return err
		}
		for _, concurrency := range []int{1, 64} {
			if err := compareCPU(ctx, t, protocol, concurrency); err != nil {
				return errors.Join(err, stop())
			}
		}
		if protocol == "HTTP/1.1" {
			if err := errors.Join(compareMemory(ctx, t), compareReport(ctx, t)); err != nil {
				return errors.Join(err, stop())
			}
		}
		if err := stop(); err != nil {
			return err
		}
	}
	return nil
}

// compareCPU runs rounds of both clients in turn, and prints the ratio of their processor
// time, which the machine's other work disturbs less than elapsed time.
func compareCPU(ctx context.Context, t target, protocol string, concurrency int) error {
	names := []string{"sdk", "minimal"}
	clients := make(map[string]client)
	for _, name := range names {
		c, err := newClient(name, t)
		if err != nil {
			return err
		}
		// One call alone first: over HTTP/2 callers who start together all dial.
		if err := c.call(ctx); err != nil {
			return err
		}
		if _, err := spend(ctx, c, turnCalls, concurrency); err != nil {
			return err
		}
		clients[name] = c
	}
	times := make(map[string][]float64)
	var ratios []float64
	for range rounds {
		spent := make(map[string]time.Duration)
		for range turns {
			for _, name := range names {
				cpu, err := spend(ctx, clients[name], turnCalls, concurrency)
				if err != nil {
					return err
				}
				spent[name] += cpu
			}
			slices.Reverse(names) // neither is always first
		}
		for _, name := range names {
			times[name] = append(times[name], float64(spent[name].Microseconds())/roundCalls)
		}
		ratios = append(ratios, float64(spent["sdk"])/float64(spent["minimal"]))
	}
	calls := rounds*roundCalls + turnCalls + 1
	_, err := fmt.Fprintf(os.Stdout, "%-8s  %2d at once  sdk %s  minimal %s  CPU us/call; sdk/minimal %s, goal %.2f: %s; handshakes %d and %d of %d calls\n",
		protocol, concurrency, spread(times["sdk"], 0), spread(times["minimal"], 0), spread(ratios, 3), goalCPU, verdict(median(ratios) <= goalCPU),
		clients["sdk"].handshakes.Load(), clients["minimal"].handshakes.Load(), calls)
	return err
}

// spend makes calls and returns the processor time that this process spent on them.
func spend(ctx context.Context, c client, calls, concurrency int) (time.Duration, error) {
	before, err := processorTime()
	if err != nil {
		return 0, err
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  error
		tasks = make(chan struct{}, calls)
	)
	for range calls {
		tasks <- struct{}{}
	}
	close(tasks)
	for range concurrency {
		wg.Go(func() {
			for range tasks {
				if err := c.call(ctx); err != nil {
					mu.Lock()
					errs = errors.Join(errs, err)
					mu.Unlock()
					return
				}
			}
		})
	}
	wg.Wait()
	after, err := processorTime()
	return after - before, errors.Join(errs, err)
}

func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// compareMemory runs a process for one call of each client.
func compareMemory(ctx context.Context, t target) error {
	for _, name := range []string{"sdk", "minimal"} {
		cmd, err := self(ctx, "once", name)
		if err != nil {
			return err
		}
		stdin, err := json.Marshal(t)
		if err != nil {
			return err
		}
		cmd.Stdin = strings.NewReader(string(stdin))
		out, err := cmd.Output()
		if err != nil {
			return err
		}
		var kB float64
		if _, err := fmt.Sscan(string(out), &kB); err != nil {
			return fmt.Errorf("peak memory is known on Linux alone: %w", err)
		}
		if _, err := fmt.Fprintf(os.Stdout, "one call of %s: peak memory %.1f MB, goal %d: %s\n", name, kB/1000, goalMemory, verdict(kB < goalMemory*1000)); err != nil {
			return err
		}
	}
	return nil
}

// once makes one call and prints the peak of this process's memory in kB.
func once(ctx context.Context, name string) error {
	var t target
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		return err
	}
	c, err := newClient(name, t)
	if err != nil {
		return err
	}
	if err := c.call(ctx); err != nil {
		return err
	}
	peak, err := peakKB()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, peak)
	return err
}

// peakKB is the peak of this process's memory. The maximum that getrusage knows will not
// do: it begins with that of the parent.
func peakKB() (kB float64, err error) {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer func() { _ = status.Close() }()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		if peak, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			return strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(peak, "kB")), 64)
		}
	}
	return 0, errors.Join(errors.New("the kernel does not tell the peak"), lines.Err())
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func spread(values []float64, digits int) string {
	return fmt.Sprintf("%.*f [%.*f..%.*f]", digits, median(values), digits, slices.Min(values), digits, slices.Max(values))
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "MISSED"
}
