package amazonpay

import "errors"

// Outcome is what is known of the work that a call was to do: whether a buyer may have been charged.
type Outcome int

const (
	// OutcomeUnknown says that the work may have been done, or not.
	OutcomeUnknown Outcome = iota
	// OutcomeNotSent says that nothing was sent: the work was not done.
	OutcomeNotSent
	// OutcomeRefused says that the service answered that it did not do the work.
	OutcomeRefused
	// OutcomeDone says that the service answered that it did the work.
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

// OutcomeOf returns what is known of the work of a call that returned err, also where err is wrapped.
//
//	the call                                                       | outcome
//	---------------------------------------------------------------|---------
//	no error                                                       | done
//	a request, option, token or signature that cannot be made      | not sent
//	no attempt had a connection                                    | not sent
//	the context ended before the first attempt                     | not sent
//	the rate limit did not allow the first attempt                 | not sent
//	a 4xx, but 408 and 425                                         | refused
//	a 500 ProcessingFailure                                        | refused
//	429 until the attempts or the context ended                    | refused
//	a refusal, then no connection                                  | refused
//	a 2xx that was not understood, or was too large                | done
//	408, 425, 5xx, or no answer, in the last attempt               | unknown
//	a refusal after an attempt of the row above                    | unknown
//	a 3xx                                                          | unknown
//	no answer from a Doer of the user's own                        | unknown
//	an error that is no [*CallError]                               | unknown
//
// What is unknown is settled by repeating the call with the same request and the idempotency key of the error's
// Meta, wherever the service honours the key; or by reading the object. The key may be used for ever.
//
// The outcome is that of this one call. Where an earlier call for the same work has ended as unknown, only done, or an answer
// that the key replays, settles it: that a repetition was not sent, or was refused with 429, for its signature, or because of the
// object's state, says nothing of the first. Read the object then.
//
// That no attempt had a connection is known by [Attempt].Unsent. The answer of a Doer of the user's own counts
// like one of the service.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeDone
	}
	call, ok := errors.AsType[*CallError](err)
	if !ok {
		return OutcomeUnknown
	}
	return call.Outcome
}
