package signing

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	minKeyBits  = 2048
	howToMake   = "create a key with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem"
	howToUnlock = "decrypt it with: openssl pkey -in encrypted.pem -out private.pem"
)

// ParsePrivateKey reads an RSA private key of at least 2048 bits from PEM or DER. The key is in
// PKCS#1 ("RSA PRIVATE KEY") or PKCS#8 ("PRIVATE KEY") form. A PKCS#8 key for RSASSA-PSS only
// (openssl genpkey -algorithm RSA-PSS) is accepted unless it has parameters.
//
// ParsePrivateKey repairs what files, shells, environment variables and editors do to PEM text:
// CRLF or CR line ends, a single line, spaces, line ends escaped as \n (also more than once) or as
// %0A, quotes, a byte-order mark, UTF-16, typographic quotes and dashes, text before or after the
// key, and base64 around all of it.
//
// Any other key (OpenSSH, encrypted, public, not RSA, too short) is an error that names the problem
// and the openssl command that solves it. No error contains any part of the key.
func ParsePrivateKey(pem []byte) (*rsa.PrivateKey, error) {
	const layers = 3 // of base64, as added by deployment tools
	for layer := range layers + 1 {
		if len(pem) > 1 && pem[0] == 0x30 && pem[1] >= 0x80 { // a long SEQUENCE, which is not valid UTF-8
			return parseDER(pem)
		}
		text := unmangle(pem)
		if text == "" {
			return nil, errors.New("signing: the private key is empty; " + howToMake)
		}
		if pemBegin.MatchString(text) {
			return parsePEM(text)
		}
		for _, f := range foreign {
			if strings.HasPrefix(text, f.prefix) {
				return nil, fmt.Errorf("signing: this is %s, not PKCS#1 or PKCS#8; %s", f.what, howToMake)
			}
		}
		inner, err := decodeBase64(text)
		if err != nil {
			inner, err = base64.RawStdEncoding.DecodeString(text) // a tool that splits at = removed the padding
		}
		if err != nil && layer == 0 {
			return nil, errors.New("signing: the private key is neither PEM nor base64 (is it a file name?); " + howToMake)
		}
		if err != nil {
			break
		}
		pem = inner
	}
	return parseDER(pem)
}

var errDamaged = errors.New("signing: the private key is damaged: it is not valid PKCS#1 or PKCS#8; " + howToMake)

// foreign lists key formats of other programs.
var foreign = []struct{ prefix, what string }{
	{"PuTTY-User-Key-File", "a PuTTY key"},
	{"ssh-", "an OpenSSH public key"},
	{"<RSAKeyValue", "an XML key (.NET)"},
	{"{", "JSON (a JSON Web Key?)"},
}

// pemBlock matches a PEM block whatever happened to its line ends. The body may have headers, as in
// old encrypted keys.
var (
	pemBegin = regexp.MustCompile(`--\s*BEGIN[A-Z0-9\s-]+--`)
	pemBlock = regexp.MustCompile(`(?s)--\s*BEGIN\s*([A-Z0-9][A-Z0-9\s-]*?)\s*--+(.*?)--+\s*END[A-Z0-9\s-]+?--+`)
)

func parsePEM(text string) (*rsa.PrivateKey, error) {
	blocks := pemBlock.FindAllStringSubmatch(text, -1)
	if len(blocks) == 0 {
		return nil, errors.New("signing: the private key's PEM text is truncated: the END line is missing (in a single-line variable, " +
			`write each line end as \n); or ` + howToMake)
	}
	squeeze := func(kind string) string { return strings.Join(strings.Fields(kind), "") } // the result of tr -d '[:space:]'
	block := blocks[0]
	for _, b := range blocks {
		if strings.HasSuffix(squeeze(b[1]), "PRIVATEKEY") { // a bundle may start with a certificate
			block = b
			break
		}
	}
	body := block[2]
	switch kind := squeeze(block[1]); {
	case kind == "OPENSSHPRIVATEKEY":
		return nil, errors.New("signing: this is an OpenSSH private key, not PKCS#1 or PKCS#8; " + howToMake)
	case kind == "ENCRYPTEDPRIVATEKEY" || strings.Contains(body, "ENCRYPTED"):
		return nil, errEncrypted
	case strings.HasSuffix(kind, "PUBLICKEY"):
		return nil, errPublic
	case kind != "PRIVATEKEY" && kind != "RSAPRIVATEKEY" && kind != "RSA-PSSPRIVATEKEY":
		label := block[1]
		if len(label) > 30 || strings.ContainsAny(label, "0123456789+/=") { // it may be part of the key
			label = "unknown"
		}
		return nil, fmt.Errorf("signing: this is a PEM block of type %q, not an RSA private key; %s", label, howToMake)
	}
	der, err := decodeBase64(body)
	if err != nil {
		return nil, errors.New("signing: the private key's PEM text is damaged: it is not valid base64; " + howToMake)
	}
	return parseDER(der)
}

