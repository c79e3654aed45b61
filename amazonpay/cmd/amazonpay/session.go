package main

import (
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/posener/complete"
	"github.com/willabides/kongplete"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// session is one run of the program, which every command gets.
type session struct {
	ctx      context.Context //nolint:containedctx // it lives as long as the command
	stop     context.CancelFunc
	in       io.Reader
	out, err io.Writer

	cli     root
	server  *emulator.Server // of --emulator, once a command asked for it
	unlock  func() error     // of its state
	fresh   bool             // it has no state, and keeps none
	sent    bool             // a call was sent
	changes bool             // a call that changes something was made
	key     string           // its idempotency key
	unread  error            // why a result could not be printed
}

func newSession(ctx context.Context, in io.Reader, out, errOut io.Writer) *session {
	s := &session{in: in, err: errOut}
	s.ctx, s.stop = context.WithCancel(ctx)
	s.out = &results{out, s}
	return s
}

// results is standard output. Once it fails, whoever read it has gone, and the command ends.
type results struct {
	io.Writer
	session *session
}

func (r *results) Write(b []byte) (int, error) {
	n, err := r.Writer.Write(b)
	if err != nil && r.session.unread == nil {
		r.session.unread = err
		r.session.stop()
	}
	return n, err
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
	completing := os.Getenv("COMP_LINE") != "" // the shell asks
	parser, err := s.parser(func(name string) bool { return completing || slices.Contains(args, name) })
	if err != nil {
		return err
	}
	if completing {
		kongplete.Complete(parser, kongplete.WithPredictor("event", complete.PredictSet(eventNames()...)),
			kongplete.WithPredictor("fault", complete.PredictSet(strings.Split(faultKinds, ", ")...)), kongplete.WithPredictor("file", complete.PredictFiles("*")))
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		s.cli.JSON = s.cli.JSON || slices.Contains(args, "--json") // kong sets flags after it has read all
		return usage(err)
	}
	for _, given := range parsed.Path {
		if f := given.Flag; f != nil && f.Target.Kind() == reflect.String && f.Target.String() == "" {
			return wrong("Give a value, or leave out the flag. If a script gave it, its variable is empty.", "--%s is empty", f.Name)
		}
	}
	return parsed.Run(s)
}

// everyCommand is for a parser that knows all.
func everyCommand(string) bool { return true }

// parser returns a parser that knows what is below the commands that are wanted.
func (s *session) parser(wanted func(name string) bool) (*kong.Kong, error) {
	return kong.New(&s.cli, append(options(wanted),
		kong.Name("amazonpay"),
		kong.Description("The command line of Amazon Pay. Nothing goes to the live environment without --live."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(int) { panic(ended{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.ExplicitGroups(groups),
		kong.Bind(s),
		vars,
	)...)
}

// usage says how to find out what a command takes.
func usage(err error) error {
	command := "amazonpay"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context.Selected() != nil {
		command = parse.Context.Selected().FullPath()
	}
	next := "Run " + command + " --help to see what it takes."
	if group, ok := strings.CutSuffix(command, " run"); ok { // the default command: perhaps another one was meant
		next = "Run " + group + " --help to see its commands, and " + command + " --help to see what run takes."
	}
	return &failure{code: exitUsage, err: err, next: next}
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
	if r, ok := w.(*results); ok {
		w = r.Writer
	}
	f, ok := w.(*os.File)
	return ok && isTerminal(f.Fd()) && os.Getenv("TERM") != "dumb"
}
