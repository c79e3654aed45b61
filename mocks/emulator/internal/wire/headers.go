package wire

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// The headers of a request or answer.
const (
	HeaderAuthorization  = "Authorization"
	HeaderDate           = "X-Amz-Pay-Date"
	headerHost           = "X-Amz-Pay-Host"
	headerRegion         = "X-Amz-Pay-Region"
	HeaderIdempotencyKey = "X-Amz-Pay-Idempotency-Key"
	headerAuthToken      = "X-Amz-Pay-Authtoken"
	headerSimulation     = "X-Amz-Pay-Simulation-Code"
	HeaderRequestID      = "X-Amz-Pay-Request-Id"

	// OwnAgent begins the User-Agent of this SDK.
	OwnAgent = "amazon-pay-sdk-go/"
)

// mandatory headers must be there, and signed. Those of optional may be missing, or unsigned, in
// the requests of others: an official sample for Python signs accept and the date alone, and with a
// body the content type and the idempotency key.
var (
	mandatory = []string{"Accept", "Content-Type", HeaderDate, headerHost, headerRegion}
	optional  = []string{headerHost, headerRegion}
)

// required are the headers that a request must have.
func (g *Gate) required(r *http.Request, rt *Route, strict bool) []string {
	names := append(slices.Clone(mandatory), HeaderAuthorization)
	if !strict {
		names = slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains(optional, name) || name == "Content-Type" && r.ContentLength == 0
		})
	}
	if g.keyMissing(rt, strict) != "" {
		names = append(names, HeaderIdempotencyKey)
	}
	return names
}

// listed names headers in a clause.
func listed(names []string, one, many string) string {
	text := strings.ToLower(strings.Join(names, ", "))
	if len(names) == 1 {
		return "header " + text + " " + one
	}
	return "headers " + text + " " + many
}

// checkPresent refuses a request that lacks headers, and names all of them at once.
func (g *Gate) checkPresent(r *http.Request, rt *Route, strict bool) *ledger.Refusal {
	var missing, empty []string
	for _, name := range g.required(r, rt, strict) {
		if values := r.Header.Values(name); len(values) == 0 {
			missing = append(missing, name)
		} else if name != HeaderIdempotencyKey && strings.TrimSpace(values[0]) == "" { // checkKey looks at what it is
			empty = append(empty, name)
		}
	}
	switch {
	case len(missing) == 1 && missing[0] == HeaderIdempotencyKey:
		return ledger.BadRequest(g.keyMissing(rt, strict), "The %s.", listed(missing, "is missing", ""))
	case len(missing) > 0:
		return ledger.BadRequest(ledger.MissingHeader, "The %s.", listed(missing, "is missing", "are missing"))
	case len(empty) > 0:
		return ledger.BadRequest(ledger.MissingHeaderValue, "The %s.", listed(empty, "has no value", "have no value"))
	}
	return nil
}

// checkHeaders checks a request's headers, except for the signature.
func (g *Gate) checkHeaders(r *http.Request, rt *Route, strict bool) *ledger.Refusal {
	if refused := g.checkPresent(r, rt, strict); refused != nil {
		return refused
	}
	single := []string{HeaderAuthorization, HeaderDate, headerHost, headerRegion, HeaderIdempotencyKey, headerAuthToken, headerSimulation}
	if strict {
		single = append(single, "Accept", "Content-Type")
	}
	for _, name := range single {
		if len(r.Header.Values(name)) > 1 {
			return ledger.BadRequest(ledger.InvalidHeaderValue, "The header %s was sent more than once.", strings.ToLower(name))
		}
	}
	if strict {
		for _, name := range []string{"Accept", "Content-Type"} {
			if r.Header.Get(name) != "application/json" {
				return badHeader(name, "must be application/json")
			}
		}
	}
	if !g.IsOwn(r.Host) {
		return badHeader("Host", "is not this host")
	}
	here := g.RegionOf(r.Host)
	if region := r.Header.Get(headerRegion); region != here.Name && (strict || region != "" && !here.Has(region)) {
		return badHeader(headerRegion, "is not this region, "+here.Name)
	}
	if host := r.Header.Get(headerHost); (strict || host != "") && !g.hostFits(host, r.Host, strict) {
		return badHeader(headerHost, "is not this host")
	}
	return g.checkDate(r.Header.Get(HeaderDate), strict)
}

