package doctor_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/signing"
)

// vectorOf returns a vector by its name.
func vectorOf(tb testing.TB, name string) vector {
	tb.Helper()
	for _, v := range readVectors(tb) {
		if v.Name == name {
			return v
		}
	}
	require.Fail(tb, "no vector "+name)
	return vector{}
}

// lineOf returns the number of the first line that holds a text.
func lineOf(tb testing.TB, text, part string) int {
	tb.Helper()
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, part) {
			return i + 1
		}
	}
	require.Fail(tb, "no line with "+part+" in "+text)
	return 0
}

// mutation is a paste with one mistake.
type mutation struct {
	name string
	text string
	line int
	says string
	must string
	why  string
	// doubt says that it is not the cause for certain.
	doubt bool
}

func (m mutation) try(t *testing.T) {
	t.Helper()
	got, err := doctor.ReadRefused([]byte(m.text))
	require.NoError(t, err)
	list := got.Problems
	if m.doubt {
		assert.Empty(t, got.Problems)
		list = got.Doubts
	}
	for _, p := range list {
		if p.Line == m.line && strings.Contains(p.Says, m.says) && strings.Contains(p.Must, m.must) && strings.Contains(p.Why, m.why) {
			if !m.doubt {
				assert.Len(t, got.Problems, 1, "one mistake is one problem")
			}
			return
		}
	}
	assert.Failf(t, "not found", "want %d, %q, %q, %q in\n%+v\n%s", m.line, m.says, m.must, m.why, got, m.text)
}

func mutate(t *testing.T, all []mutation) {
	t.Helper()
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.try(t)
		})
	}
}

