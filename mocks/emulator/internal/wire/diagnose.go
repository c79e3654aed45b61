package wire

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/rewriting"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// diagnosis finds out what a refused signature was made over. A signature does not tell, so that
// the mistakes that signers make are tried one after the other until one of them verifies.
type diagnosis struct {
	a        signing.Authorization
	expected string // canonical request
	body     []byte
	caller   *Merchant
	others   []*Merchant
}

// Explainable is how long a canonical request or a body may be for its signature to be explained,
// which takes many copies of it.
const Explainable = 16 << 10

// difference describes the mistake in one sentence.
func (d diagnosis) difference() string {
	if len(d.expected) > Explainable || len(d.body) > Explainable {
		return fmt.Sprintf("Requests over %d bytes are not analysed: compare your code's canonical request with the expected one.", Explainable)
	}
	key := &d.caller.Key.PublicKey
	if found := d.otherwiseRight(key); found != "" {
		return found
	}
	if found := d.rewritten(key); found != "" {
		return found
	}
	tried := d.variants()
	for _, mistake := range tried {
		if text := mistake(); d.a.Verify(text, key) == nil {
			return firstDifference(d.expected, text)
		}
	}
	for what, message := range d.wrongMessages() {
		if d.verifies(key, message, rsa.PSSSaltLengthAuto) {
			return "The signature was made over " + what + ", not over the string to sign: the algorithm, a line end and the hash of the canonical request."
		}
	}
	return fmt.Sprintf("None of %d usual mistakes explains the signature: compare your code's canonical request with the expected one.", len(tried)+8)
}

// otherwiseRight tries signatures over the right text that were made in another way.
func (d diagnosis) otherwiseRight(key *rsa.PublicKey) string {
	for _, other := range []signing.Algorithm{signing.PSSV1, signing.PSSV2} {
		named := d.a
		named.Algorithm = other
		if other != d.a.Algorithm && named.Verify(d.expected, key) == nil {
			return fmt.Sprintf("The signature is right for the algorithm %s, but the header names %s.", other, d.a.Algorithm)
		}
	}
	for _, m := range d.others {
		if m != d.caller && m.Key != nil && d.a.Verify(d.expected, &m.Key.PublicKey) == nil {
			return "The signature is right, but was made with the key of another merchant, " + m.ID + "."
		}
	}
	message := []byte(d.a.Algorithm.StringToSign(d.expected))
	digest := sha256.Sum256(message)
	switch {
	case d.verifies(key, message, rsa.PSSSaltLengthAuto):
		return fmt.Sprintf("The text is right, but the salt of the signature is not %d bytes long, as %s requires.", d.a.Algorithm.SaltLength(), d.a.Algorithm)
	case rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], d.a.Signature) == nil:
		return "The text is right, but the signature uses RSASSA-PKCS1-v1_5 instead of RSASSA-PSS."
	}
	for _, name := range []string{signing.PSSV1.String(), signing.PSSV2.String()} {
		hash := sha256.Sum256([]byte(d.expected))
		if other := []byte(name + "\n" + hex.EncodeToString(hash[:])); name != d.a.Algorithm.String() && d.verifies(key, other, d.a.Algorithm.SaltLength()) {
			return "The first line of the string to sign is " + name + ": the header names " + d.a.Algorithm.String() + "."
		}
	}
	return ""
}

// rewritten tries bodies that may have been signed before they were rewritten in transit.
func (d diagnosis) rewritten(key *rsa.PublicKey) string {
	before, isLast := strings.CutSuffix(d.expected, signing.HashPayload(d.body).String())
	if !isLast || len(d.body) == 0 {
		return ""
	}
	for r := range rewriting.Of(string(d.body)) {
		if d.a.Verify(before+signing.HashPayload([]byte(r.Text)).String(), key) == nil {
			return "The body was changed after it was signed: " + r.What + "; " + rewriting.WhereTheyDiffer(r.Text, string(d.body)) + "."
		}
	}
	return ""
}

func (d diagnosis) verifies(key *rsa.PublicKey, message []byte, salt int) bool {
	digest := sha256.Sum256(message)
	return rsa.VerifyPSS(key, crypto.SHA256, digest[:], d.a.Signature, &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256}) == nil
}

// wrongMessages are texts that signers sign by mistake instead of the string to sign.
func (d diagnosis) wrongMessages() map[string][]byte {
	hash := sha256.Sum256([]byte(d.expected))
	return map[string][]byte{
		"the canonical request itself":                     []byte(d.expected),
		"the hash of the canonical request alone":          []byte(hex.EncodeToString(hash[:])),
		"the bytes of the hash of the canonical request":   hash[:],
		"the hash with upper-case digits":                  []byte(d.a.Algorithm.String() + "\n" + strings.ToUpper(hex.EncodeToString(hash[:]))),
		"a string to sign without a line end":              []byte(d.a.Algorithm.String() + hex.EncodeToString(hash[:])),
		"a string to sign with a line end too many":        []byte(d.a.Algorithm.StringToSign(d.expected) + "\n"),
		"the body alone":                                   d.body,
		"a string to sign that was made of the body alone": []byte(d.a.Algorithm.StringToSign(string(d.body))),
	}
}

