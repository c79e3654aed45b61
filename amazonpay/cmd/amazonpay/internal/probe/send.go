package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

const (
	userAgent = "amazonpay-probe/1" // not the SDK's: the emulator then takes odd requests, too
	// answerTime is how long a request may take. It is finished even after an interrupt, so that what
	// it made is known and can be undone.
	answerTime = 30 * time.Second
	maxAnswer  = 1 << 20
	maxTries   = 6 // while the answer is 429 or that of a gateway

	simulationHeader  = "X-Amz-Pay-Simulation-Code"
	idempotencyHeader = "X-Amz-Pay-Idempotency-Key"
	requestIDHeader   = "X-Amz-Pay-Request-Id"
)

type object = map[string]any

// request is one request, and what is odd about it.
type request struct {
	name   string // of the operation
	method string
	path   string            // template
	values map[string]string // of the template's names
	query  url.Values
	body   object

	key              string // a given idempotency key
	withoutKey       bool
	simulation       string
	signsSimulation  bool
	age              time.Duration // of the date, by the service's clock
	namesEnvironment bool          // also with a key id that does
}

func get(name, path string, values ...string) request {
	return request{name: name, method: http.MethodGet, path: path, values: pairs(path, values)}
}

func post(name, path string, body object, values ...string) request {
	return request{name: name, method: http.MethodPost, path: path, values: pairs(path, values), body: body}
}

func patch(name, path string, body object, values ...string) request {
	return request{name: name, method: http.MethodPatch, path: path, values: pairs(path, values), body: body}
}

func remove(name, path string, body object, values ...string) request {
	return request{name: name, method: http.MethodDelete, path: path, values: pairs(path, values), body: body}
}

// pairs gives the names of a path their values, in order.
func pairs(path string, values []string) map[string]string {
	named := make(map[string]string)
	for segment := range strings.SplitSeq(path, "/") {
		if name, is := strings.CutPrefix(segment, "{"); is && len(named) < len(values) {
			named[strings.TrimSuffix(name, "}")] = values[len(named)]
		}
	}
	return named
}

func (q request) simulating(code string) request { q.simulation = code; return q }
func (q request) withKey(key string) request     { q.key = key; return q }

// answer is what came back.
type answer struct {
	status int
	reason string
	date   time.Time
	body   object
	empty  bool // no body
	marked bool // it is the service's, and not a page of a gateway, a proxy or a hotspot
	unsure bool // an earlier try may have done the work: its answer was 408 or 5xx, or not the service's
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// code is the status and the reason code, in the form in which a fact may have them.
func (a answer) code() string {
	if a.reason == "" {
		return strconv.Itoa(a.status)
	}
	return fmt.Sprintf("%d %s", a.status, shown(a.reason))
}

// at follows names into the answer.
func (a answer) at(names ...string) (value any, there bool) {
	value = a.body
	for _, name := range names {
		o, _ := value.(object)
		if value, there = o[name]; !there {
			return nil, false
		}
	}
	return value, true
}

func (a answer) text(names ...string) string {
	value, _ := a.at(names...)
	text, _ := value.(string)
	return text
}

// errInterrupted is the error of a request that was not sent, or not again.
var errInterrupted = errors.New("probe: interrupted")

// send sends a request, and again while the service is too busy for it. It is not interrupted while
// a request is on its way. An answer that is not the service's is an error: it decides nothing.
func (r *run) send(ctx context.Context, q request) (answer, error) {
	if err := r.setClock(ctx); err != nil {
		return answer{}, err
	}
	return r.patiently(ctx, q, func(a answer) {
		r.sent = append(r.sent, Exchange{Method: q.method, Path: "/v2/" + q.path, Status: a.status, ReasonCode: shown(a.reason)})
	})
}

// patiently is send without a look at the clock. each is told of each answer.
func (r *run) patiently(ctx context.Context, q request, each func(answer)) (a answer, err error) {
	for try := 1; ; try++ {
		if ctx.Err() != nil {
			return a, fmt.Errorf("%w: %w", errInterrupted, context.Cause(ctx))
		}
		unsure := a.unsure
		if a, err = r.once(ctx, q); err != nil {
			return answer{unsure: true}, err
		}
		a.unsure = unsure || a.status >= 500 || a.status == http.StatusRequestTimeout || !a.marked
		each(a)
		busy := slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, a.status)
		switch {
		case busy && try < maxTries:
		case a.marked:
			return a, nil
		default:
			return a, unclearAfter("an answer that is not Amazon Pay's", a)
		}
		if err := r.Wait(ctx, time.Second<<(try-1)); err != nil {
			return a, fmt.Errorf("%w: %w", errInterrupted, err)
		}
	}
}

