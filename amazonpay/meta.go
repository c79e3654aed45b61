package amazonpay

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/amazonpay-go/sdk/transport"
)

// Attempt is one attempt of a call: when it began, how long it took, the date that was
// signed, and the status or the error that came of it.
type Attempt = transport.Attempt

// Meta is what is known of a call besides its typed answer. It comes with every answer
// and with every error. Its values are shared; do not change them. It prints and logs
// without the header and the body.
type Meta struct {
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
}

// LogValue shows status, request id, idempotency key and the number of attempts.
func (m Meta) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("status", m.StatusCode),
		slog.String("request_id", m.RequestID),
		slog.String("idempotency_key", m.IdempotencyKey),
		slog.Int("attempts", len(m.Attempts)),
	)
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
	}{m.StatusCode, m.RequestID, m.IdempotencyKey, len(m.Attempts)})
}
