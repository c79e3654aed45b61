package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

var aNotification = ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "CHARGE", ObjectID: "S01-0000000-0000000-C000001", ChargePermissionID: "S01-0000000-0000000"}

func TestIPNVerify(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	sns, err := ipntest.New()
	require.NoError(t, err)
	certificate := p.write("sns.pem", string(sns.CertificatePEM()))
	old := sns.Notify(aNotification, time.Now().AddDate(-1, 0, 0))
	message := p.write("message.json", string(old.JSON())+"\n")

	done := p.types("ipn", "verify", message, "--certificate", certificate, "--topic-account", ipntest.Account)
	require.Zero(t, done.code, done.out+done.err)
	for _, part := range []string{"ok SNS signed it for the topic " + ipntest.TopicARN, "CHARGE S01-0000000-0000000-C000001", "STATE_CHANGE", "A1EXAMPLE", old.MessageID} {
		assert.Contains(t, done.out, part)
	}
	p.input = string(old.JSON())
	got := p.gets("ipn", "verify", "-", "--certificate", certificate, "--any-account", "--merchant-id", "A1EXAMPLE")
	assert.Equal(t, true, got["verified"])
	assert.Equal(t, "S01-0000000-0000000-C000001", got["objectId"])

	forged := old
	forged.Message = strings.Replace(forged.Message, "C000001", "C000002", 1)
	forgedFile := p.write("forged.json", string(forged.JSON()))
	for _, test := range []struct {
		check string
		args  []string
	}{
		{"form", []string{p.write("none.json", "{}")}},
		{"form", []string{p.write("text.txt", "hello")}},
		{"topic", []string{message, "--topic-account", "111111111111"}},
		{"topic", []string{message}}, // not of an account from which Amazon Pay sends
		{"certificate URL", []string{p.write("url.json", strings.Replace(string(old.JSON()), "https://sns.", "https://evil.", 1)), "--any-account"}},
		{"certificate", []string{message, "--any-account", "--certificate", p.write("bad.pem", "no PEM")}},
		{"signature", []string{forgedFile, "--any-account"}},
		{"age", []string{message, "--any-account", "--max-age", "24h"}},
		{"merchant", []string{message, "--any-account", "--merchant-id", "A2OTHER"}},
	} {
		args := append([]string{"ipn", "verify"}, test.args...)
		if test.check != "certificate" {
			args = append(args, "--certificate", certificate)
		}
		done := p.types(args...)
		assert.Equal(t, exitFailed, done.code, args)
		assert.Contains(t, done.out, "failed "+test.check+": ", args)
		done = p.types(append([]string{"--json"}, args...)...)
		assert.Equal(t, exitFailed, done.code, args)
		var v verified
		require.NoError(t, json.Unmarshal([]byte(done.out), &v))
		assert.Equal(t, test.check, v.Failed)
		assert.False(t, v.Verified)
	}
	assert.Contains(t, p.types("ipn", "verify", forgedFile, "--any-account", "--certificate", certificate).out, "ok certificate\nfailed signature")

	confirmation := p.write("confirmation.json", string(sns.Confirmation(ipntest.TypeSubscriptionConfirmation, time.Now()).JSON()))
	p.refuses(exitFailed, []string{"the message is a confirmation", "WithSubscriptionConfirmation"}, "ipn", "verify", confirmation, "--any-account", "--certificate", certificate)
	p.refuses(exitUsage, []string{"--any-account trusts every account"}, "ipn", "verify", message, "--any-account", "--topic-account", "111111111111")
	p.refuses(exitUsage, []string{"it must have twelve digits"}, "ipn", "verify", message, "--topic-account", "1")
	p.refuses(exitUsage, []string{"Give a PEM file"}, "ipn", "verify", message, "--certificate", p.path("none.pem"))
}

// Each kind of forgery fails a check, whose name is printed.
func TestIPNVerifyForgeries(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	sns, err := ipntest.New()
	require.NoError(t, err)
	certificate := p.write("sns.pem", string(sns.CertificatePEM()))
	for _, f := range sns.Forgeries(aNotification, time.Now()) {
		if f.Kind == "certificate" || f.Kind == "unavailable" || f.Kind == "type" || f.Kind == "time" {
			continue // the file is the certificate; a saved body has no header, and may have any age
		}
		done := p.types("ipn", "verify", p.write("forged.json", string(f.Body)), "--topic-account", ipntest.Account, "--merchant-id", "A1EXAMPLE", "--certificate", certificate)
		assert.Equal(t, exitFailed, done.code, f.Name)
		assert.Regexp(t, `(?m)^failed [a-zA-Z ]+: `, done.out, f.Name)
	}
}
