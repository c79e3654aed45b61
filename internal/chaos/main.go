// Command chaos takes payments from an emulator that fails at every turn, and then counts the money: each order must
// be charged exactly once, or be reported as failed and never charged.
//
//	go run ./internal/chaos -payments 100000 -workers 64 -seed 7
//
// Of all attempts a part is disturbed by every fault that the emulator knows, answers lost after the work included; the
// emulator ignores the idempotency keys of the operations of which it is not known whether they honour one; callers are
// cancelled in the middle of a call; a new version of the shop words its requests anew every few thousand requests; and workers are
// killed before and after each line that has an effect outside of them, that is, each save and each request, and begin anew with
// what the shop has stored in a file. Each step is taken by the loop that the README shows (package once), and by nothing more careful.
//
// The seed decides the orders, the disturbances of the callers, and which request of an operation fails how, counted from the
// first. With one worker a run is the same each time, but for how far a call had come when its caller was cancelled; with several
// the scheduler decides, too, whose request is the n-th.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

// options say how much chaos there is to be.
type options struct {
	payments  int
	workers   int
	seed      uint64
	disturbed float64 // the part of the attempts
}

func main() {
	var o options
	flag.IntVar(&o.payments, "payments", 1000, "how many orders are paid")
	flag.IntVar(&o.workers, "workers", 64, "how many at once")
	flag.Uint64Var(&o.seed, "seed", rand.Uint64()>>32, "decides the orders and the faults; by default another one each time")
	flag.Float64Var(&o.disturbed, "disturbed", 0.3, "the part of the attempts that the emulator disturbs")
	flag.Parse()
	if o.payments < 1 || o.workers < 1 || o.disturbed < 0 || o.disturbed > 0.9 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "chaos: -payments and -workers must be 1 or more, -disturbed from 0 to 0.9, and there are no arguments")
		os.Exit(2)
	}
	fmt.Printf("%d payments, %d workers, %.0f %% of the attempts disturbed; -seed %d has the same orders and faults.\n", o.payments, o.workers, 100*o.disturbed, o.seed)
	if err := run(context.Background(), o, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "\nchaos: %v\n(-payments %d -workers %d -seed %d)\n", err, o.payments, o.workers, o.seed)
		os.Exit(1)
	}
}

// run takes the payments, and returns an error unless all is as it must be.
func run(ctx context.Context, o options, out io.Writer) error {
	start := time.Now()
	w, err := open(o)
	if err != nil {
		return err
	}
	results, err := w.pay(ctx, out)
	if err != nil {
		return err
	}
	took := time.Since(start)
	charges, refunds := w.server.Charges(), w.server.Refunds()
	share := w.disturbedShare()
	left := w.close()

	w.counts.print(out, took, share)
	sums, faults := audit(results, charges, refunds)
	sums.print(out)
	faults = append(faults, left...)
	if o.disturbed > 0 && o.payments >= 1000 {
		faults = append(faults, w.counts.calm()...)
	}
	if len(faults) == 0 {
		_, _ = fmt.Fprintln(out, "Each order was charged exactly once, or failed and was never charged. Nothing is left open.")
		return nil
	}
	for _, fault := range faults[:min(len(faults), 20)] {
		_, _ = fmt.Fprintln(out, "  "+fault)
	}
	return fmt.Errorf("%d things are not as they must be", len(faults))
}
