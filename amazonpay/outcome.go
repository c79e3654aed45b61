package amazonpay

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/transport"
)

// Outcome is what is known about the work of a call: for example, whether a buyer may have been
// charged.
type Outcome int

const (
	// OutcomeUnknown means that the work may or may not have been done.
	OutcomeUnknown Outcome = iota
	// OutcomeNotSent means that nothing was sent: the work was not done.
	OutcomeNotSent
	// OutcomeRefused means that the service answered that it did not do the work.
	OutcomeRefused
	// OutcomeDone means that the service answered that it did the work.
	OutcomeDone
)

// String returns unknown, not sent, refused or done.
func (o Outcome) String() string {
	switch o {
	case OutcomeNotSent:
		return "not sent"
	case OutcomeRefused:
		return "refused"
	case OutcomeDone:
		return "done"
	default:
		return "unknown"
	}
}

// OutcomeOf returns what is known about the work of a call that returned err, which may be wrapped.
// It judges this one call and, with [WithUnsettled], the earlier calls with the same key. Do not
// decide on a new key by the outcome: [Advise] says what to do next.
//
//	the call                                                       | outcome
//	---------------------------------------------------------------|---------
//	no error                                                       | done
//	a request, option, token or signature that cannot be made      | not sent
//	no attempt had a connection                                    | not sent
//	the context ended before the first attempt                     | not sent
//	the rate limit did not allow the first attempt                 | not sent
//	a 4xx of the service, but 408 and 425                          | refused
//	a 500 ProcessingFailure                                        | refused
//	429 until the attempts or the context ended                    | refused
//	a refusal, then no connection                                  | refused
//	a 2xx of the service whose state could not be understood       | done
//	a 2xx that is not the service's answer to this operation       | unknown
//	a 4xx without the marks of the service, such as a gateway's    | unknown
//	408, 425, 5xx, no answer, or a too large one, in the last one   | unknown
//	a refusal after an attempt of the four rows above              | unknown
//	the same, where the key is replayed and the refusal a decline  | refused
//	400 DuplicateIdempotencyKey                                    | unknown
//	a 3xx                                                          | unknown
//	no answer from a custom Doer                                   | unknown
//	an error that is not a [*CallError]                            | unknown
//	any of the above but done and a decline, with [WithUnsettled]  | unknown
//
// The marks of the service in an error are a reason code in a JSON object, or its request id with a
// body that is empty or starts like a JSON object. In a success the mark is what the operation
// returns ([Operation].Returns).
//
// A decline is a reason code about the payment itself, such as SoftDeclined. If the service is
// documented to replay an idempotency key ([Operation].Replays), a decline settles what an earlier
// attempt with the same key left open: if that attempt had charged, the key would have replayed its
// success. DuplicateIdempotencyKey proves that an earlier request arrived, so it is never a
// refusal.
//
// [Attempt].Unsent shows that no attempt had a connection. The answer of a custom Doer counts like
// the service's.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeDone
	}
	call, _ := errors.AsType[*CallError](err)
	if call == nil {
		return OutcomeUnknown
	}
	return call.Outcome
}

// workState is what the attempts so far show about the work, including earlier calls with the same
// key.
type workState struct {
	maybe   bool // an attempt may have done it
	refused bool // the service has refused one
}

// saw takes in an attempt, its answer or nil, and what the body of an error says.
func (p *call) saw(a Attempt, answer *transport.Answer, said refusal) {
	if a.Unsent || answer != nil && isSuccess(answer.Status) { // read decides about a success
		return
	}
	switch {
	case answer == nil, said.reason == ReasonCodeDuplicateIdempotencyKey, !hasMark(answer, said.reason),
		!refuses(answer.Status) && !said.processingFailure(answer.Status):
		p.state.maybe = true
	case p.op.Replays && AdviseReason(said.reason).IsDecline():
		p.state = workState{refused: true}
	default:
		p.state.refused = true
	}
}

// hasMark reports whether an error is the service's own and not, for example, a gateway's.
func hasMark(answer *transport.Answer, reason ReasonCode) bool {
	body := answer.Body
	return reason != "" || answer.Header.Get(httpheader.RequestID) != "" && (isObject(body) || len(bytes.TrimSpace(body)) == 0)
}

// unsent is the outcome of a call that sent nothing.
func unsent(opts []CallOption) Outcome {
	earlier := false
	for _, o := range opts {
		if o.kind == optionUnsettled {
			earlier = o.flag
		}
	}
	if earlier {
		return OutcomeUnknown
	}
	return OutcomeNotSent
}

// outcome returns what is known about the work if the call has failed with err.
func (p *call) outcome(err error) Outcome {
	undecoded, isUndecoded := errors.AsType[*DecodeError](err)
	switch {
	case isUndecoded && undecoded.done:
		return OutcomeDone
	case isUndecoded, p.state.maybe:
		return OutcomeUnknown
	case p.state.refused:
		return OutcomeRefused
	}
	return OutcomeNotSent
}

// returned reports whether a JSON object is the service's answer to this operation. It was decoded
// into out.
func (p *call) returned(out any, body []byte, requestID string) bool {
	if p.op.Returns == "" && requestID != "" {
		return true
	}
	if v := reflect.ValueOf(out).Elem(); p.op.Returns != "" && v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name == p.op.Returns && v.Field(i).Kind() == reflect.String {
				return v.Field(i).String() != ""
			}
		}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return false
	}
	if p.op.Returns == "" {
		_, failed := members["reasonCode"]
		return !failed && len(members) > 0
	}
	var id string
	return json.Unmarshal(members[p.op.Returns], &id) == nil && id != ""
}

// refuses reports whether a status means that the work was not done.
func refuses(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooEarly
}
