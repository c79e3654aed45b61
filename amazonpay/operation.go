package amazonpay

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Operation names one operation of the service.
type Operation struct {
	// Name is the operation's name, such as CreateCharge. It stands in errors and logs.
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path behind /v2/, such as charges/{chargeId}/capture. A name in braces
	// is replaced by the value of that name in PathValues. Path itself is a constant: it
	// must not hold ids, so that it can stand in logs and metrics.
	Path string
	// PathValues are the values for the names in Path. They are escaped. A value must not
	// be empty or blank, nor contain a slash, a backslash, two dots, a question mark, a
	// number sign, or a control character. A name that ends with Token, or token, marks a secret: its
	// value never stands in an error text, and it may contain two dots, as a JWE does whose
	// encrypted key is empty.
	PathValues map[string]string
	// Query are the query parameters.
	Query url.Values
	// IdempotencyKey says that a PATCH takes an idempotency key, as some do; every POST does.
	// A call then carries one, its own or a made one.
	IdempotencyKey bool
	// Returns is the JSON name of the member without which an answer is no success, such as
	// chargeId: a page of a gateway may have status 200 too. It is a text that is not empty.
	// If Returns is empty, any JSON object that has no reasonCode and is not empty will do,
	// and so will any answer with a request id of the service.
	Returns string
	// Replays says that the service is documented to answer a repeated idempotency key, or at a
	// till a repeated reference id, with what became of the first request. A decline under
	// that key then says that an earlier attempt did not charge either.
	Replays bool
	// SeeOther says that an answer with status 303 is a result and not an error. It is not
	// followed: where it leads is the Location in the Header of [Meta], which is then not empty. Its
	// body is decoded if it is JSON.
	SeeOther bool
	// NoContent says that the answer to success may have no body, which leaves the result as
	// it is. Without it such an answer is a [*DecodeError].
	NoContent bool
}

// String returns the name, the method and the path without its values, which can be tokens.
func (op Operation) String() string { return op.Name + " (" + op.Method + " " + op.Path + ")" }

// Format prints what String returns, whatever the verb.
func (op Operation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, op.String()) }

// MarshalText returns what String returns.
func (op Operation) MarshalText() ([]byte, error) { return []byte(op.String()), nil }

// expand returns the escaped path behind a prefix.
func (op Operation) expand(prefix string) (string, error) {
	var escaped strings.Builder
	escaped.Grow(128)
	escaped.WriteString(prefix)
	used := 0
	for segment := range strings.SplitSeq(op.Path, "/") {
		name, isName := strings.CutPrefix(segment, "{")
		if isName {
			name, isName = strings.CutSuffix(name, "}")
		}
		switch first := escaped.Len() == len(prefix); {
		case first && slices.Contains([]string{APIVersion, string(EnvironmentLive), string(EnvironmentSandbox)}, strings.ToLower(segment)):
			return "", &FieldError{Field: "Operation.Path", Rule: "must not begin with " + segment + "/: the client adds it"}
		case !first && isName && consistsOf(name, ""):
			value := op.PathValues[name]
			if rule := checkPathValue(name, value); rule != "" {
				return "", &FieldError{Field: name, Rule: rule}
			}
			segment = escapeSegment(value)
			used++
		case !consistsOf(segment, "-._~") || strings.HasSuffix(segment, "."):
			return "", &FieldError{Field: "Operation.Path", Rule: "must be segments of letters, digits, - . _ ~ or a name in braces, joined by slashes, without a leading one and without a segment that ends with a dot"}
		}
		escaped.WriteByte('/')
		escaped.WriteString(segment)
	}
	if used != len(op.PathValues) {
		return "", &FieldError{Field: "Operation.PathValues", Rule: "must hold one value for each name in Operation.Path and no other"}
	}
	return escaped.String(), nil
}

// consistsOf reports whether a text is not empty and has nothing but ASCII letters, digits and the other characters.
func consistsOf(text, others string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(others, c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}

// escapeSegment leaves only RFC 3986's unreserved characters as they are: for those no
// two ways to write a canonical path differ.
func escapeSegment(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

func checkPathValue(name, value string) (rule string) {
	switch {
	case strings.TrimSpace(value) == "":
		return "is empty"
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	case strings.ContainsAny(value, `/\?#`):
		return `must not contain / \ ? or #`
	case value == "." || value == ".." || strings.Contains(value, "..") && !isToken(name):
		return "must not contain two dots"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "must not contain a control character"
	}
	return ""
}

func isToken(name string) bool { return strings.HasSuffix(strings.ToLower(name), "token") }

// secrets are the tokens among the path's values.
func (op Operation) secrets() []string {
	var tokens []string
	for name, value := range op.PathValues {
		if isToken(name) {
			tokens = append(tokens, value)
		}
	}
	return tokens
}
