// Command subscriptions bills the subscriptions of a solution provider's merchants every night, on
// as many machines as needed. Its demonstration is a month in one process, with emulators of Amazon
// Pay and no network:
//
//	make subscriptions
//
// See the README for the roles, and for how to operate them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], output{os.Stdout, os.Stderr}))
}

// commands is the command line.
type commands struct {
	Worker  workerCommand  `cmd:"" help:"Charge, follow up and refund. Start as many as you need, on any machine."`
	Planner plannerCommand `cmd:"" help:"Plan each day's bills, and reconcile. Start two: one leads, the other takes over."`
	Web     webCommand     `cmd:"" help:"Take notifications and buyers' repairs, and show the operator's pages."`
	All     allCommand     `cmd:"" help:"Do the work of all roles in one process."`
	Again   againCommand   `cmd:"" help:"Let a bill that is to be checked go on, or a refund, once its cause is corrected."`
	Waive   waiveCommand   `cmd:"" help:"Give up a bill or a refund that is to be checked."`
	Month   monthCommand   `cmd:"" help:"Show a month in one process, with emulators of Amazon Pay and no network."`
}

// output is where a command writes: what it is asked for, and its log.
type output struct{ out, log io.Writer }

// The codes with which the program exits.
const (
	exitFailed = 1
	exitUsage  = 2
)

const description = "Bills the subscriptions of a solution provider's merchants, through Amazon Pay."

// run runs a command line, and returns the code to exit with.
func run(ctx context.Context, args []string, out output) int {
	helped := false
	parser := kong.Must(new(commands), kong.Name("subscriptions"), kong.Description(description), kong.Writers(out.out, out.log),
		kong.Exit(func(int) { helped = true }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(out))
	command, err := parser.Parse(args)
	switch {
	case helped:
		return 0
	case err != nil:
		_, _ = fmt.Fprintf(out.log, "subscriptions: %v: see subscriptions --help\n", err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		_, _ = fmt.Fprintf(out.log, "subscriptions: %v\n", err)
		return exitFailed
	}
	return 0
}
