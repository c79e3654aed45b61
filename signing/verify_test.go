package signing_test

import (
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// wire is a request as it is sent, and what its sender signed. Names, values and texts are written
// by hand.
type wire struct {
	method, target string
	lines          []line
	body           string

	algorithm string
	salt      int
	path      string // as signed
	query     string // as signed
	signed    []line // as signed, in the order of the list
}

const (
	nameV1 = "AMZN-PAY-RSASSA-PSS"
	nameV2 = "AMZN-PAY-RSASSA-PSS-V2"
)

// basics are the five headers that every SDK signs, in the order of the list.
func basics(region string) []line {
	return []line{
		{"accept", "application/json"},
		{"content-type", "application/json"},
		{"x-amz-pay-date", date},
		{"x-amz-pay-host", "pay-api.amazon.eu"},
		{"x-amz-pay-region", region},
	}
}

func (w wire) list() string {
	var names []string
	for _, l := range w.signed {
		names = append(names, l.name)
	}
	return strings.Join(names, ";")
}

// sign returns the Authorization header that the sender makes.
func (w wire) sign(tb testing.TB) string {
	tb.Helper()
	text := []string{w.method, w.path, w.query}
	for _, l := range w.signed {
		text = append(text, l.name+":"+l.value)
	}
	text = append(text, "", w.list(), signing.HashPayload([]byte(w.body)).String())
	return authorization(w.algorithm, w.list(), signText(tb, testKey(), w.algorithm, w.salt, strings.Join(text, "\n")))
}

func (w wire) verify(tb testing.TB, authorization string) error {
	tb.Helper()
	r := receive(tb, w.method, w.target, append(slices.Clip(w.lines), line{"authorization", authorization}), w.body)
	return signing.Verify(r, []byte(w.body), &testKey().PublicKey)
}

// official are requests in the ways of the official SDKs.
func official() map[string]wire {
	note := func(value string) []line { return append(basics("eu"), line{"x-amz-pay-z", value}) }
	return map[string]wire{
		"Java: region in upper case, query sorted and encoded in the signature alone, repeated keys": {
			method: "GET", target: "/live/v2/reports?reportTypes=B*,'x&pageSize=10&reportTypes=A:1&createdSince=a+b~", lines: basics("EU"),
			algorithm: nameV1, salt: 20, signed: basics("EU"),
			path: "/live/v2/reports", query: "createdSince=a%2Bb~&pageSize=10&reportTypes=A%3A1&reportTypes=B%2A%2C%27x",
		},
		"Java: path encoded anew, slashes collapsed": {
			method: "GET", target: "/live/v2//reports/a:b%20c", lines: basics("EU"),
			algorithm: nameV2, salt: 32, signed: basics("EU"), path: "/live/v2/reports/a%3Ab%20c",
		},
		"Java: a tab signed as a space, the run kept": {
			method: "GET", target: "/live/v2/reports", lines: note("a \t b"),
			algorithm: nameV1, salt: 20, signed: note("a   b"), path: "/live/v2/reports",
		},
		".NET: trailing slash, percent signs of the path encoded twice": {
			method: "GET", target: "/live/v2/buyers/a%20b/?q=1%2C2&z=%20", lines: basics("eu"),
			algorithm: nameV1, salt: 20, signed: basics("eu"), path: "/live/v2/buyers/a%2520b/", query: "q=1%2C2&z=%20",
		},
		".NET: white space collapsed": {
			method: "POST", target: "/live/v2/charges/", lines: note("a \t b"), body: `{"a":1}`,
			algorithm: nameV2, salt: 32, signed: note("a b"), path: "/live/v2/charges/",
		},
		"PHP: idempotency key signed, everything else unsigned": {
			method: "POST", target: "/sandbox/v2/charges", body: `{"chargeAmount":{"amount":"1.00"}}`,
			lines: append(basics("eu"), line{"x-amz-pay-idempotency-key", "k1"}, line{"x-amz-pay-authtoken", "t"},
				line{"X-Amz-Pay-Sdk-Type", "PHP"}, line{"user-agent", "php"}),
			algorithm: nameV1, salt: 20, path: "/sandbox/v2/charges",
			signed: slices.Insert(basics("eu"), 4, line{"x-amz-pay-idempotency-key", "k1"}),
		},
		"PHP: numbered keys": {
			method: "GET", target: "/sandbox/v2/reports?reportTypes.1=A&reportTypes.10=C&reportTypes.2=B", lines: basics("eu"),
			algorithm: nameV2, salt: 32, signed: basics("eu"),
			path: "/sandbox/v2/reports", query: "reportTypes.1=A&reportTypes.10=C&reportTypes.2=B",
		},
		"Node: user agent and extended date signed, a name in mixed case": {
			method: "GET", target: "/v2/reports?a=!'()*", algorithm: nameV1, salt: 20, path: "/v2/reports", query: "a=!'()*",
			lines:  []line{{"Accept", "a"}, {"User-Agent", "node"}, {"X-Amz-Pay-Date", "2026-11-23T16:20:07Z"}},
			signed: []line{{"accept", "a"}, {"user-agent", "node"}, {"x-amz-pay-date", "2026-11-23T16:20:07Z"}},
		},
	}
}

func TestVerifyAcceptsOfficialSDKs(t *testing.T) {
	t.Parallel()
	for name, w := range official() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := w.sign(t)
			require.NoError(t, w.verify(t, header))

			w.target = "https://pay-api.amazon.eu" + w.target
			require.NoError(t, w.verify(t, header), "the absolute form that a proxy is sent")
		})
	}
}

