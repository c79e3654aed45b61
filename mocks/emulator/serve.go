package emulator

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/amazonpay-go/sdk/signing"
)

// reply is what goes back.
type reply struct {
	status     int
	body       []byte
	retryAfter string
	hangUp     bool // send nothing
	reset      bool // and reset the connection
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	entry := Request{
		Time: now, RequestID: newUUID(), Method: r.Method, Target: r.RequestURI, UserAgent: r.UserAgent(),
		Strict:         strings.HasPrefix(r.UserAgent(), ownAgent),
		SignedDate:     r.Header.Get(headerDate),
		IdempotencyKey: r.Header.Get(headerKey),
	}
	out, refused := s.handle(w, r, &entry)
	if refused != nil {
		out = reply{status: refused.status, body: refused.body()}
		entry.ReasonCode, entry.Refusal = refused.reason, refused.message
	}
	entry.Status = out.status
	s.record(&entry)
	if out.hangUp {
		hangUp(w, out.reset)
		return
	}
	h := w.Header()
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set(headerRequestID, entry.RequestID)
	if out.retryAfter != "" {
		h.Set("Retry-After", out.retryAfter)
	}
	writeJSON(w, out.status, out.body)
}

func (r *refusal) body() []byte {
	return encode(object{"reasonCode": r.reason, "message": r.message})
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// handle takes a request from its line to its result.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, entry *Request) (reply, *refusal) {
	d, refused := find(r)
	if refused != nil {
		return reply{}, refused
	}
	entry.Operation = d.operation
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return reply{}, badRequest(invalidRequest, "The body has more than %d bytes.", maxBody)
	} else if err != nil {
		return reply{}, badRequest(invalidRequest, "The body cannot be read.")
	}
	hash := signing.HashPayload(body)
	entry.BodyHash = hash.String()
	c, refused := s.authenticate(r, d, body, entry.Time, entry)
	if refused != nil {
		return reply{}, refused
	}
	entry.MerchantID = c.merchantID
	key := ""
	if d.key != keyIgnored {
		key = entry.IdempotencyKey
	}
	return s.perform(d, c, key, body, entry)
}

// perform does the work once for each idempotency key. All of it is under the lock, so
// that of two requests with one key the second waits and gets the answer of the first.
func (s *Server) perform(d destination, c *call, key string, body []byte, entry *Request) (reply, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fault, happened := s.nextFault(d.operation)
	if fault != nil && fault.beforeWork() {
		happened()
		entry.Fault = fault.String()
		if fault.Kind == FaultReset {
			return reply{hangUp: true, reset: true}, nil
		}
		entry.ReasonCode = fault.ReasonCode
		return reply{status: fault.Status, body: fault.refusal().body(), retryAfter: fault.RetryAfter}, nil
	}

	keyed := key != "" && !s.ignore[d.operation]
	id := idempotencyScope{c.scope, key}
	mark := fingerprint(d.route, c, signing.HashPayload(body))
	answer, replay := s.stored[id]
	switch replay = replay && keyed; {
	case replay && answer.fingerprint != mark:
		return reply{}, badRequest(duplicateIdempotencyKey, "The idempotency key was used for another request.")
	case replay:
		entry.Replayed = true
	default:
		status, result, refused := s.work(d, c, body, fault)
		if refused != nil && !isOutcome(refused.reason) {
			return reply{}, refused
		}
		answer = storedAnswer{fingerprint: mark, status: status, body: encode(result)}
		if refused != nil {
			answer.status, answer.reason, answer.body = refused.status, refused.reason, refused.body()
			entry.Refusal = refused.message
		}
		if keyed {
			s.stored[id] = answer
		}
	}
	entry.ReasonCode = answer.reason
	out := reply{status: answer.status, body: answer.body}
	if fault != nil && (fault.Kind == FaultLoseAnswer || !replay) {
		happened()
		entry.Fault = fault.String()
		out.hangUp, out.retryAfter = fault.Kind == FaultLoseAnswer, fault.RetryAfter
	}
	return out, nil
}

// work checks what the operation is given and does it; a fault whose reason is an
// outcome stands in for it.
func (s *Server) work(d destination, c *call, body []byte, fault *Fault) (int, object, *refusal) {
	if fault != nil && fault.Kind == FaultStatus {
		return 0, nil, fault.refusal()
	}
	query, err := url.ParseQuery(d.query)
	if err != nil {
		return 0, nil, badRequest(invalidRequest, "The query cannot be read.")
	}
	c.query = query
	if d.members != nil {
		if c.body, err = decode(body); err != nil {
			return 0, nil, badRequest(invalidRequestFormat, "The body cannot be read: %v.", err)
		}
		if refused := d.members.check(c.body, "", c.env); refused != nil {
			return 0, nil, refused
		}
	}
	if !d.simulates {
		if _, refused := c.simulated(); refused != nil {
			return 0, nil, refused
		}
	}
	return d.work(s, c)
}

func (f *Fault) refusal() *refusal {
	return &refusal{f.Status, f.ReasonCode, "This failure was asked for."}
}
