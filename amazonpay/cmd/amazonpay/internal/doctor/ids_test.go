package doctor_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestBrokenPublicKeyIDs(t *testing.T) {
	t.Parallel()
	id := func(text string) func(*lab) {
		return func(l *lab) { l.setup.PublicKeyID.Text = text }
	}
	const check = doctor.CheckPublicKeyID
	tryAll(t, []broken{
		{name: "none", change: id(""), check: check, cause: "AMAZON_PAY_PUBLIC_KEY_ID is empty", next: "Seller Central"},
		{name: "a space behind it", change: id("SANDBOX-AEMULATEDSHOPASANDBOX01 "), check: check, cause: "spaces or quotes", next: "export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-AEMULATEDSHOPASANDBOX01"},
		{name: "in quotes", change: id(`"SANDBOX-AEMULATEDSHOPASANDBOX01"`), check: check, cause: "spaces or quotes", next: "export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-AEMULATEDSHOPASANDBOX01"},
		{name: "a merchant id", change: id("A1EMULATEDSHOPA"), check: check, cause: "merchant id", next: "SANDBOX-AF"},
		{name: "a store id", change: id("amzn1.application-oa2-client.0123456789abcdef"), check: check, cause: "store id", next: "Seller Central"},
		{name: "an MWS key", change: id("AKIAIOSFODNN7EXAMPLE"), check: check, cause: "MWS", next: "Seller Central"},
		{name: "a client secret", change: id("amzn1.oa2-cs.v1.0123456789abcdef"), check: check, cause: "client secret|holds something else", next: "Seller Central"},
		{name: "the prefix", change: id("SANDBOX-"), check: check, cause: "only the prefix", next: "Seller Central"},
		{name: "a fingerprint", change: id("3f:2a:00:11:22:33"), check: check, cause: "fingerprint", next: "Seller Central"},
		{name: "the key", change: func(l *lab) { l.setup.PublicKeyID.Text = l.keyPEM }, check: check, cause: "This is a key", next: "Seller Central"},
		{name: "a file", change: id("/etc/amazonpay/private.pem"), check: check, cause: "file name", next: "Seller Central"},
		{name: "a strange character", change: id("SANDBOX-AÄB"), check: check, cause: "contains", next: "Seller Central"},
	})
}

func TestBrokenRegions(t *testing.T) {
	t.Parallel()
	var all []broken
	for text, right := range map[string]string{
		"Germany": "eu", "EUR": "eu", "gb": "eu", "us-east-1": "na", "USD": "na", "North America": "na", "ap-northeast-1": "jp", "Japan": "jp", "JPY": "jp", "eu-west-1": "eu",
		"amazon.co.jp": "jp", "pay-api.amazon.eu": "eu", "https://pay-api.amazon.com/": "na", "fe": "jp", "de_DE": "eu", "日本": "jp",
	} {
		all = append(all, broken{
			name: text, check: doctor.CheckRegion, cause: "not the name of a region|" + right, next: "export AMAZON_PAY_REGION=" + right,
			change: func(l *lab) { l.setup.Region.Text = text },
		})
	}
	region := func(text string) func(*lab) {
		return func(l *lab) { l.setup.Region.Text = text }
	}
	tryAll(t, append(all,
		broken{name: "none", change: region(""), check: doctor.CheckRegion, cause: "AMAZON_PAY_REGION is empty", next: "na (or us), eu (or de, uk) or jp"},
		broken{name: "spaces", change: region(" eu\n"), check: doctor.CheckRegion, cause: "spaces or quotes", next: "export AMAZON_PAY_REGION=eu"},
		broken{name: "Australia", change: region("Australia"), check: doctor.CheckRegion, cause: "no region of this name", next: "na (or us)"},
		broken{name: "ap-south-1", change: region("ap-south-1"), check: doctor.CheckRegion, cause: "no region of this name", next: "na (or us)"},
	))
}

func TestBrokenEnvironments(t *testing.T) {
	t.Parallel()
	environment := func(text string) func(*lab) {
		return func(l *lab) {
			l.setup.PublicKeyID.Text = l.server.Description().Merchants[0].KeyIDs.Plain
			l.setup.Environment.Text = text
		}
	}
	const check = doctor.CheckEnvironment
	tryAll(t, []broken{
		{name: "none", change: environment(""), check: check, cause: "AMAZON_PAY_ENVIRONMENT is empty|nothing says which", next: "sandbox (test money) or live (real money)"},
		{name: "prod", change: environment("prod"), check: check, cause: "live is meant", next: "export AMAZON_PAY_ENVIRONMENT=live"},
		{name: "Test", change: environment("Test"), check: check, cause: "sandbox is meant", next: "export AMAZON_PAY_ENVIRONMENT=sandbox"},
		{name: "true", change: environment("true"), check: check, cause: "neither has this name", next: "sandbox (test money) or live"},
		{name: "quotes", change: environment("'live'"), check: check, cause: "spaces or quotes", next: "export AMAZON_PAY_ENVIRONMENT=live"},
		{
			name: "contradiction", check: check, cause: `AMAZON_PAY_ENVIRONMENT is "live"|SANDBOX-AEMULATED|contradict`, next: "leave AMAZON_PAY_ENVIRONMENT empty",
			change: func(l *lab) { l.setup.Environment.Text = "live" },
		},
	})
}

func TestBrokenBaseURLs(t *testing.T) {
	t.Parallel()
	for text, word := range map[string]string{
		"http://127.0.0.1:8443": "must begin with https://", "https://127.0.0.1:8443/v2": "must not have a path", "127.0.0.1:8443": "https://", "https://user:pass-word-123@host": "user information",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			l := newLab(t)
			l.setup.BaseURL.Text = text
			f := first(l.examine(), doctor.StatusFailed)
			require.NotNil(t, f)
			assert.Equal(t, doctor.CheckBaseURL, f.Check)
			assert.Contains(t, f.Cause, word)
			assert.NotContains(t, f.Found+f.Cause+f.Next+f.Run, "pass-word")
		})
	}
}

func TestSourcesAreNamed(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.setup.Region = doctor.Value{Text: "EUR", Source: "the region of profile shop"}
	f := first(l.examine(), doctor.StatusFailed)
	require.NotNil(t, f)
	assert.Contains(t, f.Found, "the region of profile shop is")
	assert.Equal(t, "Set the region of profile shop to eu.", f.Next)
	assert.Empty(t, f.Run, "it is no variable")
}

func TestALongValueIsNotRepeated(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.setup.Region.Text = strings.Repeat("secret", 20)
	f := first(l.examine(), doctor.StatusFailed)
	require.NotNil(t, f)
	assert.Equal(t, "AMAZON_PAY_REGION is a text of 120 bytes", f.Found)
}
