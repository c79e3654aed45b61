package doctor

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/signing"
)

// checkRequests checks the canonical request, or the one that was sent if there is no other, and
// compares them if there are both.
func (r *reading) checkRequests() {
	switch {
	case r.canonical != nil:
		r.checkTarget(r.canonical)
		r.checkCanonicalHeaders()
		r.checkValues(r.canonical)
		r.checkHash()
		if r.sent != nil {
			r.compare()
		}
	case r.sent != nil:
		r.checkTarget(r.sent)
		r.checkValues(r.sent)
	}
	if r.sent != nil {
		r.checkSigned()
	} else if r.canonical == nil && r.signed != "" {
		r.checkNames(value{r.signed, r.authorization.line}, "SignedHeaders=")
	}
}

// checkTarget checks method, path and query.
func (r *reading) checkTarget(q *request) {
	if upper := strings.ToUpper(q.method.text); upper != q.method.text {
		r.problem(q.method.line, q.method.text, upper, "The method is in upper case.")
	}
	r.checkPath(q)
	r.checkQuery(q)
}

var (
	versioned   = regexp.MustCompile(`^/(?:(sandbox|live)/)?v2(?:/|$)`)
	anyVersion  = regexp.MustCompile(`/v[0-9]+(?:/|$)`)
	brokenRaw   = regexp.MustCompile(`[^\x21-\x7e]|["<>\\^` + "`" + `{|}]|%(?:[^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)
	twice       = regexp.MustCompile(`%25[0-9A-Fa-f]{2}`)
	lowerEscape = regexp.MustCompile(`%(?:[0-9A-F]?[a-f][0-9A-Fa-f]?|[0-9A-Fa-f][a-f])`)
)

func (r *reading) checkPath(q *request) {
	path, line := q.path.text, q.path.line
	switch {
	case strings.Contains(path, "://"):
		r.problem(line, path, withoutHost(path), "The path stands alone, without scheme and host.")
		return
	case strings.Contains(path, "?"):
		before, _, _ := strings.Cut(path, "?")
		r.problem(line, path, before, "The query has a line of its own, below the path, without the question mark.")
		return
	case !strings.HasPrefix(path, "/"):
		r.problem(line, path, "/"+path, "The path begins with a slash.")
		return
	case twice.MatchString(path):
		r.problem(line, path, twice.ReplaceAllStringFunc(path, func(e string) string { return "%" + e[3:] }), "The path is escaped twice: %25 is an escaped percent sign.")
	case brokenRaw.MatchString(path):
		r.problem(line, path, (&url.URL{Path: path}).EscapedPath(), "Each character but letters, digits, - . _ ~ and the slashes is escaped, as UTF-8.")
	case strings.Contains(path, "//"):
		r.problem(line, path, regexp.MustCompile(`//+`).ReplaceAllString(path, "/"), "A slash stands there twice: mostly a base URL with a slash at its end.")
	case strings.HasSuffix(path, "/") && len(path) > 1:
		r.doubt(line, path, strings.TrimSuffix(path, "/"), "The paths of the API end without a slash.")
	case lowerEscape.MatchString(path):
		r.doubt(line, path, lowerEscape.ReplaceAllStringFunc(path, strings.ToUpper), "Escapes have upper-case digits.")
	}
	r.checkVersion(path, line)
}

// checkVersion checks the beginning of the path.
func (r *reading) checkVersion(path string, line int) {
	upper := strings.ToUpper(r.keyID)
	ofKey := ""
	switch {
	case strings.HasPrefix(upper, "SANDBOX"):
		ofKey = "sandbox"
	case strings.HasPrefix(upper, "LIVE"):
		ofKey = "live"
	}
	m := versioned.FindStringSubmatch(path)
	switch {
	case m == nil && !anyVersion.MatchString(path):
		r.problem(line, path, "/v2"+path+", or /sandbox/v2… or /live/v2…", "The path lacks the version of the API.")
	case m == nil:
		r.problem(line, path, "/v2/…, /sandbox/v2/… or /live/v2/…", "The path does not begin as the paths of Checkout v2 do.")
	case r.keyID == "":
	case ofKey == "" && m[1] == "":
		r.problem(line, path, "/sandbox"+path+" or /live"+path, "The public key id names no environment, so the path does.")
	case ofKey != "" && m[1] == ofKey:
		r.doubt(line, path, strings.TrimPrefix(path, "/"+ofKey), "The public key id names the environment, and paths then begin with /v2/.")
	case ofKey != "" && m[1] != "":
		r.problem(line, path, strings.TrimPrefix(path, "/"+m[1]), "The public key id belongs to the environment "+ofKey+", and the path names another one.")
	}
}

