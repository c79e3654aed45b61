package signing

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Algorithm is a signature algorithm of Amazon Pay. Both are RSASSA-PSS with SHA-256 and MGF1 with
// SHA-256; they differ in the length of the salt. The zero value is [PSSV2].
type Algorithm int

const (
	// PSSV2 is AMZN-PAY-RSASSA-PSS-V2, with a salt of 32 bytes. Amazon recommends it, and it is the
	// default of this SDK. It is the only one that AWS KMS supports.
	PSSV2 Algorithm = iota
	// PSSV1 is AMZN-PAY-RSASSA-PSS, with a salt of 20 bytes. It is the default of the official SDKs.
	PSSV1
)

const (
	nameV2 = "AMZN-PAY-RSASSA-PSS-V2"
	nameV1 = "AMZN-PAY-RSASSA-PSS"
)

// ParseAlgorithm returns the algorithm with the given name, as used in an Authorization header or
// in a button's configuration. Letter case matters.
func ParseAlgorithm(name string) (Algorithm, error) {
	switch name {
	case nameV2:
		return PSSV2, nil
	case nameV1:
		return PSSV1, nil
	}
	return 0, fmt.Errorf("signing: unknown algorithm %q: use %s or %s", name, nameV2, nameV1)
}

// String returns the name of the algorithm as it is sent, such as AMZN-PAY-RSASSA-PSS-V2.
func (a Algorithm) String() string {
	switch a {
	case PSSV2:
		return nameV2
	case PSSV1:
		return nameV1
	}
	return fmt.Sprintf("Algorithm(%d)", int(a))
}

// SaltLength returns the length of the salt in bytes: 32 or 20.
func (a Algorithm) SaltLength() int {
	if a == PSSV1 {
		return 20
	}
	return 32
}

// StringToSign returns the text that is signed: the name of the algorithm, a line feed, and the
// SHA-256 of the canonical request in lower-case hex. For a button, canonical is the payload.
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

// The options for a key, tried in this order until one works. They are variables so that signing
// does not allocate them. crypto/tls uses [rsa.PSSSaltLengthEqualsHash], so most keys support it,
// and some support nothing else. Other keys pass the number on to an HSM, for which it is -1.
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
		return fmt.Errorf("signing: unknown algorithm %d: use PSSV2 or PSSV1", int(a))
	}
	return nil
}
