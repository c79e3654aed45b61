package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// paid returns the id of a captured charge, and of its permission.
func (p *person) paid() (charge, permission string) {
	p.t.Helper()
	made := p.gets("emulator", "trigger", "charge.disputed")
	return text(p.t, made, "chargeId"), text(p.t, made, "chargePermissionId")
}

// An outcome that is not known is exit code 4, with the key under which the same command is safe.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	refund := []string{"refunds", "create", "-f", "chargeId=" + charge, "-f", "refundAmount=4.00 USD"}
	require.NoError(t, p.server.FailNext(4, emulator.Fault{Operation: "CreateRefund", Kind: emulator.FaultKindLoseAnswer}))
	lost := p.types(refund...)
	assert.Equal(t, exitUnknown, lost.code, lost.err)
	assert.Contains(t, lost.err, "the outcome is unknown")
	key := regexp.MustCompile(`--idempotency-key (\S+) --unsettled\.`).FindStringSubmatch(lost.err)
	require.NotNil(t, key, lost.err)

	again := p.types(append(refund, "--idempotency-key", key[1], "--unsettled")...)
	assert.Zero(t, again.code, again.err)
	assert.Len(t, p.server.Refunds(), 1)
}

// A read that fails leaves nothing open.
func TestFailedRead(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	require.NoError(t, p.server.FailNext(4, emulator.Fault{Operation: "GetCharge", Kind: emulator.FaultKindReset}))
	done := p.types("charges", "get", charge)
	assert.Equal(t, exitFailed, done.code, done.err)
	assert.NotContains(t, done.err, "outcome")
	assert.Contains(t, done.err, "run the command again")
}

// A refusal is exit code 3, with what the service said and what to do next; as JSON, too.
func TestRefusal(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	_, permission := p.paid()
	create := []string{"charges", "create", "-f", "chargePermissionId=" + permission, "-f", "chargeAmount=1.00 USD"}
	p.refuses(exitRefused, []string{"error: CreateCharge: 4", "(request id ", "next:  "}, create...)
	done := p.types(append([]string{"--json"}, create...)...)
	assert.Equal(t, exitRefused, done.code)
	var said reported
	require.NoError(t, json.Unmarshal([]byte(done.err), &said), done.err)
	last := p.server.Requests()[len(p.server.Requests())-1]
	assert.Equal(t, last.ReasonCode, said.ReasonCode)
	assert.Equal(t, last.RequestID, said.RequestID)
	assert.Equal(t, last.Status, said.Status)
	assert.Equal(t, "refused", said.Outcome)
	assert.Equal(t, exitRefused, said.ExitCode)
	assert.NotEmpty(t, said.Next)
	assert.Empty(t, done.out)
}

// Ctrl-C while a charge may have been made says so.
func TestInterruptedCharge(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	made := p.gets("emulator", "trigger", "charge.authorized")
	require.NoError(t, p.server.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Kind: emulator.FaultKindDelay, Delay: 20 * time.Second}))
	ctx, interrupt := context.WithCancel(t.Context())
	before := len(p.server.Requests())
	go func() {
		defer interrupt()
		assert.Eventually(t, func() bool { return len(p.server.Requests()) > before }, 10*time.Second, time.Millisecond)
	}()
	done := p.typesIn(ctx, "charges", "capture", text(t, made, "chargeId"), "-f", "captureAmount=14.00 USD")
	assert.Equal(t, exitUnknown, done.code, done.err)
	assert.Contains(t, done.err, "--unsettled")
}

