package emulator

import (
	"slices"

	"github.com/amazonpay-go/sdk/signing"
)

// idempotencyScope is what a key is unique in: for ever, within one merchant's live or
// sandbox account.
type idempotencyScope struct {
	scope
	key string
}

type storedAnswer struct {
	fingerprint string // of the request
	status      int
	reason      string
	body        []byte
}

// fingerprint tells a repetition from another request under the same key.
func fingerprint(rt *route, c *call, hash signing.PayloadHash) string {
	return rt.operation + " " + c.id + " " + hash.String()
}

// keeps reports whether an answer is one that a repetition gets too: a result, and not a
// refusal to try.
func keeps(status int, reason string) bool { return status < 300 || isOutcome(reason) }

// IgnoreIdempotencyKey has an operation, named as in [Request.Operation], do its work
// each time, whatever the key: it is not documented which operations of the service honour
// one.
func (s *Server) IgnoreIdempotencyKey(operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignore[operation] = true
}

// Operations returns the names of all operations, sorted.
func Operations() []string {
	names := make([]string, len(routes))
	for i := range routes {
		names[i] = routes[i].operation
	}
	slices.Sort(names)
	return names
}
