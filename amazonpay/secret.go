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

// Secret holds a token or a key. It prints, logs and encodes as [redacted], also within other
// values. [Secret.Reveal] returns the text. Equal secrets are equal with ==. The zero value is the
// empty secret.
//
// The text is encrypted in memory, so that fmt and the diffs of test libraries, which print
// unexported fields, do not show it. This does not protect it from anyone who can read the
// process's memory.
type Secret struct{ sealed string } // an initialisation vector, then the encrypted text

// sealing encrypts secrets under a key of this process.
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

// NewSecret returns a secret that holds a token or a key.
func NewSecret[T ~string | ~[]byte](text T) Secret {
	if len(text) == 0 {
		return Secret{}
	}
	mac := hmac.New(sha256.New, sealing.key[aes.BlockSize:]) // equal texts alone have equal vectors
	mac.Write([]byte(text))
	sealed := append(mac.Sum(nil)[:aes.BlockSize], text...)
	cipher.NewCTR(sealing.block, sealed[:aes.BlockSize]).XORKeyStream(sealed[aes.BlockSize:], sealed[aes.BlockSize:])
	return Secret{string(sealed)}
}

// Reveal returns the text.
func (s Secret) Reveal() string {
	if s == (Secret{}) {
		return ""
	}
	text := []byte(s.sealed[aes.BlockSize:])
	cipher.NewCTR(sealing.block, []byte(s.sealed[:aes.BlockSize])).XORKeyStream(text, text)
	return string(text)
}

// String returns [redacted], or empty text for the empty secret.
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

// MarshalText returns the same text as String, so that no encoder writes the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalJSON reads the secret from a JSON string. null is the empty secret.
func (s *Secret) UnmarshalJSON(b []byte) error {
	var token string
	if err := json.Unmarshal(b, &token); err != nil {
		return err
	}
	*s = NewSecret(token)
	return nil
}
