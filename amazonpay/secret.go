package amazonpay

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a token or a key that shows itself only when asked: it prints, logs and encodes as
// [redacted], also inside of other values, and is read with [Secret.Reveal]. It is kept enciphered,
// so that what looks into fields that are not exported, as fmt and the diffs of test libraries do,
// finds no text. Equal secrets are equal with ==. The zero value is the empty secret.
type Secret struct{ sealed string } // an initial vector, then the text

// sealing keeps secrets out of sight under a key of this process. It is no protection against who
// can read the process's memory.
var sealing = func() (s struct {
	key   []byte
	block cipher.Block
},
) {
	s.key = make([]byte, 2*aes.BlockSize)
	_, _ = rand.Read(s.key) // never fails
	s.block, _ = aes.NewCipher(s.key[:aes.BlockSize])
	return s
}()

// NewSecret wraps a token or a key.
func NewSecret[T ~string | ~[]byte](text T) Secret {
	if len(text) == 0 {
		return Secret{}
	}
	mac := hmac.New(sha256.New, sealing.key[aes.BlockSize:]) // the same vector for the same text alone
	mac.Write([]byte(text))
	sealed := append(mac.Sum(nil)[:aes.BlockSize], text...)
	cipher.NewCTR(sealing.block, sealed[:aes.BlockSize]).XORKeyStream(sealed[aes.BlockSize:], sealed[aes.BlockSize:])
	return Secret{string(sealed)}
}

// Reveal returns what NewSecret was given.
func (s Secret) Reveal() string {
	if s == (Secret{}) {
		return ""
	}
	text := []byte(s.sealed[aes.BlockSize:])
	cipher.NewCTR(sealing.block, []byte(s.sealed[:aes.BlockSize])).XORKeyStream(text, text)
	return string(text)
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
