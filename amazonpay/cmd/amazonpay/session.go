package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/alecthomas/kong"
	"github.com/willabides/kongplete"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// session is one run of the program, which every command gets.
type session struct {
	ctx      context.Context //nolint:containedctx // it lives as long as the command
	in       io.Reader
	out, err io.Writer

	cli    root
	server *emulator.Server // of --emulator, once a command asked for it
	unlock func() error     // of its state
	reads  bool             // the last call changes nothing
}

func newSession(ctx context.Context, in io.Reader, out, errOut io.Writer) *session {
	return &session{ctx: ctx, in: in, out: out, err: errOut}
}

// ended is the panic by which kong's exit function leaves it: after --help there is nothing to do.
type ended struct{}

// run parses the arguments and runs the command. It returns nil after --help.
func (s *session) run(args []string) (err error) {
	defer func() {
		if left := recover(); left != nil && left != any(ended{}) {
			panic(left)
		}
	}()
	parser, err := s.parser()
	if err != nil {
		return err
	}
	kongplete.Complete(parser) // ends here if the shell asks
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return usage(err)
	}
	return parsed.Run(s)
}

// parser returns the parser of the command line.
func (s *session) parser() (*kong.Kong, error) {
	return kong.New(&s.cli,
		kong.Name("amazonpay"),
		kong.Description("The command line of Amazon Pay. Nothing goes to the live environment without --live."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(int) { panic(ended{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ExplicitGroups(groups),
		kong.Bind(s),
		vars,
	)
}

// usage says how to find out what a command takes.
func usage(err error) error {
	command := "amazonpay"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context.Selected() != nil {
		command = parse.Context.Selected().FullPath()
	}
	return &failure{code: exitUsage, err: err, next: "Run " + command + " --help to see what it takes."}
}

// close ends the emulator of --emulator, which writes its state.
func (s *session) close() error {
	if s.server == nil {
		return nil
	}
	return errors.Join(s.server.Close(), s.unlock())
}

// interactive reports whether a person watches the writer.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isTerminal(f.Fd()) && os.Getenv("TERM") != "dumb"
}
