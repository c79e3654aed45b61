// Command amazonpay-emulator runs an emulated Amazon Pay on loopback until it is
// interrupted; a second interrupt ends it at once. It prints one JSON object, an
// [emulator.Description]: the URL, the CA to trust, the merchants with their key ids and keys,
// and the token for the buyer's part:
//
//	amazonpay-emulator -addr 127.0.0.1:8443 -region eu
//	curl --cacert ca.pem -X POST -H "Authorization: Bearer $TOKEN" \
//	     https://127.0.0.1:8443/_emulator/sessions/$ID/approve
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until ctx ends or a signal comes, and returns the exit status.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("amazonpay-emulator", flag.ContinueOnError)
	flags.SetOutput(errOut)
	addr := flags.String("addr", "127.0.0.1:0", "loopback `address` and port to listen at; port 0 for a free one")
	region := flags.String("region", "na", "`name`: us, na, eu, de, uk or jp")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil: // flags has printed it
		return 2
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(errOut, "unexpected argument %q\n", flags.Arg(0))
		return 2
	}
	if err := serve(ctx, *addr, *region, out); err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 1
	}
	return 0
}

func serve(ctx context.Context, addr, region string, out io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := emulator.Listen(addr, emulator.WithRegion(region))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(server.Description()); err != nil {
		return errors.Join(err, server.Close())
	}
	<-ctx.Done()
	stop() // the next signal ends the process
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(ending)
}
