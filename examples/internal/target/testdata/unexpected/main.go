// Command unexpected is an example that does not go well.
package main

import (
	"context"
	"flag"
	"net/http"

	"github.com/amazonpay-go/sdk/examples/internal/target"
)

func main() {
	unsigned := flag.Bool("unsigned", false, "send a request without a signature")
	target.Main(func(ctx context.Context, t *target.Target) error {
		if !*unsigned {
			t.Step("A step", nil, "state", target.Want("Open", "Completed"))
			return nil
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.Emulator.Description().BaseURL+"/v2/charges/C", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := t.Network.RoundTrip(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	})
}
