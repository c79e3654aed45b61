package amazonpay

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"github.com/google/uuid"
)

const maxIdempotencyKey = 32

// IdempotencyKey derives an idempotency key from your own ids. It has 32 characters, and is always
// the same for the same parts. The boundaries count: ("ab", "c") and ("a", "bc") give different
// keys.
//
// Include everything that identifies the payment, and the number of the attempt:
//
//	amazonpay.IdempotencyKey("order-1042", "charge", "1")
//
// The service keeps the result of a key for ever and repeats it, a decline too. To try again after
// a decline, use another number.
//
// If there are no parts, or one is empty, the key is empty, and [WithIdempotencyKey] refuses it.
// Otherwise such a mistake would give unrelated payments the same key.
func IdempotencyKey(parts ...string) string {
	if len(parts) == 0 {
		return ""
	}
	h := sha256.New()
	for _, part := range parts {
		if part == "" {
			return ""
		}
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:24])
}

// newIdempotencyKey returns a random UUID without dashes: the service allows 32 characters.
func newIdempotencyKey() (string, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return "", errors.New("amazonpay: no random idempotency key: the system's random source failed")
	}
	return hex.EncodeToString(id[:]), nil
}

// checkIdempotencyKey returns the rule that a key breaks, "" if none.
func checkIdempotencyKey(key string) (rule string) {
	if key == "" {
		return "is empty"
	}
	if len(key) > maxIdempotencyKey {
		return "has more than 32 characters"
	}
	for i := range len(key) {
		switch c := key[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return "must have only the characters A-Z, a-z, 0-9, - and _"
		}
	}
	return ""
}
