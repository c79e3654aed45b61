// Command amazonpay is the command line of Amazon Pay: it says why a set-up does not work, makes
// any call of the API, signs and checks buttons, runs the emulator, and checks the books.
//
//	amazonpay doctor                              why does it not work?
//	amazonpay charges get S01-…                   any operation, by its name
//	amazonpay call GET /charges/S01-…             or by its path
//	amazonpay emulator                            an Amazon Pay on this machine
//	amazonpay --emulator checkout-sessions create no account is needed
//
// README.md is its manual, and `amazonpay COMMAND --help` says what a command takes.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run runs one command and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // the next signal ends the process
	}()
	s := newSession(ctx, in, out, errOut)
	err := s.run(args)
	if closing := s.close(); err == nil {
		err = closing
	}
	return s.report(err)
}
