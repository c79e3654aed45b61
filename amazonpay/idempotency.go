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

// IdempotencyKey derives an idempotency key from your own ids: a digest of the parts, 32
// characters, the same for the same parts for ever. ("ab", "c") and ("a", "bc") are
// different parts.
//
// Include what makes the payment one of its kind and the number of the attempt, such as
// IdempotencyKey("order-1042", "charge", "1"): the service stores a key's answer for ever and
// replays it, a decline too, so a payment that is tried again after a decline needs
// another number.
//
// No part, or an empty one, is nearly always a mistake that would give unrelated
// payments one key; the key is then empty, which [WithIdempotencyKey] refuses.
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

// newIdempotencyKey makes a random key: a UUID without its dashes, since the service
// allows 32 characters.
func newIdempotencyKey() (string, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return "", errors.New("amazonpay: no random idempotency key could be made")
	}
	return hex.EncodeToString(id[:]), nil
}

// checkIdempotencyKey returns the rule that a key breaks.
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
			return "may have only the characters A-Z, a-z, 0-9, - and _"
		}
	}
	return ""
}
