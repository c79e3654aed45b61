package amazonpay_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/transport"
)

// codes returns the values of all ReasonCode constants, read from the source.
func codes(t *testing.T) (all []amazonpay.ReasonCode) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reasons.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			literal, ok := spec.Values[0].(*ast.BasicLit)
			require.True(t, ok)
			text, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			all = append(all, amazonpay.ReasonCode(text))
		}
		return true
	})
	return all
}

// Every constant has advice, and nothing else has.
func TestAdviseReason(t *testing.T) {
	t.Parallel()
	all := codes(t)
	require.Greater(t, len(all), 50)
	newKeys, later := map[amazonpay.ReasonCode]bool{}, map[amazonpay.ReasonCode]bool{}
	for _, code := range all {
		advice := amazonpay.AdviseReason(code)
		assert.Equal(t, code, advice.ReasonCode)
		assert.Equal(t, code == amazonpay.ReasonCodeDuplicateIdempotencyKey, advice.Class == amazonpay.DeclineClassUnknown, code)
		assert.True(t, strings.HasSuffix(advice.Next, "."), code)
		assert.False(t, advice.Unsettled, code)
		assert.NotEqual(t, amazonpay.StepDone, advice.Step, code)
		refused := amazonpay.Advise(fmt.Errorf("order 7: %w", refusedWith(code, amazonpay.OutcomeRefused)))
		assert.Equal(t, advice, refused, code)
		if advice.Step == amazonpay.StepNewKey {
			newKeys[code] = true
			assert.Contains(t, advice.Next, "Chargeable")
			assert.Equal(t, amazonpay.DeclineClassSoft, advice.Class)
		}
		if advice.Later {
			later[code] = true
			assert.Equal(t, amazonpay.StepGiveUp, advice.Step, "a loop must not take it for another attempt in a minute")
			assert.Contains(t, advice.Next, "Chargeable")
			assert.Contains(t, advice.Next, "with a new idempotency key")
		}
		unknown := amazonpay.Advise(refusedWith(code, amazonpay.OutcomeUnknown))
		assert.True(t, unknown.Unsettled, code)
		assert.False(t, unknown.Later, "never before what may have happened is known")
		assert.Contains(t, []amazonpay.Step{amazonpay.StepRepeat, amazonpay.StepRead}, unknown.Step, code)
	}
	assert.Equal(t, map[amazonpay.ReasonCode]bool{amazonpay.ReasonCodeSoftDeclined: true, amazonpay.ReasonCodeProcessingFailure: true}, newKeys)
	assert.Equal(t, map[amazonpay.ReasonCode]bool{amazonpay.ReasonCodeTransactionTimedOut: true, amazonpay.ReasonCodePeriodicAmountExceeded: true}, later)
	assert.Contains(t, amazonpay.AdviseReason(amazonpay.ReasonCodeTransactionTimedOut).Next, "canHandlePendingAuthorization", "the other way")
	for step, some := range map[amazonpay.Step][]amazonpay.ReasonCode{
		amazonpay.StepNewKey: {"SoftDeclined", "ProcessingFailure"},
		amazonpay.StepGiveUp: {"HardDeclined", "AmazonRejected", "TransactionTimedOut", "MFANotCompleted", "CheckoutSessionCanceled", "InvalidParameterValue", "AmountMismatch"},
		amazonpay.StepRepeat: {"TooManyRequests", "ServiceUnavailable", "InvalidAccountStatus", "InvalidRequestSignature", "ChargeInProgress"},
		amazonpay.StepRead:   {"DuplicateIdempotencyKey", "InvalidChargeStatus", "InvalidCheckoutSessionStatus", "InvalidChargePermissionStatus", "QuiteNew", ""},
	} {
		for _, code := range some {
			assert.Equal(t, step, amazonpay.AdviseReason(code).Step, code)
		}
	}
	assert.Equal(t, amazonpay.ReasonCode("QuiteNew"), amazonpay.AdviseReason("QuiteNew").ReasonCode)
	for step, word := range map[amazonpay.Step]string{
		amazonpay.StepRead: "read", amazonpay.StepDone: "done", amazonpay.StepRepeat: "repeat", amazonpay.StepNewKey: "new key", amazonpay.StepGiveUp: "give up", 9: "read",
	} {
		assert.Equal(t, word, step.String())
	}
}

func refusedWith(code amazonpay.ReasonCode, outcome amazonpay.Outcome) error {
	return &amazonpay.CallError{Operation: "CreateCharge", Outcome: outcome, Err: &amazonpay.APIError{StatusCode: 422, ReasonCode: code}}
}

