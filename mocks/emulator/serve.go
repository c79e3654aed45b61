package emulator

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
	"github.com/amazonpay-go/sdk/signing"
)

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	now, wall := s.Now(), s.clock()
	entry := Request{
		Time: now, RequestID: ledger.NewUUID(), Method: r.Method, Target: r.RequestURI, UserAgent: r.UserAgent(),
		Strict:         strings.HasPrefix(r.UserAgent(), wire.OwnAgent),
		SignedDate:     r.Header.Get(wire.HeaderDate),
		IdempotencyKey: r.Header.Get(wire.HeaderIdempotencyKey),
	}
	out := s.handle(w, r, &entry)
	entry.Status, entry.ReasonCode, entry.Refusal = out.Status, out.Reason, out.Message
	s.record(&entry)
	w.Header().Set("Date", wall.UTC().Format(http.TimeFormat))
	w.Header().Set(wire.HeaderRequestID, entry.RequestID)
	wire.Send(w, r, out, s.closing)
}

// handle takes a request from its line to its result.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, entry *Request) wire.Reply {
	d, refused := wire.Find(r)
	if refused != nil {
		return wire.ReplyTo(refused)
	}
	entry.Operation = d.Operation
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, wire.MaxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return wire.ReplyTo(ledger.BadRequest(ledger.InvalidRequest, "The body exceeds %d bytes.", wire.MaxBody))
	}
	if err != nil {
		return wire.ReplyTo(ledger.BadRequest(ledger.InvalidRequest, "The body cannot be read."))
	}
	d.Choose(r, body)
	entry.Operation = d.Operation
	hash := signing.HashPayload(body)
	entry.BodyHash = hash.String()
	seen := wire.Evidence{RequestID: entry.RequestID, Strict: entry.Strict}
	c, refused := s.gate.Authenticate(r, d, body, entry.Time, &seen)
	entry.PublicKeyID, entry.CanonicalRequest, entry.Difference = seen.PublicKeyID, seen.CanonicalRequest, seen.Difference
	entry.Verified, entry.Notes = seen.Verified, seen.Notes
	if refused != nil {
		return wire.ReplyTo(refused)
	}
	entry.MerchantID = c.MerchantID
	c.Presign = func(kind, id string, lifetime time.Duration) string {
		return s.site.Presign(r.Host, c.Scope, kind, id, c.Now.Add(lifetime))
	}
	out := s.perform(d, c, body, entry)
	entry.Notes = append(entry.Notes, c.Notes...)
	return out
}

// perform holds the lock throughout: of two requests with one idempotency key, the
// second waits, and gets the answer of the first.
func (s *Server) perform(d wire.Destination, c *ledger.Call, body []byte, entry *Request) wire.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Facts = ledger.Facts(s.facts)
	c.Now = s.Now() // not when the request began: since then the clock may have been moved, and a settlement ended
	if s.throttling {
		if refused := s.buckets.Refuse(d.Operation, c); refused != nil {
			return wire.ReplyTo(refused)
		}
	}
	fault, happened := s.nextFault(d.Operation)
	if fault != nil && fault.beforeWork() {
		happened()
		entry.Fault = fault.name()
		return fault.reply()
	}
	if fault != nil && fault.Kind == FaultKindStatus {
		c.Fault = fault.refusal()
	}
	out, replayed := s.answers.Once(s.world, d, c, body, entry.IdempotencyKey)
	entry.Replayed = replayed
	if d.Method != http.MethodGet && !entry.Replayed && (out.Status < 400 || out.Outcome) {
		s.changed()
	}
	if fault == nil || !fault.afterWork() && !c.Faulted {
		return out
	}
	happened()
	entry.Fault = fault.name()
	if c.Faulted {
		out.RetryAfter = fault.RetryAfter
	}
	switch out.Delay = fault.Delay; fault.Kind {
	case FaultKindLoseAnswer:
		out.HangUp, out.Reset = true, true
	case FaultKindTruncate:
		out.Truncate = true
	case FaultKindSlow:
		out.Delay, out.Slow = 0, fault.Delay
	default:
	}
	return out
}