// variants make canonical requests with one mistake each, one at a time: there are many.
func (d diagnosis) variants() []func() string {
	// Method, path, query, the header lines, an empty one, the names, the hash.
	lines := strings.Split(d.expected, "\n")
	last := len(lines) - 1
	if last < 6 {
		return nil
	}
	join := func(lines []string) string { return strings.Join(lines, "\n") }
	without := func(line int) func() string {
		return func() string { return join(slices.Delete(slices.Clone(lines), line, line+1)) }
	}
	var texts []func() string
	with := func(line int, values ...string) {
		for _, value := range values {
			if value == lines[line] {
				continue
			}
			texts = append(texts, func() string {
				changed := slices.Clone(lines)
				changed[line] = value
				return join(changed)
			})
		}
	}
	with(0, strings.ToLower(lines[0]))
	with(1, pathMistakes(lines[1], lines[2])...)
	with(2, queryMistakes(lines[2])...)
	for i := 3; i < last-2; i++ {
		with(i, headerMistakes(lines[i])...)
		texts = append(texts, without(i)) // a header that the text lacks
	}
	names := strings.Split(lines[last-1], ";")
	slices.Sort(names)
	with(last-1, strings.Join(names, ";"), strings.ToLower(lines[last-1]), strings.Join(names, ","), strings.Join(names, ";")+";")
	with(last, d.hashMistakes(lines[last])...)
	return append(texts,
		func() string {
			sorted := slices.Clone(lines)
			slices.Sort(sorted[3 : last-2])
			return join(sorted)
		},
		without(last-2), // no empty line behind the headers
		func() string { return strings.Join(lines, "\r\n") },
		func() string { return d.expected + "\n" },
	)
}

func pathMistakes(path, query string) []string {
	mistakes := []string{path + "?" + query, strings.TrimPrefix(path, "/"), path + "/", strings.TrimSuffix(path, "/"), url.QueryEscape(path), strings.ReplaceAll(path, "%", "%25")}
	for _, env := range []ledger.Environment{ledger.Live, ledger.Sandbox} {
		mistakes = append(mistakes, strings.TrimPrefix(path, "/"+string(env)), "/"+string(env)+path)
	}
	if _, below, isV2 := strings.Cut(path, "/v2/"); isV2 {
		mistakes = append(mistakes, "/"+below, below)
	}
	if decoded, err := url.PathUnescape(path); err == nil {
		mistakes = append(mistakes, decoded)
	}
	return mistakes
}

func queryMistakes(query string) []string {
	values, err := url.ParseQuery(query)
	if query == "" || err != nil {
		return []string{"?"}
	}
	decoded, _ := url.QueryUnescape(query)
	pairs := strings.Split(query, "&")
	slices.Sort(pairs)
	return []string{"", "?" + query, decoded, values.Encode(), signing.EncodeQuery(values), strings.Join(pairs, "&")}
}

func headerMistakes(line string) []string {
	name, value, _ := strings.Cut(line, ":")
	mistakes := []string{name + ": " + value, name + ":", name + "=" + value, http.CanonicalHeaderKey(name) + ":" + value}
	switch name {
	case "x-amz-pay-region":
		mistakes = append(mistakes, name+":"+strings.ToUpper(value), name+":"+strings.ToLower(value))
		for _, r := range ledger.Regions {
			for _, alias := range r.Aliases {
				mistakes = append(mistakes, name+":"+alias)
			}
		}
	case "x-amz-pay-host":
		bare := (&url.URL{Host: value}).Hostname()
		mistakes = append(mistakes, name+":"+bare, name+":"+bare+":443", name+":https://"+value)
		for _, r := range ledger.Regions {
			mistakes = append(mistakes, name+":"+r.Host)
		}
	case "x-amz-pay-date":
		for _, layout := range []string{signing.DateFormat, time.RFC3339} {
			if at, err := time.Parse(layout, value); err == nil {
				for delta := -2; delta <= 2; delta++ { // made anew a moment later or earlier
					moved := at.Add(time.Duration(delta) * time.Second)
					mistakes = append(mistakes, name+":"+moved.Format(signing.DateFormat), name+":"+moved.Format(time.RFC3339), name+":"+moved.Format("2006-01-02T15:04:05.000Z"))
				}
			}
		}
	case "content-type":
		mistakes = append(mistakes, name+":application/json", name+":application/json; charset=utf-8", name+":application/json;charset=UTF-8")
	case "accept":
		mistakes = append(mistakes, name+":application/json", name+":*/*")
	}
	return mistakes
}

// hashMistakes tries wrong payload hashes; rewritten tries bodies written in another form.
func (d diagnosis) hashMistakes(hash string) []string {
	of := func(body string) string { return signing.HashPayload([]byte(body)).String() }
	text := string(d.body)
	return []string{strings.ToUpper(hash), of(""), of("null"), of("{}"), of(text + "\n"), of(strings.TrimSpace(text)), "", "UNSIGNED-PAYLOAD"}
}

// firstDifference names the first line in which the signed text differs from the expected text.
func firstDifference(expected, signed string) string {
	want, got := strings.Split(expected, "\n"), strings.Split(signed, "\n")
	line := func(lines []string, i int) string {
		if i < len(lines) {
			return fmt.Sprintf("%q", lines[i])
		}
		return "no such line"
	}
	for i := range max(len(want), len(got)) {
		if w, g := line(want, i), line(got, i); w != g {
			return fmt.Sprintf("Line %d of the canonical request: expected %s, signed was %s.", i+1, w, g)
		}
	}
	return ""
}
