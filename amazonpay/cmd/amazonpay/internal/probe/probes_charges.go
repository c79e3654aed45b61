package probe

import (
	"context"
	"strconv"
	"strings"
)

// chargeProbes are about charges of a permission, and their refunds.
func chargeProbes() []Probe {
	needs := []Need{NeedPermission}
	return []Probe{
		{
			Fact: "permission.balance.authorized", Claimed: "held", Others: []string{"free"}, Source: "behaviour.md 7.2", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "limits.amountBalance counts open authorizations as spent.",
			ask:   askBalance,
		},
		{
			Fact: "capture.rest", Claimed: "released", Others: []string{"held"}, Source: "behaviour.md 7.3", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "If a part of a charge is captured, the rest is released.",
			ask: func(ctx context.Context, r *run) (string, error) {
				part, err := r.partly(ctx)
				return part.rest, err
			},
		},
		{
			Fact: "capture.second", Claimed: "422 InvalidChargeStatus", Others: []string{"422 TransactionCountExceeded", "400 TransactionAmountExceeded"},
			Source: "behaviour.md 7.3", Confidence: ConfidenceLikely, Needs: needs,
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
			Fact: "status.captureCharge.initiated", Claimed: "202", Others: []string{"200"}, Source: "endpoints.md 13", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "CaptureCharge answers with 202 if the capture is only initiated.",
			ask:   askCaptureInitiated,
		},
		{
			Fact: "lengths.cancellationReason", Claimed: "255", Others: []string{none}, Source: "objects.md 5", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "cancellationReason may have 255 characters.",
			ask:   askCancellation,
		},
		{
			Fact: "refund.maxCount", Claimed: "10", Others: []string{"5", "15", "25", none}, Source: "behaviour.md 7.4", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "A charge may have ten refunds.",
			ask:   askRefunds,
		},
		{
			Fact: "idempotency.updateCharge", Claimed: honoured, Others: []string{ignored}, Source: "behaviour.md 4", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "UpdateCharge, a PATCH, honours the idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				updated, err := r.updated(ctx)
				if err != nil {
					return "", err
				}
				if !updated.answer.ok() {
					return updated.answer.code(), nil
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
			Fact: "answers.updateCharge", Claimed: "object", Others: []string{"empty"}, Source: "endpoints.md 12", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "UpdateCharge answers with the charge.",
			ask: func(ctx context.Context, r *run) (string, error) {
				updated, err := r.updated(ctx)
				return bodyOf(updated.answer, "chargeId"), err
			},
		},
	}
}

// bodyOf reads whether an answer has the object.
func bodyOf(a answer, id string) string {
	switch {
	case !a.ok():
		return a.code()
	case a.empty || len(a.body) == 0:
		return "empty"
	case a.text(id) != "":
		return "object"
	}
	return "another object"
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
type part struct{ charge, rest string }

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
		case before-after == taken:
			return part{charge, "released"}, nil
		case before-after == unit:
			return part{charge, "held"}, nil
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
	cancel := func(length int) (answer, error) {
		charge, err := r.authorized(ctx)
		if err != nil {
			return answer{}, err
		}
		return r.send(ctx, remove("CancelCharge", "charges/{id}/cancel", object{"cancellationReason": strings.Repeat("a", length)}, charge))
	}
	fits, err := cancel(255)
	if err != nil {
		return "", err
	}
	if !fits.ok() {
		return "less than 255", nil
	}
	long, err := cancel(256)
	switch {
	case err != nil:
		return "", err
	case long.ok():
		return none, nil
	case long.reason == "InvalidParameterValue":
		return "255", nil
	}
	return long.code(), nil
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
