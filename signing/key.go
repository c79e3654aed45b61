package signing

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const (
	minKeyBits  = 2048
	howToMake   = "make a key with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem"
	howToUnlock = "decrypt it with: openssl pkey -in encrypted.pem -out private.pem"
)

// pemBlock finds an armoured block however its line ends were mangled; the body
// may hold old-style headers.
var pemBlock = regexp.MustCompile(`(?s)-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END ([A-Z0-9 ]+)-----`)

// ParsePrivateKey reads an RSA private key from PEM text in PKCS#1 ("RSA PRIVATE
// KEY") or PKCS#8 ("PRIVATE KEY") form.
//
// It takes the text as files and environment variables mangle it: with CRLF, with
// the two characters \n in place of line ends, on one line, with spaces or quotes
// around it, or wrapped in base64. Any other kind of key (OpenSSH, encrypted, public,
// not RSA, shorter than 2048 bits) is an error that says what it is and which
// openssl command makes a right one. No error contains a part of the key.
func ParsePrivateKey(pem []byte) (*rsa.PrivateKey, error) {
	text := strings.Trim(string(pem), "\ufeff\"' \t\r\n")
	if text == "" {
		return nil, errors.New("signing: the private key is empty; " + howToMake)
	}
	if !strings.Contains(text, "-----BEGIN ") {
		der, err := decodeBase64(text)
		if err != nil {
			return nil, errors.New("signing: the private key is neither PEM nor base64 of it (a file name, perhaps?); " + howToMake)
		}
		if !bytes.Contains(der, []byte("-----BEGIN ")) {
			return parseDER(der)
		}
		text = string(der)
	}
	text = strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(text)

	blocks := pemBlock.FindAllStringSubmatch(text, -1)
	if len(blocks) == 0 {
		return nil, errors.New("signing: the private key's PEM text is cut off: it has no END line; " + howToMake)
	}
	block := blocks[0]
	for _, b := range blocks {
		if strings.HasSuffix(b[1], "PRIVATE KEY") { // a bundle may begin with a certificate
			block = b
			break
		}
	}
	kind, body := block[1], block[2]
	switch {
	case kind == "OPENSSH PRIVATE KEY":
		return nil, errors.New("signing: this is an OpenSSH private key (ssh-keygen's own format), not PKCS#1 or PKCS#8; " + howToMake)
	case kind == "ENCRYPTED PRIVATE KEY" || strings.Contains(body, "ENCRYPTED"):
		return nil, errors.New("signing: this private key is encrypted with a pass phrase; " + howToUnlock)
	case strings.HasSuffix(kind, "PUBLIC KEY"):
		return nil, errors.New("signing: this is a public key; give the private key that belongs to it, or " + howToMake)
	case kind != "PRIVATE KEY" && kind != "RSA PRIVATE KEY":
		return nil, fmt.Errorf("signing: this is PEM of type %q, not an RSA private key; %s", kind, howToMake)
	}
	der, err := decodeBase64(body)
	if err != nil {
		return nil, errors.New("signing: the private key's PEM text is damaged: its body is not base64; " + howToMake)
	}
	return parseDER(der)
}

func decodeBase64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
}

func parseDER(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return checked(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("signing: the private key is damaged: it is neither PKCS#1 nor PKCS#8; " + howToMake)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing: this is a %T, not an RSA private key; %s", parsed, howToMake)
	}
	return checked(key)
}

func checkPublicKey(key *rsa.PublicKey) error {
	if key == nil || key.N == nil {
		return errors.New("signing: the RSA public key is empty")
	}
	if bits := key.N.BitLen(); bits < minKeyBits {
		return fmt.Errorf("signing: the RSA key has %d bits, fewer than %d; %s", bits, minKeyBits, howToMake)
	}
	return nil
}

func checked(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	if err := checkPublicKey(&key.PublicKey); err != nil {
		return nil, err
	}
	return key, nil
}
