package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
	mangokong "github.com/alecthomas/mango-kong"
	"github.com/muesli/roff"
	"github.com/willabides/kongplete"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore/button"
)

// root is the command line.
type root struct {
	target

	JSON    bool             `name:"json" help:"Print JSON for scripts: results on standard output, errors on standard error."`
	Version kong.VersionFlag `help:"Print the version."`

	Call callCommand `cmd:"" help:"Call a path of the API." group:"diagnose"`

	Button buttonCommand `cmd:"" help:"Sign a button: its configuration, or a page that shows it." group:"diagnose"`
	Verify verifyCommand `cmd:"" help:"Check the payload and the signature of a button on a page." group:"diagnose"`

	Sessions    sessionCommands      `cmd:"" name:"checkout-sessions"   help:"Checkout sessions."                                group:"api"`
	Permissions permissionCommands   `cmd:"" name:"charge-permissions"  help:"Charge permissions."                               group:"api"`
	Charges     chargeCommands       `cmd:""                            help:"Charges: authorizations and captures."             group:"api"`
	Refunds     refundCommands       `cmd:""                            help:"Refunds."                                          group:"api"`
	Disputes    disputeCommands      `cmd:""                            help:"Disputes."                                         group:"api"`
	Files       fileCommands         `cmd:""                            help:"Files, such as evidence for a dispute."            group:"api"`
	Buyers      buyerCommands        `cmd:""                            help:"Buyers who signed in."                             group:"api"`
	Reports     reportCommands       `cmd:""                            help:"Reports."                                          group:"api"`
	Documents   documentCommands     `cmd:"" name:"report-documents"    help:"Documents of reports."                             group:"api"`
	Schedules   scheduleCommands     `cmd:"" name:"report-schedules"    help:"Schedules of reports."                             group:"api"`
	Payouts     disbursementCommands `cmd:"" name:"disbursements"       help:"Payments to the merchant's bank account."          group:"api"`
	InStore     inStoreCommands      `cmd:"" name:"in-store"            help:"Payments in a store."                              group:"api"`
	Trackers    trackerCommands      `cmd:"" name:"delivery-trackers"   help:"Notices about deliveries."                         group:"api"`
	Accounts    accountCommands      `cmd:"" name:"amazon-pay-accounts" help:"Accounts that a solution provider registers."      group:"api"`
	Merchants   merchantCommands     `cmd:"" name:"merchant-accounts"   help:"Merchant accounts."                                group:"api"`
	Stores      storeCommands        `cmd:""                            help:"Stores of merchant accounts."                      group:"api"`
	Tokens      tokenCommands        `cmd:"" name:"auth-tokens"         help:"Tokens of solution providers."                     group:"api"`

	Profile    profileCommands              `cmd:"" name:"profile"             help:"Accounts in the configuration file." group:"setup"`
	Completion kongplete.InstallCompletions `cmd:"" name:"install-completions" help:"Print what makes your shell complete commands: eval \"$(amazonpay install-completions)\"." group:"setup"`
	Man        manCommand                   `cmd:""                            help:"Print the man page: amazonpay man >amazonpay.1." group:"setup"`
}

var groups = []kong.Group{
	{Key: "diagnose", Title: "Find out and try:"},
	{Key: "emulator", Title: "Without an account:"},
	{Key: "books", Title: "Check the books:"},
	{Key: "api", Title: "The API, an operation each:"},
	{Key: "setup", Title: "Set up:"},
	{Key: "request", Title: "Request:"},
	{Key: "call", Title: "Call:"},
	{Key: "account", Title: "Account:"},
}

var vars = kong.Vars{"version": "amazonpay " + amazonpay.Version, "kinds": strings.Join(button.Kinds(), ", ")}

type manCommand struct{}

// Run prints the man page.
func (*manCommand) Run(k *kong.Context, s *session) error {
	_, err := fmt.Fprint(s.out, mangokong.NewManPage(1, k.Model).Build(roff.NewDocument()))
	return err
}
