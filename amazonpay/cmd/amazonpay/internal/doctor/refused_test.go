package doctor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/signing"
)

func TestRightRequestsHaveNoProblem(t *testing.T) {
	t.Parallel()
	forms := map[string]func(vector) string{
		"canonical": func(v vector) string { return v.Canonical },
		"http":      vector.http, "curl -v": vector.verbose, "curl": vector.curl, "log": vector.log, "one line": vector.oneLine,
		"canonical, then http":    func(v vector) string { return v.Canonical + "\n\n" + v.http() },
		"curl -v, then canonical": func(v vector) string { return v.verbose() + "\n" + v.Canonical },
		"curl, log":               func(v vector) string { return v.curl() + v.log() },
		"canonical, then body":    func(v vector) string { return v.Canonical + "\nbody: " + v.body() + "\n" },
	}
	for _, v := range readVectors(t) {
		for name, form := range forms {
			t.Run(v.Name+"/"+name, func(t *testing.T) {
				t.Parallel()
				text := form(v)
				got, err := doctor.ReadRefused([]byte(text))
				require.NoError(t, err)
				assert.Empty(t, got.Problems, "%s", text)
				assert.Contains(t, got.Conclusion(), "the key", "%v", got)
			})
		}
	}
}

func TestNothingSecretIsRepeated(t *testing.T) {
	t.Parallel()
	const buyer, token, mws = "eyJhbGciOiJidXllciJ9.YnV5ZXI.c2VjcmV0", "eyJhbGciOiJkZWxlZ2F0ZSJ9.dG9rZW4.c2VjcmV0", "amzn.mws.d6ac8f2d-463e-4ddc-8cf3-4b8b2a7e0a1c"
	secrets := []string{buyer, token, mws, "PD9byivY5nugpaz31Wc7tNMhaN1aDeqeQ8zzio4ZTm5HRB7GNbwF", "c2VjcmV0"}
	sent := "get /v1/buyers/" + buyer + "/?a=b c&token=" + "x HTTP/1.1\nAuthorization: AMZN-PAY-RSASSA-PSX PublicKeyId=A B SignedHeaders=Accept,X-Amz-Pay-Authtoken,x-none Signature=" +
		secrets[3] + "\nX-Amz-Pay-Authtoken:  " + token + " \nX-Amz-Pay-Date: now\n"
	canonical := "get\nhttps://pay-api.amazon.com/v1/buyers/" + buyer + "\n?x\nX-Amz-Pay-Authtoken: " + token + "x\naccept:*/*\n\n\nAccept,x\nabc\n"
	for _, text := range []string{
		sent, canonical, sent + "\n" + canonical,
		strings.ReplaceAll(canonical, "/buyers/"+buyer, "/authorizationTokens/"+mws),
		strings.ReplaceAll(canonical, "/buyers/", "/buyers//") + "\n" + sent,
		"curl 'https://pay-api.amazon.com/sandbox/buyers/" + buyer + "' -H 'authorization: AMZN-PAY-RSASSA-PSS PublicKeyId=A,SignedHeaders=a,Signature=" + secrets[3] + "' -H 'x-amz-pay-authtoken: " + token + "'",
		canonical + refusal(canonical+token),
		canonical + `{"reasonCode":"InvalidRequestSignature","message":` + quotedJSON(strings.ReplaceAll(canonical, token, "other"+token)) + "}",
	} {
		got, err := doctor.ReadRefused([]byte(text))
		require.NoError(t, err, "%s", text)
		out, err := json.Marshal(got)
		require.NoError(t, err)
		assert.NotEmpty(t, got.Problems, "%s", text)
		for _, secret := range secrets {
			assert.NotContains(t, string(out)+got.Conclusion(), secret, "%s", text)
		}
	}
}

// TestATokenThatBeginsWithAnother leaves nothing of the longer one.
func TestATokenThatBeginsWithAnother(t *testing.T) {
	t.Parallel()
	text := "get\n/v1/buyers/token1/x\n\nX-Amz-Pay-Authtoken:token1-and-the-rest\naccept:*/*\n\naccept;x-amz-pay-authtoken\nabc\n"
	got, err := doctor.ReadRefused([]byte(text))
	require.NoError(t, err)
	out, err := json.Marshal(got)
	require.NoError(t, err)
	assert.NotContains(t, string(out), "token1")
	assert.NotContains(t, string(out), "the-rest")
}

func TestNothingIsRecognised(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n\n", "hello", "GET\n/v2/charges", "HTTP/1.1 403 Forbidden", `{"a":1}`, "curl", "curl -v", "-----BEGIN PRIVATE KEY-----"} {
		_, err := doctor.ReadRefused([]byte(text))
		require.ErrorIs(t, err, doctor.ErrNoRequest, text)
	}
	_, err := doctor.ReadRefused([]byte("\xff\xfe"))
	require.ErrorContains(t, err, "UTF-8")
	_, err = doctor.ReadRefused(make([]byte, 2<<20))
	require.ErrorContains(t, err, "at most")
}

func TestWhatIsSeenIsListed(t *testing.T) {
	t.Parallel()
	v := vectorOf(t, "us-sandbox/post")
	got, err := doctor.ReadRefused([]byte(v.http() + "\n\n" + v.Canonical + "\n\n" + refusal("x")))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"a canonical request (line 14)", "an HTTP request (line 1)", "an authorization header (line 4)", "a body (line 12)", "an error of the service, InvalidRequestSignature (line 28)",
	}, got.Seen)
	assert.Empty(t, got.Unseen)

	got, err = doctor.ReadRefused([]byte(v.Canonical))
	require.NoError(t, err)
	assert.Equal(t, []string{"the request as it was sent", "the authorization header", "the body, over which the last line of the canonical request is made"}, got.Unseen)
	assert.Contains(t, got.Conclusion(), "which is not all")
}

func FuzzReadRefused(f *testing.F) {
	for _, v := range readVectors(f)[:8] {
		f.Add([]byte(v.Canonical))
		f.Add([]byte(v.http()))
		f.Add([]byte(v.verbose() + v.Canonical))
		f.Add([]byte(v.curl()))
		f.Add([]byte(v.log() + refusal(v.Canonical)))
		f.Add([]byte(v.oneLine() + signing.PSSV1.StringToSign(v.Canonical)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := doctor.ReadRefused(text)
		if err != nil {
			return
		}
		lines := strings.Count(string(text), "\n") + 1
		for _, p := range append(got.Problems, got.Doubts...) {
			assert.Positive(t, p.Line)
			assert.LessOrEqual(t, p.Line, lines+4) // something can be missing behind the end
			assert.NotEmpty(t, p.Why)
		}
		assert.NotEmpty(t, got.Conclusion())
	})
}
