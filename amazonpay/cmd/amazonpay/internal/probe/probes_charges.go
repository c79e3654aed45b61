package probe

import (
	"cmp"
	"context"
	"strconv"
	"strings"
)

// chargeProbes are about charges of a permission, and their refunds.
func chargeProbes() []Probe {
	needs := []Need{NeedPermission}
	return []Probe{
		{
			Fact: "permission.balance.authorized", Claimed: "held", Others: []string{"free"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "limits.amountBalance counts open authorizations as spent.",
			ask:   askBalance,
		},
		{
			Fact: "capture.rest", Claimed: "released", Others: []string{"held"}, Source: plugin + "/Charge.php", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "If a part of a charge is captured, the rest is released.",
			ask: func(ctx context.Context, r *run) (string, error) {
				part, err := r.partly(ctx)
				return part.rest, cmp.Or(err, part.undecided)
			},
		},
		{
			Fact: "capture.second", Claimed: "422 InvalidChargeStatus", Others: []string{"422 TransactionCountExceeded", "400 TransactionAmountExceeded"},
			Source: plugin + "/Charge.php", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "A charge can be captured once.",
			ask: func(ctx context.Context, r *run) (string, error) {
				part, err := r.partly(ctx)
				if err != nil {
					return "", err
				}
				a, err := r.send(ctx, r.capture(part.charge, unit/10))
				return a.code(), err
			},
		},
		{
			Fact: "status.captureCharge.initiated", Claimed: "202", Others: []string{"200"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "CaptureCharge answers with 202 if the capture is only initiated.",
			ask:   askCaptureInitiated,
		},
		{
			Fact: "lengths.cancellationReason", Claimed: "255", Others: []string{none}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "cancellationReason may have 255 characters.",
			ask:   askCancellation,
		},
		{
			Fact: "refund.maxCount", Claimed: "10", Others: []string{"5", "15", "25", none}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "A charge may have ten refunds.",
			ask:   askRefunds,
		},
		{
			Fact: "idempotency.updateCharge", Claimed: honoured, Others: []string{ignored}, Source: javaSDK + "WebstoreClient.java, sends a key; " + docIdempotency + ": PATCH ignores it", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "UpdateCharge, a PATCH, honours the idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				updated, err := r.updated(ctx)
				if err != nil {
					return "", err
				}
				if !updated.answer.ok() {
					return "", wasRefused(updated.answer)
				}
				again, err := r.send(ctx, updated.request)
				switch {
				case again.ok():
					return honoured, err
				case again.triedAgain():
					return ignored, err
				}
				return again.code(), err
			},
		},
		{
			Fact: "answers.updateCharge", Claimed: "object", Others: []string{"empty"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "UpdateCharge answers with the charge.",
			ask: func(ctx context.Context, r *run) (string, error) {
				updated, err := r.updated(ctx)
				return bodyOf(updated.answer, err, "chargeId")
			},
		},
	}
}

// wasRefused is the error of a request whose success was to be looked at.
func wasRefused(a answer) error { return unclearAfter("it was refused", a) }

// bodyOf reads whether the answer of a success has the object.
func bodyOf(a answer, err error, id string) (string, error) {
	switch {
	case err != nil:
		return "", err
	case !a.ok():
		return "", wasRefused(a)
	case len(a.body) == 0:
		return "empty", nil
	case a.text(id) != "":
		return "object", nil
	}
	return "another object", nil
}

// statusOf reads the status of a success.
func statusOf(a answer, err error) (string, error) {
	if err == nil && !a.ok() {
		err = wasRefused(a)
	}
	return strconv.Itoa(a.status), err
}

func (r *run) capture(charge string, least int64) request {
	return post("CaptureCharge", "charges/{id}/capture", object{"captureAmount": r.price(least)}, charge).withKey(newKey())
}

func askBalance(ctx context.Context, r *run) (string, error) {
	before, err := r.balance(ctx)
	if err != nil {
		return "", err
	}
	if _, err := r.authorized(ctx); err != nil {
		return "", err
	}
	after, err := r.balance(ctx)
	switch {
	case err != nil:
		return "", err
	case before-after == unit:
		return "held", nil
	case before == after:
		return "free", nil
	}
	return "", unclear("the balance changed by something else than the charge")
}

// part is a charge of which a part was captured.
type part struct {
	charge, rest string
	undecided    error // why rest is not known
}

// partly captures a part of a charge, and looks at what becomes of the rest.
func (r *run) partly(ctx context.Context) (part, error) {
	return share(r, "partly captured", func() (part, error) {
		const taken = unit * 4 / 10
		before, err := r.balance(ctx)
		if err != nil {
			return part{}, err
		}
		charge, err := r.authorized(ctx)
		if err != nil {
			return part{}, err
		}
		during, err := r.balance(ctx)
		if err != nil {
			return part{}, err
		}
		a, err := r.send(ctx, r.capture(charge, taken))
		if err != nil {
			return part{}, err
		}
		if a.text("statusDetails", "state") != "Captured" {
			return part{}, unclearAfter("a part of a charge could not be captured", a)
		}
		after, err := r.balance(ctx)
		switch {
		case err != nil:
			return part{}, err
		case before-after == taken && during == before:
			return part{charge: charge, undecided: unclear("the balance does not count authorizations, so it does not show the rest")}, nil
		case before-after == taken:
			return part{charge: charge, rest: "released"}, nil
		case before-after == unit:
			return part{charge: charge, rest: "held"}, nil
		}
		return part{}, unclear("the balance changed by something else than the charge")
	})
}

func askCaptureInitiated(ctx context.Context, r *run) (string, error) {
	charge, err := r.authorized(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.send(ctx, r.capture(charge, unit).simulating("CaptureInitiated"))
	if err != nil {
		return "", err
	}
	if !a.ok() || a.text("statusDetails", "state") != "CaptureInitiated" {
		return "", unclearAfter("the capture was not only initiated", a)
	}
	return strconv.Itoa(a.status), nil
}

func askCancellation(ctx context.Context, r *run) (string, error) {
	return longest(255, func(length int) (answer, error) {
		charge, err := r.authorized(ctx)
		if err != nil {
			return answer{}, err
		}
		return r.send(ctx, remove("CancelCharge", "charges/{id}/cancel", object{"cancellationReason": strings.Repeat("a", length)}, charge))
	})
}

// longest finds out whether a text may have as many characters as is claimed, and no more. A short
// text must be accepted.
func longest(claimed int, send func(length int) (answer, error)) (string, error) {
	const short = 30
	for _, length := range []int{short, claimed, claimed + 1} {
		a, err := send(length)
		switch {
		case err != nil:
			return "", err
		case a.ok():
		case length == short:
			return "", unclearAfter("a short text", a)
		case a.reason != invalidValue:
			return a.code(), nil
		case length == claimed:
			return "less than " + strconv.Itoa(claimed), nil
		default:
			return strconv.Itoa(claimed), nil
		}
	}
	return none, nil
}

// manyRefunds is how many refunds are tried: each of the least amount there is.
const manyRefunds = 26

func askRefunds(ctx context.Context, r *run) (string, error) {
	charge, err := r.captured(ctx, manyRefunds)
	if err != nil {
		return "", err
	}
	for made := range manyRefunds {
		a, err := r.send(ctx, post("CreateRefund", "refunds", object{"chargeId": charge, "refundAmount": r.price(1)}).withKey(newKey()))
		switch {
		case err != nil:
			return "", err
		case a.ok():
		case a.reason == "TransactionCountExceeded":
			return strconv.Itoa(made), nil
		default:
			return "", unclearAfter("refund "+strconv.Itoa(made+1), a)
		}
	}
	return none, nil
}

// sentOnce is a request and its answer.
type sentOnce struct {
	request request
	answer  answer
}

// updated cancels a charge as a payment service provider does.
func (r *run) updated(ctx context.Context) (sentOnce, error) {
	return share(r, "updated", func() (sentOnce, error) {
		charge, err := r.authorized(ctx)
		if err != nil {
			return sentOnce{}, err
		}
		q := patch("UpdateCharge", "charges/{id}", object{"statusDetails": object{"state": "Canceled", "reasonCode": "ExpiredUnused"}}, charge).withKey(newKey())
		a, err := r.send(ctx, q)
		return sentOnce{q, a}, err
	})
}
