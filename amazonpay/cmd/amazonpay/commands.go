package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
	"github.com/willabides/kongplete"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// root is the command line without its commands.
type root struct {
	target

	JSON    bool             `name:"json" help:"Print JSON for scripts: results on standard output, errors on standard error."`
	Version kong.VersionFlag `help:"Print the version."`
}

// commands are the commands of the first level. A parser of all of them takes 10 ms to build, of
// which nearly all is for their flags.
var commands = []struct {
	name, group, help string
	make              func() any
}{
	{"doctor", "diagnose", "Find out why it does not work: key, ids, network, clock, signature.", made[doctorCommand]},
	{"call", "diagnose", "Call a path of the API.", made[callCommand]},
	{"probe", "diagnose", "Find out, with a sandbox account, what Amazon Pay's documentation leaves open.", made[probeCommand]},
	{"button", "diagnose", "Sign a button: its configuration, or a page that shows it.", made[buttonCommand]},
	{"verify", "diagnose", "Check the payload and the signature of a button on a page.", made[verifyCommand]},
	{"ipn", "diagnose", "Instant Payment Notifications: check a saved one, send one to a shop.", made[ipnCommands]},

	{"emulator", "emulator", "An Amazon Pay on this machine: run it, and make things happen.", made[emulatorCommands]},

	{"report", "books", "Reports in words: download, ask for, schedule them.", made[bookCommands]},
	{"reconcile", "books", "Compare your books with settlement reports, to the cent.", made[reconcileCommand]},

	{"checkout-sessions", "api", "Checkout sessions: create, get, update, complete, finalize.", made[sessionCommands]},
	{"charge-permissions", "api", "Charge permissions: get, update, close.", made[permissionCommands]},
	{"charges", "api", "Charges: create, get, update, capture, cancel.", made[chargeCommands]},
	{"refunds", "api", "Refunds: create, get.", made[refundCommands]},
	{"disputes", "api", "Disputes: create, get, update, contest.", made[disputeCommands]},
	{"files", "api", "Files, such as evidence for a dispute: upload.", made[fileCommands]},
	{"buyers", "api", "Buyers who signed in: get.", made[buyerCommands]},
	{"reports", "api", "Reports: list, get, create.", made[reportCommands]},
	{"report-documents", "api", "Documents of reports: get.", made[documentCommands]},
	{"report-schedules", "api", "Schedules of reports: list, get, create, cancel.", made[scheduleCommands]},
	{"disbursements", "api", "Payments to the merchant's bank account: list.", made[disbursementCommands]},
	{"in-store", "api", "Payments in a store: scan, charge, refund.", made[inStoreCommands]},
	{"delivery-trackers", "api", "Notices about deliveries: create.", made[trackerCommands]},
	{"amazon-pay-accounts", "api", "Accounts that a solution provider registers: register, update, delete.", made[accountCommands]},
	{"merchant-accounts", "api", "Merchant accounts: create, update, claim.", made[merchantCommands]},
	{"stores", "api", "Stores of merchant accounts: create, update.", made[storeCommands]},
	{"auth-tokens", "api", "Tokens of solution providers: get.", made[tokenCommands]},

	{"whoami", "setup", "Print the account that the other commands use.", made[whoamiCommand]},
	{"profile", "setup", "Accounts in the configuration file.", made[profileCommands]},
	{"install-completions", "setup", "Print what makes your shell complete commands: eval \"$(amazonpay install-completions)\".", made[completionsCommand]},
	{"man", "setup", "Print the man page: amazonpay man >amazonpay.1.", made[manCommand]},
}

func made[T any]() any { return new(T) }

// options are the options for kong that add the commands. Those that no argument names have no
// flags and no commands below: for the help that lists them, the name is enough.
func options(wanted func(name string) bool) (all []kong.Option) {
	for _, c := range commands {
		var command any = new(struct{})
		if wanted(c.name) {
			command = c.make()
		}
		all = append(all, kong.DynamicCommand(c.name, c.help, c.group, command))
	}
	return all
}

var groups = []kong.Group{
	{Key: "diagnose", Title: "Find out and try:"},
	{Key: "emulator", Title: "Without an account:"},
	{Key: "books", Title: "Check the books:"},
	{Key: "api", Title: "The API, an operation each:"},
	{Key: "setup", Title: "Set up:"},
	{Key: "ledger", Title: "Ledger:"},
	{Key: "request", Title: "Request:"},
	{Key: "call", Title: "Call:"},
	{Key: "account", Title: "Account:"},
}

var vars = kong.Vars{"version": "amazonpay " + amazonpay.Version, "emulatorFile": emulatorFile, "kinds": strings.Join(button.Kinds(), ", ")}

type completionsCommand struct{}

// Run prints what makes the login shell complete commands. bash and zsh complete files themselves
// where the program has nothing to offer, such as below ~ and ..
func (*completionsCommand) Run(s *session, parsed *kong.Context) error {
	var script bytes.Buffer
	parsed.Stdout, parsed.Exit = &script, func(int) {}
	if err := new(kongplete.InstallCompletions).BeforeApply(parsed); err != nil {
		return failed("The login shell must be bash, zsh or fish.", "%w", err)
	}
	_, err := fmt.Fprint(s.out, strings.Replace(script.String(), "complete -C", "complete -o default -C", 1))
	return err
}

type manCommand struct{}

// Run prints the man page.
func (*manCommand) Run(s *session) error {
	parser, err := s.parser(everyCommand)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, mangokong.NewManPage(1, parser.Model).Build(roff.NewDocument()))
	return err
}
