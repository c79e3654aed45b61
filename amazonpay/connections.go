package amazonpay

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// warmTimeout limits Warm: a dial, a handshake and an answer.
const warmTimeout = 15 * time.Second

// Warm opens a connection so that the first buyer does not wait for DNS, dial and TLS. Call it when
// the program starts. It takes at most 15 s. An unused connection is closed after 90 s.
//
// It sends an unsigned HEAD request for the host's root, without any header of Amazon Pay. Any
// answer will do; the service's answer is not documented. The error says why there is no
// connection. Calls can be made all the same. With [WithDoer], Warm does nothing.
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

// CloseIdleConnections closes the unused connections of the client and of the clients that share
// them by [Client.With]. The next call opens a new one. It does nothing if the network of
// [WithRoundTripper] or [WithDoer] has no such method.
func (c *Client) CloseIdleConnections() {
	if !c.made() {
		return
	}
	c.core.sender.CloseIdleConnections()
	if closer, ok := c.core.base.(interface{ CloseIdleConnections() }); ok && c.core.mocked {
		closer.CloseIdleConnections()
	}
}
