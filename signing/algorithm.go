package signing

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Algorithm is a signature algorithm of Amazon Pay. Both are RSASSA-PSS with
// SHA-256 and MGF1 with SHA-256; they differ in the length of the salt. The zero
// value is [PSSV2].
type Algorithm int

const (
	// PSSV2 is AMZN-PAY-RSASSA-PSS-V2 with a salt of 32 bytes, the one that
	// Amazon recommends and the default of this SDK. AWS KMS signs this one only.
	PSSV2 Algorithm = iota
	// PSSV1 is AMZN-PAY-RSASSA-PSS with a salt of 20 bytes, the default of the
	// official SDKs for other languages.
	PSSV1
)

const (
	nameV2 = "AMZN-PAY-RSASSA-PSS-V2"
	nameV1 = "AMZN-PAY-RSASSA-PSS"
)

// ParseAlgorithm returns the algorithm with the given name, as it stands in an
// Authorization header or in a button's configuration. The name is matched
// exactly.
func ParseAlgorithm(name string) (Algorithm, error) {
	switch name {
	case nameV2:
		return PSSV2, nil
	case nameV1:
		return PSSV1, nil
	}
	return 0, fmt.Errorf("signing: unknown algorithm %q: want %s or %s", name, nameV2, nameV1)
}

// String returns the algorithm's name on the wire.
func (a Algorithm) String() string {
	switch a {
	case PSSV2:
		return nameV2
	case PSSV1:
		return nameV1
	}
	return fmt.Sprintf("Algorithm(%d)", int(a))
}

// SaltLength returns the length of the algorithm's salt in bytes.
func (a Algorithm) SaltLength() int {
	if a == PSSV1 {
		return 20
	}
	return 32
}

// StringToSign returns the text whose signature goes into the Authorization
// header: the algorithm's name, a line feed, and the lower-case hex SHA-256 of the
// canonical request. For a button, canonical is the payload.
func (a Algorithm) StringToSign(canonical string) string {
	return string(a.appendStringToSign(nil, []byte(canonical)))
}

func (a Algorithm) appendStringToSign(dst, canonical []byte) []byte {
	sum := sha256.Sum256(canonical)
	dst = append(dst, a.String()...)
	dst = append(dst, '\n')
	return hex.AppendEncode(dst, sum[:])
}

// digest is what RSA signs: the SHA-256 of the string to sign.
func (a Algorithm) digest(canonical []byte) [sha256.Size]byte {
	var buf [len(nameV2) + 1 + 2*sha256.Size]byte
	return sha256.Sum256(a.appendStringToSign(buf[:0], canonical))
}

// In these words a key is asked for its salt, one after the other until it understands. They stand
// here so that signing allocates none. [rsa.PSSSaltLengthEqualsHash] is what crypto/tls asks with,
// so that most keys know it, and some know nothing else; others hand the number on to an HSM, to
// which it is -1.
var (
	optionsV1 = []*rsa.PSSOptions{{SaltLength: 20, Hash: crypto.SHA256}}
	optionsV2 = []*rsa.PSSOptions{{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}, {SaltLength: 32, Hash: crypto.SHA256}}
)

func (a Algorithm) options() []*rsa.PSSOptions {
	if a == PSSV1 {
		return optionsV1
	}
	return optionsV2
}

func (a Algorithm) check() error {
	if a != PSSV1 && a != PSSV2 {
		return fmt.Errorf("signing: algorithm %d is neither PSSV2 nor PSSV1", int(a))
	}
	return nil
}
