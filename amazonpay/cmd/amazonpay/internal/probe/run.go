package probe

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// Verdict is what a probe came to.
type Verdict string

// The verdicts.
const (
	VerdictSame    Verdict = "same"    // the service does what is claimed
	VerdictDiffers Verdict = "differs" // it does something else
	VerdictUnclear Verdict = "unclear" // the answers do not decide it
	VerdictNotRun  Verdict = "notRun"  // nothing was asked, or not enough
)

// Exchange is one request and its answer, without ids.
type Exchange struct {
	Method     string `json:"method"`
	Path       string `json:"path"` // with names for ids
	Status     int    `json:"status"`
	ReasonCode string `json:"reasonCode,omitzero"`
}

// Result is what a probe found out.
type Result struct {
	Fact     string     `json:"fact"`
	Verdict  Verdict    `json:"verdict"`
	Claimed  string     `json:"claimed"`
	Observed string     `json:"observed,omitzero"` // if the verdict is same or differs
	Why      string     `json:"why,omitzero"`      // if it is unclear or notRun
	Requests []Exchange `json:"requests,omitzero"`
	// Err is the error that kept the probe from its end. It may hold ids, and is no part of a file.
	Err error `json:"-"`
}

// undecided is why a probe has no value.
type undecided struct {
	verdict Verdict
	why     string
}

func (e *undecided) Error() string { return "probe: " + e.why }

// unclear is the error of a probe whose answers decide nothing.
func unclear(why string) error { return &undecided{VerdictUnclear, why} }

// unclearAfter says which answer was not expected.
func unclearAfter(what string, a answer) error { return unclear(what + ": " + a.code()) }

// notRun is the error of a probe that could not ask.
func notRun(why string) error { return &undecided{VerdictNotRun, why} }

// run is one run of the probes, and what they share.
type run struct {
	*Target
	client *amazonpay.Client
	signer *signing.Signer
	offset time.Duration // of the service's clock
	timed  bool          // offset was found out
	// mustSign says that the service was found to refuse unsigned simulation codes.
	mustSign bool
	sent     []Exchange // by the present probe
	bin      bin
	shared   map[string]*shared
	used     map[string]bool // of those, by the present probe
}

// shared is something that several probes use and the first one makes.
type shared struct {
	value any
	err   error
	sent  []Exchange
}

// share makes something once. An error stays, too.
func share[T any](r *run, name string, create func() (T, error)) (T, error) {
	found := r.shared[name]
	if found != nil {
		if !r.used[name] {
			r.sent = append(r.sent, found.sent...) // by which this probe decides, too
		}
	} else {
		before := len(r.sent)
		value, err := create()
		found = &shared{value, err, slices.Clone(r.sent[before:])}
		r.shared[name] = found
	}
	r.used[name] = true
	value, _ := found.value.(T)
	return value, found.err
}

// Run probes the target, passes each result to yield, and undoes what it did. If ctx ends, it stops
// probing, and undoes what it did all the same. The file is never nil unless the target is refused:
// for a live account with [ErrLive], before anything is sent.
func Run(ctx context.Context, t Target, yield func(Result)) (*File, error) {
	client, signer, err := t.check()
	if err != nil {
		return nil, err
	}
	r := &run{Target: &t, client: client, signer: signer, shared: make(map[string]*shared)}
	file := &File{Version: fileVersion, Region: string(client.Region()), SDK: amazonpay.Version, Date: t.Now().UTC().Format(time.DateOnly)}
	for _, p := range Probes() {
		if len(t.Only) > 0 && !slices.Contains(t.Only, p.Fact) {
			continue
		}
		result := r.probe(ctx, p)
		file.Results = append(file.Results, result)
		if yield != nil {
			yield(result)
		}
	}
	if t.Undoing != nil && len(r.bin.things) > 0 {
		t.Undoing(len(r.bin.things))
	}
	file.Left = r.bin.empty(context.WithoutCancel(ctx), r)
	file.Facts = file.facts()
	if ctx.Err() != nil {
		return file, context.Cause(ctx)
	}
	return file, nil
}

// saysNothing reports whether an answer is about the request as such, about the moment, or about
// what the account may do, and not about the fact.
func saysNothing(observed string) bool {
	code, reason, _ := strings.Cut(observed, " ")
	status, err := strconv.Atoi(code)
	return err == nil && (answer{status: status, reason: reason}).saysNothing()
}

func (a answer) saysNothing() bool {
	switch a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed, http.StatusProxyAuthRequired, http.StatusRequestTimeout,
		http.StatusTooEarly, http.StatusUpgradeRequired, http.StatusTooManyRequests:
		return true
	}
	return a.status >= 500 || a.status >= 400 && slices.Contains([]string{
		"InvalidRequestSignature", "InvalidAuthentication", "InvalidAuthorizationToken", "UnauthorizedAccess", "InvalidAccountStatus", "InvalidAPIVersion",
		"InvalidHeaderValue", "MissingHeader", "MissingHeaderValue", "TooManyRequests", "UnsupportedOperation", "RequestNotSupported", invalidSimulation,
	}, a.reason)
}

// probe finds out one fact.
func (r *run) probe(ctx context.Context, p Probe) Result {
	result := Result{Fact: p.Fact, Claimed: p.Claimed}
	r.sent, r.used = nil, make(map[string]bool)
	observed, err := "", p.lacks(r.Target)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		observed, err = p.ask(ctx, r)
	}
	result.Requests = r.sent
	switch {
	case err != nil || p.knows(observed):
	case observed == "":
		err = unclear("the answer does not show it")
	case saysNothing(observed):
		err = unclear("the last answer has nothing to do with it: " + observed)
	}
	switch why, open := errors.AsType[*undecided](err); {
	case open:
		result.Verdict, result.Why = why.verdict, why.why
	case errors.Is(err, ErrSkipped):
		result.Verdict, result.Why = VerdictNotRun, "the checkout was skipped"
	case err != nil && ctx.Err() != nil:
		result.Verdict, result.Why, result.Err = VerdictNotRun, "interrupted", err
	case errors.Is(err, context.DeadlineExceeded):
		result.Verdict, result.Why, result.Err = VerdictNotRun, "no answer in time", err
	case err != nil:
		result.Verdict, result.Why, result.Err = VerdictNotRun, "no answer", err
	case observed == p.Claimed:
		result.Verdict, result.Observed = VerdictSame, observed
	default:
		result.Verdict, result.Observed = VerdictDiffers, observed
	}
	return result
}