func (r *reading) checkQuery(q *request) {
	query, line := q.query.text, q.query.line
	if q.queryMissing && r.named(q.path.line) { // the path has it
		return
	}
	if q.queryMissing {
		r.problem(line, "the headers follow the path at once", "an empty line in between", "The query has a line of its own below the path, also when it is empty.")
		return
	}
	if rest, is := strings.CutPrefix(query, "?"); is {
		r.problem(line, query, rest, "The query stands without the question mark.")
		return
	}
	if query == "" {
		return
	}
	values := make(url.Values)
	var names []string
	for pair := range strings.SplitSeq(strings.ReplaceAll(query, "+", "%20"), "&") {
		name, text, is := strings.Cut(pair, "=")
		if !is {
			r.doubt(line, query, name+"=", "A parameter without a value has an equals sign.")
		}
		name, text = decodedOnce(name), decodedOnce(text)
		names = append(names, name)
		values[name] = append(values[name], text)
	}
	right := signing.EncodeQuery(values)
	switch {
	case twice.MatchString(query) && !strings.Contains(right, "%25"+"25"):
		r.problem(line, query, twice.ReplaceAllStringFunc(query, func(e string) string { return "%" + e[3:] }), "The query is escaped twice: %25 is an escaped percent sign.")
	case strings.Contains(query, "+"):
		r.problem(line, query, right, "A space is %20 (RFC 3986), and a plus sign %2B. A plus sign for a space belongs to HTML forms.")
	case brokenRaw.MatchString(query) || strings.ContainsAny(query, ",:;/@?$#[]"):
		r.problem(line, query, right, "Each character of a name or a value but letters, digits, - . _ ~ is escaped, as UTF-8.")
	case !slices.IsSorted(names):
		r.problem(line, query, right, "The parameters are sorted by their names, by bytes.")
	case lowerEscape.MatchString(query):
		r.doubt(line, query, right, "Escapes have upper-case digits.")
	}
}

func decodedOnce(text string) string {
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}

// checkCanonicalHeaders checks the form of the header lines of a canonical request, the empty line
// and the names.
func (r *reading) checkCanonicalHeaders() {
	c := r.canonical
	if c.gap > 0 {
		r.problem(c.query.line+1, "an empty line", c.headers[0].whole, "The header lines follow the query at once; an empty query is one empty line, not two.")
	}
	var names []string
	for _, h := range c.headers {
		lower := strings.ToLower(h.name)
		right := lower + ":" + strings.TrimSpace(h.text)
		switch {
		case h.whole != strings.TrimLeft(h.whole, " \t") || !strings.Contains(h.whole, h.name+":"):
			r.problem(h.line, h.whole, right, "There is no space before the name or before the colon.")
		case h.name != lower:
			r.problem(h.line, h.whole, right, "Header names are in lower case.")
		case strings.HasPrefix(h.text, " ") || strings.HasPrefix(h.text, "\t"):
			r.problem(h.line, h.whole, right, "There is no space after the colon: values are trimmed.")
		case strings.TrimRight(h.text, " \t") != h.text:
			r.problem(h.line, h.whole+"[space]", right, "Values are trimmed: there is a space at the end of the line.")
		case httpheader.HasSpaceRun(h.text):
			r.doubt(h.line, h.whole, lower+":"+strings.Join(strings.Fields(h.text), " "), "The official SDKs treat several spaces or a tab within a value differently.")
		}
		names = append(names, lower)
	}
	if sorted := slices.Sorted(slices.Values(names)); !slices.Equal(sorted, names) && !strings.Contains(strings.Join(names, ""), "_") {
		i := slices.IndexFunc(names, func(name string) bool { return sorted[slices.Index(names, name)] != name })
		r.problem(c.headers[max(i, 0)].line, c.headers[max(i, 0)].whole, "the line of "+sorted[max(i, 0)], "The header lines are sorted by their names.")
	}
	last := c.headers[len(c.headers)-1].line
	switch {
	case c.blank == 0:
		r.problem(last+1, "the names of the signed headers follow the header lines at once", "an empty line in between", "Each header line ends with a line end, and one more follows the block.")
	case c.blank > 1:
		r.problem(last+2, "there are two empty lines behind the header lines", "one empty line", "One empty line separates the header lines from their names.")
	}
	if c.names == nil {
		r.problem(last+1, "the names of the signed headers are missing", strings.Join(names, ";"), "The names follow the header lines, after an empty line.")
		return
	}
	r.checkNames(*c.names, "")
	listed := strings.Split(strings.ToLower(strings.TrimSpace(c.names.text)), ";")
	for _, name := range names {
		if !slices.Contains(listed, name) && !r.named(c.names.line) {
			r.problem(c.names.line, c.names.text, strings.Join(names, ";"), "The list lacks "+name+", which has a header line.")
		}
	}
	for _, name := range listed {
		if !slices.Contains(names, name) && !r.named(c.names.line) {
			r.problem(c.names.line, c.names.text, strings.Join(names, ";"), "The list has "+shown(name)+", which has no header line.")
		}
	}
	if r.signed != "" && r.signed != strings.TrimSpace(c.names.text) && !r.named(c.names.line) {
		r.problem(c.names.line, c.names.text, r.signed, "The authorization header has another list, and the service takes that one.")
	}
}