// What is wrong with the command line is exit code 2, one line that names it, and the next step.
func TestBadInput(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	before := len(p.server.Requests())
	for i, bad := range []struct {
		names []string
		args  []string
	}{
		{[]string{"unexpected argument chargs", "--help"}, []string{"chargs"}},
		{[]string{"unknown flag --nonsense", "amazonpay charges get --help"}, []string{"charges", "get", "x", "--nonsense"}},
		{[]string{`expected "<id>"`}, []string{"charges", "get"}},
		{[]string{"chargeId", "must not contain /"}, []string{"charges", "get", "a/b"}},
		{[]string{"chargeId", "is empty"}, []string{"charges", "get", " "}},
		{[]string{"chargeId", "is empty"}, []string{"charges", "capture", "-f", "captureAmount=1.00 USD"}},
		{[]string{`CaptureChargeRequest has no member "amount"`, "captureAmount", "--members"}, []string{"charges", "capture", "x", "-f", "amount=1"}},
		{[]string{`Price has no member "value"`}, []string{"charges", "capture", "x", "-f", "captureAmount.value=1"}},
		{[]string{"'14.00 USD'"}, []string{"charges", "capture", "x", "-f", "captureAmount=14"}},
		{[]string{"captureAmount", "14,00"}, []string{"charges", "capture", "x", "-f", "captureAmount=14,00 USD"}},
		{[]string{"captureAmount"}, []string{"charges", "capture", "x", "-f", "captureAmount=14.001 USD"}},
		{[]string{"true or false"}, []string{"charges", "create", "-f", "captureNow=yes"}},
		{[]string{"-f", "has no ="}, []string{"charges", "create", "-f", "captureNow"}},
		{[]string{"is not the name of a member"}, []string{"charges", "create", "-f", "a..b=1"}},
		{[]string{"is not JSON"}, []string{"charges", "create", "-f", "captureNow:=yes"}},
		{[]string{"it is an object"}, []string{"charges", "create", "-f", "merchantMetadata=x"}},
		{[]string{"it is a list"}, []string{"checkout-sessions", "create", "-f", "scopes=name"}},
		{[]string{"nowhere.json"}, []string{"charges", "create", "--input", "nowhere.json"}},
		{[]string{"line 3"}, []string{"charges", "create", "--input", p.write("broken.json", "{\n\"a\": 1,\n}")}},
		{[]string{"not a JSON object"}, []string{"charges", "create", "--input", p.write("list.json", "[]")}},
		{[]string{"chargeAmuont"}, []string{"charges", "create", "--input", p.write("typo.json", `{"chargeAmuont":1}`)}},
		{[]string{"captureNow", "string"}, []string{"charges", "create", "--input", p.write("type.json", `{"captureNow":"yes"}`)}},
		{[]string{"captureAmount is given twice"}, []string{"charges", "capture", "x", "-f", "captureAmount=14.00 USD", "-f", "captureAmount=1.00 USD"}},
		{[]string{`"captureAmount" twice`}, []string{"charges", "capture", "x", "--input", p.write("twice.json", `{"captureAmount":{"amount":"1.00"},"captureAmount":{"amount":"9.00"}}`)}},
		{[]string{`"amount" twice`}, []string{"call", "POST", "/charges", "--input", p.write("deep.json", `{"a":[1,{"amount":"1.00","amount":"9.00"}]}`), "-f", "b=c"}},
		{[]string{"not UTF-8"}, []string{"charges", "capture", "x", "--input", p.write("latin1.json", "{\"softDescriptor\":\"M\xfcller\"}")}},
		{[]string{"there is no scopes.4"}, []string{"checkout-sessions", "create", "-f", "scopes.5=name"}},
		{[]string{"--limit -1"}, []string{"reports", "list", "--limit=-1"}},
		{[]string{"--profile is an account"}, []string{"charges", "get", "x", "--profile", "shop"}},
		{[]string{"--idempotency-key", "A-Z"}, []string{"charges", "capture", "x", "-f", "captureAmount=1.00 USD", "--idempotency-key", "a b"}},
		{[]string{"--unsettled", "key is missing"}, []string{"charges", "capture", "x", "-f", "captureAmount=1.00 USD", "--unsettled"}},
		{[]string{"takes no idempotency key"}, []string{"checkout-sessions", "update", "x", "--idempotency-key", "a"}},
		{[]string{"the authorization token"}, []string{"charges", "get", "x", "--auth-token-file", "nowhere"}},
		{[]string{"--auth-token-file"}, []string{"charges", "get", "x", "--auth-token-file", p.write("two", "a\nb")}},
		{[]string{"there is no buyer token"}, []string{"buyers", "get"}},
		{[]string{"there is no MWS"}, []string{"auth-tokens", "get", "A1", "-o", "x"}},
		{[]string{`the method is "FETCH"`}, []string{"call", "FETCH", "/charges/x"}},
		{[]string{"must not be an argument"}, []string{"call", "GET", "/buyers/secret"}},
		{[]string{"must not be an argument"}, []string{"call", "GET", "/v2/authorizationTokens/secret"}},
		{[]string{"live"}, []string{"call", "GET", "/live/v2/charges/x"}},
		{[]string{"dot"}, []string{"call", "GET", "/charges/.."}},
		{[]string{"/"}, []string{"call", "GET", "/charges/%2F"}},
		{[]string{"--since", "soon"}, []string{"reports", "list", "--since", "soon"}},
		{[]string{"--emulator is one inside"}, []string{"--emulator", "charges", "get", "x"}},
		{[]string{"there is no event"}, []string{"emulator", "trigger", "charge.lost"}},
		{[]string{"needs a card"}, []string{"emulator", "trigger", "session.change-card"}},
		{[]string{"takes no --card"}, []string{"emulator", "trigger", "charge.declined", "--card", "4354"}},
		{[]string{"takes no --reason-code"}, []string{"emulator", "trigger", "charge.authorized", "--reason-code", "SoftDeclined"}},
		{[]string{"--kind"}, []string{"button", p.write("p.json", "{}"), "--kind", "Cheap"}},
		{[]string{"webCheckoutDetails"}, []string{"button", p.write("p.json", "{}")}},
		{[]string{"no payloadJSON"}, []string{"verify", p.write("page.html", "<p>")}},
		{[]string{"there is no signature"}, []string{"verify", "--payload", p.write("p.json", "{}")}},
		{[]string{"one page or one payload"}, []string{"verify"}},
		{[]string{"it is not PEM"}, []string{"verify", p.write("b.html", `payloadJSON:'{}', signature:'x'`), "--public-key", p.write("key", "x")}},
	} {
		p.refuses(exitUsage, append(bad.names, "error: ", "\nnext: "), bad.args...)
		require.Len(t, p.server.Requests(), before, "%d: nothing was sent: %v", i, bad.args)
	}
	p.refuses(exitRefused, []string{`no checkout session "x"`}, "emulator", "trigger", "session.approve", "x")
}