func badHeader(name, rule string) *ledger.Refusal {
	return ledger.BadRequest(ledger.InvalidHeaderValue, "The value of the header %s %s.", strings.ToLower(name), rule)
}

// hostFits compares the signed host with the Host header. Requests that leave out the port, or
// sign the service's host whatever they connect to, are let through unless strict.
func (g *Gate) hostFits(signed, host string, strict bool) bool {
	if strict {
		return signed == host
	}
	bare := (&url.URL{Host: host}).Hostname()
	return strings.EqualFold(signed, host) || strings.EqualFold(signed, bare) || strings.EqualFold(signed, g.RegionOf(host).Host)
}

// checkDate accepts a date of the running clock, and a date of the advanced clock.
func (g *Gate) checkDate(value string, strict bool) *ledger.Refusal {
	at, err := time.Parse(signing.DateFormat, value)
	if err == nil && at.Format(signing.DateFormat) != value { // Parse lets fractions through
		return badHeader(HeaderDate, "must have the form 20060102T150405Z")
	}
	if err != nil && !strict {
		at, err = time.Parse(time.RFC3339, value) // the Node SDK
	}
	running, advanced := g.Clock(), g.Now()
	fits := func(now time.Time) bool { return !at.After(now.Add(g.ahead())) && !at.Before(now.Add(-g.MaxAge)) }
	switch {
	case err != nil:
		return badHeader(HeaderDate, "must have the form 20060102T150405Z")
	case fits(running), fits(advanced):
		return nil
	case at.After(running):
		return ledger.BadRequest(ledger.InvalidHeaderValue, "The value %s provided for x-amz-pay-date should not be in future", value)
	}
	return ledger.BadRequest(ledger.InvalidHeaderValue, "The value %s provided for x-amz-pay-date is too old", value)
}

// checkKey checks the idempotency key.
func checkKey(r *http.Request, rt *Route, strict bool) *ledger.Refusal {
	values := r.Header.Values(HeaderIdempotencyKey)
	switch {
	case len(values) == 0: // if it is required, checkPresent has found it missing
		return nil
	case rt.key == keyIgnored:
		if strict {
			return badHeader(HeaderIdempotencyKey, "is not used by this operation")
		}
		return nil
	case values[0] == "":
		return ledger.BadRequest(ledger.MissingHeaderValue, "The header x-amz-pay-idempotency-key has no value.")
	}
	if len(values[0]) > 32 || strings.ContainsFunc(values[0], func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}) {
		return badHeader(HeaderIdempotencyKey, "must be at most 32 letters, digits, - and _")
	}
	return nil
}

// checkSpelling refuses a path or query that is not spelled as RFC 3986 and the order
// of the parameters' names have it.
func checkSpelling(d Destination) *ledger.Refusal {
	if strings.HasSuffix(d.path, "/") {
		return ledger.BadRequest(ledger.InvalidRequest, "The path ends with a slash.")
	}
	if !wellEscaped(d.path, "/") {
		return ledger.BadRequest(ledger.InvalidRequest, "The path is not encoded as RFC 3986 says.")
	}
	var names []string
	for pair := range strings.SplitSeq(d.query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if !wellEscaped(name, "") || !wellEscaped(value, "") || d.query != "" && (name == "" || !strings.Contains(pair, "=")) {
			return ledger.BadRequest(ledger.InvalidRequest, "The query is not encoded as RFC 3986 says.")
		}
		decoded, err := url.PathUnescape(name)
		if err != nil {
			decoded = name
		}
		names = append(names, decoded) // the official SDKs sort the names, and then encode them
	}
	if !slices.IsSorted(names) {
		return ledger.BadRequest(ledger.InvalidRequest, "The query is not sorted.")
	}
	return nil
}

// wellEscaped reports whether s holds only unreserved characters, characters of keep, and
// upper-case escapes of others.
func wellEscaped(s, keep string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case unreserved(c) || strings.IndexByte(keep, c) >= 0:
		case c == '%' && i+2 < len(s):
			escaped, err := url.PathUnescape(s[i : i+3])
			if err != nil || unreserved(escaped[0]) || strings.ToUpper(s[i:i+3]) != s[i:i+3] {
				return false
			}
			i += 2
		default:
			return false
		}
	}
	return true
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
