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

// Operation describes an operation of the service. The sub-clients define the operations that the
// SDK supports. Define your own to call another one with [Do] or [Client.Call].
type Operation struct {
	// Name is the name of the operation in errors, logs and rate limits, such as CreateCharge.
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path after /v2/, such as charges/{chargeId}/capture. A name in braces is replaced by
	// its value in PathValues. Path must not contain ids, since it is shown in logs and metrics.
	Path string
	// PathValues has a value for each name in Path. Values are escaped. A value must not be blank, and
	// must not contain a slash, a backslash, two consecutive dots, a question mark, a number sign or a
	// control character. A name that ends with token, in any letter case, marks a secret: its value is
	// never shown in an error, and may contain two consecutive dots, as some encrypted tokens do.
	PathValues map[string]string
	// Query has the query parameters.
	Query url.Values
	// IdempotencyKey says that a PATCH takes an idempotency key. Every POST does. The call then sends
	// the caller's key or a generated one.
	IdempotencyKey bool
	// Returns is the JSON name of the member that every successful answer has, such as chargeId. Its
	// value is non-empty text. An answer without it is not a success, since a gateway's page can have
	// status 200 too. If Returns is empty, a success is a non-empty JSON object without a reasonCode,
	// or any answer with the service's request id.
	Returns string
	// Replays says that the service repeats the result of the first request if it receives the same
	// idempotency key again (in-store: the same reference id). A decline under that key then proves
	// that earlier attempts did not charge either.
	Replays bool
	// SeeOther says that an answer with status 303 is a success. The redirect is not followed: its
	// target is the Location in the Header of [Meta], and an answer without one is an error. The body
	// is decoded if it is JSON.
	SeeOther bool
	// NoContent says that a successful answer may have no body. The result is then left unchanged.
	// Otherwise, an answer without a body is a [*DecodeError].
	NoContent bool
}

// String returns the name, the method and the path without its values, which can be tokens.
func (op Operation) String() string { return op.Name + " (" + op.Method + " " + op.Path + ")" }

// Format prints what String returns, whatever the verb.
func (op Operation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, op.String()) }

// MarshalText returns what String returns.
func (op Operation) MarshalText() ([]byte, error) { return []byte(op.String()), nil }

// expand returns the escaped path after the prefix.
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
			return "", &FieldError{Field: "Operation.Path", Rule: "must be segments joined by slashes, without a leading slash: a segment has letters, digits, - . _ ~ and does not end with a dot, or is a name in braces"}
		}
		escaped.WriteByte('/')
		escaped.WriteString(segment)
	}
	if used != len(op.PathValues) {
		return "", &FieldError{Field: "Operation.PathValues", Rule: "must have a value for each name in Operation.Path, and no others"}
	}
	return escaped.String(), nil
}

// consistsOf reports whether a text is not empty and has only ASCII letters, digits and the others.
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

// escapeSegment escapes all but the unreserved characters of RFC 3986. Only those are written in
// one way in every canonical path.
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
	case value == "." || value == ".." || strings.Contains(value, "..") && !isSecret(name):
		return "must not be a dot or contain two consecutive dots"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "must not contain a control character"
	}
	return ""
}

// isSecret reports whether the path value of that name is a secret.
func isSecret(name string) bool { return strings.HasSuffix(strings.ToLower(name), "token") }

// secrets returns the secret path values.
func (op Operation) secrets() []string {
	var tokens []string
	for name, value := range op.PathValues {
		if isSecret(name) {
			tokens = append(tokens, value)
		}
	}
	return tokens
}