// checkValues checks the values of headers.
func (r *reading) checkValues(q *request) {
	region := ""
	for _, h := range q.headers {
		text := strings.TrimSpace(h.text)
		switch strings.ToLower(h.name) {
		case "x-amz-pay-date":
			r.checkDate(h, text)
		case "x-amz-pay-host":
			r.checkHost(h, text)
		case "x-amz-pay-region":
			region = r.checkRegion(h, text)
		case "content-type":
			if text != "application/json" {
				r.doubt(h.line, h.whole, "content-type:application/json", "All official SDKs send this value; what is sent must be what is signed, with its charset.")
			}
		case "accept":
			if text != "application/json" {
				r.doubt(h.line, h.whole, "accept:application/json", "All official SDKs send this value.")
			}
		case "x-amz-pay-idempotency-key":
			r.checkIdempotencyKey(q, h, text)
		}
	}
	if host := q.header("x-amz-pay-host"); host != nil && region != "" {
		for of, known := range hosts {
			if strings.EqualFold(strings.TrimSpace(host.text), known) && string(of) != region {
				r.problem(host.line, host.whole, "x-amz-pay-host:"+hosts[amazonpay.Region(region)], "The host is of the region "+string(of)+", and x-amz-pay-region names "+region+".")
			}
		}
	}
}

var (
	basicDate    = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z$`)
	extendedDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`)
	// otherDates are forms that signers take by mistake.
	otherDates = []string{
		time.RFC3339Nano, "20060102T150405Z07:00", "20060102T150405.000Z", "20060102T150405-0700", "20060102T150405", "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700", time.RFC1123, time.RFC1123Z, time.DateTime,
		"2006-01-02 15:04:05Z07:00", "20060102150405", "2006-01-02",
	}
)

func (r *reading) checkDate(h header, text string) {
	const form = "The date has the form 20060102T150405Z, in UTC, without fractions of a second."
	at, err := time.Parse(signing.DateFormat, text)
	if err != nil {
		at, err = time.Parse(time.RFC3339, text) // the Node SDK
	}
	if err != nil || !basicDate.MatchString(text) && !extendedDate.MatchString(text) {
		must := "x-amz-pay-date:" + "20060102T150405Z"
		for _, layout := range otherDates {
			if at, err := time.Parse(layout, text); err == nil {
				must = "x-amz-pay-date:" + at.UTC().Format(signing.DateFormat)
				break
			}
		}
		r.problem(h.line, h.whole, must, form)
		return
	}
	date, known := r.answered()
	if !known {
		return
	}
	const (
		still   = time.Second // the answer's date has whole seconds
		tooOld  = 15 * time.Minute
		quarter = 15 * time.Minute // zones differ by quarters of an hour
	)
	ahead := at.Sub(date)
	must := "x-amz-pay-date:" + date.UTC().Format(signing.DateFormat)
	zone := ahead.Round(quarter)
	switch {
	case ahead > still && zone != 0 && (ahead-zone).Abs() < time.Minute, ahead < -tooOld && (ahead-zone).Abs() < time.Minute:
		r.problem(h.line, h.whole, must, "The service answered at "+date.UTC().Format(time.DateTime)+" UTC. The date differs by "+zone.String()+": it is local time, not UTC.")
	case ahead > still:
		r.problem(h.line, h.whole, must, "The service answered at "+date.UTC().Format(time.DateTime)+" UTC. The date is "+ahead.String()+" in the future, which it refuses: the clock is ahead.")
	case ahead < -tooOld:
		r.problem(h.line, h.whole, must, "The service answered at "+date.UTC().Format(time.DateTime)+" UTC. The date is "+(-ahead).String()+" old: the clock is behind, or the request was signed long before.")
	}
}

func (r *reading) checkHost(h header, text string) {
	must := func(host string) string { return "x-amz-pay-host:" + host }
	_, bare, scheme := strings.Cut(text, "://")
	if !scheme {
		bare = text
	}
	bare, path, hasPath := strings.Cut(bare, "/")
	host, port, hasPort := strings.Cut(bare, ":")
	ours := slices.ContainsFunc([]string{"pay-api.amazon.com", "pay-api.amazon.eu", "pay-api.amazon.jp"}, func(known string) bool { return strings.EqualFold(known, host) })
	switch {
	case scheme:
		r.problem(h.line, h.whole, must(host), "The host stands alone, without scheme.")
	case hasPath:
		r.problem(h.line, h.whole, must(host), "The host stands alone, without a path (/"+path+").")
	case ours && hasPort:
		r.problem(h.line, h.whole, must(host), "The host stands alone, without the port "+port+".")
	case host != strings.ToLower(host):
		r.doubt(h.line, h.whole, must(strings.ToLower(host)), "Host names are in lower case.")
	case !ours && !hasPort && host != "localhost":
		r.doubt(h.line, h.whole, must("pay-api.amazon.com, .eu or .jp"), "This is not a host of the service.")
	}
}

