package signing

import (
	"cmp"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Verify checks the signature of a received request with the given body, and
// returns nil if it is one of key.
//
// It rebuilds the canonical text as it was sent and, should that not match, in the
// forms that official SDKs sign although they send another: the Java SDK's query,
// encoded and sorted in the signature alone, the path that the Java SDK re-encodes and the
// .NET SDK encodes twice, with repeated slashes collapsed, and header values with their
// white space replaced or collapsed. Each form is another spelling of the request
// that was received: a text for another method, parameter, header or body never matches.
//
// The error wraps [ErrSignature] when the signature does not match. Verify knows no
// clock and no rule about which headers must be signed: how old a date may be, and what
// SignedHeaders must name, is for the caller to decide.
func Verify(r *http.Request, body []byte, key *rsa.PublicKey) error {
	if err := cmp.Or(checkReceived(r), checkPublicKey(key)); err != nil {
		return err
	}
	a, err := ParseAuthorization(r.Header.Get(headerAuthorization))
	if err != nil {
		return err
	}
	fields, err := a.fields(r)
	if err != nil {
		return err
	}
	path, query := target(r)
	hash := HashPayload(body)
	for _, p := range pathForms(path) {
		for _, q := range queryForms(query) {
			for _, f := range fieldForms(fields) {
				canonical := appendCanonical(nil, methodOf(r), p, q, f, hash)
				if verify(a.Algorithm, canonical, a.Signature, key) == nil {
					return nil
				}
			}
		}
	}
	return ErrSignature
}

// VerifyPayload checks a button's signature, in base64, over its payload. A mismatch
// is [ErrSignature].
func VerifyPayload(algorithm Algorithm, payload []byte, signature string, key *rsa.PublicKey) error {
	decoded, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return fmt.Errorf("%w: it is not base64", ErrSignature)
	}
	return verify(algorithm, payload, decoded, key)
}

func verify(algorithm Algorithm, canonical, signature []byte, key *rsa.PublicKey) error {
	if err := algorithm.check(); err != nil {
		return err
	}
	if err := checkPublicKey(key); err != nil {
		return err
	}
	digest := algorithm.digest(canonical)
	if rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, algorithm.options()[0]) != nil {
		return ErrSignature
	}
	return nil
}

// pathForms returns the path as sent and, where they differ, as the Java and .NET
// SDKs sign it.
func pathForms(path string) []string {
	collapsed := path
	for strings.Contains(collapsed, "//") {
		collapsed = strings.ReplaceAll(collapsed, "//", "/")
	}
	forms := []string{path, escapePath(collapsed)}
	// An escaped slash is another path than a slash, so such a path has no decoded form.
	if decoded, err := url.PathUnescape(collapsed); err == nil && strings.Count(decoded, "/") == strings.Count(collapsed, "/") {
		forms = append(forms, escapePath(decoded))
	}
	return unique(forms)
}

// escapePath percent-encodes all but RFC 3986's unreserved characters and slashes.
func escapePath(path string) string {
	return strings.NewReplacer("+", "%20", "%2F", "/").Replace(url.QueryEscape(path))
}

// queryForms returns the query as sent and, where it differs, encoded and sorted by
// name and value.
func queryForms(query string) []string {
	values := make(url.Values)
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescaped(name), unescaped(value)
		values[name] = append(values[name], value)
	}
	return unique([]string{query, EncodeQuery(values)})
}

func unescaped(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	return s // the Java SDK sends values raw, stray percent signs included
}

// fieldForms returns the headers as sent and, where values hold white space, as the
// Java SDK (each character a space) and the .NET SDK (runs collapsed) sign them.
func fieldForms(fields []field) [][]field {
	forms := [][]field{fields}
	if slices.ContainsFunc(fields, func(f field) bool {
		return strings.Contains(f.value, "\t") || strings.Contains(f.value, "  ")
	}) {
		spaced, collapsed := slices.Clone(fields), slices.Clone(fields)
		for i, f := range fields {
			spaced[i].value = strings.ReplaceAll(f.value, "\t", " ")
			collapsed[i].value = strings.Join(strings.Fields(f.value), " ")
		}
		forms = append(forms, spaced, collapsed)
	}
	return forms
}

func unique(forms []string) []string {
	var kept []string
	for _, f := range forms {
		if !slices.Contains(kept, f) {
			kept = append(kept, f)
		}
	}
	return kept
}
