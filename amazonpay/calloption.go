package amazonpay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// CallOption changes one call, or every call of a client that [Client.With] derived. If two options
// set the same thing, the last one wins. An invalid option makes the call fail with a [*FieldError]
// before anything is sent.
//
// Options are comparable, so that a mock can match them: two options made from the same arguments
// are equal. [WithTokenSource] and [WithProgress] have exceptions.
type CallOption struct {
	kind   optionKind
	name   string // of a header or a body member
	value  Secret // may be a token or personal data
	source TokenSource
	report *Progress // a pointer, since functions cannot be compared
	flag   bool
	broken FieldError // if an argument is invalid
}

type optionKind int

const (
	optionNone optionKind = iota
	optionAuthToken
	optionTokenSource
	optionIdempotencyKey
	optionHeader
	optionBodyField
	optionSimulationCode
	optionWithoutRetry
	optionProgress
	optionUnsettled
)

var optionNames = map[optionKind]string{
	optionAuthToken:      "WithAuthToken",
	optionTokenSource:    "WithTokenSource",
	optionIdempotencyKey: "WithIdempotencyKey",
	optionHeader:         "WithHeader",
	optionBodyField:      "WithBodyField",
	optionSimulationCode: "WithSimulationCode",
	optionWithoutRetry:   "WithoutRetry",
	optionProgress:       "WithProgress",
	optionUnsettled:      "WithUnsettled",
}

// String returns the name of the option without its values.
func (o CallOption) String() string { return optionNames[o.kind] }

// Format prints what String returns, whatever the verb.
func (o CallOption) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// TokenSource provides the authorization token of the merchant for whom a solution provider calls.
// It must be safe for concurrent use. [github.com/amazonpay-go/sdk/authtoken] has one that fetches
// and refreshes the token.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// TokenInvalidator is a [TokenSource] with a cache. If the service refuses a token with
// InvalidAuthorizationToken, the SDK passes it to Invalidate, asks for another token and repeats
// the call once.
type TokenInvalidator interface {
	TokenSource
	Invalidate(token string)
}

// WithAuthToken makes the call on behalf of another merchant, with that merchant's authorization
// token. The token is sent in the x-amz-pay-authtoken header. It must not be empty. Package
// authtoken fetches such tokens.
func WithAuthToken(token string) CallOption {
	o := CallOption{kind: optionAuthToken, value: NewSecret(token)}
	if token == "" {
		o.broken = FieldError{"WithAuthToken", "the token is empty"}
	} else if rule := checkSignedValue(token); rule != "" {
		o.broken = FieldError{"WithAuthToken", "the token " + rule}
	}
	return o
}

// WithTokenSource makes the call on behalf of another merchant, with a token from the source.
// WithTokenSource(nil) makes the call for the client's own merchant and so overrides a default of
// [Client.With].
//
// The source should be a pointer: two options are equal only if their sources are comparable, which
// functions are not. It should keep its token in a [Secret], since the diffs of test libraries
// print unexported fields.
func WithTokenSource(source TokenSource) CallOption {
	o := CallOption{kind: optionTokenSource, source: source}
	if source != nil && nilcheck.IsNil(source) {
		o.broken = FieldError{"WithTokenSource", "the source is a nil pointer: pass nil to use none"}
	}
	return o
}

// WithIdempotencyKey sets the idempotency key: 1 to 32 characters of A-Z, a-z, 0-9, - and _. If no
// key is given, one is generated for each call that takes one; [Meta] has it.
//
// The service keeps a key for ever. It does the same request with the same key once, and refuses
// another request with the same key with DuplicateIdempotencyKey. [IdempotencyKey] derives a key
// from your own ids.
//
// The call fails if the operation takes no key. The option is not allowed as a default of
// [Client.With], since all payments would share the key.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html
func WithIdempotencyKey(key string) CallOption {
	o := CallOption{kind: optionIdempotencyKey, value: NewSecret(key)}
	if rule := checkIdempotencyKey(key); rule != "" {
		o.broken = FieldError{"WithIdempotencyKey", "the key " + rule}
	}
	return o
}

// WithUnsettled tells the call whether an earlier call with the same idempotency key may have done
// the work. Pass true if that call ended with [OutcomeUnknown], or if you do not know how it ended.
// Then an answer that proves nothing about the earlier call, such as a 429 or a failed connection,
// leaves the outcome unknown, and [Advise] does not advise a new key because of it.
//
// Store [Advice].Unsettled of each call with the order, store true while a call is running, and
// pass the stored value to the next call. If an operation takes an idempotency key,
// WithUnsettled(true) requires [WithIdempotencyKey]. The option is not allowed as a default of
// [Client.With].
func WithUnsettled(unsettled bool) CallOption {
	return CallOption{kind: optionUnsettled, flag: unsettled}
}