// Errors of the command line are JSON, too.
// Who has started an emulator is told how to use it.
func TestEmulatorOfThisFolder(t *testing.T) {
	p := newPerson(t)
	t.Chdir(p.folder)
	p.refuses(exitUsage, []string{"no account is configured", "AMAZON_PAY_PUBLIC_KEY_ID"}, "whoami")
	p.write(emulatorFile, "{}")
	p.refuses(exitUsage, []string{"no account is configured", "Add --emulator-file amazonpay-emulator.json"}, "whoami")
}

func TestUsageErrorsAsJSON(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--json", "chargs"}, {"charges", "get", "x", "--nonsense", "--json"}, {"--json", "charges", "get"}} {
		var said reported
		require.NoError(t, json.Unmarshal([]byte(newPerson(t).types(args...).err), &said), "%v", args)
		assert.Equal(t, exitUsage, said.ExitCode)
	}
}

// Exit code 2 says that nothing was changed.
func TestFieldOfALaterCall(t *testing.T) {
	t.Parallel()
	s := newSession(t.Context(), nil, nil, nil)
	err := &amazonpay.CallError{Operation: "GetReportByID", Err: &amazonpay.FieldError{Field: "reportId", Rule: "must not contain /"}}
	assert.Equal(t, exitUsage, s.judge(err).ExitCode)
	s.sent = true
	assert.Equal(t, exitFailed, s.judge(err).ExitCode)
	assert.NotContains(t, s.judge(err).Next, "nothing")
}

// gone is a standard output that nobody reads.
type gone struct{ err error }

func (g gone) Write([]byte) (int, error) { return 0, g.err }

func (p *person) typesInto(out io.Writer, args ...string) typed {
	p.t.Helper()
	var errOut bytes.Buffer
	code := run(p.t.Context(), append([]string{"--config-dir", p.folder, "--emulator-file", p.file}, args...), strings.NewReader(""), out, &errOut)
	return typed{code, "", errOut.String()}
}

// A charge whose answer got lost on the way to the reader was made: the command must not look as if
// it can be repeated with a new key.
func TestResultThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	charge, _ := p.paid()
	refund := []string{"refunds", "create", "-f", "chargeId=" + charge, "-f", "refundAmount=4.00 USD"}
	for i, why := range []error{syscall.EPIPE, syscall.ENOSPC} {
		lost := p.typesInto(gone{why}, refund...)
		assert.Equal(t, exitUnknown, lost.code, lost.err)
		assert.Contains(t, lost.err, "could not be printed")
		key := regexp.MustCompile(`--idempotency-key (\S+) --unsettled\.`).FindStringSubmatch(lost.err)
		require.NotNil(t, key, lost.err)
		again := p.types(append(refund, "--idempotency-key", key[1], "--unsettled")...)
		assert.Zero(t, again.code, again.err)
		assert.Len(t, p.server.Refunds(), i+1)
	}

	enough := p.typesInto(gone{syscall.EPIPE}, "charges", "get", charge)
	assert.Equal(t, typed{}, enough, "head has read enough")
	full := p.typesInto(gone{syscall.ENOSPC}, "charges", "get", charge)
	assert.Equal(t, exitFailed, full.code)
	assert.Contains(t, full.err, "no space left")
	dry := p.typesInto(gone{syscall.ENOSPC}, append(refund, "--dry-run")...)
	assert.Equal(t, exitFailed, dry.code, "nothing was sent")
	page := p.write("page.html", `payloadJSON:'{}', signature:'x'`)
	assert.Equal(t, exitFailed, p.typesInto(gone{syscall.EPIPE}, "verify", page).code, "what was found out stays")
	followed := p.typesInto(gone{errors.New("gone")}, "emulator", "logs")
	assert.Equal(t, exitFailed, followed.code, "it does not go on for ever")
}
