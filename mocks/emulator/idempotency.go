package emulator

// idempotencyScope is what a key is unique in: for ever, within one merchant's live or
// sandbox account.
type idempotencyScope struct {
	Scope scope
	Key   string
}

type storedAnswer struct {
	Fingerprint string // of the request
	Reply       reply
}

// fingerprint tells a repetition from another request under the same key.
func fingerprint(rt *route, c *call, bodyHash string) string {
	return rt.operation + " " + c.id + " " + c.sub + " " + bodyHash
}

// IgnoreIdempotencyKey has an operation, named as in [Request.Operation], do its work
// each time, whatever the key: it is not documented which operations of the service honour
// one. An unknown operation is an error.
func (s *Server) IgnoreIdempotencyKey(operation string) error {
	if err := checkOperation(operation); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ignore[operation] = true
	s.changed()
	return nil
}
