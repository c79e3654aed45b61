package emulator

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

const maxBody = 1 << 20

// reply is what goes back.
type reply struct {
	Status     int
	Reason     string // of a refusal, as in the body
	Outcome    bool   // as in refusal
	Message    string
	Body       []byte
	retryAfter string
	Location   string // of a 303
	hangUp     bool   // send nothing
	reset      bool   // and reset the connection
	html       bool   // the body is a page
	truncate   bool   // send half of the body
	delay      time.Duration
	slow       time.Duration // between the pieces of the body
}

func (r *refusal) reply() reply {
	body := object{"message": r.message}
	if r.reason != "" {
		body["reasonCode"] = r.reason
	}
	return reply{Status: r.status, Reason: r.reason, Outcome: r.outcome, Message: r.message, Body: encode(body)}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	now, wall := s.Now(), s.clock()
	entry := Request{
		Time: now, RequestID: newUUID(), Method: r.Method, Target: r.RequestURI, UserAgent: r.UserAgent(),
		Strict:         strings.HasPrefix(r.UserAgent(), ownAgent),
		SignedDate:     r.Header.Get(headerDate),
		IdempotencyKey: r.Header.Get(headerKey),
	}
	out := s.handle(w, r, &entry)
	entry.Status, entry.ReasonCode, entry.Refusal = out.Status, out.Reason, out.Message
	s.record(&entry)
	w.Header().Set("Date", wall.UTC().Format(http.TimeFormat))
	w.Header().Set(headerRequestID, entry.RequestID)
	s.send(w, r, out)
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// handle takes a request from its line to its result.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, entry *Request) reply {
	d, refused := find(r)
	if refused != nil {
		return refused.reply()
	}
	entry.Operation = d.operation
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return badRequest(invalidRequest, "The body has more than %d bytes.", maxBody).reply()
	}
	if err != nil {
		return badRequest(invalidRequest, "The body cannot be read.").reply()
	}
	d.choose(r, body)
	entry.Operation = d.operation
	hash := signing.HashPayload(body)
	entry.BodyHash = hash.String()
	c, refused := s.authenticate(r, d, body, entry.Time, entry)
	if refused != nil {
		return refused.reply()
	}
	entry.MerchantID = c.MerchantID
	out := s.perform(d, c, body, entry)
	entry.Notes = append(entry.Notes, c.notes...)
	return out
}

// perform is all under one lock, so that of two requests with one idempotency key the
// second waits, and gets the answer of the first.
func (s *Server) perform(d destination, c *call, body []byte, entry *Request) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.Now() // not when the request began: since then the clock may have been moved, and a settlement ended
	if refused := s.throttle(d.operation, c); refused != nil {
		return refused.reply()
	}
	fault, happened := s.nextFault(d.operation)
	if fault != nil && fault.beforeWork() {
		happened()
		entry.Fault = fault.name()
		return fault.reply()
	}
	if fault != nil && fault.Kind == FaultKindStatus {
		c.fault = fault.refusal()
	}
	out := s.once(d, c, body, entry)
	if d.method != http.MethodGet && !entry.Replayed && (out.Status < 400 || out.Outcome) {
		s.changed()
	}
	if fault == nil || !fault.afterWork() && !c.faulted {
		return out
	}
	happened()
	entry.Fault = fault.name()
	if c.faulted {
		out.retryAfter = fault.RetryAfter
	}
	switch out.delay = fault.Delay; fault.Kind {
	case FaultKindLoseAnswer:
		out.hangUp, out.reset = true, true
	case FaultKindTruncate:
		out.truncate = true
	case FaultKindSlow:
		out.delay, out.slow = 0, fault.Delay
	default:
	}
	return out
}

// once does the work, unless it was done before under the same idempotency key.
func (s *Server) once(d destination, c *call, body []byte, entry *Request) reply {
	keyed := entry.IdempotencyKey != "" && d.key != keyIgnored && !s.ignore[d.operation]
	id := idempotencyScope{c.scope, entry.IdempotencyKey}
	mark := fingerprint(d.route, c, entry.BodyHash)
	if before, there := s.stored[id]; keyed && there {
		if before.Fingerprint != mark {
			return badRequest(duplicateIdempotencyKey, "The idempotency key was used for another request.").reply()
		}
		entry.Replayed = true
		return before.Reply
	}
	var out reply
	if status, result, refused := s.work(d, c, body); refused != nil {
		out = refused.reply()
	} else {
		out = reply{Status: status, Location: c.location}
		if result != nil {
			out.Body = encodeAnswer(result)
		}
	}
	if keyed && (out.Status < 400 || out.Outcome) {
		s.stored[id] = storedAnswer{mark, out}
	}
	return out
}

// work checks what the operation is given and does it. An outcome that a fault asks for
// stands in for the doing, never for the checks.
func (s *Server) work(d destination, c *call, body []byte) (int, object, *refusal) {
	query, err := url.ParseQuery(d.query)
	if err != nil {
		return 0, nil, badRequest(invalidRequest, "The query cannot be read.")
	}
	c.query = query
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if c.strict && !slices.Contains(d.route.query, name) {
			return 0, nil, badRequest(invalidParameterValue, "The parameter %s is not known here.", name)
		}
	}
	if d.members == nil && c.strict && len(body) > 0 {
		return 0, nil, badRequest(invalidRequest, "This operation takes no body.")
	}
	if d.members != nil {
		if c.body, err = decode(body); err != nil {
			return 0, nil, badRequest(invalidRequestFormat, "The body cannot be read: %v.", err)
		}
		if refused := d.members.check(c.body, "", c); refused != nil {
			return 0, nil, refused
		}
	}
	if !d.simulates {
		if _, refused := c.simulated(); refused != nil {
			return 0, nil, refused
		}
	}
	if !d.outcomes {
		if refused := c.demanded(); refused != nil {
			return 0, nil, refused
		}
	}
	return d.work(s, c)
}