func TestAdviseErrorsWithoutACode(t *testing.T) {
	t.Parallel()
	bad := &amazonpay.FieldError{Field: "chargeAmount", Rule: "is required"}
	for name, row := range map[string]struct {
		err       error
		step      amazonpay.Step
		unsettled bool
	}{
		"no error":                    {nil, amazonpay.StepDone, false},
		"an error of another package": {errors.New("x"), amazonpay.StepRead, true},
		"a bad request":               {&amazonpay.CallError{Err: bad, Outcome: amazonpay.OutcomeNotSent}, amazonpay.StepGiveUp, false},
		"the same, unsettled":         {&amazonpay.CallError{Err: bad, Outcome: amazonpay.OutcomeUnknown}, amazonpay.StepRead, true},
		"a reading, refused":          {readingFailed(t, answer(404, `{"reasonCode":"ResourceNotFound"}`)), amazonpay.StepRead, true},
		"a reading, declined":         {readingFailed(t, answer(500, `{"reasonCode":"ProcessingFailure"}`)), amazonpay.StepRead, true},
		"a reading, throttled":        {readingFailed(t, answer(429, `{"reasonCode":"TooManyRequests"}`)), amazonpay.StepRepeat, true},
		"not sent":                    {&amazonpay.CallError{Err: errors.New("x"), Outcome: amazonpay.OutcomeNotSent}, amazonpay.StepRepeat, false},
		"not understood":              {&amazonpay.CallError{Err: errors.New("x"), Outcome: amazonpay.OutcomeDone}, amazonpay.StepRead, true},
		"unknown":                     {&amazonpay.CallError{Err: errors.New("x")}, amazonpay.StepRepeat, true},
		"a gateway's page":            {&amazonpay.CallError{Err: &amazonpay.APIError{StatusCode: 403}}, amazonpay.StepRepeat, true},
	} {
		advice := amazonpay.Advise(row.err)
		assert.Equal(t, row.step, advice.Step, name)
		assert.Equal(t, row.unsettled, advice.Unsettled, name)
		assert.Equal(t, row.err == nil, advice.Next == "", name)
	}
}

// A wrong key or account fails every repetition until a person corrects it. The class says so
// whether the call was sent or not.
func TestAWrongAccountIsNamed(t *testing.T) {
	t.Parallel()
	client := newClient(t, newNetwork(answer(403, `{"reasonCode":"InvalidAccountStatus"}`)))
	_, refused := client.Call(t.Context(), chargeOp, goodCharge(), nil)
	_, unsettled := client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("key-1"), amazonpay.WithUnsettled(true))
	_, noToken := client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(&tokenless{refused}))
	_, later := client.Call(t.Context(), chargeOp, goodCharge(), nil, amazonpay.WithTokenSource(&tokenless{errors.New("the network is down")}))
	for name, row := range map[string]struct {
		err   error
		class amazonpay.DeclineClass
	}{
		"refused": {refused, amazonpay.DeclineClassAccount}, "unsettled": {unsettled, amazonpay.DeclineClassAccount}, "a token refused": {noToken, amazonpay.DeclineClassAccount},
		"a token that did not come": {later, amazonpay.DeclineClassLater}, "the key": {&amazonpay.CallError{Outcome: amazonpay.OutcomeNotSent, Err: &transport.SigningError{Err: errors.New("x")}}, amazonpay.DeclineClassAccount},
	} {
		require.Error(t, row.err, name)
		assert.Equal(t, amazonpay.StepRepeat, amazonpay.Advise(row.err).Step, name)
		assert.Equal(t, row.class, amazonpay.Advise(row.err).Class, name)
	}
}

type tokenless struct{ err error }

func (s *tokenless) Token(context.Context) (string, error) { return "", s.err }

// The cause of a context may be the error of another call, as with errgroup. It says nothing about
// this call.
func TestAnothersErrorIsNotAdvised(t *testing.T) {
	t.Parallel()
	causes := map[string]error{
		"bad request": &amazonpay.CallError{Outcome: amazonpay.OutcomeNotSent, Err: &amazonpay.FieldError{Field: "chargeAmount.amount", Rule: "is not decimal"}},
		"soft":        refusedWith(amazonpay.ReasonCodeSoftDeclined, amazonpay.OutcomeRefused), "hard": refusedWith(amazonpay.ReasonCodeHardDeclined, amazonpay.OutcomeRefused),
		"token": refusedWith(amazonpay.ReasonCodeInvalidAuthorizationToken, amazonpay.OutcomeRefused),
	}
	for name, cause := range causes {
		for when, replies := range map[string][]reply{
			"before": nil, "waiting": {answer(429, `{"reasonCode":"TooManyRequests"}`)}, "during": {lost},
		} {
			ctx, cancel := context.WithCancelCause(t.Context())
			n := newNetwork(replies...)
			if when == "before" {
				cancel(cause)
			} else {
				n = newNetwork(func(r *http.Request) (*http.Response, error) {
					cancel(cause)
					return replies[0](r)
				})
			}
			_, err := newClient(t, n).Call(ctx, chargeOp, goodCharge(), nil, amazonpay.WithIdempotencyKey("key-1"))
			require.ErrorIs(t, err, context.Canceled, "%s, %s", name, when)
			require.ErrorIs(t, err, cause, "%s, %s", name, when)
			advice := amazonpay.Advise(err)
			assert.Equal(t, amazonpay.StepRepeat, advice.Step, "%s, %s: %v", name, when, err)
			assert.Equal(t, when == "during", advice.Unsettled, "%s, %s", name, when)
			assert.False(t, amazonpay.HasReason(err, amazonpay.ReasonCodeSoftDeclined, amazonpay.ReasonCodeHardDeclined, amazonpay.ReasonCodeInvalidAuthorizationToken), "%s, %s", name, when)
		}
	}
}

