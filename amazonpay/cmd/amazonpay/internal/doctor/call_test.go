package doctor_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestRefusedCalls(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) func(*lab) {
		return func(l *lab) { l.answer(says(status, body)) }
	}
	unknown := says(http.StatusForbidden, `{"reasonCode":"InvalidAuthentication","message":"unknown"}`)
	html := "<html><body>Access denied</body></html>"
	const check = doctor.CheckSignedCall
	tryAll(t, []broken{
		{
			name: "the key of another merchant", check: check, refused: true, cause: "403 InvalidRequestSignature|does not belong to the public key id|fingerprint of its public half is ", next: "openssl pkey -pubin|dgst -sha256|Seller Central",
			change: func(l *lab) { l.keyFile(l.server.Description().Merchants[1].PrivateKeyPEM) },
		},
		{
			name: "changed on its way", check: check, refused: true, cause: "another canonical request|changed on its way", next: "Exempt",
			change: answer(http.StatusForbidden, `{"reasonCode":"InvalidRequestSignature","message":"Unable to verify signature, signing String [AMZN-PAY-RSASSA-PSS-V2\n0000000000000000000000000000000000000000000000000000000000000000]"}`),
		},
		{
			name: "an unknown key id", check: check, refused: true, cause: `403 InvalidAuthentication|does not know the public key id "SANDBOX-AUNKNOWN"`, next: "character by character",
			change: func(l *lab) { l.setup.PublicKeyID.Text = "SANDBOX-AUNKNOWN" },
		},
		{
			name: "another region", check: check, refused: true, cause: "eu (pay-api.amazon.eu) accepted the key|another region", next: "export AMAZON_PAY_REGION=eu",
			change: func(l *lab) {
				l.routes[eu] = l.routes[na]
				l.answer(unknown)
			},
		},
		{
			name: "another environment", check: check, refused: true, cause: "the other environment, live", next: "export AMAZON_PAY_ENVIRONMENT=live",
			change: func(l *lab) {
				l.setup.PublicKeyID.Text = l.server.Description().Merchants[0].KeyIDs.Plain
				l.setup.Environment.Text = "sandbox"
				l.answer(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/live/v2/reports" {
						says(http.StatusOK, `{"reports":[]}`)(w, r)
						return
					}
					unknown(w, r)
				})
			},
		},
		{name: "an inactive account", change: answer(http.StatusForbidden, `{"reasonCode":"InvalidAccountStatus","message":"x"}`), check: check, refused: true, cause: "account is not active|4a5b-6c7d", next: "registration"},
		{name: "no reports", change: answer(http.StatusUnauthorized, `{"reasonCode":"UnauthorizedAccess","message":"x"}`), check: check, status: doctor.StatusWarning, cause: "The key is good", next: "Nothing"},
		{name: "a gateway's 403", change: answer(http.StatusForbidden, html), check: check, cause: "not the service's: it is the page of a gateway", next: "Exempt"},
		{name: "a gateway's 404", change: answer(http.StatusNotFound, html), check: check, cause: "not the service's", next: "Exempt"},
		{name: "a gateway's 502", change: answer(http.StatusBadGateway, html), check: check, cause: "has trouble", next: "in a few minutes"},
		{name: "a portal", change: answer(http.StatusOK, html), check: check, cause: "captive portal", next: "Sign in at the portal"},
		{
			name: "a redirect", check: check, cause: "redirects", next: "Sign in at the portal",
			change: func(l *lab) {
				l.answer(func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "https://portal.example/", http.StatusFound)
				})
			},
		},
		{name: "too many requests", change: answer(http.StatusTooManyRequests, `{"reasonCode":"TooManyRequests","message":"x"}`), check: check, refused: true, cause: "too many requests", next: "Wait a minute"},
		{name: "an old TLS", change: answer(http.StatusUpgradeRequired, `{"reasonCode":"TLSVersionNotSupported","message":"x"}`), check: check, refused: true, cause: "newer TLS", next: "Update the proxy"},
		{name: "the service is down", change: answer(http.StatusServiceUnavailable, `{"reasonCode":"ServiceUnavailable","message":"x"}`), check: check, refused: true, cause: "says nothing about the setup", next: "Try again"},
		{name: "the wrong path", change: answer(http.StatusNotFound, `{"reasonCode":"ResourceNotFound","message":"x"}`), check: check, refused: true, cause: "path does not fit the key id", next: "with its prefix"},
		{name: "another refusal", change: answer(http.StatusBadRequest, `{"reasonCode":"InvalidRequest","message":"the moon is full"}`), check: check, refused: true, cause: "the moon is full", next: "support"},
		{
			name: "the connection breaks", check: check, cause: "no answer", next: "between this machine and the service",
			change: func(l *lab) {
				require.NoError(l.tb, l.server.FailNext(5, emulator.Fault{Operation: "GetReports", Kind: emulator.FaultKindReset}))
			},
		},
	})
}

// TestTheFingerprintIsThatOfTheKey compares it with the one that the check of the key shows.
func TestTheFingerprintIsThatOfTheKey(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.keyFile(l.server.Description().Merchants[1].PrivateKeyPEM)
	var shown string
	for _, f := range l.examine() {
		if f.Check == doctor.CheckKey {
			shown = f.Found[len(f.Found)-64:]
		}
		if f.Check == doctor.CheckSignedCall {
			assert.Contains(t, f.Cause, shown)
		}
	}
	assert.Len(t, shown, 64)
}

// TestOnlyHarmlessRequests looks at what a whole examination sends.
func TestOnlyHarmlessRequests(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.examine()
	requests := l.server.Requests()
	require.NotEmpty(t, requests)
	for _, r := range requests {
		assert.Equal(t, http.MethodGet, r.Method)
	}
}
