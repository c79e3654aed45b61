// Package httpheader has the rules for HTTP header names and values, and the names of the headers
// that Amazon Pay defines. Every package of the module may import it.
package httpheader

import "strings"

// Prefix begins the name of every header that Amazon Pay defines.
const Prefix = "X-Amz-Pay-"

// The headers that Amazon Pay defines, in the form of [net/http.CanonicalHeaderKey].
const (
	AuthToken         = Prefix + "Authtoken"
	Date              = Prefix + "Date"
	Host              = Prefix + "Host"
	IdempotencyKey    = Prefix + "Idempotency-Key"
	IntegratorID      = Prefix + "Integrator-Id"
	IntegratorVersion = Prefix + "Integrator-Version"
	PlatformVersion   = Prefix + "Platform-Version"
	Region            = Prefix + "Region"
	RequestID         = Prefix + "Request-Id"
	SimulationCode    = Prefix + "Simulation-Code"
)

// IsAmazonPay reports whether Amazon Pay defines the header. Letter case does not matter.
func IsAmazonPay(name string) bool {
	return len(name) >= len(Prefix) && strings.EqualFold(name[:len(Prefix)], Prefix)
}

// IsToken reports whether a text is a token of RFC 9110, section 5.6.2. Methods and header names
// must be tokens. The empty text is not a token.
func IsToken(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0:
		default:
			return false
		}
	}
	return text != ""
}

// HasControl reports whether a header value has a line end or another control character. net/http
// refuses to send such a value. A tab is allowed.
func HasControl(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return true
		}
	}
	return false
}

// IsPrintable reports whether a header value consists of printable ASCII characters and spaces.
// Only such a value reads the same on every server. The empty value is printable.
func IsPrintable(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// HasSpaceRun reports whether a header value has a tab or two consecutive spaces. The official SDKs
// canonicalise such a value differently, so its signature is unreliable.
func HasSpaceRun(value string) bool {
	return strings.Contains(value, "  ") || strings.IndexByte(value, '\t') >= 0
}
