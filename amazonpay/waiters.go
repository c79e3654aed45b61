package amazonpay

import "github.com/amazonpay-go/sdk/internal/waiters"

// init lets package webstore find the waiters that a client shares with all clients derived from
// it. A method would do, but would be an exported name for that package alone.
func init() { //nolint:gochecknoinits // see above
	waiters.OfClient = func(client any) *waiters.List {
		if c, ok := client.(*Client); ok && c.made() {
			return &c.core.waiters
		}
		return nil
	}
}
