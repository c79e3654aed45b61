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

// Attempt is one attempt of a call: when it began, how long it took, the date that was
// signed, and the status or the error that came of it.
type Attempt = transport.Attempt

// Meta is what is known of a call besides its typed answer. It comes with every answer
// and with every error. Its values are shared; do not change them. It prints and logs
// without the header and the body.
type Meta struct { //nolint:recvcheck // Understood is asked of a nil Meta, too; the others print values
	// StatusCode is the HTTP status of the last answer, 0 where there was none.
	StatusCode int
	// RequestID is the service's id of the request, for Amazon's support.
	RequestID string
	// IdempotencyKey is the key that was sent, with every attempt; empty where the operation
	// takes none. Repeating the call with it and the same request does the work once, where the
	// operation honours it. At a till the reference id of the request is what is known to.
	IdempotencyKey string
	// Attempts are all attempts in order. It is empty where nothing was sent, and where a Doer
	// of the user's own that is not one of package transport made the call.
	Attempts []Attempt
	// ClockOffset is what was added to this machine's clock to date the last attempt, because
	// the service had refused an earlier date. It is normally 0.
	ClockOffset time.Duration
	// Header is the header of the last answer.
	Header http.Header
	// Raw is the body of the last answer, verbatim: members and values that the types do not
	// know are here. It may be personal data, and it may not be JSON where an error came from
	// a gateway.
	Raw json.RawMessage
	// Undecoded are the members of the answer that have another JSON type than their field, such as
	// refundedAmount, paymentPreferences[1] or buyer.name. The fields have their zero values, which
	// say nothing; the text is in Raw. The names are also logged, at warn level. Normally it is
	// empty: see [Meta.Understood].
	Undecoded []string
}

// Understood reports whether a member of the answer, such as refundedAmount or limits.amountLimit,
// was decoded, and all that is in it. Ask before a zero value decides about money; the methods of
// this SDK do. An absent member counts as understood.
func (m *Meta) Understood(member string) bool {
	return m == nil || !slices.ContainsFunc(m.Undecoded, func(name string) bool {
		return isWithin(name, member) || isWithin(member, name)
	})
}

// isWithin reports whether a path is that of a member or of a part of it. The service may spell
// names in another case.
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

// LogValue shows status, request id, idempotency key, the number of attempts, and of an answer that
// was not decoded in full the number of such members.
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

// MarshalJSON encodes what LogValue shows, so that an answer that is logged as JSON does
// not take the raw answer along.
func (m Meta) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Status         int    `json:"status"`
		RequestID      string `json:"requestId"`
		IdempotencyKey string `json:"idempotencyKey,omitzero"`
		Attempts       int    `json:"attempts"`
		Undecoded      int    `json:"undecoded,omitzero"`
	}{m.StatusCode, m.RequestID, m.IdempotencyKey, len(m.Attempts), len(m.Undecoded)})
}
