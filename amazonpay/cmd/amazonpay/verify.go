package main

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/amazonpay-go/sdk/internal/rewriting"
	"github.com/amazonpay-go/sdk/signing"
)

type verifyCommand struct {
	Page      string `arg:"" optional:"" help:"File with a page, or with the configuration of a button, or - for standard input." predictor:"file" placeholder:"FILE"`
	Payload   string `help:"File with the payload, instead of a page." predictor:"file" placeholder:"FILE"`
	Signature string `help:"Signature of the payload." placeholder:"BASE64"`
	Algorithm string `help:"Algorithm of the signature." default:"AMZN-PAY-RSASSA-PSS-V2"`
	PublicKey string `help:"File with the public key. The default is that of the account's private key." predictor:"file" placeholder:"FILE"`
}

// found is a payload and what belongs to it.
type found struct {
	payload, signature, algorithm, keyID, product, currency string
}

// Run checks the signature of each payload.
func (c *verifyCommand) Run(s *session) error {
	all, err := c.found(s)
	if err != nil {
		return err
	}
	key, keyID, err := c.key(s)
	if err != nil {
		return err
	}
	bad := 0
	type checked struct {
		Verified bool   `json:"verified"`
		Payload  string `json:"payload"`
		Cause    string `json:"cause,omitzero"`
	}
	results := make([]checked, 0, len(all))
	for _, f := range all {
		cause := f.examine(key, keyID)
		if cause != "" {
			bad++
		}
		results = append(results, checked{Verified: cause == "", Payload: f.payload, Cause: cause})
	}
	if s.cli.JSON {
		if err := s.printJSON(results); err != nil {
			return err
		}
	} else {
		p := s.paint(s.out)
		for i, r := range results {
			if r.Verified {
				s.printf("%s the signature of button %d is right", p.good("ok"), i+1)
			} else {
				s.printf("%s button %d: %s", p.bad("failed"), i+1, oneLine(r.Cause))
			}
		}
	}
	if bad > 0 {
		return told(exitFailed)
	}
	return nil
}

func (c *verifyCommand) found(s *session) ([]found, error) {
	switch {
	case c.Payload != "" && c.Page == "":
		payload, err := s.read(c.Payload)
		if err != nil {
			return nil, err
		}
		if c.Signature == "" {
			return nil, wrong("Give --signature, or a page that has both.", "there is no signature")
		}
		return []found{{payload: string(payload), signature: c.Signature, algorithm: c.Algorithm}}, nil
	case c.Page != "" && c.Payload == "":
		page, err := s.read(c.Page)
		if err != nil {
			return nil, err
		}
		all := c.search(string(page))
		if len(all) == 0 {
			return nil, wrong("Save the page as the browser got it, or give --payload and --signature.", "%s has no payloadJSON with a signature", sourceName(c.Page))
		}
		return all, nil
	}
	return nil, wrong("Give the page as an argument, or --payload and --signature.", "one page or one payload is needed")
}

// jsMember matches a member of a button's configuration in JavaScript, JSON or PHP.
var jsMember = regexp.MustCompile(`["']?(payloadJSON|payload|signature|algorithm|publicKeyId|productType|ledgerCurrency)["']?\s*(?::|=>?)\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|` + "`(?:[^`\\\\]|\\\\.)*`)")

// search finds the buttons of a page: a payload, and what stands nearest to it.
func (c *verifyCommand) search(page string) (all []found) {
	var next found
	seen := map[string]bool{}
	end := func() {
		if next.payload != "" && next.signature != "" {
			all = append(all, next)
		}
		next = found{algorithm: c.Algorithm}
		clear(seen)
	}
	end()
	for _, m := range jsMember.FindAllStringSubmatch(page, -1) {
		name, value := m[1], jsText(m[2])
		if name == "payload" {
			name = "payloadJSON"
		}
		if seen[name] {
			end()
		}
		seen[name] = true
		switch name {
		case "payloadJSON":
			next.payload = value
		case "signature":
			next.signature = value
		case "algorithm":
			next.algorithm = value
		case "publicKeyId":
			next.keyID = value
		case "productType":
			next.product = value
		case "ledgerCurrency":
			next.currency = value
		}
	}
	end()
	return all
}

