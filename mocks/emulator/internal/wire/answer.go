package wire

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
)

// encodeAnswer writes the members of a session in the service's order, and others behind them.
func encodeAnswer(o ledger.Object) []byte {
	ordered, rest := []byte{'{'}, maps.Clone(o)
	for _, name := range ledger.SessionMembers {
		if value, there := rest[name]; there {
			ordered = append(append(append(ordered, ledger.Encode(name)...), ':'), ledger.Encode(value)...)
			ordered = append(ordered, ',')
			delete(rest, name)
		}
	}
	if len(rest) == 0 {
		return append(bytes.TrimSuffix(ordered, []byte(",")), '}')
	}
	return append(ordered, ledger.Encode(rest)[1:]...)
}

// Reply is the answer to a request.
type Reply struct {
	Status     int
	Reason     string // of a refusal, as in the body
	Outcome    bool   // as in refusal
	Message    string
	Body       []byte
	RetryAfter string
	Location   string // of a 303
	HangUp     bool   // send nothing
	Reset      bool   // and reset the connection
	HTML       bool   // the body is a page
	Truncate   bool   // send half of the body
	Delay      time.Duration
	Slow       time.Duration // between the pieces of the body
}

// ReplyTo returns the answer for a refusal.
func ReplyTo(r *ledger.Refusal) Reply {
	body := ledger.Object{"message": r.Message}
	if r.Reason != "" {
		body["reasonCode"] = r.Reason
	}
	return Reply{Status: int(r.Status), Reason: r.Reason, Outcome: r.Outcome, Message: r.Message, Body: ledger.Encode(body)}
}

// WriteJSON answers with a body of JSON.
func WriteJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// MaxBody is the maximum length of a request's body.
const MaxBody = 1 << 20

// Cut returns a copy of a text; a long text is shortened and marked as cut.
func Cut(text string, most int) string {
	if len(text) <= most {
		return strings.Clone(text) // it may be a piece of a long one, which it would keep
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
