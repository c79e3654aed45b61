//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// order tells a worker to do a task, Count times or for some seconds.
type order struct {
	Task        string  `json:"task"` // sign, button or call
	Concurrency int     `json:"concurrency"`
	Count       int     `json:"count,omitzero"`
	Seconds     float64 `json:"seconds,omitzero"`
}

// result is what an order cost.
type result struct {
	Count       float64 `json:"count"`
	Seconds     float64 `json:"seconds"`
	CPUSeconds  float64 `json:"cpuSeconds"` // of all threads
	PeakKB      float64 `json:"peakKb"`     // of the process, so far
	Allocations float64 `json:"allocations"`
}

// plus sums up two turns of one process.
func (r result) plus(other result) result {
	return result{
		Count: r.Count + other.Count, Seconds: r.Seconds + other.Seconds, CPUSeconds: r.CPUSeconds + other.CPUSeconds,
		PeakKB: max(r.PeakKB, other.PeakKB), Allocations: r.Allocations + other.Allocations,
	}
}

// work reads a target and then orders from standard input. It prints its name, and then a result
// for each order. worker.js does the same.
func work(ctx context.Context, name string) error {
	in, out := json.NewDecoder(bufio.NewReader(os.Stdin)), json.NewEncoder(os.Stdout)
	var t target
	if err := in.Decode(&t); err != nil {
		return err
	}
	c, err := newClient(name, t)
	if err != nil {
		return err
	}
	if err := out.Encode(c.key); err != nil {
		return err
	}
	for {
		var o order
		if err := in.Decode(&o); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		r, err := carryOut(ctx, c, o)
		if err != nil {
			return err
		}
		if r.PeakKB, err = peakKB(); err != nil {
			return err
		}
		if err := out.Encode(r); err != nil {
			return err
		}
	}
}

// carryOut carries out an order, and returns what it cost this process.
func carryOut(ctx context.Context, c client, o order) (result, error) {
	do, err := c.task(o.Task)
	if err != nil {
		return result{}, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, err := processorTime()
	if err != nil {
		return result{}, err
	}
	started := time.Now()
	deadline := started.Add(time.Duration(o.Seconds * float64(time.Second)))
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  error
		begun atomic.Int64
		done  atomic.Int64
	)
	more := func() bool {
		if o.Count > 0 {
			return begun.Add(1) <= int64(o.Count)
		}
		return time.Now().Before(deadline)
	}
	for range o.Concurrency {
		wg.Go(func() {
			for more() {
				if err := do(ctx); err != nil {
					mu.Lock()
					errs = errors.Join(errs, err)
					mu.Unlock()
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	took := time.Since(started)
	spent, err := processorTime()
	runtime.ReadMemStats(&after)
	return result{
		Count: float64(done.Load()), Seconds: took.Seconds(), CPUSeconds: (spent - cpu).Seconds(),
		Allocations: float64(after.Mallocs - before.Mallocs),
	}, errors.Join(errs, err)
}

func processorTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// peakKB returns the peak of this process's memory. The maximum of getrusage would not do: it
// includes the parent's.
func peakKB() (kB float64, err error) {
	status, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, errors.Join(errors.New("peak memory is known on Linux alone"), err)
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