// setClock learns, with the first request, how far the clock of the service is from this one. A
// date that is ahead would be refused.
func (r *run) setClock(ctx context.Context) error {
	if r.timed {
		return nil
	}
	a, err := r.patiently(ctx, get("GetCharge", "charges/{id}", unknownCharge), func(answer) {})
	if err != nil {
		return err
	}
	r.timed = true
	// The header has whole seconds: this clock may seem to be ahead by less than one.
	if off := a.date.Sub(r.Now()); !a.date.IsZero() && (off < 0 || off > 2*time.Second) {
		r.offset = off
	}
	return nil
}

func (r *run) once(ctx context.Context, q request) (answer, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
	defer cancel()
	req, err := r.signed(ctx, q)
	if err != nil {
		return answer{}, err
	}
	res, err := r.Network.RoundTrip(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	return read(res, text), nil
}

// read reads an answer. The marks of the service are those that [amazonpay.OutcomeOf] explains.
func read(res *http.Response, text []byte) answer {
	text = bytes.TrimSpace(text)
	a := answer{status: res.StatusCode, empty: len(text) == 0}
	a.date, _ = http.ParseTime(res.Header.Get("Date"))
	isObject := json.Unmarshal(text, &a.body) == nil && a.body != nil
	a.reason, _ = a.body["reasonCode"].(string)
	identified := res.Header.Get(requestIDHeader) != "" && (a.empty || isObject)
	a.marked = identified || a.ok() && isObject || a.status >= 400 && a.reason != ""
	return a
}

// signed makes a request as the SDK does, changes what must be odd about it, and signs it again.
func (r *run) signed(ctx context.Context, q request) (*http.Request, error) {
	op := amazonpay.Operation{Name: q.name, Method: q.method, Path: q.path, PathValues: q.values, Query: q.query, IdempotencyKey: q.key != ""}
	var in any
	if q.body != nil {
		text, err := amazonpay.EncodeJSON(q.body)
		if err != nil {
			return nil, err
		}
		in = json.RawMessage(text)
	}
	var opts []amazonpay.CallOption
	if q.key != "" {
		opts = append(opts, amazonpay.WithIdempotencyKey(q.key))
	}
	if q.simulation != "" {
		opts = append(opts, amazonpay.WithSimulationCode(q.simulation))
	}
	req, err := r.client.SignRequest(ctx, op, in, opts...)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	getBody := req.GetBody
	req.GetBody = nil // with it, net/http may send the request again by itself
	if q.withoutKey {
		req.Header.Del(idempotencyHeader)
	}
	if q.namesEnvironment {
		req.URL.Path = "/" + string(amazonpay.EnvironmentSandbox) + req.URL.Path
		req.URL.RawPath = ""
	}
	var body []byte
	if getBody != nil {
		again, err := getBody()
		if err != nil {
			return nil, err
		}
		if body, err = io.ReadAll(again); err != nil {
			return nil, err
		}
	}
	at := r.Now().Add(r.offset - q.age)
	if err := r.signer.SignRequest(req, signing.HashPayload(body), at); err != nil {
		return nil, err
	}
	if q.signsSimulation || r.mustSign && q.simulation != "" {
		err = r.signSimulation(req, signing.HashPayload(body), at)
	}
	return req, err
}

// signSimulation replaces the signature by one that covers the simulation code as well, as the
// official SDKs for Node.js, Java and .NET sign. What [signing.Signer.SignPayload] signs is the
// hash of a text, as for a request.
func (r *run) signSimulation(req *http.Request, payload signing.PayloadHash, at time.Time) error {
	canonical, err := signing.NewCanonicalRequest(req, payload, at)
	if err != nil {
		return err
	}
	canonical.Header = maps.Clone(canonical.Header)
	canonical.Header.Set(simulationHeader, req.Header.Get(simulationHeader))
	signature, err := r.signer.SignPayload([]byte(canonical.String()))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", r.signer.Algorithm().String()+" PublicKeyId="+r.signer.PublicKeyID()+
		", SignedHeaders="+canonical.SignedHeaders()+", Signature="+signature)
	return nil
}
