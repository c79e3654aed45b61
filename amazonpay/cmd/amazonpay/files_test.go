package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A secret that was given for the name of its file is not repeated: errors end in the logs of a CI.
func TestSecretGivenForAFileName(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	pem := strings.TrimSpace(p.server.Description().Merchants[0].PrivateKeyPEM)
	middle := pem[200:260]
	page := p.write("page.html", `payloadJSON:'{}', signature:'x'`)
	for _, args := range [][]string{
		{"profile", "set", "shop", "--public-key-id", "SANDBOX-X", "--region", "na", "--private-key-file", pem},
		{"profile", "set", "shop", "--public-key-id", "SANDBOX-X", "--region", "na", "--private-key-file=" + pem},
		{"charges", "get", "x", "--auth-token-file", pem},
		{"charges", "get", "x", "--auth-token-file=" + pem},
		{"buyers", "get", "--token-file=" + pem},
		{"verify", page, "--public-key=" + pem},
		{"charges", "get", pem},
		{"charges", "get", "x", "--auth-token-file", middle},
		{"buyers", "get", "--token-file", middle},
		{"auth-tokens", "get", "A1", "-o", p.folder + "/out", "--mws-token-file", middle},
		{"verify", page, "--public-key", middle},
	} {
		for _, format := range []string{"--json=false", "--json"} {
			done := p.types(append([]string{format}, args...)...)
			assert.Equal(t, exitUsage, done.code, done.err)
			assert.NotContains(t, done.out+done.err, middle[:20], "%v", args)
		}
	}
	for _, token := range []string{"amzn.mws.d6ac8f2d-6a5f-b06a-4a12-1d0f4b6b9a1c", "Atza|IwEBIKkV"} {
		p.refuses(exitUsage, []string{"unexpected argument (a secret, which is not printed)"}, "buyers", "get", token)
	}
}

// Of the account's own key, too.
func TestKeyInTheVariableOfItsFile(t *testing.T) {
	p := withEmulator(t)
	pem := p.server.Description().Merchants[0].PrivateKeyPEM
	p.file = ""
	t.Setenv("AMAZON_PAY_PUBLIC_KEY_ID", "SANDBOX-X")
	t.Setenv("AMAZON_PAY_REGION", "na")
	for _, file := range []string{pem, strings.Join(strings.Split(pem, "\n")[1:20], "")} {
		t.Setenv("AMAZON_PAY_PRIVATE_KEY_FILE", file)
		for _, args := range [][]string{{"verify", p.write("page.html", `payloadJSON:'{}', signature:'x'`)}, {"charges", "get", "x"}, {"whoami"}} {
			done := p.types(args...)
			assert.Equal(t, exitUsage, done.code, done.err)
			assert.NotContains(t, done.out+done.err, pem[200:220], "%v", args)
		}
	}
}

// Without its token, the call of a solution provider would be for another merchant.
func TestTokenFileWithoutAToken(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	before := len(p.server.Requests())
	empty := p.write("empty", " \n")
	p.refuses(exitUsage, []string{"the authorization token: the file is empty"}, "charges", "get", "x", "--auth-token-file", empty)
	p.refuses(exitUsage, []string{"the authorization token: the file is empty"}, "charges", "get", "x", "--auth-token-file", "-")
	p.refuses(exitUsage, []string{"is a directory"}, "charges", "get", "x", "--auth-token-file", p.folder)
	p.refuses(exitUsage, []string{"more than 10 MiB"}, "charges", "get", "x", "--auth-token-file", "/dev/zero")
	p.input = `{"captureAmount":{"amount":"1.00","currencyCode":"USD"}}`
	p.refuses(exitUsage, []string{"the file is empty"}, "charges", "capture", "x", "--input", "-", "--auth-token-file", "-")
	assert.Len(t, p.server.Requests(), before)
}
