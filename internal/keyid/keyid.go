// Package keyid has the rule for public key ids.
package keyid

import (
	"errors"
	"fmt"
)

// Check returns an error unless id is a valid public key id: one or more ASCII letters, digits,
// hyphens and underscores. The error does not quote the id, which could be a private key that was
// passed by mistake.
func Check(id string) error {
	if id == "" {
		return errors.New("the public key id is empty")
	}
	for i, c := range id {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return fmt.Errorf("the public key id contains %q at offset %d: use only letters, digits, - and _", c, i)
		}
	}
	return nil
}
