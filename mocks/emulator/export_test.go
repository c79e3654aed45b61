package emulator

import (
	"context"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

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

// Do does what a request asks for that has passed the gate, so that a million need no signatures.
func (s *Server) Do(merchantID, env, method, path, key string, body []byte) (status int, answer []byte) {
	r := httptest.NewRequestWithContext(context.Background(), method, "/v2"+path, nil)
	d, refused := wire.Find(r)
	if refused != nil {
		return int(refused.Status), nil
	}
	m := s.gate.Merchants.Named(merchantID)
	c := &ledger.Call{Scope: ledger.Scope{Region: s.region.Name, MerchantID: m.ID, Env: ledger.Environment(env)}, Shop: m.Shop, Caller: m.ID, Strict: true}
	c.ID = path[strings.LastIndexByte(path, '/')+1:]
	out := s.perform(d, c, body, &Request{IdempotencyKey: key})
	return out.Status, out.Body
}
