package amazonpay

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

const redacted = "[redacted]"

// Secret is a token that shows itself only when asked: it prints, logs and encodes as
// [redacted], also inside of other values, and is read with [Secret.Reveal]. Equal
// secrets are equal with ==. The zero value is the empty secret.
type Secret struct{ value unique.Handle[string] }

// NewSecret wraps a token.
func NewSecret(token string) Secret {
	if token == "" {
		return Secret{}
	}
	return Secret{unique.Make(token)}
}

// Reveal returns the token.
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

// UnmarshalJSON reads the token from a JSON string; null is the empty secret.
func (s *Secret) UnmarshalJSON(b []byte) error {
	var token string
	if err := json.Unmarshal(b, &token); err != nil {
		return err
	}
	*s = NewSecret(token)
	return nil
}

// PEM is the text of a private key. It prints and logs as [redacted].
type PEM []byte

// String returns [redacted], or nothing where there is no text.
func (p PEM) String() string {
	if len(p) == 0 {
		return ""
	}
	return redacted
}

// Format prints what String returns, whatever the verb.
func (p PEM) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue returns what String returns.
func (p PEM) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText returns what String returns.
func (p PEM) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
