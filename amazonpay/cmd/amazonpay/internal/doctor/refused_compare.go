package doctor

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// compare compares the canonical request with the one that was sent, line by line. A line in which
// a mistake was found already is left out.
func (r *reading) compare() {
	c, s := r.canonical, r.sent
	differ := func(signed, sent value, what string) {
		if signed.text != sent.text && !r.named(signed.line) {
			r.problem(signed.line, what+signed.text, what+sent.text, fmt.Sprintf("This was signed, but line %d was sent.", sent.line))
		}
	}
	differ(c.method, value{strings.ToUpper(s.method.text), s.method.line}, "")
	differ(c.path, s.path, "")
	differ(c.query, s.query, "")
	for _, h := range c.headers {
		sent, name := s.header(h.name), strings.ToLower(h.name)
		switch {
		case sent != nil:
			differ(value{strings.TrimSpace(h.text), h.line}, value{strings.TrimSpace(sent.text), sent.line}, name+":")
		case s.curl && (name == "accept" || name == "user-agent"):
			r.problem(h.line, h.whole, "the same header in the curl command (-H)", "It was signed, but the command does not set it, and curl sends a value of its own.")
		case name != "host" && !r.named(h.line):
			r.problem(h.line, h.whole, "a header that is sent", "It was signed, but is not among the headers that were sent.")
		}
	}
}

// checkSigned checks that what the authorization signs was sent, and the reverse.
func (r *reading) checkSigned() {
	if r.signed == "" {
		return
	}
	line := r.authorization.line
	if r.canonical == nil {
		r.checkNames(value{r.signed, line}, "SignedHeaders=")
	}
	listed := strings.Split(strings.ToLower(r.signed), ";")
	signed := make(map[string]bool)
	for _, name := range listed {
		signed[name] = true
		if r.canonical == nil && name != "" && name != "host" && r.sent.header(name) == nil && (!r.sent.curl || name != "accept" && name != "user-agent") {
			r.problem(line, "SignedHeaders names "+shown(name)+", which was not sent", "names of headers that are sent", "The service cannot compute the same text without it.")
		}
	}
	for _, h := range r.sent.headers {
		name := strings.ToLower(h.name)
		if name == "x-amz-pay-idempotency-key" && !signed[name] {
			r.problem(h.line, name+" was sent, but is not signed", "a signed header", "An idempotency key must be signed.")
		}
		if name == "x-amz-pay-authtoken" && !signed[name] {
			r.doubt(h.line, name+" was sent, but is not signed", "a signed header", "All official SDKs but PHP's sign the token.")
		}
	}
}

// checkToSign checks the string to sign that the client made.
func (r *reading) checkToSign() {
	if r.toSign == nil {
		return
	}
	algorithm, hash := r.toSign.algorithm, r.toSign.hash
	if _, err := signing.ParseAlgorithm(algorithm.text); err != nil {
		r.problem(algorithm.line, algorithm.text, signing.PSSV2.String()+" or "+signing.PSSV1.String(), "The service knows no other algorithm.")
	} else if r.algorithm != "" && r.algorithm != algorithm.text {
		r.problem(algorithm.line, algorithm.text, r.algorithm, "The first line of the string to sign is the algorithm that the authorization header names.")
	}
	if lower := strings.ToLower(hash.text); lower != hash.text {
		r.problem(hash.line, hash.text, lower, "The hash is in lower-case hex.")
	}
	if r.canonical == nil || r.canonical.hash == nil {
		return
	}
	text := r.canonicalText()
	if strings.EqualFold(hash.text, hashOf(text)) {
		return
	}
	for _, v := range []struct{ text, why string }{
		{text + "\n", "It is the hash of the canonical request with a line end behind it."},
		{strings.ReplaceAll(text, "\n", "\r\n"), "It is the hash of the canonical request with CR LF for its line ends."},
		{strings.ReplaceAll(text, "\n", `\n`), `It is the hash of the canonical request with \n written out instead of line ends.`},
		{"", "It is the hash of the empty text."},
	} {
		if strings.EqualFold(hash.text, hashOf(v.text)) {
			r.problem(hash.line, hash.text, hashOf(text), v.why)
			return
		}
	}
	r.problem(hash.line, hash.text, hashOf(text), "This is not the hash of the canonical request in the paste: it is of another request, or the log shows another text than the one that was signed.")
}

