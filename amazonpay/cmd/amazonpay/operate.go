package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// tokenFlags are the flags of commands that make calls.
type tokenFlags struct {
	AuthTokenFile string `help:"File with the authorization token of the merchant for whom you act, or - for standard input; else the variable AMAZON_PAY_AUTH_TOKEN is used, if it is set." predictor:"file" placeholder:"FILE" group:"call"`
	Verbose       bool   `short:"v" help:"Print the attempts, the request id and the idempotency key of each call." group:"call"`
}

// callFlags are the flags of a command that makes one call.
type callFlags struct {
	tokenFlags

	SimulationCode string `help:"Outcome that the sandbox simulates, such as SoftDeclined." placeholder:"CODE" group:"call"`
	DryRun         bool   `help:"Print the signed request as a curl command, and send nothing." group:"call"`
}

// keyFlags are the flags of calls that take an idempotency key.
type keyFlags struct {
	IdempotencyKey string `help:"Key under which the work is done once: 1 to 32 of letters, digits, - and _. The default is a new one." placeholder:"KEY" group:"call"`
	Unsettled      bool   `help:"An earlier call with this key may have done the work." group:"call"`
}

// Validate is called by kong. Without this rule the SDK would first read the object.
func (f keyFlags) Validate() error {
	if f.Unsettled && f.IdempotencyKey == "" {
		return errors.New("--unsettled: the earlier call's key is missing: give it with --idempotency-key")
	}
	return nil
}

func (f keyFlags) options() []amazonpay.CallOption {
	var opts []amazonpay.CallOption
	if f.IdempotencyKey != "" {
		opts = append(opts, amazonpay.WithIdempotencyKey(f.IdempotencyKey))
	}
	if f.Unsettled {
		opts = append(opts, amazonpay.WithUnsettled(true))
	}
	return opts
}

type readCommand struct {
	ID string `arg:"" help:"Id of the object."`
	callFlags
}

// Run reads an object.
func (c *readCommand) Run(k *kong.Context, s *session) error {
	return s.operate(k.Selected().Tag.Get("op"), []string{c.ID}, bodyFlags{}, c.callFlags)
}

type endCommand struct {
	ID string `arg:"" help:"Id of the object."`
	callFlags
}

// Run ends an object.
func (c *endCommand) Run(k *kong.Context, s *session) error {
	return s.operate(k.Selected().Tag.Get("op"), []string{c.ID}, bodyFlags{}, c.callFlags)
}

type postCommand struct {
	bodyFlags
	callFlags
	keyFlags
}

// Run sends a request.
func (c *postCommand) Run(k *kong.Context, s *session) error {
	return s.operate(k.Selected().Tag.Get("op"), nil, c.bodyFlags, c.callFlags, c.options()...)
}

type changeCommand struct {
	ID string `arg:"" optional:"" help:"Id of the object."`
	bodyFlags
	callFlags
	keyFlags
}

// Run sends a request about an object.
func (c *changeCommand) Run(k *kong.Context, s *session) error {
	return s.operate(k.Selected().Tag.Get("op"), []string{c.ID}, c.bodyFlags, c.callFlags, c.options()...)
}

type storeUpdate struct {
	ID      string `arg:"" optional:"" help:"Merchant account id."`
	StoreID string `arg:"" optional:"" help:"Store id."`
	bodyFlags
	callFlags
}

// Run updates a store.
func (c *storeUpdate) Run(k *kong.Context, s *session) error {
	return s.operate(k.Selected().Tag.Get("op"), []string{c.ID, c.StoreID}, c.bodyFlags, c.callFlags)
}

// operate makes the call of an operation and prints the answer.
func (s *session) operate(name string, ids []string, body bodyFlags, flags callFlags, opts ...amazonpay.CallOption) error {
	op := operations[name]
	if body.Members {
		return s.printMembers(op.request)
	}
	var in any
	if op.request != nil {
		var err error
		if in, err = body.request(s, op.request); err != nil {
			return err
		}
	}
	c, opts, err := s.caller(flags, opts)
	if err != nil {
		return err
	}
	if create, ok := in.(*webstore.CreateCheckoutSessionRequest); ok && create.StoreID == "" {
		create.StoreID = c.account.storeID
	}
	if err := op.call(s.ctx, c, ids, in, opts...); err != nil {
		return c.ignoreDryRun(err)
	}
	return s.printJSON(c.meta.Raw)
}

