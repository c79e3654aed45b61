package amazonpay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/amazonpay-go/sdk/transport"
)

// warmTimeout is the time that Warm takes at most: that of a dial, a handshake and an answer.
const warmTimeout = 15 * time.Second

// Warm opens a connection ahead of the first buyer, who else waits for the name's resolution, the dial and the TLS
// handshake. Call it when the program starts; a connection that is not used is closed after 90 s. It takes 15 s at most.
//
// It sends a HEAD request for the host's root, unsigned and without anything of Amazon Pay, and any answer will do. What
// the service answers to it is not documented. The error says why there is no connection; calls may be made all the same.
// Warm does nothing where [WithDoer] has replaced the network.
func (c *Client) Warm(ctx context.Context) error {
	if !c.made() || ctx == nil {
		return errNoClient
	}
	if c.core.base == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	address := &url.URL{Scheme: "https", Host: c.core.host, Path: "/"}
	req := (&http.Request{Method: http.MethodHead, URL: address, Header: http.Header{"User-Agent": c.core.header["User-Agent"]}}).WithContext(ctx)
	resp, err := c.core.base.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("amazonpay: Warm: %w", transport.Scrub(err, req))
	}
	if resp == nil || resp.Body == nil {
		return errors.New("amazonpay: Warm: the RoundTripper returned neither an answer nor an error")
	}
	return resp.Body.Close()
}

// CloseIdleConnections closes the connections of the client, and of those that share them by [Client.With], that are not in
// use. The next call opens another. It does nothing where the network, given with [WithRoundTripper] or [WithDoer], has no such
// method.
func (c *Client) CloseIdleConnections() {
	if !c.made() {
		return
	}
	for _, network := range []any{c.core.base, c.core.doer} {
		if closer, ok := network.(interface{ CloseIdleConnections() }); ok {
			closer.CloseIdleConnections()
		}
	}
}
