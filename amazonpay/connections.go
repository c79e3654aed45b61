package amazonpay

import (
	"context"
	"fmt"
	"net/http"
	"time"
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
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, "https://"+c.core.host+"/", http.NoBody)
	if err != nil {
		return fmt.Errorf("amazonpay: Warm: %w", err)
	}
	req.Header.Set("User-Agent", c.core.header.Get("User-Agent"))
	resp, err := c.core.roundTrip(req)
	if err != nil {
		return fmt.Errorf("amazonpay: Warm: %w", err)
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
