package wire

import (
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// IdempotencyScope is what a key is unique in: for ever, within one merchant's live or
// sandbox account.
type IdempotencyScope struct {
	Scope ledger.Scope
	Key   string
}

// StoredAnswer is an answer that an idempotency key replays.
type StoredAnswer struct {
	Fingerprint string // of the request
	Reply       Reply
}

// fingerprint distinguishes a repetition from a different request with the same key.
func fingerprint(rt *Route, c *ledger.Call, bodyHash string) string {
	return rt.Operation + " " + c.ID + " " + c.Sub + " " + bodyHash
}

// Once does the work and keeps the answer, unless the same idempotency key was used before: then it
// returns the answer of that time, or refuses another request.
func (a Answers) Once(w *ledger.Ledger, d Destination, c *ledger.Call, body []byte, key string) (out Reply, replayed bool) {
	keyed := key != "" && d.key != keyIgnored && !a.Ignore[d.Operation] && !ignoresKey(d, c)
	id := IdempotencyScope{c.Scope, key}
	mark := fingerprint(d.Route, c, signing.HashPayload(body).String())
	if before, there := a.Stored[id]; keyed && there {
		if before.Fingerprint != mark {
			return ReplyTo(ledger.BadRequest(ledger.DuplicateIdempotencyKey, "The idempotency key was used for another request.")), false
		}
		return before.Reply, true
	}
	if status, result, refused := work(w, d, c, body); refused != nil {
		out = ReplyTo(refusedAs(d, c, refused))
	} else {
		status, result = succeededAs(d, c, status, result)
		out = Reply{Status: int(status), Location: c.Location}
		if result != nil {
			out.Body = encodeAnswer(result)
		}
	}
	if keyed && (out.Status < 400 || out.Outcome) {
		a.Stored[id] = StoredAnswer{mark, out}
	}
	return out, false
}

// Answers are what the idempotency keys replay.
type Answers struct {
	Stored map[IdempotencyScope]StoredAnswer
	Ignore map[string]bool // operations that do their work each time
}

// NewAnswers returns a store without answers.
func NewAnswers() Answers {
	return Answers{Stored: make(map[IdempotencyScope]StoredAnswer), Ignore: make(map[string]bool)}
}
