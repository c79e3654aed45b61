package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestDoctor(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	done := p.types("doctor")
	require.Zero(t, done.code, done.out+done.err)
	for _, line := range []string{"ok       private key: RSA, 2048 bits, PKCS#8", "ok       region: region of ", "ok       clock: ", "ok       signed call: the service accepted the key in sandbox, region na"} {
		assert.Contains(t, done.out, line)
	}
	assert.NotContains(t, done.out, "\x1b", "no colours in a pipe")

	var all []doctor.Finding
	done = p.types("--json", "doctor")
	require.Zero(t, done.code, done.err)
	require.NoError(t, json.Unmarshal([]byte(done.out), &all))
	assert.Equal(t, doctor.CheckSignedCall, all[len(all)-1].Check)
}

func TestDoctorOfTheEmulatorInside(t *testing.T) {
	t.Parallel()
	done := newPerson(t).types("--emulator", "doctor")
	require.Zero(t, done.code, done.out+done.err)
}

// A wrong setup is exit code 2, and the cause has a command that mends it.
func TestDoctorOfAWrongSetup(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	done := p.types("doctor")
	assert.Equal(t, exitUsage, done.code, "nothing is set")
	for _, line := range []string{"failed   private key given: AMAZON_PAY_PRIVATE_KEY and AMAZON_PAY_PRIVATE_KEY_FILE are empty", "cause  A client cannot sign without a private key.", "skipped  signed call: depends on: private key given"} {
		assert.Contains(t, done.out, line)
	}
	assert.Empty(t, done.err)

	p.write(configFile, "default: shop\nprofiles:\n  shop:\n    publicKeyId: SANDBOX-AABC\n    privateKeyFile: "+p.write("key.pem", "{}")+"\n    region: Germany\n")
	done = p.types("doctor")
	assert.Equal(t, exitUsage, done.code)
	for _, line := range []string{"privateKeyFile of profile shop is a text in JSON", `failed   region: region of profile shop is "Germany"`, "next   Set region of profile shop to eu."} {
		assert.Contains(t, done.out, line)
	}
	p.refuses(exitUsage, []string{`no profile "other"`}, "--profile", "other", "doctor")
}

// A refusal is exit code 3.
func TestDoctorOfARefusal(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	d := p.server.Description()
	d.Merchants[0].PrivateKeyPEM = d.Merchants[1].PrivateKeyPEM
	p.file = p.write("wrong.json", descriptionFile(t, d))
	done := p.types("doctor")
	assert.Equal(t, exitRefused, done.code, done.out+done.err)
	assert.Contains(t, done.out, "failed   signed call: the service answered 403 InvalidRequestSignature")
	assert.Contains(t, done.out, "does not belong to the public key id")
	assert.NotContains(t, done.out, "BEGIN PRIVATE")

	require.NoError(t, p.server.FailNext(1, emulator.Fault{Operation: "GetReports", Status: 503}))
	p.file = p.write("right.json", descriptionFile(t, p.server.Description()))
	assert.Equal(t, exitRefused, p.types("doctor").code)
}

// What is wrong with the network, and not with the setup, is exit code 1.
func TestDoctorWithoutANetwork(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	require.NoError(t, p.server.Close())
	done := p.types("doctor")
	assert.Equal(t, exitFailed, done.code, done.out)
	assert.Contains(t, done.out, "failed   clock: no connection to 127.0.0.1:")
	assert.Contains(t, done.out, "amazonpay emulator")
}

func descriptionFile(t *testing.T, d emulator.Description) string {
	t.Helper()
	text, err := json.Marshal(d)
	require.NoError(t, err)
	return string(text)
}

func TestDoctorIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	done := withEmulator(t).typesIn(ctx, "doctor")
	assert.Equal(t, exitFailed, done.code, done.out+done.err)
}

const refusedRequest = `GET
/v2/charges/S01-1
b=2&a=1
accept:application/json
content-type:application/json
x-amz-pay-date:20261123T162007Z
x-amz-pay-host:pay-api.amazon.com
x-amz-pay-region:na

accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
`

func TestDoctorReadsARefusedRequest(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	file := p.write("refused.txt", refusedRequest)
	done := p.types("doctor", "--request", file)
	assert.Equal(t, exitFailed, done.code, done.err)
	for _, line := range []string{"seen     a canonical request (line 1)", "wrong    line 3: The parameters are sorted", "says  b=2&a=1", "must  a=1&b=2", "One line is wrong."} {
		assert.Contains(t, done.out, line)
	}
	p.input = strings.Replace(refusedRequest, "b=2&a=1", "a=1&b=2", 1)
	done = p.types("doctor", "--request", "-")
	assert.Zero(t, done.code, done.err)
	assert.Contains(t, done.out, "what remains is the key")

	done = p.types("--json", "doctor", "--request", file)
	assert.Equal(t, exitFailed, done.code)
	var got doctor.Refused
	require.NoError(t, json.Unmarshal([]byte(done.out), &got))
	assert.Equal(t, []doctor.Problem{{Line: 3, Says: "b=2&a=1", Must: "a=1&b=2", Why: "The parameters are sorted by their names, by bytes."}}, got.Problems)

	p.refuses(exitUsage, []string{"there is no request in this text"}, "doctor", "--request", p.write("x.txt", "hello"))
	p.refuses(exitUsage, []string{"no such file"}, "doctor", "--request", "/nowhere")
}
