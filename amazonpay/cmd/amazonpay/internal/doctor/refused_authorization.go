package doctor

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"github.com/amazonpay-go/sdk/internal/keyid"
	"github.com/amazonpay-go/sdk/signing"
)

var authorizationForm = regexp.MustCompile(`^AMZN-PAY-[A-Z0-9-]+ PublicKeyId=[^,\s]+, SignedHeaders=[^,\s]+, Signature=\S+$`)

// readAuthorization checks the form of the authorization header, and keeps its parts.
func (r *reading) readAuthorization() {
	if r.authorization == nil {
		return
	}
	line := r.authorization.line
	text := strings.TrimSpace(r.authorization.text)
	if r.sent != nil && r.sent.header("authorization") == nil && r.sent.header("x-amz-pay-authorization") != nil {
		r.doubt(line, "the header is called x-amz-pay-authorization", "authorization", "Old pages of the documentation have this name; all official SDKs send authorization.")
	}
	algorithm, rest, _ := strings.Cut(text, " ")
	r.algorithm = algorithm
	parts := make(map[string]string)
	for part := range strings.FieldsFuncSeq(rest, func(c rune) bool { return c == ',' || c == ' ' || c == '\t' }) {
		name, content, is := strings.Cut(part, "=")
		if is && parts[name] == "" {
			parts[name] = content
		}
	}
	r.keyID, r.signed = parts["PublicKeyId"], parts["SignedHeaders"]
	const form = "{algorithm} PublicKeyId={id}, SignedHeaders={names}, Signature={base64}"
	_, unknown := signing.ParseAlgorithm(algorithm)
	switch {
	case unknown != nil:
		r.problem(line, "the authorization begins with "+shown(algorithm), signing.PSSV2.String()+" or "+signing.PSSV1.String(), "The service knows no other algorithm.")
	case parts["PublicKeyId"] == "" || parts["SignedHeaders"] == "" || parts["Signature"] == "":
		r.problem(line, "the authorization lacks "+lacking(parts), form, "The service cannot read it.")
	case !authorizationForm.MatchString(text):
		r.problem(line, "the parts of the authorization are not separated as documented, or are in another order", form, "A comma and one space stand between the three parts, and a space alone after the algorithm.")
	}
	if signature := parts["Signature"]; signature != "" {
		if _, err := base64.StdEncoding.Strict().DecodeString(signature); err != nil {
			r.problem(line, "the signature is not base64", "base64 of the standard alphabet with padding, on one line", "base64url, hex, or a line break within it cannot be read.")
		}
	}
	if err := keyid.Check(r.keyID); r.keyID != "" && err != nil {
		r.problem(line, "PublicKeyId is not one", "the id in Seller Central, such as SANDBOX-AF…", reason(err))
		return
	}
	for _, m := range mistaken {
		if r.keyID != "" && m.form.MatchString(r.keyID) {
			r.doubt(line, "PublicKeyId has the form of something else", "the id in Seller Central, such as SANDBOX-AF…", m.what)
			return
		}
	}
}

// lacking lists the parts that an authorization lacks.
func lacking(parts map[string]string) string {
	names := slices.DeleteFunc([]string{"PublicKeyId", "SignedHeaders", "Signature"}, func(name string) bool { return parts[name] != "" })
	return strings.Join(names, ", ")
}

// checkNames checks a list of signed headers.
func (r *reading) checkNames(list value, separator string) {
	text := strings.TrimSpace(list.text)
	names := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ';' || c == ',' || c == ' ' })
	sorted := slices.Sorted(slices.Values(names))
	right := strings.Join(sorted, ";")
	switch {
	case strings.ContainsAny(text, ", \t"):
		r.problem(list.line, separator+text, right, "The names are separated by semicolons, without spaces.")
	case strings.HasPrefix(text, ";") || strings.HasSuffix(text, ";"):
		r.problem(list.line, separator+text, right, "There is no semicolon before the first name or after the last one.")
	case len(slices.Compact(slices.Clone(sorted))) != len(sorted):
		r.problem(list.line, separator+text, strings.Join(slices.Compact(sorted), ";"), "A name stands there twice.")
	case !slices.IsSorted(names) && !strings.Contains(text, "_"):
		r.problem(list.line, separator+text, right, "The names are sorted.")
	case text != strings.ToLower(text) && r.signed != text:
		r.doubt(list.line, separator+text, strings.ToLower(text), "The names are in lower case. The service takes another spelling if the authorization header has the very same one.")
	}
	for _, must := range []string{"accept", "content-type", "x-amz-pay-date"} {
		if !slices.Contains(names, must) && (must != "content-type" || r.mayHaveBody()) {
			r.problem(list.line, "the signed headers lack "+must, right+" and "+must, "This header must be sent and signed.")
		}
	}
	for _, should := range []string{"x-amz-pay-host", "x-amz-pay-region", "content-type"} {
		if !slices.Contains(names, should) && !r.named(list.line) {
			r.doubt(list.line, "the signed headers lack "+should, right+" and "+should, "All official SDKs send and sign it.")
		}
	}
	if slices.Contains(names, "authorization") {
		r.problem(list.line, "authorization is among the signed headers", "a list without it", "The signature cannot cover itself.")
	}
	changing := []string{"connection", "content-length", "accept-encoding", "transfer-encoding", "via", "x-forwarded-for", "x-forwarded-proto", "cookie", "traceparent", "expect"}
	for _, name := range names {
		if slices.Contains(changing, name) {
			r.doubt(list.line, name+" is among the signed headers", "a list without it", "HTTP libraries and proxies change or remove this header after it was signed.")
		}
	}
}
