package emulator

import "time"

// The limits that a listening emulator has.
const (
	HeaderTime     = headerTime
	MaxConnections = maxConnections
)

// WithHeaderTime sets how long a handshake and a header may take, so that a test need not wait so
// long.
func WithHeaderTime(d time.Duration) Option {
	return func(c *config) error {
		c.headerTime = d
		return nil
	}
}

// WithMaxConnections sets how many connections may be open at once, so that a test can do with
// fewer.
func WithMaxConnections(n int64) Option {
	return func(c *config) error {
		c.connections = n
		return nil
	}
}