var (
	errEncrypted = errors.New("signing: the private key is encrypted with a passphrase; " + howToUnlock)
	errPublic    = errors.New("signing: this is a public key; use the private key that belongs to it, or " + howToMake)

	escaped = regexp.MustCompile(`\\+(?:u([0-9A-Fa-f]{4})|[nrt])?`)
	// typographic replaces quotes and dashes that editors change, and removes invisible characters.
	typographic = strings.NewReplacer("\u2013", "--", "\u2014", "--", "\u2010", "-", "\u2011", "-", "\u2212", "-",
		"\u201c", `"`, "\u201d", `"`, "\u2018", "'", "\u2019", "'", "\u00a0", " ", "\ufeff", "", "\u200b", "")
)

// unmangle undoes escapes and typographic changes. PEM text has no backslash or percent sign.
func unmangle(data []byte) string {
	text := typographic.Replace(string(decodeUTF16(data)))
	if plain, err := url.PathUnescape(text); err == nil {
		text = plain
	}
	text = escaped.ReplaceAllStringFunc(text, func(escape string) string {
		code := strings.TrimLeft(escape, `\`)
		switch {
		case code == "":
			return "" // it escaped a line end, a slash or a quote
		case code[0] == 'u':
			char, _ := strconv.ParseUint(code[1:], 16, 16)
			return string(rune(char))
		}
		return "\n"
	})
	return strings.Trim(text, "\"'`,; \t\r\n")
}

// decodeUTF16 converts UTF-16 text to UTF-8. PowerShell's > writes UTF-16. Other text stays the
// same.
func decodeUTF16(data []byte) []byte {
	if len(data) < 2 {
		return data
	}
	high, low := 0, 1
	switch first, second := data[0], data[1]; {
	case first == 0xff && second == 0xfe, first != 0 && second == 0:
		high, low = 1, 0
	case first == 0xfe && second == 0xff, first == 0 && second != 0:
	default:
		return data
	}
	var units []uint16
	for ; len(data) > 1; data = data[2:] {
		units = append(units, uint16(data[high])<<8|uint16(data[low]))
	}
	return []byte(string(utf16.Decode(units)))
}

// decodeBase64 ignores white space, and the quotes and commas of lines copied from source code.
func decodeBase64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || strings.ContainsRune(`"',`, c) {
			return -1
		}
		return c
	}, s))
}

func parseDER(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return checked(key)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return parseUncommon(der)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("signing: this is a %T, not an RSA private key; %s", parsed, howToMake)
	}
	return checked(key)
}

var (
	oidRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidPKCS7 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} // the content of a PKCS#12 file
)

// algorithm is an AlgorithmIdentifier.
type algorithm struct {
	OID        asn1.ObjectIdentifier
	Parameters asn1.RawValue `asn1:"optional"`
}

// parseUncommon reads a key for RSASSA-PSS only, which crypto/x509 does not support. For anything
// else, its error names what the data is.
func parseUncommon(der []byte) (*rsa.PrivateKey, error) {
	var pkcs8 struct {
		Version   int
		Algorithm algorithm
		Key       []byte
	}
	var pkcs12 struct {
		Version  int
		Contents algorithm
	}
	var encrypted struct {
		Algorithm algorithm
		Data      []byte
	}
	var public struct {
		Algorithm algorithm
		Key       asn1.BitString
	}
	is := func(form any) bool {
		_, err := asn1.Unmarshal(der, form)
		return err == nil
	}
	switch {
	case is(&pkcs8) && pkcs8.Algorithm.OID.Equal(oidPSS):
		if len(pkcs8.Algorithm.Parameters.FullBytes) > 0 {
			return nil, errors.New("signing: this key is restricted to RSASSA-PSS with fixed parameters; " + howToMake)
		}
		if key, err := x509.ParsePKCS1PrivateKey(pkcs8.Key); err == nil {
			return checked(key)
		}
	case is(&pkcs8) && !pkcs8.Algorithm.OID.Equal(oidRSA):
		return nil, fmt.Errorf("signing: this is a private key for algorithm %s, not an RSA private key; %s", pkcs8.Algorithm.OID, howToMake)
	case is(&pkcs12) && pkcs12.Contents.OID.Equal(oidPKCS7):
		return nil, errors.New("signing: this is a PKCS#12 file; extract the key with: openssl pkcs12 -in key.p12 -nocerts -nodes -out private.pem")
	case is(&encrypted):
		return nil, errEncrypted
	case is(&public):
		return nil, errPublic
	}
	if _, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return nil, errPublic
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return nil, errors.New("signing: this is a certificate, not an RSA private key; " + howToMake)
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return nil, fmt.Errorf("signing: this is a %T, not an RSA private key; %s", key, howToMake)
	}
	return nil, errDamaged
}

func checkPublicKey(key *rsa.PublicKey) error {
	if key == nil || key.N == nil {
		return errors.New("signing: the RSA public key is empty")
	}
	if bits := key.N.BitLen(); bits < minKeyBits {
		return fmt.Errorf("signing: the RSA key has %d bits, at least %d are required; %s", bits, minKeyBits, howToMake)
	}
	return nil
}

func checked(key *rsa.PrivateKey) (*rsa.PrivateKey, error) {
	if err := checkPublicKey(&key.PublicKey); err != nil {
		return nil, err
	}
	return key, nil
}
