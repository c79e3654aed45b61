package redact_test

import (
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/internal/redact"
)

const token = "Atza|IQEBLzAtAhRPpMJxdwVz2Nn6f2y+tpJX2DeX=="

// spellings are the ways to spell a token that are found.
func spellings(token string) map[string]string {
	once := url.QueryEscape(token)
	all := new(strings.Builder)
	for _, c := range []byte(token) {
		const digits = "0123456789aBcDeF"
		all.WriteString("%" + digits[c>>4:c>>4+1] + digits[c&15:c&15+1])
	}
	return map[string]string{
		"as it is": token, "escaped": once, "escaped in small letters": strings.ToLower(once), "escaped twice": url.QueryEscape(once),
		"escaped three times": url.QueryEscape(url.QueryEscape(once)), "every byte escaped": all.String(), "every byte escaped twice": url.QueryEscape(all.String()),
		"small": strings.ToLower(token), "large": strings.ToUpper(token), "a query decoded twice": strings.ReplaceAll(token, "+", " "),
	}
}

func without(text string, spans []redact.Span) string {
	for _, span := range slices.Backward(spans) {
		text = text[:span.From] + "#" + text[span.To:]
	}
	return text
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	var secrets redact.Secrets
	secrets.Token(token)
	for name, spelled := range spellings(token) {
		assert.Equal(t, "the token ‘#’ is refused", without("the token ‘"+spelled+"’ is refused", secrets.Find("the token ‘"+spelled+"’ is refused")), name)
		assert.Equal(t, "#", without(spelled, secrets.Find(spelled)), name)
		// Cut at either end, whatever stands there.
		for _, cut := range []string{spelled[:len(spelled)*3/4], spelled[len(spelled)/4:]} {
			for _, text := range []string{cut, "…" + cut + "…", "x" + cut + "x", "%" + cut + "%2"} {
				assert.True(t, secrets.In(text), "%s: %s", name, text)
			}
		}
		// A line end within costs it the half at most.
		assert.True(t, secrets.In(spelled[:len(spelled)/2]+"\n"+spelled[len(spelled)/2:]), name)
	}
	assert.True(t, secrets.In(token[:16]))
	assert.True(t, secrets.In(token[11:27]))
	assert.False(t, secrets.In(token[:15]), "15 bytes may be a word that both have")
	assert.Equal(t, "# and #", without(token+" and "+token[5:30], secrets.Find(token+" and "+token[5:30])))
}

func TestOtherTextStays(t *testing.T) {
	t.Parallel()
	var none, secrets redact.Secrets
	secrets.Token(token)
	secrets.Token("")
	secrets.Token("amzn.mws.4ea38b7b-f563-7709-4bae-87aeaEXAMPLE")
	for _, text := range []string{
		"", "%", "%2", "100 % of 5 %20 あ", "Atza|", "amzn.mws.", "S01-5105180-3221187-C022511", "amzn1.account.AGF2OUSOI", "9d2ff6a5-0bb7-4bcc-9fcd-0d6a0cc0e3ba",
		"The value 'x' provided for 'chargeAmount.amount' is invalid.",
	} {
		assert.Empty(t, secrets.Find(text), text)
		assert.Empty(t, none.Find(text+token))
	}
}

func TestShortSecrets(t *testing.T) {
	t.Parallel()
	for length, run := range map[int]int{1: 1, 7: 7, 8: 8, 9: 8, 16: 8, 17: 8, 20: 10, 31: 15, 32: 16, 43: 16} {
		var secrets redact.Secrets
		secrets.Token(token[:length])
		assert.True(t, secrets.In(" "+token[:run]+" "), "%d", length)
		assert.False(t, secrets.In(" "+token[:run-1]+" "), "%d", length)
	}
	var parts redact.Secrets
	parts.Part("buyers", 16)
	parts.Part("authorizationTokens", 16)
	assert.True(t, parts.In("/v2/BUYERS"))
	assert.True(t, parts.In("Authorizationtoken"))
	assert.False(t, parts.In("buyer: authorization"))
}

func TestSpacesAndPluses(t *testing.T) {
	t.Parallel()
	for _, one := range []string{"one+two+three", "one two three", "one%20two%20three", "one%2Btwo%2bthree"} {
		var secrets redact.Secrets
		secrets.Token(one)
		for _, other := range []string{"one+two+three", "one two three", "one%20two%20three", "one%252Btwo%2bthree"} {
			assert.True(t, secrets.In(other), "%s in %s", one, other)
		}
	}
}

// Whatever stands around a token, however it is spelled, what is left does not have it.
func FuzzFind(f *testing.F) {
	for _, spelled := range spellings(token) {
		f.Add(token, "the token ", spelled+" is refused")
	}
	f.Add(token, "%", "%2")
	f.Add("%25%25%25%25%25%25%2541", "%25", "あ%")
	f.Add("t", "", "t")
	f.Fuzz(func(t *testing.T, token, before, after string) {
		if strings.ContainsFunc(token, func(c rune) bool { return c > '~' }) {
			t.Skip("tokens are ASCII")
		}
		var secrets redact.Secrets
		secrets.Token(token)
		for _, spelled := range spellings(token) {
			text := before + " " + spelled + " " + after
			spans := secrets.Find(text)
			last := -1
			for _, span := range spans {
				require.Greater(t, span.From, last, "no two touch")
				require.Greater(t, span.To, span.From)
				require.LessOrEqual(t, span.To, len(text))
				last = span.To
			}
			if len(token) > 0 {
				require.NotEmpty(t, spans, "%q in %q", token, text)
			}
			if left := without(text, spans); len(token) >= 8 {
				require.NotContains(t, left, token)
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	var random strings.Builder
	for random.Len() < 2000 { // as long as a JWE
		random.WriteString(rand.Text())
	}
	long := random.String()
	text := strings.Repeat("The value is invalid. ", 70)
	b.ReportAllocs()
	for b.Loop() {
		var secrets redact.Secrets
		secrets.Token(long)
		secrets.Find(text)
	}
}
