package doctor_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/signing"
)

// refusal is the error body of the service for a canonical request that it computed.
func refusal(canonical string) string {
	text, _ := json.Marshal(map[string]string{
		"reasonCode": "InvalidRequestSignature", "message": "Unable to verify signature, signing String [" + signing.PSSV1.StringToSign(canonical) + "]",
	})
	return string(text) + "\n"
}

func sum(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:])
}

func TestTheServiceComputedTheSameText(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors(t) {
		if v.Config.Algorithm != signing.PSSV1.String() {
			continue
		}
		for name, text := range map[string]string{
			"canonical":      v.Canonical + "\n\n" + refusal(v.Canonical),
			"before":         refusal(v.Canonical) + v.log(),
			"string to sign": signing.PSSV1.StringToSign(v.Canonical) + "\n" + refusal(v.Canonical),
			"pretty":         v.Canonical + "\n" + strings.NewReplacer("{", "{\n  ", `","`, "\",\n  \"", "}", "\n}").Replace(refusal(v.Canonical)),
			"in a log":       v.Canonical + "\n2026-11-23T16:20:08Z ERROR request failed: 403 " + refusal(v.Canonical),
			"in a JSON log":  v.Canonical + "\n" + `{"level":"error","body":` + quotedJSON(refusal(v.Canonical)) + "}\n",
			"all":            v.http() + "\n\n" + v.Canonical + "\n\n" + signing.PSSV1.StringToSign(v.Canonical) + "\n\n" + refusal(v.Canonical),
		} {
			got, err := doctor.ReadRefused([]byte(text))
			require.NoError(t, err)
			assert.Empty(t, got.Problems, "%s: %s", name, text)
			assert.True(t, got.SameText, "%s: %s", name, text)
			assert.Contains(t, got.Conclusion(), "The service computed the same canonical request")
		}
	}
}

// TestWhatTheServiceComputedTooIsNotTheCause has a text that breaks a rule, which the service
// accepted all the same.
func TestWhatTheServiceComputedTooIsNotTheCause(t *testing.T) {
	t.Parallel()
	canonical := strings.Replace(vectorOf(t, "us-sandbox/get").Canonical, "/v2/", "/v2//", 1)
	got, err := doctor.ReadRefused([]byte(canonical + "\n\n" + refusal(canonical)))
	require.NoError(t, err)
	assert.True(t, got.SameText)
	assert.Empty(t, got.Problems)
	assert.Len(t, got.Doubts, 1)
}

func quotedJSON(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

func TestTheServiceComputedAnotherText(t *testing.T) {
	t.Parallel()
	get, post := vectorOf(t, "us-sandbox/get"), vectorOf(t, "us-sandbox/post")
	changed := func(v vector, before, after string) string {
		require.Contains(t, v.Canonical, before)
		return v.Canonical + "\n\n" + refusal(strings.Replace(v.Canonical, before, after, 1))
	}
	hash := strings.Split(post.Canonical, "\n")[12]
	mutate(t, []mutation{
		{name: "region", text: changed(get, "region:na", "region:eu"), line: 9, says: "x-amz-pay-region:na", must: "x-amz-pay-region:eu", why: "hash that the service computed"},
		{name: "path", text: changed(get, "/sandbox/v2", "/v2"), line: 2, says: "/sandbox/v2", must: "/v2/checkout", why: "hash that the service computed"},
		{name: "method", text: changed(get, "GET", "get"), line: 1, must: "get"},
		{name: "date", text: changed(get, "2026-11-23T16:20:07Z", "20261123T162007Z"), line: 7, must: "20261123T162007Z"},
		{name: "content type", text: changed(get, "content-type:application/json", "content-type:application/json; charset=utf-8"), line: 5, must: "charset=utf-8"},
		{name: "body", text: changed(post, hash, signing.HashPayload(nil).String()), line: 13, must: "e3b0c442"},
		{name: "anything", text: changed(get, "bd504926", "ffffffff"), line: 14, says: "the service computed the hash", why: "another request than the one that was signed"},
		{
			name: "whole text in the message", line: 9, must: "x-amz-pay-region:eu", why: "from what it received",
			text: get.Canonical + "\n\n" + `{"reasonCode":"InvalidRequestSignature","message":` + quotedJSON("expected canonical request: "+strings.Replace(get.Canonical, "region:na", "region:eu", 1)) + "}",
		},
		{
			name: "another algorithm", line: 4, says: "AMZN-PAY-RSASSA-PSS", must: "AMZN-PAY-RSASSA-PSS-V2", why: "another algorithm",
			text: get.http() + "\n" + strings.ReplaceAll(refusal(get.Canonical), "PSS\\n", "PSS-V2\\n"),
		},
		{name: "string to sign", text: signing.PSSV1.StringToSign("x") + "\n" + refusal(get.Canonical), line: 2, says: sum("x"), must: sum(get.Canonical), why: "another canonical request"},
		{name: "unknown key id", text: `{"reasonCode":"InvalidAuthentication","message":"x"}`, line: 1, says: "does not know the public key id"},
		{name: "date refused", text: `{"reasonCode":"InvalidHeaderValue","message":"The value 20220131T094401Z provided for x-amz-pay-date should not be in future"}`, line: 1, says: "refuses the date", why: "clock"},
		{name: "missing header", text: `{"reasonCode":"MissingHeaderValue","message":"x"}`, line: 1, says: "misses a header"},
	})
}

func TestMistakesInAStringToSign(t *testing.T) {
	t.Parallel()
	get := vectorOf(t, "us-sandbox/get")
	toSign := func(hash string) string { return get.Canonical + "\n\nAMZN-PAY-RSASSA-PSS\n" + hash + "\n" }
	mutate(t, []mutation{
		{name: "upper case", text: toSign(strings.ToUpper(sum(get.Canonical))), line: 15, must: sum(get.Canonical), why: "lower-case hex"},
		{name: "line end", text: toSign(sum(get.Canonical + "\n")), line: 15, must: sum(get.Canonical), why: "line end behind it"},
		{name: "CR LF", text: toSign(sum(strings.ReplaceAll(get.Canonical, "\n", "\r\n"))), line: 15, must: sum(get.Canonical), why: "CR LF"},
		{name: "escapes", text: toSign(sum(strings.ReplaceAll(get.Canonical, "\n", `\n`))), line: 15, must: sum(get.Canonical), why: "written out"},
		{name: "another", text: toSign(sum("another")), line: 15, must: sum(get.Canonical), why: "not the hash of the canonical request"},
		{name: "algorithm", text: get.http() + "\n\nAMZN-PAY-RSASSA-PSS-V2\n" + sum(get.Canonical), line: 13, says: "AMZN-PAY-RSASSA-PSS-V2", must: "AMZN-PAY-RSASSA-PSS", why: "authorization header names"},
		{name: "unknown algorithm", text: "AMZN-PAY-RSA\n" + sum(get.Canonical), line: 1, says: "AMZN-PAY-RSA", must: "AMZN-PAY-RSASSA-PSS-V2"},
		{name: "on one line", text: `"AMZN-PAY-RSASSA-PSS\n` + strings.ToUpper(sum(get.Canonical)) + `"`, line: 1, must: sum(get.Canonical), why: "lower-case hex"},
	})
}
