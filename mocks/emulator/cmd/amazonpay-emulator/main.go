// Command amazonpay-emulator runs an emulated Amazon Pay on loopback until it is
// interrupted. It prints one JSON object, an [emulator.Description]: the URL, the CA to
// trust, the merchants with their key ids and keys, and the token for the buyer's part:
//
//	amazonpay-emulator -addr 127.0.0.1:8443 -region eu
//	curl --cacert ca.pem -X POST -H "Authorization: Bearer $TOKEN" \
//	     https://127.0.0.1:8443/_emulator/sessions/$ID/approve
package main

import (
	"context"
	"encoding/json"
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("amazonpay-emulator", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:0", "loopback address and port to listen at; port 0 for a free one")
	region := flags.String("region", "na", "us, na, eu, de, uk or jp")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	server, err := emulator.Listen(*addr, emulator.WithRegion(*region))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(server.Description()); err != nil {
		return err
	}
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return server.Shutdown(ending)
}
