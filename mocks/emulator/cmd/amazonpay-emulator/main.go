// Command amazonpay-emulator runs an emulated Amazon Pay on loopback until it is interrupted; a
// second interrupt ends it at once. It prints its URLs, and writes what a client in any language
// needs into a file, an [emulator.Description] in JSON: the URLs, the CA to trust, the merchants
// with their key ids, keys and stores, and the token of the control endpoints. Beside it there is
// the CA alone, for programs that want a file of it:
//
//	go run github.com/amazonpay-go/sdk/mocks/emulator/cmd/amazonpay-emulator \
//		-region eu -state shop.state
//	curl --cacert amazonpay-emulator.pem -H "Authorization: Bearer $TOKEN" -X POST \
//	     https://127.0.0.1:8443/_emulator/sessions/$ID/approve
//
// An SDK whose host cannot be changed reaches it through its proxy:
//
//	HTTPS_PROXY=http://127.0.0.1:8444 curl --cacert amazonpay-emulator.pem \
//		https://pay-api.amazon.com/v2/charges/x
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// settings are what the flags say.
type settings struct {
	port, proxyPort, pagesPort int
	file                       string
	endpoint                   string
	options                    []emulator.Option
}

// run serves until ctx ends or a signal comes, and returns the exit status.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	given, err := parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil: // parse has printed it
		return 2
	}
	if err := serve(ctx, given, out); err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 1
	}
	return 0
}

func parse(args []string, errOut io.Writer) (settings, error) {
	var given settings
	flags := flag.NewFlagSet("amazonpay-emulator", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.IntVar(&given.port, "port", 8443, "`port` of 127.0.0.1 to listen at; 0 for a free one")
	flags.IntVar(&given.proxyPort, "proxy-port", 8444, "`port` of 127.0.0.1 for the proxy; 0 for a free one, -1 for none")
	flags.IntVar(&given.pagesPort, "pages-port", 8445, "`port` of 127.0.0.1 for checkout.js and the pages in plain HTTP; 0 for a free one, -1 for HTTPS on -port")
	flags.StringVar(&given.file, "file", "amazonpay-emulator.json", "`path` of the file that is written for clients; the CA goes beside it, as .pem")
	flags.StringVar(&given.endpoint, "ipn", "", "`URL` on loopback to which notifications are sent")
	region := flags.String("region", "", "`name`: us, na, eu, de, uk or jp; default: the region of the state file, or na; the proxy has all three")
	seed := flags.Uint64("seed", 0, "`number` that decides which requests fail at random")
	clock := flags.String("clock", "", "`time` to begin at (2026-12-24T18:00:00Z), or how far to be ahead (720h)")
	throttle := flags.Bool("throttle", false, "answer 429 to requests beyond the documented limits")
	state := flags.String("state", "", "`path` of a file that keeps the state across restarts")
	if err := flags.Parse(args); err != nil {
		return given, err
	}
	fail := func(format string, args ...any) (settings, error) {
		err := fmt.Errorf(format, args...)
		_, _ = fmt.Fprintln(errOut, err)
		return given, err
	}
	if flags.NArg() > 0 {
		return fail("unexpected argument %q", flags.Arg(0))
	}
	given.options = append(given.options, emulator.WithSeed(*seed))
	if *region != "" {
		given.options = append(given.options, emulator.WithRegion(*region))
	}
	if given.proxyPort >= 0 {
		given.options = append(given.options, emulator.WithProxy(loopback(given.proxyPort)))
	}
	if given.pagesPort >= 0 {
		given.options = append(given.options, emulator.WithPages(loopback(given.pagesPort)))
	}
	if *throttle {
		given.options = append(given.options, emulator.WithThrottling())
	}
	if *state != "" {
		given.options = append(given.options, emulator.WithStateFile(*state))
	}
	if *clock != "" {
		at, err := time.Parse(time.RFC3339, *clock)
		if ahead, durationErr := time.ParseDuration(*clock); err != nil && durationErr == nil {
			at, err = time.Now().Add(ahead), nil
		}
		if err != nil {
			return fail("-clock %q is neither a time such as 2026-12-24T18:00:00Z nor a duration such as 720h", *clock)
		}
		given.options = append(given.options, emulator.WithStart(at))
	}
	return given, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func serve(ctx context.Context, given settings, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := emulator.Listen(loopback(given.port), given.options...)
	if err != nil {
		return err
	}
	if given.endpoint != "" {
		if err := server.NotifyAt(given.endpoint); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	if err := announce(server.Description(), given.file, out); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	stop() // the next signal ends the process
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(ending)
}

// announce writes the files, and says where everything is.
func announce(d emulator.Description, file string, out io.Writer) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	caFile := strings.TrimSuffix(file, ".json") + ".pem"
	if err := errors.Join(os.WriteFile(file, append(text, '\n'), 0o600), os.WriteFile(caFile, []byte(d.CAPEM), 0o600)); err != nil {
		return err
	}
	lines := []string{
		"Amazon Pay emulator, region " + d.Region + ". No money moves.",
		"  API         " + d.BaseURL,
		"  checkout.js " + d.ScriptURL,
		"  window      " + d.WindowURL,
	}
	if d.ProxyURL != "" {
		lines = append(lines, "  proxy       "+d.ProxyURL+" (for Amazon Pay's hosts only)")
	}
	lines = append(lines, "  keys        "+file, "  CA          "+caFile, "Press Ctrl-C to stop.")
	_, err = fmt.Fprintln(out, strings.Join(lines, "\n"))
	return err
}
