package amazonpay

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amazonpay-go/sdk/internal/ended"
	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/internal/redact"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// call is one call, ready to be sent.
type call struct {
	op      Operation
	options CallOptions
	token   string // the auth token in use
	header  http.Header
	url     url.URL
	body    []byte
	key     string // the idempotency key
	state   workState
	refusal refusal // what the last answer said, if it was an error
}

// prepare checks a call and encodes it, once. The token source is asked last, when everything else
// is right.
func (c *Client) prepare(ctx context.Context, op Operation, in any, opts []CallOption) (*call, error) {
	if c.err != nil {
		return nil, c.err
	}
	if err := ended.Of(ctx); err != nil {
		return nil, err
	}
	options, err := ResolveOptions(slices.Concat(c.defaults, opts)...)
	if err != nil {
		return nil, err
	}
	p := &call{op: op, options: options, state: workState{maybe: options.Unsettled}}
	if err := p.setURL(c.core); err != nil {
		return nil, err
	}
	if err := p.setBody(in); err != nil {
		return nil, err
	}
	if err := p.setKey(); err != nil {
		return nil, err
	}
	if options.SimulationCode != "" && c.core.env == EnvironmentLive {
		return nil, &FieldError{"WithSimulationCode", "a live client cannot simulate"}
	}
	if err := p.setHeader(c.core.header); err != nil {
		return nil, err
	}
	return p, p.setToken(ctx)
}

func (p *call) setURL(c *core) error {
	switch p.op.Method {
	case http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete:
	default:
		return &FieldError{"Operation.Method", "must be GET, POST, PATCH or DELETE"}
	}
	path, err := p.op.expand(c.prefix)
	if err != nil {
		return err
	}
	for name, values := range p.op.Query {
		if name == "" || !utf8.ValidString(name) {
			return &FieldError{"Operation.Query", "has a name that is empty or not valid UTF-8"}
		}
		for _, value := range values {
			if !utf8.ValidString(value) {
				return &FieldError{name, "is not valid UTF-8"}
			}
		}
	}
	p.url = url.URL{Scheme: "https", Host: c.host, RawPath: path, RawQuery: signing.EncodeQuery(p.op.Query)}
	p.url.Path, err = url.PathUnescape(p.url.RawPath)
	return err
}

func (p *call) setBody(in any) error {
	fields := p.options.BodyFields
	if in == nil {
		if len(fields) > 0 {
			return &FieldError{"WithBodyField", p.op.Name + " has no body"}
		}
		return nil
	}
	if p.op.Method == http.MethodGet {
		return &FieldError{"request", "a GET has no body"}
	}
	if v := reflect.ValueOf(in); (v.Kind() == reflect.Pointer || v.Kind() == reflect.Map) && v.IsNil() {
		return &FieldError{"request", "is nil"}
	}
	body, err := EncodeJSON(in)
	if err != nil {
		return err
	}
	if !isObject(body) || !utf8.Valid(body) {
		return &FieldError{"request", "is not a JSON object in UTF-8 (pass encoded JSON as a json.RawMessage)"}
	}
	p.body, err = addFields(body, fields)
	return err
}

// addFields adds members to the end of a JSON object, in the order of their names.
func addFields(body []byte, fields map[string]json.RawMessage) ([]byte, error) {
	if len(fields) == 0 {
		return body, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	body = body[:len(body)-1] // without the closing brace
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if _, there := members[name]; there {
			return nil, &FieldError{"WithBodyField(" + name + ")", "the request already has this member"}
		}
		if len(body) > 1 {
			body = append(body, ',')
		}
		quoted, err := EncodeJSON(name)
		if err != nil {
			return nil, err
		}
		body = append(append(append(body, quoted...), ':'), fields[name]...)
	}
	return append(body, '}'), nil
}

func (p *call) setKey() (err error) {
	p.key = p.options.IdempotencyKey
	takes := p.op.IdempotencyKey || p.op.Method == http.MethodPost
	switch {
	case p.key != "" && !takes:
		return &FieldError{"WithIdempotencyKey", p.op.Name + " takes no idempotency key"}
	case p.key == "" && takes && p.options.Unsettled:
		return &FieldError{"WithUnsettled", "the earlier call's key is missing: pass it with WithIdempotencyKey"}
	case p.key == "" && takes:
		p.key, err = newIdempotencyKey()
	}
	return err
}