func setLine(name, value string) func(*wire) {
	return func(w *wire) {
		w.lines = slices.Clone(w.lines)
		i := slices.IndexFunc(w.lines, func(l line) bool { return strings.EqualFold(l.name, name) })
		w.lines[i].value = value
	}
}

// Each edit is made to a request that verifies; the Authorization header stays.
func TestVerifyRefusesEdits(t *testing.T) {
	t.Parallel()
	everywhere := map[string]func(*wire){
		"method":                  func(w *wire) { w.method = "PUT" },
		"method in lower case":    func(w *wire) { w.method = strings.ToLower(w.method) },
		"body":                    func(w *wire) { w.body += " " },
		"parameter added":         func(w *wire) { w.target += cutOr(w.target, "&", "?") + "x=1" },
		"empty parameter added":   func(w *wire) { w.target += cutOr(w.target, "&", "?") + "x" },
		"path longer":             func(w *wire) { w.target = insert(w.target, "/x") },
		"dot segment added":       func(w *wire) { w.target = insert(w.target, "/.") },
		"path in another case":    func(w *wire) { w.target = strings.Replace(w.target, "v2", "V2", 1) },
		"slash escaped":           func(w *wire) { w.target = strings.Replace(w.target, "v2/", "v2%2F", 1) },
		"slash escaped in lower":  func(w *wire) { w.target = strings.Replace(w.target, "v2/", "v2%2f", 1) },
		"slash escaped twice":     func(w *wire) { w.target = strings.Replace(w.target, "v2/", "v2%252F", 1) },
		"backslash":               func(w *wire) { w.target = strings.Replace(w.target, "v2/", `v2\`, 1) },
		"dot segments":            func(w *wire) { w.target = "/x/.." + w.target },
		"a path that looks a URL": func(w *wire) { w.target = "/x://pay-api.amazon.eu" + w.target },
		"question mark escaped":   func(w *wire) { w.target = strings.Replace(w.target+"?", "?", "%3F", 1) },
		"header changed":          setLine("x-amz-pay-date", "20261123T162008Z"),
		"header of other case":    setLine("accept", "APPLICATION/JSON"),
		"header emptied":          setLine("accept", ""),
		"header with white space": setLine("accept", "application  /\tjson"),
		"header doubled":          func(w *wire) { w.lines = append(slices.Clip(w.lines), line{"Accept", "application/json"}) },
		"header removed":          func(w *wire) { w.lines = w.lines[1:] },
		"header under another name": func(w *wire) {
			w.lines = slices.Clone(w.lines)
			w.lines[0].name = "accept_"
		},
	}
	some := map[string]map[string]func(*wire){
		"Java: region in upper case, query sorted and encoded in the signature alone, repeated keys": {
			"region in lower case":         setLine("x-amz-pay-region", "eu"),
			"parameter changed":            func(w *wire) { w.target = strings.Replace(w.target, "pageSize=10", "pageSize=11", 1) },
			"parameter renamed":            func(w *wire) { w.target = strings.Replace(w.target, "pageSize", "pagesize", 1) },
			"parameter removed":            func(w *wire) { w.target = strings.Replace(w.target, "&pageSize=10", "", 1) },
			"parameter doubled":            func(w *wire) { w.target += "&pageSize=10" },
			"repeat removed":               func(w *wire) { w.target = strings.Replace(w.target, "&reportTypes=A:1", "", 1) },
			"two parameters made one":      func(w *wire) { w.target = strings.Replace(w.target, "&pageSize", "%26pageSize", 1) },
			"equals sign escaped":          func(w *wire) { w.target = strings.Replace(w.target, "pageSize=", "pageSize%3D", 1) },
			"values exchanged":             func(w *wire) { w.target = strings.NewReplacer("=10", "=a+b~", "=a+b~", "=10").Replace(w.target) },
			"plus made a space":            func(w *wire) { w.target = strings.Replace(w.target, "a+b", "a%20b", 1) },
			"percent signs encoded twice":  func(w *wire) { w.target = strings.Replace(w.target, "a+b", "a%252Bb", 1) },
			"a semicolon for an ampersand": func(w *wire) { w.target = strings.Replace(w.target, "&pageSize", ";pageSize", 1) },
		},
		".NET: trailing slash, percent signs of the path encoded twice": {
			"trailing slash removed": func(w *wire) { w.target = strings.Replace(w.target, "/?", "?", 1) },
			"another id":             func(w *wire) { w.target = strings.Replace(w.target, "a%20b", "a%20c", 1) },
			"escaped slash":          func(w *wire) { w.target = strings.Replace(w.target, "a%20b", "a%2Fb", 1) },
			"comma of a value":       func(w *wire) { w.target = strings.Replace(w.target, "1%2C2", "1%2C3", 1) },
		},
		".NET: white space collapsed": {
			"white space removed": setLine("x-amz-pay-z", "ab"),
			"body emptied":        func(w *wire) { w.body = "" },
			"body of other JSON":  func(w *wire) { w.body = `{"a":2}` },
		},
		"PHP: idempotency key signed, everything else unsigned": {
			"idempotency key changed": setLine("x-amz-pay-idempotency-key", "k2"),
			"amount changed":          func(w *wire) { w.body = strings.Replace(w.body, "1.00", "9.00", 1) },
		},
		"PHP: numbered keys": {
			"numbers exchanged": func(w *wire) { w.target = strings.NewReplacer("=A", "=B", "=B", "=A").Replace(w.target) },
		},
	}
	for name, w := range official() {
		header := w.sign(t)
		require.NoError(t, w.verify(t, header))
		for edit, change := range everywhere {
			refuses(t, name+": "+edit, w, change, header)
		}
		for edit, change := range some[name] {
			refuses(t, name+": "+edit, w, change, header)
		}
	}
	for name := range some {
		assert.Contains(t, official(), name)
	}
}

func refuses(t *testing.T, name string, w wire, change func(*wire), header string) {
	t.Helper()
	edited := w
	change(&edited)
	require.NotEqual(t, w, edited, "%s: the edit changes nothing", name)
	require.ErrorIs(t, edited.verify(t, header), signing.ErrSignature, name)
}

// cutOr returns the separator that a further parameter needs.
func cutOr(target, with, without string) string {
	if strings.Contains(target, "?") {
		return with
	}
	return without
}

// insert puts text at the end of the target's path.
func insert(target, text string) string {
	path, query, found := strings.Cut(target, "?")
	if found {
		return path + text + "?" + query
	}
	return path + text
}

// An escaped slash and a slash are two paths, whichever of them was signed.
func TestEscapedSlashIsNoSlash(t *testing.T) {
	t.Parallel()
	paths := []string{"/v2/buyers/a/b", "/v2/buyers/a%2Fb", "/v2/buyers/a%2fb"}
	for _, signed := range paths {
		w := wire{method: "GET", target: signed, lines: basics("eu"), algorithm: nameV2, salt: 32, signed: basics("eu"), path: signed}
		header := w.sign(t)
		for _, sent := range paths {
			w.target = sent
			if sent == signed {
				require.NoError(t, w.verify(t, header), sent)
			} else {
				require.ErrorIs(t, w.verify(t, header), signing.ErrSignature, "%s signed, %s sent", signed, sent)
			}
		}
	}
}

// Verify accepts each form in which an official SDK signs a target. It refuses a signature for
// another resource, and every form that no SDK signs.
func TestVerifySpellingsOfATarget(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		sent     string
		accepted []string // as signed
		refused  []string
	}{
		{ // .NET encodes each percent sign again; Java signs a slash, which is another path.
			sent:     "/v2/buyers/a%2Fb",
			accepted: []string{"/v2/buyers/a%2Fb", "/v2/buyers/a%252Fb"},
			refused:  []string{"/v2/buyers/a/b", "/v2/buyers/a%2fb", "/v2/buyers/a%252fb", "/v2/buyers/a%25252Fb"},
		},
		{
			sent:     "/v2/buyers/a%2fb",
			accepted: []string{"/v2/buyers/a%2fb", "/v2/buyers/a%252fb"},
			refused:  []string{"/v2/buyers/a/b", "/v2/buyers/a%2Fb", "/v2/buyers/a%252Fb"},
		},
		{
			sent:     "/v2/buyers/a/b",
			accepted: []string{"/v2/buyers/a/b"},
			refused:  []string{"/v2/buyers/a%2Fb", "/v2/buyers/a%252Fb", "/v2/buyers//a/b"},
		},
		{ // An id with a percent sign of its own.
			sent:     "/v2/buyers/a%252Fb",
			accepted: []string{"/v2/buyers/a%252Fb", "/v2/buyers/a%25252Fb"},
			refused:  []string{"/v2/buyers/a%2Fb", "/v2/buyers/a/b"},
		},
		{ // Other characters of the same path are encoded in the same way.
			sent:     "/v2/buyers/a%2Fb%20c:d",
			accepted: []string{"/v2/buyers/a%2Fb%20c:d", "/v2/buyers/a%252Fb%2520c%3Ad"},
			refused:  []string{"/v2/buyers/a%2Fb%20c%3Ad", "/v2/buyers/a%252Fb%20c:d", "/v2/buyers/a%2Fb%2520c:d", "/v2/buyers/a/b%20c%3Ad"},
		},
		{
			sent:     "/v2/buyers/a%20b",
			accepted: []string{"/v2/buyers/a%20b", "/v2/buyers/a%2520b"},
			refused:  []string{"/v2/buyers/a b", "/v2/buyers/a+b", "/v2/buyers/a%252520b"},
		},
		{
			sent:     "/v2/buyers/a%2520b",
			accepted: []string{"/v2/buyers/a%2520b", "/v2/buyers/a%252520b"},
			refused:  []string{"/v2/buyers/a%20b", "/v2/buyers/a b"},
		},
		{ // Java and .NET collapse slashes in the signature, not those that are escaped.
			sent:     "/v2//buyers///a%2F%2Fb",
			accepted: []string{"/v2//buyers///a%2F%2Fb", "/v2/buyers/a%252F%252Fb"},
			refused:  []string{"/v2/buyers/a%2F%2Fb", "/v2/buyers/a%252Fb", "/v2/buyers/a%2Fb", "/v2//buyers///a%252F%252Fb", "/v2/buyers/a/b"},
		},
		{ // A query is encoded once: Java sends it raw, .NET as it signs it.
			sent:     "/v2/reports?a=b%2Fc%20d",
			accepted: []string{"/v2/reports?a=b%2Fc%20d"},
			refused:  []string{"/v2/reports?a=b%252Fc%2520d", "/v2/reports?a=b/c d", "/v2/reports?a=b/c%20d"},
		},
		{
			sent:     "/v2/reports?a=b%252Fc",
			accepted: []string{"/v2/reports?a=b%252Fc"},
			refused:  []string{"/v2/reports?a=b%2Fc", "/v2/reports?a=b/c"},
		},
		{
			sent:     "/v2/reports?a=b/c",
			accepted: []string{"/v2/reports?a=b/c", "/v2/reports?a=b%2Fc"},
			refused:  []string{"/v2/reports?a=b%252Fc"},
		},
	} {
		try := func(signed string) error {
			w := wire{method: "GET", target: row.sent, lines: basics("eu"), algorithm: nameV2, salt: 32, signed: basics("eu")}
			w.path, w.query, _ = strings.Cut(signed, "?")
			return w.verify(t, w.sign(t))
		}
		for _, signed := range row.accepted {
			assert.NoError(t, try(signed), "%s signed, %s sent", signed, row.sent) //nolint:testifylint // Show all rows that fail.
		}
		for _, signed := range row.refused {
			assert.ErrorIs(t, try(signed), signing.ErrSignature, "%s signed, %s sent", signed, row.sent)
		}
	}
}

func TestVerifyRefusesEditsOfTheAuthorization(t *testing.T) {
	t.Parallel()
	w := official()["PHP: idempotency key signed, everything else unsigned"]
	header := w.sign(t)
	edits := map[string]*strings.Replacer{
		"last name cut":     strings.NewReplacer(";x-amz-pay-region,", ","),
		"name cut":          strings.NewReplacer("x-amz-pay-idempotency-key;", ""),
		"name added":        strings.NewReplacer("x-amz-pay-region,", "x-amz-pay-region;x-amz-pay-authtoken,"),
		"name doubled":      strings.NewReplacer("accept;", "accept;accept;"),
		"names exchanged":   strings.NewReplacer("accept;content-type", "content-type;accept"),
		"name in upper":     strings.NewReplacer("accept;", "Accept;"),
		"name not sent":     strings.NewReplacer("accept;", "accept-language;"),
		"only one name":     strings.NewReplacer("=accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-idempotency-key;x-amz-pay-region", "=accept"),
		"another algorithm": strings.NewReplacer(nameV1+" ", nameV2+" "),
	}
	for name, edit := range edits {
		changed := edit.Replace(header)
		require.NotEqual(t, header, changed, name)
		require.ErrorIs(t, w.verify(t, changed), signing.ErrSignature, name)
	}
}

func TestVerifyErrors(t *testing.T) {
	t.Parallel()
	w := official()["PHP: numbered keys"]
	header := w.sign(t)
	r := receive(t, w.method, w.target, append(slices.Clip(w.lines), line{"authorization", header}), w.body)
	require.NoError(t, signing.Verify(r, nil, &testKey().PublicKey))

	require.ErrorIs(t, signing.Verify(r, nil, &otherKey().PublicKey), signing.ErrSignature)
	keys := map[string]*rsa.PublicKey{
		"the RSA public key is empty": nil,
		"the RSA key has 1024 bits":   &generate(1024).PublicKey,
	}
	for want, key := range keys {
		require.ErrorContains(t, signing.Verify(r, nil, key), want)
		require.ErrorContains(t, signing.Authorization{}.Verify("", key), want)
		require.ErrorContains(t, signing.VerifyPayload(signing.PSSV2, nil, "", key), want)
	}
	require.ErrorContains(t, signing.Verify(r, nil, &rsa.PublicKey{}), "the RSA public key is empty")
	require.ErrorContains(t, signing.Authorization{Algorithm: 9}.Verify("", &testKey().PublicKey), "unknown algorithm 9")
	require.ErrorContains(t, signing.VerifyPayload(9, nil, "", &testKey().PublicKey), "unknown algorithm 9")
	require.ErrorIs(t, signing.VerifyPayload(signing.PSSV2, nil, "!", &testKey().PublicKey), signing.ErrSignature)

	r.Header.Del("Authorization")
	require.ErrorContains(t, signing.Verify(r, nil, &testKey().PublicKey), "names no known algorithm")
	require.Error(t, signing.Verify(&http.Request{RequestURI: "/"}, nil, &testKey().PublicKey))
}