// canonicalText puts the canonical request together again.
func (r *reading) canonicalText() string {
	c := r.canonical
	lines := []string{c.method.text, c.path.text}
	if !c.queryMissing {
		lines = append(lines, c.query.text)
	}
	lines = append(lines, make([]string, c.gap)...)
	for _, h := range c.headers {
		lines = append(lines, h.whole)
	}
	for range c.blank {
		lines = append(lines, "")
	}
	if c.names != nil {
		lines = append(lines, c.names.text)
	}
	if c.hash != nil {
		lines = append(lines, c.hash.text)
	}
	return strings.Join(lines, "\n")
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// serviceToSign is the string to sign in a message of the service.
var serviceToSign = regexp.MustCompile(`(AMZN-PAY-[A-Z0-9-]+)\s+([0-9a-f]{64})`)

// checkErrors reads what the service says.
func (r *reading) checkErrors() {
	for _, e := range r.errors {
		switch {
		case e.reason == "InvalidAuthentication":
			r.problem(e.line, "the service does not know the public key id", "a public key id of this region and environment", "The signature was not looked at. Check the id with amazonpay doctor.")
		case e.reason == "InvalidHeaderValue" && strings.Contains(e.message, "x-amz-pay-date"):
			r.problem(e.line, "the service refuses the date", "the present time in UTC", "The clock of the client is wrong, if the date has the right form: see amazonpay doctor.")
		case strings.HasPrefix(e.reason, "MissingHeader"):
			r.problem(e.line, "the service misses a header", "accept, content-type, x-amz-pay-date, x-amz-pay-host and x-amz-pay-region, all signed", "Its message names the header.")
		}
		r.compareWithService(e)
	}
}

// compareWithService compares the string to sign that the service computed with the client's.
func (r *reading) compareWithService(e serviceError) {
	m := serviceToSign.FindStringSubmatch(e.message)
	if m == nil {
		r.compareText(e)
		return
	}
	algorithm, hash := m[1], m[2]
	if mine := r.algorithm; mine != "" && mine != algorithm {
		r.problem(r.authorization.line, mine, algorithm, fmt.Sprintf("The service verified another algorithm: see its message on line %d.", e.line))
	}
	if r.toSign != nil && r.toSign.algorithm.text != algorithm && !r.named(r.toSign.algorithm.line) {
		r.problem(r.toSign.algorithm.line, r.toSign.algorithm.text, algorithm, fmt.Sprintf("The service verified another algorithm: see its message on line %d.", e.line))
	}
	switch {
	case r.canonical != nil && r.canonical.hash != nil:
		r.compareHash(e, hash)
	case r.toSign != nil && r.toSign.hash.text == hash:
		r.found.SameText = true
	case r.toSign != nil:
		r.problem(r.toSign.hash.line, r.toSign.hash.text, hash, fmt.Sprintf("The service computed another canonical request: see its message on line %d. The request was changed on its way, or another text was signed than sent.", e.line))
	}
}

func (r *reading) compareHash(e serviceError, hash string) {
	text := r.canonicalText()
	if hashOf(text) == hash {
		r.found.SameText = len(r.found.Problems) == 0 || !r.signerDiffers()
		return
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		for _, other := range variants(lines[i], i, r.anyBody()) {
			changed := strings.Join(lines[:i], "\n")
			if i > 0 {
				changed += "\n"
			}
			changed += other
			if i+1 < len(lines) {
				changed += "\n" + strings.Join(lines[i+1:], "\n")
			}
			if hashOf(changed) == hash {
				r.problem(r.lineOf(i), lines[i], other, fmt.Sprintf("With this line, the text has the hash that the service computed: see its message on line %d.", e.line))
				return
			}
		}
	}
	r.problem(e.line, "the service computed the hash "+hash, hashOf(text)+", the hash of the canonical request on line "+strconv.Itoa(r.canonical.method.line),
		"The service received another request than the one that was signed: it was changed on its way, or the canonical request is of another one.")
}

// signerDiffers reports whether the client signed another text than its canonical request.
func (r *reading) signerDiffers() bool {
	return r.toSign != nil && (r.named(r.toSign.hash.line) || r.named(r.toSign.algorithm.line)) || r.authorization != nil && r.named(r.authorization.line)
}

// lineOf returns the number of the paste's line of a line of the canonical request.
func (r *reading) lineOf(i int) int {
	c := r.canonical
	first := []int{c.method.line, c.path.line, c.query.line}
	if i < len(first) {
		return first[i]
	}
	if i -= len(first) + c.gap; i < 0 {
		return c.query.line + 1
	}
	if i < len(c.headers) {
		return c.headers[i].line
	}
	if c.names != nil && i == len(c.headers)+c.blank {
		return c.names.line
	}
	if c.hash != nil {
		return c.hash.line
	}
	return c.method.line
}

// variants are other texts of one line of a canonical request, as the service may have computed it.
func variants(text string, i int, body *value) []string {
	upper, lower := strings.ToUpper(text), strings.ToLower(text)
	all := []string{upper, lower, strings.TrimSpace(text)}
	name, content, isHeader := strings.Cut(text, ":")
	content = strings.TrimSpace(content)
	switch {
	case i == 1:
		all = append(all, strings.TrimSuffix(text, "/"), text+"/", "/sandbox"+text, "/live"+text, strings.TrimPrefix(text, "/sandbox"), strings.TrimPrefix(text, "/live"), decodedOnce(text))
	case i == 2:
		all = append(all, "", decodedOnce(text), strings.ReplaceAll(text, "+", "%20"), strings.ReplaceAll(text, "%20", "+"))
	case isHeader:
		for _, other := range []string{
			content, strings.ToUpper(content), strings.ToLower(content), "na", "eu", "jp", "application/json", "*/*", "application/json; charset=utf-8", "application/json;charset=utf-8",
			"pay-api.amazon.com", "pay-api.amazon.eu", "pay-api.amazon.jp",
		} {
			all = append(all, strings.ToLower(name)+":"+other)
		}
		if at, err := time.Parse(time.RFC3339, content); err == nil {
			all = append(all, name+":"+at.UTC().Format(signing.DateFormat))
		}
	default:
		all = append(all, signing.HashPayload(nil).String())
		if body != nil {
			all = append(all, signing.HashPayload([]byte(body.text)).String(), signing.HashPayload([]byte(body.text+"\n")).String())
			for _, rewriting := range rewritten(body.text) {
				all = append(all, signing.HashPayload([]byte(rewriting)).String())
			}
		}
	}
	return all
}

// compareText compares the client's canonical request with one in a message of the service.
func (r *reading) compareText(e serviceError) {
	if r.canonical == nil {
		return
	}
	var lines []line
	for text := range strings.SplitSeq(e.message, "\n") {
		lines = append(lines, line{number: e.line, text: text})
	}
	theirs := &paste{lines: lines}
	theirs.readCanonical()
	if theirs.canonical == nil {
		return
	}
	other := &reading{paste: theirs}
	mine, expected := strings.Split(r.canonicalText(), "\n"), strings.Split(other.canonicalText(), "\n")
	for i := range min(len(mine), len(expected)) {
		if mine[i] != expected[i] {
			if at := r.lineOf(i); !r.named(at) {
				r.problem(at, mine[i], expected[i], fmt.Sprintf("The service computed this line, from what it received: see its message on line %d.", e.line))
			}
			return
		}
	}
	if len(mine) == len(expected) {
		r.found.SameText = !r.signerDiffers()
		return
	}
	r.problem(e.line, fmt.Sprintf("the service computed a text of %d lines", len(expected)), fmt.Sprintf("%d lines, as the canonical request in the paste", len(mine)),
		"The service received another request than the one that was signed.")
}
