package signing

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrSignature is what a failed verification wraps where there is a signature: it is not
// one of this key over this text.
var ErrSignature = errors.New("signing: the signature does not match")

// Authorization is a parsed Authorization header.
type Authorization struct {
	Algorithm     Algorithm
	PublicKeyID   string
	SignedHeaders string // verbatim: spelling, order and repeats as the signer wrote them
	Signature     []byte
}

// ParseAuthorization reads an Authorization header of the form
//
//	AMZN-PAY-RSASSA-PSS-V2 PublicKeyId=…, SignedHeaders=…, Signature=…
//
// It accepts the three parts in any order and with any spaces between them. Errors do
// not repeat the header's content.
func ParseAuthorization(header string) (Authorization, error) {
	name, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	algorithm, err := ParseAlgorithm(name)
	if err != nil {
		return Authorization{}, errors.New("signing: the Authorization header names no known algorithm")
	}
	a := Authorization{Algorithm: algorithm}
	var signature string
	for part := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var target *string
		switch key {
		case "PublicKeyId":
			target = &a.PublicKeyID
		case "SignedHeaders":
			target = &a.SignedHeaders
		case "Signature":
			target = &signature
		default:
			return Authorization{}, errors.New("signing: the Authorization header has an unknown part")
		}
		if *target != "" {
			return Authorization{}, fmt.Errorf("signing: the Authorization header has two parts %s", key)
		}
		if value == "" {
			return Authorization{}, fmt.Errorf("signing: the Authorization header has an empty part %s", key)
		}
		*target = value
	}
	if a.PublicKeyID == "" || a.SignedHeaders == "" || signature == "" {
		return Authorization{}, errors.New("signing: the Authorization header lacks PublicKeyId, SignedHeaders or Signature")
	}
	if a.Signature, err = base64.StdEncoding.Strict().DecodeString(signature); err != nil {
		return Authorization{}, errors.New("signing: the Signature of the Authorization header is not base64")
	}
	return a, nil
}

// CanonicalRequest rebuilds the canonical text of a received request from the wire:
// path and query as they were sent, the headers that SignedHeaders names, in its order,
// and its names verbatim (in the header lines lower-cased). A signed header that the
// request does not have is an error that wraps [ErrSignature].
func (a Authorization) CanonicalRequest(r *http.Request, payload PayloadHash) (string, error) {
	if err := checkReceived(r); err != nil {
		return "", err
	}
	fields, err := a.fields(r)
	if err != nil {
		return "", err
	}
	path, query := target(r)
	return string(appendCanonical(nil, methodOf(r), path, query, fields, payload)), nil
}

// Verify checks that the signature is one of key over exactly this canonical text.
// A mismatch is [ErrSignature].
func (a Authorization) Verify(canonical string, key *rsa.PublicKey) error {
	return verify(a.Algorithm, []byte(canonical), a.Signature, key)
}

func (a Authorization) fields(r *http.Request) ([]field, error) {
	var fields []field
	for name := range strings.SplitSeq(a.SignedHeaders, ";") {
		values := r.Header.Values(name)
		if len(values) == 0 && strings.EqualFold(name, "host") { // net/http moves it out of the header
			values = []string{r.Host}
		}
		if len(values) == 0 {
			return nil, fmt.Errorf("%w: the request has no header %q, which SignedHeaders names", ErrSignature, name)
		}
		fields = append(fields, field{name, joinValues(values)})
	}
	return fields, nil
}

func checkReceived(r *http.Request) error {
	if r == nil || r.URL == nil && r.RequestURI == "" {
		return errors.New("signing: the request has neither a RequestURI nor a URL")
	}
	return nil
}

// methodOf returns the method. As for net/http, one that is to be sent and has none is a GET; on a
// wire there is always one.
func methodOf(r *http.Request) string {
	if r.Method == "" && r.RequestURI == "" {
		return http.MethodGet
	}
	return r.Method
}

// target returns path and query as they stood on the request line, or would stand
// there.
func target(r *http.Request) (path, query string) {
	if r.RequestURI == "" {
		return r.URL.EscapedPath(), r.URL.RawQuery
	}
	path, query, _ = strings.Cut(r.RequestURI, "?")
	if strings.HasPrefix(path, "/") {
		return path, query
	}
	if _, rest, ok := strings.Cut(path, "://"); ok { // absolute form, through a proxy
		_, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	return path, query
}
