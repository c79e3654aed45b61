package amazonpay

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

const redacted = "[redacted]"

// Secret is a token or a key that shows itself only when asked: it prints, logs and
// encodes as [redacted], also inside of other values, exported or not, and is read with
// [Secret.Reveal]. Equal secrets are equal with ==. The zero value is the empty secret.
type Secret struct{ value unique.Handle[string] } // behind a pointer, since fmt looks into fields that are not exported

// NewSecret wraps a token or a key.
func NewSecret[T ~string | ~[]byte](text T) Secret {
	if len(text) == 0 {
		return Secret{}
	}
	return Secret{unique.Make(string(text))}
}

// Reveal returns what NewSecret was given.
func (s Secret) Reveal() string {
	if s == (Secret{}) {
		return ""
	}
	return s.value.Value()
}

// String returns [redacted], or nothing for the empty secret.
func (s Secret) String() string {
	if s == (Secret{}) {
		return ""
	}
	return redacted
}

// Format prints what String returns, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns: a secret does not leave by accident.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads the secret from a JSON string; null is the empty secret.
func (s *Secret) UnmarshalJSON(b []byte) error {
	var token string
	if err := json.Unmarshal(b, &token); err != nil {
		return err
	}
	*s = NewSecret(token)
	return nil
}
