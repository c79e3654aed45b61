package signing

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
)

// DateFormat is the [time.Time.Format] layout of X-Amz-Pay-Date and of every timestamp that this
// SDK sends. The time must be in UTC.
const DateFormat = "20060102T150405Z"

// PayloadHash is the SHA-256 of a request body.
type PayloadHash [sha256.Size]byte

// HashPayload returns the hash of a body, which must be exactly the bytes that are sent. A request
// without a body has the hash of an empty body.
func HashPayload(body []byte) PayloadHash { return sha256.Sum256(body) }

// String returns the hash in lower-case hex, as in the canonical request.
func (h PayloadHash) String() string { return hex.EncodeToString(h[:]) }

// CanonicalRequest is the part of a request that its signature covers.
type CanonicalRequest struct {
	Method      string
	Path        string      // escaped, exactly as sent, with the leading slash; empty means /
	Query       string      // escaped, exactly as sent, without the question mark
	Header      http.Header // only the headers to sign
	PayloadHash PayloadHash
}

// String returns the canonical text: method, path, query, one line for each header, an empty line,
// the names of the headers, and the hash of the payload. Names are in lower case and sorted by
// byte. Values are trimmed. Several values of one header are joined by commas.
func (c CanonicalRequest) String() string {
	return string(appendCanonical(nil, c.Method, c.Path, c.Query, fieldsOf(c.Header), c.PayloadHash))
}

// SignedHeaders returns the names of the headers as in the canonical text and the Authorization
// header: lower case, sorted, joined by semicolons.
func (c CanonicalRequest) SignedHeaders() string {
	return string(appendNames(nil, fieldsOf(c.Header)))
}

// EncodeQuery encodes query parameters as in RFC 3986, sorted by name and value. The SDK sends and
// signs this form. Unlike [url.Values.Encode], it encodes a space as %20 and sorts the values of
// one name, as the official Java and .NET SDKs do.
func EncodeQuery(values url.Values) string {
	sorted := make(url.Values, len(values))
	for name, list := range values {
		sorted[name] = slices.Sorted(slices.Values(list))
	}
	return strings.ReplaceAll(sorted.Encode(), "+", "%20") // a plus sign in a value is already %2B
}

// field is a signed header: its name as in SignedHeaders, and its value.
type field struct{ name, value string }

func fieldsOf(header http.Header) []field {
	fields := make([]field, 0, len(header))
	for name, values := range header {
		fields = append(fields, field{strings.ToLower(name), joinValues(values)})
	}
	sortFields(fields)
	return fields
}

func sortFields(fields []field) {
	slices.SortFunc(fields, func(a, b field) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
}

// joinValues trims ASCII white space only, as net/http does when it sends.
func joinValues(values []string) string {
	if len(values) == 1 {
		return textproto.TrimString(values[0])
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = textproto.TrimString(v)
	}
	return strings.Join(trimmed, ",")
}

func appendCanonical(dst []byte, method, path, query string, fields []field, hash PayloadHash) []byte {
	if path == "" {
		path = "/"
	}
	dst = append(dst, method...)
	dst = append(dst, '\n')
	dst = append(dst, path...)
	dst = append(dst, '\n')
	dst = append(dst, query...)
	dst = append(dst, '\n')
	for _, f := range fields {
		dst = appendLower(dst, f.name)
		dst = append(dst, ':')
		dst = append(dst, f.value...)
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	dst = appendNames(dst, fields)
	dst = append(dst, '\n')
	return hex.AppendEncode(dst, hash[:])
}

func appendNames(dst []byte, fields []field) []byte {
	for i, f := range fields {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, f.name...)
	}
	return dst
}

func appendLower(dst []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