// owned are the headers that WithHeader may not change, each with the way to set it.
var owned = map[string]string{
	"Accept":                     "the SDK sets it",
	"Content-Type":               "the SDK sets it",
	"Authorization":              "the SDK signs",
	httpheader.Date:              "the SDK dates each attempt",
	httpheader.Host:              "use Config.BaseURL",
	httpheader.Region:            "use Config.Region",
	httpheader.IdempotencyKey:    "use WithIdempotencyKey",
	httpheader.AuthToken:         "use WithAuthToken",
	httpheader.SimulationCode:    "use WithSimulationCode",
	httpheader.IntegratorID:      "use Config.Integrator",
	httpheader.IntegratorVersion: "use Config.Integrator",
	httpheader.PlatformVersion:   "use Config.Integrator",
	"Idempotency-Key":            "use WithIdempotencyKey",
	"X-Idempotency-Key":          "use WithIdempotencyKey",
	"User-Agent":                 "use WithUserAgent",
	"Host":                       "use Config.BaseURL",
	"Content-Length":             "net/http sets it",
	"Transfer-Encoding":          "net/http sets it",
	"Accept-Encoding":            "net/http sets it",
	"Connection":                 "net/http sets it",
	"Expect":                     "net/http sets it",
	"Te":                         "net/http sets it",
	"Trailer":                    "net/http sets it",
	"Upgrade":                    "net/http sets it",
}

func (p *call) setHeader(common http.Header) error {
	p.header = maps.Clone(common)
	if p.key != "" {
		p.header.Set(httpheader.IdempotencyKey, p.key)
	}
	if p.options.SimulationCode != "" {
		p.header.Set(httpheader.SimulationCode, p.options.SimulationCode)
	}
	if p.token = p.options.AuthToken.Reveal(); p.token != "" {
		p.header.Set(httpheader.AuthToken, p.token)
	}
	for name, values := range p.options.Header {
		hint, isOwned := owned[textproto.CanonicalMIMEHeaderKey(name)]
		value := values[0]
		if region, _, err := Region(value).canonical(); name == httpheader.Region && err == nil {
			value = string(region) // the Node SDK's README passes the alias
		}
		switch {
		case !isOwned:
			p.header[name] = values
		case p.header.Get(name) == "" || p.header.Get(name) != value:
			return &FieldError{"WithHeader(" + name + ")", "the SDK owns this header: " + hint}
		}
	}
	return nil
}

// setToken asks the token source, if there is one.
func (p *call) setToken(ctx context.Context) error {
	source := p.options.TokenSource
	if source == nil {
		return nil
	}
	token, err := source.Token(ctx)
	if err != nil {
		return &TokenError{err}
	}
	if rule := checkSignedValue(token); rule != "" || token == "" {
		return &TokenError{errors.New("the token is empty or has a character that a header must not have")}
	}
	p.token = token
	p.header.Set(httpheader.AuthToken, token)
	return nil
}

// request is the call as package transport sends it. It shares header and body with the call.
func (p *call) request() transport.Request {
	return transport.Request{
		Operation: p.op.Name, Method: p.op.Method, URL: p.url.String(), Header: p.header, Body: p.body, Retry: !p.options.NoRetry,
	}
}

// signatureText matches what may be a signature in base64, percent-encoded or not. An RSA key of
// 2048 bits makes a signature of 344 characters.
var signatureText = regexp.MustCompile(`([A-Za-z0-9+/=]|%(25)*(2[BbFf]|3[Dd])){300,}`)

// clean removes the call's tokens, in any spelling, and possible signatures from a text of the
// service. It cuts the text to a length that suits an error.
func (p *call) clean(text string) string {
	// The shown text may end within a token or a signature, which can be found only with more text.
	const beyond = 512
	shown := min(len(text), maxMessageBytes)
	seen := text[:min(len(text), maxMessageBytes+beyond)]
	var secrets redact.Secrets
	for _, token := range append(p.op.secrets(), p.token) {
		secrets.Token(token)
	}
	spans := secrets.Find(seen)
	for _, match := range signatureText.FindAllStringIndex(seen, -1) {
		spans = append(spans, redact.Span{From: match[0], To: match[1]})
	}
	slices.SortFunc(spans, func(a, b redact.Span) int { return a.From - b.From })

	var b strings.Builder
	end := 0
	for _, span := range spans {
		if span.From < shown && span.To > end {
			if span.From >= end { // else it overlaps the one before
				b.WriteString(text[end:span.From] + redacted)
			}
			end = span.To
		}
	}
	if end < shown {
		b.WriteString(text[end:shown])
	}
	if shown < len(text) {
		return strings.ToValidUTF8(b.String(), "") + "…"
	}
	return strings.ToValidUTF8(b.String(), "")
}
