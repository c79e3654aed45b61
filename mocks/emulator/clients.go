package emulator

import (
	"fmt"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

// WithClients adds n merchants who have authorized the first merchant, the solution provider, to
// act for them: behind the two that are always there, with an [Merchant].AuthToken and an
// [Merchant].MWSAuthToken each. They have no key of their own, so that a thousand of them take no
// time to make. Their ids are the same each time, and none is a client of another region. n must be
// between 1 and 999,999.
func WithClients(n int) Option {
	return func(c *config) error {
		if n < 1 || n > wire.MaxClients {
			return fmt.Errorf("emulator: WithClients: %d is not between 1 and %d", n, wire.MaxClients)
		}
		c.clients = n
		return nil
	}
}
