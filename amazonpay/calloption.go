package amazonpay

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// CallOption changes one call, or all calls of a client made by [Client.With]. Options
// are comparable values: two options made alike are equal, so that a mock can match
// them. An option that was made wrongly reports it when the call is made, before
// anything is sent. Where two options speak of the same thing, the last one wins.
type CallOption struct {
	kind   optionKind
	name   string // of a header or a body member
	value  Secret // any value may be a token or personal data
	source TokenSource
	report *Progress // a pointer, since functions cannot be compared
	flag   bool
	broken FieldError // what was wrong with the arguments
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

// String names the option without its values.
func (o CallOption) String() string { return optionNames[o.kind] }

// Format prints what String returns, whatever the verb.
func (o CallOption) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// TokenSource provides the authorization token of the merchant for whom a solution
// provider calls. It must be safe for concurrent use.
// [github.com/amazonpay-go/sdk/authtoken] has one that fetches and refreshes the token.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// TokenInvalidator is a [TokenSource] that caches. When the service refuses a token
// with InvalidAuthorizationToken, Invalidate is called with it, and the call is made once
// more with a fresh token.
type TokenInvalidator interface {
	TokenSource
	Invalidate(token string)
}

// WithAuthToken makes the call on behalf of another merchant, with that merchant's
// authorization token (the x-amz-pay-authtoken header). An empty token is refused.
// Package authtoken gets such tokens.
func WithAuthToken(token string) CallOption {
	o := CallOption{kind: optionAuthToken, value: NewSecret(token)}
	if token == "" {
		o.broken = FieldError{"WithAuthToken", "the token is empty"}
	} else if rule := checkSignedValue(token); rule != "" {
		o.broken = FieldError{"WithAuthToken", "the token " + rule}
	}
	return o
}

// WithTokenSource makes calls on behalf of another merchant, with tokens of the
// source. WithTokenSource(nil) makes a call for the client's own merchant, whatever the
// client's defaults say.
//
// Use a pointer as the source: options with a source that cannot be compared, such as a function,
// cannot be either. Keep its token in a [Secret]: the diff of a test library looks into fields that
// are not exported.
func WithTokenSource(source TokenSource) CallOption {
	o := CallOption{kind: optionTokenSource, source: source}
	if source != nil && nilcheck.IsNil(source) {
		o.broken = FieldError{"WithTokenSource", "the source is a nil pointer"}
	}
	return o
}

// WithIdempotencyKey sets the idempotency key: 1 to 32 of A-Z, a-z, 0-9, - and _. Without
// it a random one is made for each call that takes one; [Meta] tells which. The service
// stores the key for ever: the same request with the same key is done once, and another
// request with the same key is refused with DuplicateIdempotencyKey. It is refused for
// an operation that takes none and as a default of [Client.With], where it would make
// unrelated payments one.
//
// https://developer.amazon.com/docs/amazon-pay-api-v2/idempotency.html
func WithIdempotencyKey(key string) CallOption {
	o := CallOption{kind: optionIdempotencyKey, value: NewSecret(key)}
	if rule := checkIdempotencyKey(key); rule != "" {
		o.broken = FieldError{"WithIdempotencyKey", "the key " + rule}
	}
	return o
}

// WithUnsettled tells a call whether an earlier call under the same idempotency key may have done the work: whether it ended
// with [OutcomeUnknown], or is not known to have ended. Then an answer that proves nothing about the earlier call, such as 429 or a
// failed connection, leaves the outcome unknown, and [Advise] never advises a new key on its account. Store the
// [Advice].Unsettled of each call with the order, true while a call is under way, and pass it to the next call. With true, an
// operation that takes an idempotency key needs [WithIdempotencyKey] too. It is refused as a default of [Client.With].
func WithUnsettled(unsettled bool) CallOption {
	return CallOption{kind: optionUnsettled, flag: unsettled}
}

// WithHeader adds a header, in place of one of the same name added before. A header
// whose name begins with X-Amz-Pay- is signed. The headers that the SDK sets itself are
// refused, unless the value is the one that it sets.
func WithHeader(name, value string) CallOption {
	o := CallOption{kind: optionHeader, name: textproto.CanonicalMIMEHeaderKey(name), value: NewSecret(value)}
	if name == "" {
		o.broken = FieldError{"WithHeader", "the name is empty"}
	} else if !httpheader.IsToken(name) {
		o.broken = FieldError{"WithHeader", "the name has a character that header names cannot have"}
	} else if rule := checkHeaderValue(value); rule != "" {
		o.broken = FieldError{"WithHeader(" + o.name + ")", "the value " + rule}
	} else if rule := checkSignedValue(value); rule != "" && httpheader.IsAmazonPay(o.name) {
		o.broken = FieldError{"WithHeader(" + o.name + ")", "the value " + rule}
	}
	return o
}

// WithBodyField adds a member to the top level of the request's JSON, for a member that
// the types of this SDK do not know yet. It does not stand in for a field that a type
// requires. It is refused where the request already has the member or has no body. The service refuses a member that it does not know with
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

// WithSimulationCode asks the Sandbox to play an outcome, such as SoftDeclined. It is
// refused by a live client.
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

// WithoutRetry makes one attempt only. A request that the service refused for its date
// or its token before it did any work is still sent once more.
func WithoutRetry() CallOption { return CallOption{kind: optionWithoutRetry} }

// Progress is told how many bytes of a document or a file have been transferred, and how
// many there are in all, -1 where that is not known.
type Progress func(done, total int64)

// WithProgress has progress called while a document or a file is transferred, on the
// goroutine that transfers it, one call at a time. A transfer that begins anew begins again at 0. It has an effect on methods that
// transfer one, such as those of package webstore that download a report or upload a file,
// and none on others. Give it to the method, not to [Client.With]. Two options WithProgress are not equal, unless one is a copy of the other.
func WithProgress(progress Progress) CallOption {
	o := CallOption{kind: optionProgress, report: &progress}
	if progress == nil {
		o.broken = FieldError{"WithProgress", "the function is nil"}
	}
	return o
}

// CallOptions is what a list of options comes to, for implementations of [Caller] and
// for tests. It prints, logs and encodes its idempotency key only.
type CallOptions struct {
	AuthToken      Secret
	TokenSource    TokenSource
	IdempotencyKey string
	Header         http.Header
	BodyFields     map[string]json.RawMessage
	SimulationCode string
	NoRetry        bool
	Progress       Progress
	Unsettled      bool
}

// LogValue shows the idempotency key.
func (o CallOptions) LogValue() slog.Value {
	return slog.GroupValue(slog.String("idempotency_key", o.IdempotencyKey))
}

// String returns what LogValue shows.
func (o CallOptions) String() string { return o.LogValue().String() }

// Format prints what String returns, whatever the verb.
func (o CallOptions) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// MarshalText returns what String returns: headers and members can hold tokens.
func (o CallOptions) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// ResolveOptions folds options in their order. It returns the first option's error, a
// [*FieldError] that names the option and the rule.
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

// checkHeaderValue and checkSignedValue return the rule that a value breaks, "" if none.
func checkHeaderValue(value string) (rule string) {
	if !httpheader.IsPrintable(value) {
		return "has a line end, a control character or a character that is not ASCII"
	}
	return ""
}

func checkSignedValue(value string) (rule string) {
	if rule := checkHeaderValue(value); rule != "" {
		return rule
	}
	if httpheader.HasSpaceRun(value) || strings.TrimSpace(value) != value {
		return "has leading, trailing or consecutive spaces"
	}
	return ""
}