func TestMistakesInACanonicalRequest(t *testing.T) {
	t.Parallel()
	get, post, query := vectorOf(t, "us-sandbox/get").Canonical, vectorOf(t, "us-sandbox/post").Canonical, vectorOf(t, "us-sandbox/query-many").Canonical
	in := func(text, before, after string) string {
		require.Contains(t, text, before)
		return strings.Replace(text, before, after, 1)
	}
	const path = "/sandbox/v2/checkoutSessions/bd504926-f659-4ad7-a1a9-9a747aaf5275"
	hash := strings.Split(post, "\n")[12]
	raw, err := hex.DecodeString(hash)
	require.NoError(t, err)
	mutate(t, []mutation{
		{name: "method", text: in(get, "GET", "get"), line: 1, says: "get", must: "GET"},
		{name: "path with host", text: in(get, path, "https://pay-api.amazon.com"+path), line: 2, says: "https://", must: path, why: "without scheme"},
		{name: "path without slash", text: in(get, path, path[1:]), line: 2, must: path, why: "begins with a slash"},
		{name: "path without version", text: in(get, "/sandbox/v2", ""), line: 2, must: "/v2/checkoutSessions", why: "lacks the version"},
		{name: "path of v1", text: in(get, "/v2/", "/v1/"), line: 2, must: "/sandbox/v2/", why: "does not begin"},
		{name: "path not escaped", text: in(get, path, "/sandbox/v2/buyers/a b"), line: 2, why: "escaped"},
		{name: "path escaped twice", text: in(get, path, "/sandbox/v2/charges/a%252Bb"), line: 2, must: "a%2Bb", why: "escaped twice"},
		{name: "path with two slashes", text: in(get, "/v2/", "/v2//"), line: 2, must: path, why: "slash stands there twice"},
		{name: "path with a slash at its end", text: in(get, path, path+"/"), line: 2, must: path, doubt: true},
		{name: "query in the path", text: in(query, "reports\n", "reports?"), line: 2, must: "/sandbox/v2/reports", why: "line of its own"},
		{name: "no query line", text: in(get, path+"\n\n", path+"\n"), line: 3, must: "an empty line", why: "query has a line of its own"},
		{name: "empty line behind the query", text: in(query, "\naccept:", "\n\naccept:"), line: 4, must: "accept:", why: "at once"},
		{name: "two empty lines for no query", text: in(get, "\n\naccept:", "\n\n\naccept:"), line: 4, must: "accept:", why: "not two"},
		{name: "query with question mark", text: in(query, "createdSince", "?createdSince"), line: 3, must: "createdSince=", why: "question mark"},
		{name: "query not sorted", text: in(query, "createdSince=20221118T150630Z&createdUntil=20221202T150350Z", "createdUntil=20221202T150350Z&createdSince=20221118T150630Z"), line: 3, must: "createdSince=20221118T150630Z&createdUntil", why: "sorted"},
		{name: "plus for a space", text: in(query, "%20", "+"), line: 3, must: "%20", why: "%2B"},
		{name: "query not escaped", text: in(query, "COMPLETED%2CIN_QUEUE", "COMPLETED,IN_QUEUE"), line: 3, must: "COMPLETED%2CIN_QUEUE", why: "escaped"},
		{name: "query escaped twice", text: in(query, "%2C", "%252C"), line: 3, must: "COMPLETED%2CIN_QUEUE", why: "escaped twice"},
		{name: "header name", text: in(get, "accept:", "Accept:"), line: 4, says: "Accept:application/json", must: "accept:application/json", why: "lower case"},
		{name: "space behind the colon", text: in(get, "accept:", "accept: "), line: 4, must: "accept:application/json", why: "no space after the colon"},
		{name: "space at the end", text: in(get, "region:na", "region:na "), line: 9, must: "x-amz-pay-region:na", why: "trimmed"},
		{name: "headers not sorted", text: in(get, "accept:application/json\ncontent-type:application/json", "content-type:application/json\naccept:application/json"), line: 4, must: "accept", why: "sorted"},
		{name: "date with fraction", text: in(get, "16:20:07Z", "16:20:07.123Z"), line: 7, must: "20261123T162007Z", why: "without fractions"},
		{name: "date with zone", text: in(get, "16:20:07Z", "18:20:07+02:00"), line: 7, must: "20261123T162007Z", why: "UTC"},
		{name: "date of HTTP", text: in(get, "2026-11-23T16:20:07Z", "Mon, 23 Nov 2026 16:20:07 GMT"), line: 7, must: "20261123T162007Z"},
		{name: "date without zone", text: in(get, "2026-11-23T16:20:07Z", "20261123T162007"), line: 7, must: "20261123T162007Z"},
		{name: "date as a number", text: in(get, "2026-11-23T16:20:07Z", "1795450807"), line: 7, must: "20060102T150405Z"},
		{name: "host with scheme", text: in(get, "host:pay", "host:https://pay"), line: 8, must: "x-amz-pay-host:pay-api.amazon.com", why: "without scheme"},
		{name: "host with port", text: in(get, "amazon.com\n", "amazon.com:443\n"), line: 8, must: "x-amz-pay-host:pay-api.amazon.com", why: "443"},
		{name: "host with path", text: in(get, "amazon.com\n", "amazon.com/sandbox\n"), line: 8, must: "x-amz-pay-host:pay-api.amazon.com", why: "without a path"},
		{name: "host of another region", text: in(get, "amazon.com\n", "amazon.eu\n"), line: 8, must: "pay-api.amazon.com", why: "region eu"},
		{name: "region in upper case", text: in(get, "region:na", "region:NA"), line: 9, must: "x-amz-pay-region:na", why: "Java", doubt: true},
		{name: "alias of the region", text: in(get, "region:na", "region:us"), line: 9, must: "x-amz-pay-region:na", doubt: true},
		{name: "no region", text: in(get, "region:na", "region:us-east-1"), line: 9, must: "x-amz-pay-region:na", why: "not the name of a region"},
		{name: "content type", text: in(get, "content-type:application/json", "content-type:application/json; charset=utf-8"), line: 5, must: "content-type:application/json", doubt: true},
		{name: "idempotency key", text: in(post, "9f2a0c6a5b7b4b6f8a3d2c1e0f4b5a69", "9f2a0c6a-5b7b-4b6f-8a3d-2c1e0f4b5a69"), line: 9, must: "9f2a0c6a5b7b4b6f8a3d2c1e0f4b5a69", why: "32"},
		{name: "characters of the idempotency key", text: in(post, "9f2a0c6a5b7b4b6f8a3d2c1e0f4b5a69", "order 17"), line: 9, must: "letters, digits"},
		{name: "no empty line", text: in(get, "region:na\n\n", "region:na\n"), line: 10, must: "an empty line", why: "line end"},
		{name: "two empty lines", text: in(get, "region:na\n\n", "region:na\n\n\n"), line: 11, must: "one empty line"},
		{name: "no names", text: in(get, "\naccept;content-type;user-agent;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region\n", "\n"), line: 10, must: "accept;content-type"},
		{name: "names with commas", text: in(get, "accept;content-type;", "accept,content-type,"), line: 11, must: "accept;content-type;user-agent", why: "semicolons"},
		{name: "names not sorted", text: in(get, "accept;content-type", "content-type;accept"), line: 11, must: "accept;content-type", why: "sorted"},
		{name: "a semicolon at the end", text: in(get, "pay-region\n", "pay-region;\n"), line: 11, must: "pay-region", why: "semicolon"},
		{name: "a name is missing", text: in(get, "user-agent;", ""), line: 11, must: "user-agent", why: "lacks user-agent"},
		{name: "a name too many", text: in(get, "user-agent;", "expires;user-agent;"), line: 11, why: `"expires", which has no header line`},
		{name: "names in upper case", text: in(get, "accept;", "Accept;"), line: 11, must: "accept;", doubt: true},
		{name: "accept is not signed", text: in(in(get, "accept:application/json\n", ""), "accept;", ""), line: 10, says: "lack accept", why: "must be sent and signed"},
		{name: "the date is not signed", text: in(in(get, "x-amz-pay-date:2026-11-23T16:20:07Z\n", ""), "x-amz-pay-date;", ""), line: 10, says: "lack x-amz-pay-date"},
		{name: "content-type is not signed", text: in(in(post, "content-type:application/json\n", ""), "content-type;", ""), line: 11, says: "lack content-type"},
		{name: "the host is not signed", text: in(in(get, "x-amz-pay-host:pay-api.amazon.com\n", ""), "x-amz-pay-host;", ""), line: 10, says: "lack x-amz-pay-host", doubt: true},
		{name: "the region is not signed", text: in(in(get, "x-amz-pay-region:na\n", ""), ";x-amz-pay-region", ""), line: 10, says: "lack x-amz-pay-region", doubt: true},
		{name: "the authorization is signed", text: in(in(get, "content-type:", "authorization:x\ncontent-type:"), "content-type;", "authorization;content-type;"), line: 12, says: "authorization is among", why: "cover itself"},
		{name: "the length is signed", text: in(in(get, "content-type:", "content-length:0\ncontent-type:"), "content-type;", "content-length;content-type;"), line: 12, says: "content-length", doubt: true},
		{name: "hash in upper case", text: in(post, hash, strings.ToUpper(hash)), line: 13, must: hash, why: "lower-case hex"},
		{name: "hash in base64", text: in(post, hash, base64.StdEncoding.EncodeToString(raw)), line: 13, must: hash, why: "not in base64"},
		{name: "no hash", text: in(post, "\n"+hash, ""), line: 13, must: "e3b0c44298fc1c14", why: "last line"},
		{name: "hash of null", text: in(get, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", signing.HashPayload([]byte("null")).String()), line: 12, must: "e3b0c44298fc1c14", why: "hash of null"},
		{name: "hash of nothing", text: in(post, hash, signing.HashPayload(nil).String()), line: 13, must: "hash of the body", doubt: true},
	})
}

func TestMistakesInWhatWasSent(t *testing.T) {
	t.Parallel()
	get, post := vectorOf(t, "us-sandbox/get"), vectorOf(t, "us-sandbox/post")
	in := func(text, before, after string) string {
		require.Contains(t, text, before)
		return strings.Replace(text, before, after, 1)
	}
	sent, verbose, command := get.http(), get.verbose(), post.curl()
	at := func(text, part string) int { return lineOf(t, text, part) }
	withBody := post.http() + "\n\n" + post.Canonical + "\n"
	bodyHash := strings.Split(post.Canonical, "\n")[12]
	changed := func(body string) string {
		return in(withBody, post.body(), body)
	}
	hashed := func(body string) string { // the client hashed another body than it sent
		return in(withBody, bodyHash, signing.HashPayload([]byte(body)).String())
	}
	withLength := func(text string, more int) string {
		return in(text, "\r\naccept:", "\r\nContent-Length: "+strconv.Itoa(len(post.body())+more)+"\r\naccept:")
	}
	var indented strings.Builder
	encoder := json.NewEncoder(&indented)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(json.RawMessage(post.body())))
	mutate(t, []mutation{
		{name: "algorithm", text: in(sent, "AMZN-PAY-RSASSA-PSS ", "AMZN-PAY-RSASSA-PSS-V3 "), line: at(sent, "authorization"), says: "AMZN-PAY-RSASSA-PSS-V3", must: "AMZN-PAY-RSASSA-PSS-V2"},
		{name: "another scheme", text: in(sent, "AMZN-PAY-RSASSA-PSS ", "Bearer "), line: at(sent, "authorization"), says: "Bearer", must: "AMZN-PAY-RSASSA-PSS"},
		{name: "no commas", text: in(sent, ", SignedHeaders", " SignedHeaders"), line: at(sent, "authorization"), must: "PublicKeyId={id}, SignedHeaders={names}", why: "comma"},
		{name: "no space", text: in(sent, ", SignedHeaders", ",SignedHeaders"), line: at(sent, "authorization"), must: ", SignedHeaders", why: "space"},
		{name: "no key id", text: in(sent, "PublicKeyId=ABC123DEF456XYZ, ", ""), line: at(sent, "authorization"), says: "lacks PublicKeyId"},
		{name: "a strange key id", text: in(sent, "ABC123DEF456XYZ", "ABC.123"), line: at(sent, "authorization"), says: "PublicKeyId is not one"},
		{name: "signature in base64url", text: strings.ReplaceAll(sent, "+", "-"), line: at(sent, "authorization"), says: "not base64", why: "base64url"},
		{name: "a signed header is not sent", text: in(sent, "user-agent: amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.20.2; linux)\r\n", ""), line: at(sent, "authorization"), says: `"user-agent", which was not sent`},
		{name: "the key is not signed", text: in(post.http(), "x-amz-pay-idempotency-key;", ""), line: at(post.http(), "x-amz-pay-idempotency-key:"), says: "not signed"},
		{name: "the environment is missing", text: in(sent, "/sandbox/v2/", "/v2/"), line: 1, must: "/sandbox/v2/", why: "names no environment"},
		{name: "two environments", text: in(sent, "PublicKeyId=", "PublicKeyId=LIVE-"), line: 1, must: "/v2/checkoutSessions", why: "environment live"},
		{name: "date in the future", text: in(verbose, "2026-11-23T16:20:07Z", "2026-11-23T16:20:37Z"), line: at(verbose, "x-amz-pay-date:"), must: "20261123T162008Z", why: "29s in the future"},
		{name: "local time", text: in(verbose, "2026-11-23T16:20:07Z", "2026-11-23T17:20:07Z"), line: at(verbose, "x-amz-pay-date:"), must: "20261123T162008Z", why: "local time"},
		{name: "old date", text: in(verbose, "2026-11-23T16:20:07Z", "2026-11-23T15:52:07Z"), line: at(verbose, "x-amz-pay-date:"), must: "20261123T162008Z", why: "28m1s old"},
		{name: "x-amz-pay-authorization", text: in(sent, "authorization:", "x-amz-pay-authorization:"), line: at(sent, "authorization"), must: "authorization", doubt: true},
		{name: "another method is sent", text: in(sent, "GET", "POST") + "\n\n" + get.Canonical, line: 13, says: "GET", must: "POST", why: "line 1 was sent"},
		{name: "another path is sent", text: in(sent, "bd504926", "bd504927") + "\n\n" + get.Canonical, line: 14, says: "bd504926", must: "bd504927", why: "line 1 was sent"},
		{name: "another header is sent", text: in(sent, "amazon-pay-api-sdk-nodejs/2.3.4", "proxy") + "\n\n" + get.Canonical, line: 18, says: "amazon-pay-api-sdk-nodejs", must: "user-agent:proxy", why: "was sent"},
		{name: "a header is lost", text: in(sent, "x-amz-pay-region: na\r\n", "") + "\n\n" + get.Canonical, line: at(in(sent, "x-amz-pay-region: na\r\n", "")+"\n\n"+get.Canonical, "x-amz-pay-region:na"), why: "not among the headers that were sent"},
		{name: "another host in the command", text: in(command, "x-amz-pay-host: pay-api.amazon.com", "x-amz-pay-host: pay-api.amazon.jp"), line: at(command, "x-amz-pay-host:"), must: "pay-api.amazon.com", why: "region jp"},
		{name: "curl adds its agent", text: in(command, "  -H 'user-agent: amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.20.2; linux)' \\\n", "") + post.Canonical, line: at(in(command, "  -H 'user-agent: amazon-pay-api-sdk-nodejs/2.3.4 (JS/20.20.2; linux)' \\\n", "")+post.Canonical, "user-agent:amazon"), must: "-H", why: "value of its own"},
		{name: "body in the command", text: in(command, `"storeId":`, `"storeId": `) + post.Canonical, line: at(command+post.Canonical, bodyHash), why: "compact JSON"},
		{name: "body changed", text: changed(in(post.body(), "xxxxx", "yyyyy")), line: at(withBody, bodyHash), says: bodyHash, why: "nor of a usual rewriting"},
		{name: "body indented after", text: changed(strings.TrimSpace(indented.String())), line: at(withBody, bodyHash) + 6, says: bodyHash, why: "as compact JSON"},
		{name: "slashes escaped before", text: hashed(strings.ReplaceAll(post.body(), "/", `\/`)), line: at(withBody, bodyHash), must: bodyHash, why: `\/ for each slash`},
		{name: "line end before", text: hashed(post.body() + "\r\n"), line: at(withBody, bodyHash), must: bodyHash, why: "line end (CR LF)"},
		{name: "perhaps a line end", text: hashed(post.body() + "\n"), line: at(withBody, bodyHash), must: bodyHash, why: "Was the line end sent?", doubt: true},
		{name: "a line end was sent", text: withLength(withBody, 1), line: at(withBody, bodyHash) + 1, says: bodyHash, why: "without the white space around it"},
		{name: "a line end was signed", text: withLength(hashed(post.body()+"\n"), 0), line: at(withBody, bodyHash) + 1, must: bodyHash, why: "with a line end behind it"},
		{name: "indented before", text: hashed(strings.TrimSpace(indented.String())), line: at(withBody, bodyHash), must: bodyHash, why: "indented JSON"},
		{name: "sorted before", text: hashed(`{"storeId":"amzn1.application-oa2-client.xxxxx","webCheckoutDetails":{"checkoutResultReturnUrl":"https://localhost/store/checkoutReturn","checkoutReviewReturnUrl":"https://localhost/store/checkoutReview"}}`), line: at(withBody, bodyHash), must: bodyHash, why: "members sorted"},
		{name: "nothing hashed", text: hashed(""), line: at(withBody, bodyHash), must: bodyHash, why: "without any text"},
		{name: "null hashed", text: hashed("null"), line: at(withBody, bodyHash), must: bodyHash, why: "hash of null"},
	})
}