func TestAdviseNil(t *testing.T) {
	t.Parallel()
	var none *amazonpay.CallError
	assert.Equal(t, amazonpay.StepRead, amazonpay.Advise(none).Step)
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(none))
}

// readingFailed returns the error of a failed read, which says nothing about the work of another
// call.
func readingFailed(t *testing.T, r reply) error {
	t.Helper()
	_, err := newClient(t, newNetwork(r)).Call(t.Context(), getOp, nil, nil)
	require.Error(t, err)
	return err
}

// An earlier call with the same key ended without an answer. The answer to this call proves nothing
// about the earlier one, unless the service replays the key and the payment was declined.
func TestUnsettledOverSeveralCalls(t *testing.T) {
	t.Parallel()
	replayed := chargeOp
	replayed.Replays = true
	reason := func(status int, code string) reply { return answer(status, `{"reasonCode":"`+code+`"}`) }
	for name, row := range map[string]struct {
		op      amazonpay.Operation
		reply   reply
		opts    []amazonpay.CallOption
		outcome amazonpay.Outcome
		step    amazonpay.Step
	}{
		"done":                       {replayed, answer(201, `{}`), nil, amazonpay.OutcomeDone, amazonpay.StepDone},
		"lost again":                 {replayed, lost, nil, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"no connection":              {replayed, noConnection, nil, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"429":                        {replayed, reason(429, "TooManyRequests"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"403":                        {replayed, reason(403, "InvalidAccountStatus"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"the signature":              {replayed, reason(403, "InvalidRequestSignature"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"another request":            {replayed, reason(400, "DuplicateIdempotencyKey"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"the state":                  {replayed, reason(422, "InvalidChargePermissionStatus"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"the amount":                 {replayed, reason(400, "TransactionAmountExceeded"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"an option is wrong":         {replayed, lost, []amazonpay.CallOption{amazonpay.WithHeader("Accept", "x")}, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"an option was made wrong":   {replayed, lost, []amazonpay.CallOption{amazonpay.WithAuthToken("")}, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"no token":                   {replayed, lost, []amazonpay.CallOption{amazonpay.WithTokenSource(noToken{})}, amazonpay.OutcomeUnknown, amazonpay.StepRepeat},
		"declined":                   {replayed, reason(422, "HardDeclined"), nil, amazonpay.OutcomeRefused, amazonpay.StepGiveUp},
		"declined softly":            {replayed, reason(422, "SoftDeclined"), nil, amazonpay.OutcomeRefused, amazonpay.StepNewKey},
		"failed":                     {replayed, reason(500, "ProcessingFailure"), nil, amazonpay.OutcomeRefused, amazonpay.StepNewKey},
		"declined, key not honoured": {chargeOp, reason(422, "SoftDeclined"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRead},
		"the same, for good":         {chargeOp, reason(422, "HardDeclined"), nil, amazonpay.OutcomeUnknown, amazonpay.StepRead},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, newNetwork(row.reply))
			_, err := client.Call(t.Context(), row.op, goodCharge(), nil, append(row.opts, amazonpay.WithIdempotencyKey("key-1"), amazonpay.WithUnsettled(true))...)
			assert.Equal(t, row.outcome, amazonpay.OutcomeOf(err), "%v", err)
			advice := amazonpay.Advise(err)
			assert.Equal(t, row.step, advice.Step)
			assert.Equal(t, row.outcome == amazonpay.OutcomeUnknown, advice.Unsettled)
		})
	}
}

// This refusal proves that an earlier request with the key arrived.
func TestDuplicateIdempotencyKeyIsNeverRefused(t *testing.T) {
	t.Parallel()
	_, err := newClient(t, newNetwork(answer(400, `{"reasonCode":"DuplicateIdempotencyKey"}`))).Call(t.Context(), chargeOp, goodCharge(), nil)
	assert.Equal(t, amazonpay.OutcomeUnknown, amazonpay.OutcomeOf(err))
	assert.Equal(t, amazonpay.Advice{
		Step: amazonpay.StepRead, Unsettled: true, ReasonCode: "DuplicateIdempotencyKey", Class: amazonpay.DeclineClassUnknown, Next: amazonpay.Advise(err).Next,
	}, amazonpay.Advise(err))
}

// The loop of the Example, to which the README points, is the loop that chaos runs.
func TestTheLoopIsOne(t *testing.T) {
	t.Parallel()
	read := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	_, loop, found := strings.Cut(read("../internal/chaos/once/once.go"), "// Work is what a shop stores")
	require.True(t, found)
	loop = strings.TrimSpace("// Work is what a shop stores" + loop)
	assert.Contains(t, read("example_advise_test.go"), loop)
	assert.Contains(t, read("../README.md"), "(amazonpay/example_advise_test.go)")
}
