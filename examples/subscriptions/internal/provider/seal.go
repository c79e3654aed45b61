package provider

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// SealKey is a key of 32 bytes. It prints as [redacted], but encodes to JSON in full.
type SealKey []byte

// Format prints [redacted], whatever the verb.
func (SealKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// LogValue is [redacted].
func (SealKey) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// sealer encrypts what must not be read in the database. Each text belongs to a merchant, and
// cannot be opened as another's.
type sealer struct{ aead cipher.AEAD }

func newSealer(key SealKey) (sealer, error) {
	if len(key) != 32 {
		return sealer{}, errors.New("provider: sealKey of the accounts file must have 32 bytes in base64: openssl rand -base64 32")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return sealer{aead}, err
}

func (s sealer) seal(text, merchantID string) []byte {
	return s.aead.Seal(nil, nil, []byte(text), []byte(merchantID)) //nolint:gosec // it makes a random nonce itself
}

var errSealed = errors.New("what is stored cannot be decrypted: it is from another sealKey, or was changed")

func (s sealer) open(sealed []byte, merchantID string) (string, error) {
	text, err := s.aead.Open(nil, nil, sealed, []byte(merchantID))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}