// checkRegion returns the region that is named, if it is known.
func (r *reading) checkRegion(h header, text string) string {
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.Region(text), Environment: amazonpay.EnvironmentSandbox}, noNetwork)
	switch {
	case err != nil && meant(text) != "":
		r.problem(h.line, h.whole, "x-amz-pay-region:"+string(meant(text)), "This is not the name of a region of Amazon Pay.")
		return ""
	case err != nil:
		r.problem(h.line, h.whole, "x-amz-pay-region:na, eu or jp", "This is not the name of a region of Amazon Pay.")
		return ""
	case text != string(client.Region()):
		r.doubt(h.line, h.whole, "x-amz-pay-region:"+string(client.Region()), "The regions are na, eu and jp, in lower case. (The Java SDK signs NA, EU and JP, which the service takes.)")
	}
	return string(client.Region())
}

func (r *reading) checkIdempotencyKey(q *request, h header, text string) {
	const most = 32
	wrong := func(c rune) bool {
		return c != '-' && c != '_' && (c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c))
	}
	switch {
	case len(text) > most && len(strings.ReplaceAll(text, "-", "")) <= most:
		r.problem(h.line, h.whole, "x-amz-pay-idempotency-key:"+strings.ReplaceAll(text, "-", ""), "A key has at most 32 characters. A UUID fits without its hyphens.")
	case len(text) > most:
		r.problem(h.line, h.whole, "a key of at most 32 characters", "A longer key is refused.")
	case text == "" || strings.ContainsFunc(text, wrong):
		r.problem(h.line, h.whole, "a key of 1 to 32 letters, digits, - and _", "Other characters are refused.")
	case strings.EqualFold(q.method.text, "GET"):
		r.doubt(h.line, h.whole, "no such header", "A GET has no idempotency key.")
	}
}

const hashDigits = 64

var (
	hexHash = regexp.MustCompile(`^\s*[0-9a-f]{64}\b`)
	anyHash = regexp.MustCompile(`^[0-9A-Fa-f]{64}$`)
)

// checkHash checks the last line of the canonical request.
func (r *reading) checkHash() {
	c := r.canonical
	empty := signing.HashPayload(nil).String()
	if c.hash == nil {
		line := c.headers[len(c.headers)-1].line + 2
		if c.names != nil {
			line = c.names.line + 1
		}
		r.problem(line, "the hash of the body is missing", empty+" if there is no body", "The last line is the SHA-256 of the body in hex, also of an empty one.")
		return
	}
	text, line := c.hash.text, c.hash.line
	lower := strings.ToLower(text)
	decoded, bad := base64.StdEncoding.DecodeString(text)
	switch {
	case anyHash.MatchString(text) && lower != text:
		r.problem(line, text, lower, "The hash is in lower-case hex.")
	case !anyHash.MatchString(text) && bad == nil && len(decoded) == hashDigits/2:
		r.problem(line, text, signing.PayloadHash(decoded).String(), "The hash is in hex, not in base64.")
		return
	case !anyHash.MatchString(text):
		r.problem(line, shown(text), "64 digits in lower-case hex", "The last line is the SHA-256 of the body.")
		return
	}
	body := r.anyBody()
	switch {
	case body != nil:
		r.checkBodyHash(*body, lower, line)
	case c.method.text == "GET" && lower != empty:
		r.problem(line, text, empty, "A GET has no body, so the last line is the hash of the empty text."+whatWasHashed(lower))
	case lower == empty && (c.method.text == "POST" || c.method.text == "PATCH"):
		r.doubt(line, text, "the hash of the body", "This is the hash of the empty text; this method mostly has a body.")
	case whatWasHashed(lower) != "":
		r.problem(line, text, "the hash of what was sent as the body", strings.TrimSpace(whatWasHashed(lower)))
	}
}

// whatWasHashed recognises the hashes of texts that stand for no body.
func whatWasHashed(hash string) string {
	for _, text := range []string{"null", "{}", `""`, "[]", "undefined", "\n", "None", "false"} {
		if signing.HashPayload([]byte(text)).String() == hash {
			return " It is the hash of " + strings.ReplaceAll(text, "\n", "a line end") + "."
		}
	}
	return ""
}
