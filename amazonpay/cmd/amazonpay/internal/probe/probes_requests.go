package probe

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// requestProbes are about headers, dates, paths and keys. They come first: the clock of an emulator
// is not moved before them.
func requestProbes() []Probe {
	return []Probe{
		{
			Fact: "date.ahead", Claimed: none, Others: []string{"1m", "5m", "any"}, Source: dateAheadSource, Confidence: ConfidenceUncertain, Needs: []Need{NeedClock},
			Claim: "A date that is ahead of the service's clock is refused: no skew is allowed.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.ages(ctx, []age{{-30 * time.Second, none}, {-3 * time.Minute, "1m"}, {-10 * time.Minute, "5m"}}, "any")
			},
		},
		{
			Fact: "date.maxAge", Claimed: "15m", Others: []string{"1m", "5m", "1h", "24h", none}, Source: noSource, Confidence: ConfidenceUncertain, Needs: []Need{NeedClock},
			Claim: "A request is accepted until its date is a quarter of an hour old.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.ages(ctx, []age{
					{2 * time.Minute, "1m"}, {10 * time.Minute, "5m"}, {30 * time.Minute, "15m"}, {12 * time.Hour, "1h"}, {48 * time.Hour, "24h"},
				}, none)
			},
		},
		{
			Fact: "headers.simulationCode.unsigned", Claimed: accepted, Others: []string{refused}, Source: phpSDK + "Amazon/Pay/API/Client.php, does not sign it", Confidence: ConfidenceUncertain,
			Claim: "A simulation code need not be signed.",
			ask:   func(ctx context.Context, r *run) (string, error) { return r.simulationSigned(ctx, false) },
		},
		{
			Fact: "headers.simulationCode.signed", Claimed: accepted, Others: []string{refused}, Source: nodeSDK + "src/clientHelper.js, signs it", Confidence: ConfidenceUncertain,
			Claim: "A simulation code may be signed.",
			ask:   func(ctx context.Context, r *run) (string, error) { return r.simulationSigned(ctx, true) },
		},
		{
			Fact: "path.environment", Claimed: accepted, Others: []string{refused}, Source: rubySDK + "lib/amazon_pay/client_helper.rb", Confidence: ConfidenceLikely,
			Claim: "With a key id that begins with SANDBOX, a path may begin with /sandbox/v2/ as well.", Needs: []Need{NeedSpecific},
			ask: askEnvironment,
		},
	}
}

// keyProbes are about requests without an idempotency key.
func keyProbes() []Probe {
	return []Probe{
		{
			Fact: "idempotency.missing.createCheckoutSession", Claimed: "MissingHeader", Others: []string{"MissingHeaderValue", accepted},
			Source: docIdempotency, Confidence: ConfidenceLikely, Needs: []Need{NeedStore},
			Claim: "CreateCheckoutSession without an idempotency key is refused with MissingHeader.",
			ask: func(ctx context.Context, r *run) (string, error) {
				q := post("CreateCheckoutSession", "checkoutSessions", r.sessionBody(nil))
				q.withoutKey = true
				a, err := r.create(ctx, q)
				return keyless(a, a.ok()), err
			},
		},
		{
			Fact: "idempotency.missing.completeCheckoutSession", Claimed: accepted, Others: []string{"MissingHeader", "MissingHeaderValue"},
			Source: nodeSDK + "README.md, sends none", Confidence: ConfidenceLikely, Needs: []Need{NeedStore},
			Claim: "CompleteCheckoutSession requires no idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				q, err := r.prematureCompletion(ctx)
				if err != nil {
					return "", err
				}
				with, err := r.send(ctx, q)
				if err != nil {
					return "", err
				}
				q.key, q.withoutKey = "", true
				without, err := r.send(ctx, q)
				if err == nil && with.saysNothing() {
					err = unclearAfter("the same request with a key", with)
				}
				return keyless(without, without.code() == with.code()), err
			},
		},
		{
			Fact: "idempotency.missing.createReport", Claimed: accepted, Others: []string{"MissingHeader", "MissingHeaderValue"},
			Source: javaSDK + "WebstoreClient.java, adds none; the sample of " + docReports + " has one", Confidence: ConfidenceLikely,
			Claim: "CreateReport requires no idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				q := post("CreateReport", "reports", r.reportBody())
				q.withoutKey = true
				a, err := r.create(ctx, q)
				return keyless(a, a.ok()), err
			},
		},
	}
}

// age is how old a date is, and what it means if it is the first that is refused.
type age struct {
	of      time.Duration
	refused string
}

// ages sends a harmless request with dates that are older each time, and returns what the first
// that is refused means.
func (r *run) ages(ctx context.Context, all []age, allAccepted string) (string, error) {
	q := get("GetCharge", "charges/{id}", unknownCharge)
	right, err := r.send(ctx, q)
	if err != nil {
		return "", err
	}
	if right.status != http.StatusNotFound {
		return "", unclearAfter("a request with the right date", right)
	}
	for _, one := range all {
		q.age = one.of
		a, err := r.send(ctx, q)
		if err != nil {
			return "", err
		}
		switch {
		case a.code() == right.code():
		case a.status == http.StatusBadRequest, a.status == http.StatusUnauthorized, a.status == http.StatusForbidden:
			again, err := r.send(ctx, get("GetCharge", "charges/{id}", unknownCharge))
			if err == nil && again.code() != right.code() {
				err = unclearAfter("a request with the right date, after one that was refused", again)
			}
			return one.refused, err
		default:
			return "", unclearAfter("a request with another date", a)
		}
	}
	return allAccepted, nil
}

// simulationSigned sends a simulation code for a permission that nobody has.
func (r *run) simulationSigned(ctx context.Context, signed bool) (string, error) {
	q := r.chargeOfNobody("SoftDeclined")
	q.signsSimulation = signed
	a, err := r.send(ctx, q)
	switch {
	case err != nil:
		return "", err
	case a.reason == "InvalidRequestSignature":
		without, err := r.send(ctx, r.chargeOfNobody(""))
		if err == nil && without.status != http.StatusNotFound {
			err = unclearAfter("the same request without a simulation code", without)
		}
		r.mustSign = r.mustSign || !signed && err == nil
		return refused, err
	case a.status == http.StatusNotFound, a.reason == "InvalidSandboxSimulationSpecified": // its signature was right
		return accepted, nil
	}
	return a.code(), nil
}

func askEnvironment(ctx context.Context, r *run) (string, error) {
	usual := get("GetReports", "reports")
	odd := usual
	odd.namesEnvironment = true
	var answers []answer
	for _, q := range []request{usual, odd, usual} { // before and after
		a, err := r.send(ctx, q)
		if err != nil {
			return "", err
		}
		if !q.namesEnvironment && !a.ok() {
			return "", unclearAfter("the same request with the usual path", a)
		}
		answers = append(answers, a)
	}
	return taken(answers[1], "ResourceNotFound", "InvalidRequestSignature", "InvalidRequest", "InvalidAuthentication"), nil
}

// keyless reads the answer to a request without an idempotency key.
func keyless(a answer, isUsual bool) string {
	switch {
	case isUsual:
		return accepted
	case strings.HasPrefix(a.reason, "MissingHeader"):
		return shown(a.reason)
	}
	return a.code()
}
