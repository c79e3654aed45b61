package doctor_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// vector is a request that the official Node SDK signed.
type vector struct {
	Name    string `json:"name"`
	Request struct {
		Method  string `json:"method"`
		Payload any    `json:"payload"`
	} `json:"request"`
	Config struct {
		Algorithm string `json:"algorithm"`
	} `json:"config"`
	WirePath      string            `json:"wirePath"`
	SignedHeaders map[string]string `json:"signedHeaders"`
	Canonical     string            `json:"canonicalRequest"`
}

func readVectors(tb testing.TB) []vector {
	tb.Helper()
	text, err := os.ReadFile("testdata/node-sdk-2.3.4.json")
	require.NoError(tb, err)
	var file struct {
		Requests []vector `json:"requests"`
	}
	require.NoError(tb, json.Unmarshal(text, &file))
	require.Len(tb, file.Requests, 40)
	return file.Requests
}

// body is what was sent, as the SDK wrote it.
func (v vector) body() string {
	text, _ := v.Request.Payload.(string) // or none
	return text
}

// target is the path with the query.
func (v vector) target() string {
	query := strings.Split(v.Canonical, "\n")[2]
	if query == "" {
		return v.WirePath
	}
	return v.WirePath + "?" + query
}

// names are the names of the headers that were sent, in order.
func (v vector) names() []string {
	var names []string
	for name := range v.SignedHeaders {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// http is the request as it was sent.
func (v vector) http() string {
	var b strings.Builder
	b.WriteString(v.Request.Method + " " + v.target() + " HTTP/1.1\r\nHost: " + v.SignedHeaders["x-amz-pay-host"] + "\r\n")
	for _, name := range v.names() {
		b.WriteString(name + ": " + v.SignedHeaders[name] + "\r\n")
	}
	b.WriteString("\r\n" + v.body())
	return b.String()
}

// verbose is the request as curl -v shows it, without its body, and an answer.
func (v vector) verbose() string {
	head, _, _ := strings.Cut(v.http(), "\r\n\r\n")
	var b strings.Builder
	b.WriteString("* Connected to pay-api.amazon.com (192.0.2.1) port 443\n* TLSv1.3 (OUT), TLS handshake, Client hello (1):\n{ [122 bytes data]\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		b.WriteString("> " + line + "\n")
	}
	b.WriteString("> \n* Request completely sent off\n< HTTP/1.1 403 Forbidden\n< Date: Mon, 23 Nov 2026 16:20:08 GMT\n< Content-Type: application/json\n< \n")
	b.WriteString(`{"reasonCode":"InvalidRequestSignature","message":"Unable to verify the signature"}` + "\n")
	return b.String()
}

// curl is a command that sends the request.
func (v vector) curl() string {
	quoted := func(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
	var b strings.Builder
	b.WriteString("$ curl -X " + v.Request.Method + " " + quoted("https://"+v.SignedHeaders["x-amz-pay-host"]+v.target()))
	for _, name := range v.names() {
		b.WriteString(" \\\n  -H " + quoted(name+": "+v.SignedHeaders[name]))
	}
	if body := v.body(); body != "" {
		b.WriteString(" \\\n  --data-raw " + quoted(body))
	}
	return b.String() + "\n"
}

// log is the canonical request as a program under docker compose logs it.
func (v vector) log() string {
	const prefix = "shop-1  | \x1b[36m2026-11-23T16:20:07.123Z\x1b[0m DEBUG "
	return prefix + "canonical request: " + strings.ReplaceAll(v.Canonical, "\n", "\n"+prefix) + "\n"
}

// oneLine is the canonical request as a log in JSON has it.
func (v vector) oneLine() string {
	return `{"canonicalRequest":` + quotedJSON(v.Canonical) + "}\n"
}