// jsEscape matches a pair of surrogates as one escape.
var jsEscape = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u\{[0-9a-fA-F]{1,6}\}|\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|(?s:.))`)

// jsText is the text of a string literal of JavaScript.
func jsText(literal string) string {
	literal = literal[1 : len(literal)-1]
	return jsEscape.ReplaceAllStringFunc(literal, func(escape string) string {
		switch escape[1] {
		case 'u', 'x':
			digits, second, _ := strings.Cut(escape[2:], `\u`)
			code, err := strconv.ParseInt(strings.Trim(digits, "{}"), 16, 32)
			if low, err := strconv.ParseInt(second, 16, 32); err == nil {
				return string(utf16.DecodeRune(rune(code), rune(low)))
			}
			if err == nil {
				return string(rune(code))
			}
		case 'n':
			return "\n"
		case 't':
			return "\t"
		case 'r':
			return "\r"
		case 'b':
			return "\b"
		case 'f':
			return "\f"
		case 'v':
			return "\v"
		case '\n':
			return ""
		}
		return escape[1:]
	})
}

// key returns the public key that checks, and the id of the account's key.
func (c *verifyCommand) key(s *session) (*rsa.PublicKey, string, error) {
	if c.PublicKey != "" {
		text, err := s.content(c.PublicKey)
		if err != nil {
			return nil, "", wrong("Give a PEM file with the public key.", "--public-key: %w", err)
		}
		key, err := parsePublicKey(text)
		if err != nil {
			return nil, "", wrong("Give a PEM file with the public key: openssl pkey -in private.pem -pubout.", "--public-key %s: %w", c.PublicKey, err)
		}
		return key, "", nil
	}
	a, err := s.account()
	if err != nil {
		return nil, "", err
	}
	text := []byte(a.config.PrivateKeyPEM.Reveal())
	if a.config.PrivateKeyFile != "" {
		if text, err = s.content(a.config.PrivateKeyFile); err != nil {
			return nil, "", wrong("Run amazonpay doctor.", "%s: the private key file: %w", a.from, err)
		}
	}
	key, err := signing.ParsePrivateKey(text)
	if err != nil {
		return nil, "", wrong("Run amazonpay doctor.", "%s: %w", a.from, err)
	}
	return &key.PublicKey, a.config.PublicKeyID, nil
}

func parsePublicKey(text []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		if pkcs1, err := x509.ParsePKCS1PublicKey(block.Bytes); err == nil {
			return pkcs1, nil
		}
		return nil, errors.New("it has no public key")
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("it is not an RSA key")
	}
	return key, nil
}

// examine returns why a signature is wrong, "" if it is right. If another form of the payload was
// signed, it names what happened on the way.
func (f found) examine(key *rsa.PublicKey, keyID string) string {
	algorithm, err := signing.ParseAlgorithm(f.algorithm)
	if err != nil {
		return strings.TrimPrefix(err.Error(), "signing: ")
	}
	fits := func(payload string, algorithm signing.Algorithm) bool {
		return signing.VerifyPayload(algorithm, []byte(payload), f.signature, key) == nil
	}
	if fits(f.payload, algorithm) {
		if f.keyID != "" && keyID != "" && f.keyID != keyID {
			return "the signature is right, but the page names the key " + f.keyID + ", and the account's is " + keyID
		}
		return ""
	}
	for _, other := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		if other != algorithm && fits(f.payload, other) {
			return "it was made with " + other.String() + ", and the page names " + f.algorithm
		}
	}
	for signed := range rewriting.Of(f.payload) {
		if fits(signed.Text, algorithm) {
			return "the payload was changed after it was signed: " + signed.What + "; " + rewriting.WhereTheyDiffer(signed.Text, f.payload)
		}
	}
	if err := isObject([]byte(f.payload)); err != nil {
		return "the payload on the page is no JSON object (" + err.Error() + "), and its signature does not match"
	}
	return "the signature does not match: another payload was signed, or another key signed it (key id on the page: " + f.keyID + ")"
}
