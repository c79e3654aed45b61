package amazonpay

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/transport"
)

// Attempt is one attempt of a call: its start, its duration, the date that was signed, and its
// status or error.
type Attempt = transport.Attempt

// Meta is what is known about a call besides its typed answer. It comes with every answer and every
// error. Do not change its values: they are shared. It prints and logs without header and body.
type Meta struct { //nolint:recvcheck // Understood works on a nil Meta; the other methods print values
	// StatusCode is the HTTP status of the last answer, 0 if there was none.
	StatusCode int
	// RequestID is the service's id of the request, for Amazon's support.
	RequestID string
	// IdempotencyKey is the key that every attempt sent, empty if the operation takes none. If the
	// operation honours it, a repetition of the call with this key and the same request does the
	// work only once. In-store operations are documented to honour the request's reference id.
	IdempotencyKey string
	// Attempts are all attempts in order. It is empty if nothing was sent, and always with a custom
	// Doer.
	Attempts []Attempt
	// ClockOffset is what was added to this machine's clock to date the last attempt, because the
	// service had refused an earlier date. It is normally 0.
	ClockOffset time.Duration
	// Header is the header of the last answer.
	Header http.Header
	// Raw is the body of the last answer, verbatim, with the members and values that the types do
	// not know. It may hold personal data. It may not be JSON if a gateway sent it.
	Raw json.RawMessage
	// Undecoded names the members of the answer that have another JSON type than their field, such
	// as refundedAmount, paymentPreferences[1] or buyer.name. Their fields are zero, which means
	// nothing; their text is in Raw. The names are also logged as a warning. It is normally empty:
	// see [Meta.Understood].
	Undecoded []string
}

// Understood reports whether a member of the answer, such as refundedAmount or limits.amountLimit,
// was decoded completely. Check it before a zero value decides about money, as the methods of this
// SDK do. An absent member counts as understood.
func (m *Meta) Understood(member string) bool {
	return m == nil || !slices.ContainsFunc(m.Undecoded, func(name string) bool {
		return isWithin(name, member) || isWithin(member, name)
	})
}

// isWithin reports whether a path leads to a member or to a part of it. The service may spell names
// in another case.
func isWithin(path, member string) bool {
	for rest := range strings.SplitSeq(member, ".") {
		name, left, _ := strings.Cut(path, ".")
		bare, _, _ := strings.Cut(name, "[")
		if !strings.EqualFold(bare, rest) && !strings.EqualFold(name, rest) { // encoding/json folds letters beyond ASCII, too
			return false
		}
		path = left
	}
	return true
}

// LogValue shows status, request id, idempotency key, the number of attempts, and the number of
// members that could not be decoded.
func (m Meta) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.Int("status", m.StatusCode),
		slog.String("request_id", m.RequestID),
		slog.String("idempotency_key", m.IdempotencyKey),
		slog.Int("attempts", len(m.Attempts)),
	}
	if n := len(m.Undecoded); n > 0 {
		attrs = append(attrs, slog.Int("undecoded", n))
	}
	return slog.GroupValue(attrs...)
}

// Format prints what LogValue shows, whatever the verb.
func (m Meta) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.LogValue().String()) }

// MarshalJSON encodes what LogValue shows, so that an answer logged as JSON does not include the
// raw answer.
func (m Meta) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Status         int    `json:"status"`
		RequestID      string `json:"requestId"`
		IdempotencyKey string `json:"idempotencyKey,omitzero"`
		Attempts       int    `json:"attempts"`
		Undecoded      int    `json:"undecoded,omitzero"`
	}{m.StatusCode, m.RequestID, m.IdempotencyKey, len(m.Attempts), len(m.Undecoded)})
}
