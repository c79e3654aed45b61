package emulator

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

const (
	headerAuthorization = "Authorization"
	headerDate          = "X-Amz-Pay-Date"
	headerHost          = "X-Amz-Pay-Host"
	headerRegion        = "X-Amz-Pay-Region"
	headerKey           = "X-Amz-Pay-Idempotency-Key"
	headerAuthToken     = "X-Amz-Pay-Authtoken"
	headerSimulation    = "X-Amz-Pay-Simulation-Code"
	headerRequestID     = "X-Amz-Pay-Request-Id"

	ownAgent = "amazon-pay-sdk-go/"
)

// mandatory headers must be there, and signed. Those of optional may be missing, or unsigned, in
// the requests of others: an official sample for Python signs accept and the date alone, and with a
// body the content type and the idempotency key.
var (
	mandatory = []string{"Accept", "Content-Type", headerDate, headerHost, headerRegion}
	optional  = []string{headerHost, headerRegion}
)

// needed are the headers that a request must have.
func needed(r *http.Request, rt *route, strict bool) []string {
	names := append(slices.Clone(mandatory), headerAuthorization)
	if !strict {
		names = slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains(optional, name) || name == "Content-Type" && r.ContentLength == 0
		})
	}
	if rt.key == keyNeeded || strict && rt.key == keyTaken {
		names = append(names, headerKey)
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
func checkPresent(r *http.Request, rt *route, strict bool) *refusal {
	var missing, empty []string
	for _, name := range needed(r, rt, strict) {
		if values := r.Header.Values(name); len(values) == 0 {
			missing = append(missing, name)
		} else if name != headerKey && strings.TrimSpace(values[0]) == "" { // checkKey looks at what it is
			empty = append(empty, name)
		}
	}
	switch {
	case len(missing) > 0:
		return badRequest(missingHeader, "The %s.", listed(missing, "is missing", "are missing"))
	case len(empty) > 0:
		return badRequest(missingHeaderValue, "The %s.", listed(empty, "has no value", "have no value"))
	}
	return nil
}

// checkHeaders checks all that a request's headers say but the signature.
func (s *Server) checkHeaders(r *http.Request, rt *route, strict bool) *refusal {
	if refused := checkPresent(r, rt, strict); refused != nil {
		return refused
	}
	single := []string{headerAuthorization, headerDate, headerHost, headerRegion, headerKey, headerAuthToken, headerSimulation}
	if strict {
		single = append(single, "Accept", "Content-Type")
	}
	for _, name := range single {
		if len(r.Header.Values(name)) > 1 {
			return badRequest(invalidHeaderValue, "The header %s is there more than once.", strings.ToLower(name))
		}
	}
	if strict {
		for _, name := range []string{"Accept", "Content-Type"} {
			if r.Header.Get(name) != "application/json" {
				return badHeader(name, "must be application/json")
			}
		}
	}
	if !s.isOwn(r.Host) {
		return badHeader("Host", "is not this host")
	}
	here := s.regionOf(r.Host)
	if region := r.Header.Get(headerRegion); region != here.name && (strict || region != "" && !here.has(region)) {
		return badHeader(headerRegion, "is not this region, "+here.name)
	}
	if host := r.Header.Get(headerHost); (strict || host != "") && !s.hostFits(host, r.Host, strict) {
		return badHeader(headerHost, "is not this host")
	}
	return s.checkDate(r.Header.Get(headerDate), strict)
}

func badHeader(name, rule string) *refusal {
	return badRequest(invalidHeaderValue, "The value of the header %s %s.", strings.ToLower(name), rule)
}

// isOwn reports whether the Host header is one under which the emulator can be reached.
func (s *Server) isOwn(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if ip := net.ParseIP(name); ip != nil && ip.IsLoopback() {
		return true
	}
	own := func(known string) bool { return strings.EqualFold(known, name) }
	return own("localhost") || slices.ContainsFunc(s.hosts, own) || slices.ContainsFunc(regions, func(r region) bool { return own(r.host) })
}

// regionOf returns the region whose service or script has a host, and that of [WithRegion] under
// any other name.
func (s *Server) regionOf(host string) region {
	name := (&url.URL{Host: host}).Hostname()
	for _, r := range regions {
		if strings.EqualFold(r.host, name) || strings.EqualFold(r.script, name) {
			return r
		}
	}
	return s.region
}

// hostFits compares the signed host with the Host header. Those who leave out the port, or
// sign the service's host whatever they connect to, are let through unless strict.
func (s *Server) hostFits(signed, host string, strict bool) bool {
	if strict {
		return signed == host
	}
	bare := (&url.URL{Host: host}).Hostname()
	return strings.EqualFold(signed, host) || strings.EqualFold(signed, bare) || strings.EqualFold(signed, s.regionOf(host).host)
}

// checkDate takes a date of the clock as it runs, and one of the clock as it was advanced.
func (s *Server) checkDate(value string, strict bool) *refusal {
	at, err := time.Parse(signing.DateFormat, value)
	if err == nil && at.Format(signing.DateFormat) != value { // Parse lets fractions through
		return badHeader(headerDate, "is not of the form 20060102T150405Z")
	}
	if err != nil && !strict {
		at, err = time.Parse(time.RFC3339, value) // the Node SDK
	}
	running, advanced := s.clock(), s.Now()
	fits := func(now time.Time) bool { return !at.After(now.Add(time.Second)) && !at.Before(now.Add(-s.maxAge)) }
	switch {
	case err != nil:
		return badHeader(headerDate, "is not of the form 20060102T150405Z")
	case fits(running), fits(advanced):
		return nil
	case at.After(running):
		return badRequest(invalidHeaderValue, "The value %s provided for x-amz-pay-date should not be in future", value)
	}
	return badRequest(invalidHeaderValue, "The value %s provided for x-amz-pay-date is too old", value)
}

// checkKey checks the idempotency key.
func checkKey(r *http.Request, rt *route, strict bool) *refusal {
	values := r.Header.Values(headerKey)
	switch {
	case len(values) == 0: // where it is needed, checkPresent has found it
		return nil
	case rt.key == keyIgnored:
		if strict {
			return badHeader(headerKey, "has no meaning here")
		}
		return nil
	case values[0] == "":
		return badRequest(missingHeaderValue, "The header x-amz-pay-idempotency-key has no value.")
	}
	if len(values[0]) > 32 || strings.ContainsFunc(values[0], func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}) {
		return badHeader(headerKey, "must be at most 32 letters, digits, - and _")
	}
	return nil
}

// checkSpelling refuses a path or query that is not spelled as RFC 3986 and the order
// of the parameters' names have it.
func checkSpelling(d destination) *refusal {
	if strings.HasSuffix(d.path, "/") {
		return badRequest(invalidRequest, "The path ends with a slash.")
	}
	if !wellEscaped(d.path, "/") {
		return badRequest(invalidRequest, "The path is not encoded as RFC 3986 says.")
	}
	var names []string
	for pair := range strings.SplitSeq(d.query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if !wellEscaped(name, "") || !wellEscaped(value, "") || d.query != "" && (name == "" || !strings.Contains(pair, "=")) {
			return badRequest(invalidRequest, "The query is not encoded as RFC 3986 says.")
		}
		decoded, err := url.PathUnescape(name)
		if err != nil {
			decoded = name
		}
		names = append(names, decoded) // the official SDKs sort the names, and then encode them
	}
	if !slices.IsSorted(names) {
		return badRequest(invalidRequest, "The query is not sorted.")
	}
	return nil
}

// wellEscaped reports whether s holds unreserved characters, those of keep, and
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