// caller is the Caller of one command.
type caller struct {
	*amazonpay.Client

	session *session
	flags   callFlags
	account account
	meta    *amazonpay.Meta // of the last call
}

// caller returns what a command calls through, and its options with those of the flags.
func (s *session) caller(flags callFlags, opts []amazonpay.CallOption) (*caller, []amazonpay.CallOption, error) {
	token, err := s.secret("the authorization token", flags.AuthTokenFile, "AMAZON_PAY_AUTH_TOKEN")
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		opts = append(opts, amazonpay.WithAuthToken(token))
	}
	if flags.SimulationCode != "" {
		opts = append(opts, amazonpay.WithSimulationCode(flags.SimulationCode))
	}
	client, account, err := s.client()
	if err != nil {
		return nil, nil, err
	}
	return &caller{Client: client, session: s, flags: flags, account: account}, opts, nil
}

var errDryRun = errors.New("the request was printed, not sent")

// ignoreDryRun returns nil for the error that ends a dry run.
func (c *caller) ignoreDryRun(err error) error {
	if errors.Is(err, errDryRun) {
		return nil
	}
	return err
}

// Call makes a call, or prints it.
func (c *caller) Call(ctx context.Context, op amazonpay.Operation, in, out any, opts ...amazonpay.CallOption) (*amazonpay.Meta, error) {
	if c.flags.DryRun {
		request, err := c.SignRequest(ctx, op, in, opts...)
		if err != nil {
			return &amazonpay.Meta{}, err
		}
		for name := range op.PathValues {
			if strings.HasSuffix(strings.ToLower(name), "token") {
				return &amazonpay.Meta{}, wrong("Leave out --dry-run.", "the path of %s is a secret, which is not printed", op.Name)
			}
		}
		if err := c.printCurl(request); err != nil {
			return &amazonpay.Meta{}, err
		}
		return &amazonpay.Meta{}, errDryRun
	}
	s := c.session
	s.changes = s.changes || op.Method != http.MethodGet
	meta, err := c.Client.Call(ctx, op, in, out, opts...)
	c.meta, s.key, s.sent = meta, meta.IdempotencyKey, s.sent || len(meta.Attempts) > 0
	if c.flags.Verbose {
		c.printMeta(op, meta)
	}
	return meta, err
}

func (c *caller) printMeta(op amazonpay.Operation, meta *amazonpay.Meta) {
	s := c.session
	p := s.paint(s.err)
	s.note("%s as %s", op, c.account.from)
	for i, a := range meta.Attempts {
		said := http.StatusText(a.StatusCode)
		if a.Err != nil {
			said = a.Err.Error()
		}
		s.note("%s", p.faint(strings.TrimRight(harmless(fmt.Sprintf("  attempt %d: %s, %d %s", i+1, a.Duration.Round(1e6), a.StatusCode, said)), " ")))
	}
	for _, line := range [][2]string{{"request id", meta.RequestID}, {"idempotency key", meta.IdempotencyKey}} {
		if line[1] != "" {
			s.note("%s", p.faint(harmless("  "+line[0]+": "+line[1])))
		}
	}
}

// printCurl prints a signed request. A token is not printed: the command takes it from its
// variable.
func (c *caller) printCurl(r *http.Request) error {
	lines := []string{"curl --request " + r.Method + " " + quoted(r.URL.String())}
	if file := c.session.cli.EmulatorFile; file != "" {
		lines = append(lines, "--cacert "+quoted(strings.TrimSuffix(file, filepath.Ext(file))+".pem"))
	}
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		header := quoted(strings.ToLower(name) + ": " + r.Header.Get(name))
		if strings.EqualFold(name, "x-amz-pay-authtoken") {
			header = `"x-amz-pay-authtoken: $AMAZON_PAY_AUTH_TOKEN"`
		}
		lines = append(lines, "--header "+header)
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		if len(body) > 0 {
			lines = append(lines, "--data-raw "+quoted(string(body)))
		}
	}
	c.session.printf("%s", strings.Join(lines, " \\\n  "))
	if c.session.cli.Emulator {
		c.session.note("The emulator inside ends with this command. For one that curl reaches, run amazonpay emulator.")
	}
	return nil
}

// quoted is a text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

var _ webstore.Caller = (*caller)(nil)
