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

// DateFormat is the layout, for [time.Time.Format] in UTC, of x-amz-pay-date and
// of every timestamp that this SDK sends.
const DateFormat = "20060102T150405Z"

// PayloadHash is the SHA-256 of a request's body.
type PayloadHash [sha256.Size]byte

// HashPayload hashes a body exactly as it is sent. No body hashes like an empty
// one.
func HashPayload(body []byte) PayloadHash { return sha256.Sum256(body) }

// String returns the hash in lower-case hex, as the canonical request has it.
func (h PayloadHash) String() string { return hex.EncodeToString(h[:]) }

// CanonicalRequest is what a request's signature covers.
type CanonicalRequest struct {
	Method      string
	Path        string      // escaped, exactly as sent, with its leading slash; empty means /
	Query       string      // escaped, exactly as sent, without the question mark
	Header      http.Header // the headers to sign, and no others
	PayloadHash PayloadHash
}

// String returns the canonical text: method, path, query, one line for each
// header, an empty line, the names of the headers, and the hash of the payload.
// Names are lower-cased and sorted by byte, values trimmed, several values of one
// name joined by commas.
func (c CanonicalRequest) String() string {
	return string(appendCanonical(nil, c.Method, c.Path, c.Query, fieldsOf(c.Header), c.PayloadHash))
}

// SignedHeaders returns the names of the headers as the canonical text and the
// Authorization header list them: lower case, sorted, joined by semicolons.
func (c CanonicalRequest) SignedHeaders() string {
	return string(appendNames(nil, fieldsOf(c.Header)))
}

// EncodeQuery encodes query parameters as RFC 3986 has it, sorted by name and value:
// the form that is sent and signed. It differs from [url.Values.Encode] in the space,
// which becomes %20 and not a plus sign, and in sorting the values of one name, as
// the Java and .NET SDKs do.
func EncodeQuery(values url.Values) string {
	sorted := make(url.Values, len(values))
	for name, list := range values {
		sorted[name] = slices.Sorted(slices.Values(list))
	}
	return strings.ReplaceAll(sorted.Encode(), "+", "%20") // a plus of a value is %2B by then
}

// field is one signed header: its name as it is listed, and its value.
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

// joinValues trims as net/http does when it sends, so no more than ASCII white space.
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