// WithHeader adds a header to the request. A later header replaces an earlier one with the same
// name. A header whose name begins with X-Amz-Pay- is signed. Headers that the SDK sets are refused
// unless the value is the same.
func WithHeader(name, value string) CallOption {
	o := CallOption{kind: optionHeader, name: textproto.CanonicalMIMEHeaderKey(name), value: NewSecret(value)}
	if name == "" {
		o.broken = FieldError{"WithHeader", "the name is empty"}
	} else if !httpheader.IsToken(name) {
		o.broken = FieldError{"WithHeader", "the name has a character that is not allowed in header names"}
	} else if rule := checkHeaderValue(value); rule != "" {
		o.broken = FieldError{"WithHeader(" + o.name + ")", "the value " + rule}
	} else if rule := checkSignedValue(value); rule != "" && httpheader.IsAmazonPay(o.name) {
		o.broken = FieldError{"WithHeader(" + o.name + ")", "the value " + rule}
	}
	return o
}

// WithBodyField adds a top-level member to the request's JSON, for a member that the SDK's types do
// not have yet. It cannot replace a field that a type requires. The call fails if the request
// already has the member, or has no body. The service refuses unknown members with
// UnrecognizedField.
func WithBodyField(name string, value any) CallOption {
	o := CallOption{kind: optionBodyField, name: name}
	encoded, err := EncodeJSON(value)
	switch {
	case name == "" || !utf8.ValidString(name):
		o.broken = FieldError{"WithBodyField", "the name is empty or not valid UTF-8"}
	case err != nil:
		o.broken = FieldError{"WithBodyField(" + name + ")", err.Error()}
	default:
		o.value = NewSecret(encoded)
	}
	return o
}

// WithSimulationCode asks the Sandbox to simulate an outcome, such as SoftDeclined. A live client
// refuses the option.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/sandbox-simulations.html
func WithSimulationCode(code string) CallOption {
	o := CallOption{kind: optionSimulationCode, value: NewSecret(code)}
	if code == "" {
		o.broken = FieldError{"WithSimulationCode", "the code is empty"}
	} else if rule := checkSignedValue(code); rule != "" {
		o.broken = FieldError{"WithSimulationCode", "the code " + rule}
	}
	return o
}

// WithoutRetry disables retries. One exception remains: a request that the service refused because
// of its date or its token, and so did not process, is sent once more.
func WithoutRetry() CallOption { return CallOption{kind: optionWithoutRetry} }

// Progress receives the number of bytes transferred so far and the total, which is -1 if it is
// unknown.
type Progress func(done, total int64)

// WithProgress calls progress while a document or a file is transferred. The calls come one at a
// time, on the goroutine that transfers. If the transfer starts again, so does the count.
//
// Only methods that transfer a document or a file use it, such as the downloads of reports and the
// upload of evidence in package webstore. Pass it to the method, not to [Client.With]. Two such
// options are equal only if one is a copy of the other.
func WithProgress(progress Progress) CallOption {
	o := CallOption{kind: optionProgress, report: &progress}
	if progress == nil {
		o.broken = FieldError{"WithProgress", "the function is nil"}
	}
	return o
}

// CallOptions is the result of [ResolveOptions], for custom implementations of [Caller] and for
// tests. Only the idempotency key is shown when it is printed, logged or encoded.
type CallOptions struct {
	AuthToken      Secret
	TokenSource    TokenSource
	IdempotencyKey string `log:"idempotency_key"`
	Header         http.Header
	BodyFields     map[string]json.RawMessage
	SimulationCode string
	NoRetry        bool
	Progress       Progress
	Unsettled      bool
}

// String returns what LogValue shows.
func (o CallOptions) String() string { return o.LogValue().String() }

// MarshalText returns the same text as String, since headers and body fields can hold tokens.
func (o CallOptions) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// ResolveOptions applies the options in order. If an option is invalid, it returns a [*FieldError]
// that names the option and the rule.
func ResolveOptions(opts ...CallOption) (CallOptions, error) {
	var r CallOptions
	for _, o := range opts {
		if broken := o.broken; broken != (FieldError{}) {
			return CallOptions{}, &broken
		}
		switch o.kind {
		case optionAuthToken:
			r.AuthToken, r.TokenSource = o.value, nil
		case optionTokenSource:
			r.AuthToken, r.TokenSource = Secret{}, o.source
		case optionIdempotencyKey:
			r.IdempotencyKey = o.value.Reveal()
		case optionHeader:
			if r.Header == nil {
				r.Header = make(http.Header)
			}
			r.Header.Set(o.name, o.value.Reveal())
		case optionBodyField:
			if r.BodyFields == nil {
				r.BodyFields = make(map[string]json.RawMessage)
			}
			r.BodyFields[o.name] = json.RawMessage(o.value.Reveal())
		case optionSimulationCode:
			r.SimulationCode = o.value.Reveal()
		case optionWithoutRetry:
			r.NoRetry = true
		case optionProgress:
			r.Progress = *o.report
		case optionUnsettled:
			r.Unsettled = o.flag
		case optionNone:
		}
	}
	return r, nil
}

// checkHeaderValue returns the rule that a header value breaks, "" if none.
func checkHeaderValue(value string) (rule string) {
	if !httpheader.IsPrintable(value) {
		return "has a line end, a control character or a character that is not ASCII"
	}
	return ""
}

// checkSignedValue returns the rule that the value of a signed header breaks, "" if none.
func checkSignedValue(value string) (rule string) {
	if rule := checkHeaderValue(value); rule != "" {
		return rule
	}
	if httpheader.HasSpaceRun(value) || strings.TrimSpace(value) != value {
		return "has leading, trailing or consecutive spaces"
	}
	return ""
}
