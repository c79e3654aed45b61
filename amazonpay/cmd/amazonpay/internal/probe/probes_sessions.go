package probe

import (
	"context"
	"net/http"
	"strings"
)

// sessionProbes are about checkout sessions, without a buyer.
func sessionProbes() []Probe {
	needs := []Need{NeedStore}
	return []Probe{
		{
			Fact: "complete.beforeBuyer", Claimed: "422 InvalidCheckoutSessionStatus",
			Others: []string{"400 InvalidCheckoutSessionStatus", "422 CheckoutSessionCanceled", "400 InvalidRequest"},
			Source: "behaviour.md 7.1", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "CompleteCheckoutSession before the buyer has paid is InvalidCheckoutSessionStatus.",
			ask: func(ctx context.Context, r *run) (string, error) {
				q, err := r.prematureCompletion(ctx)
				if err != nil {
					return "", err
				}
				a, err := r.send(ctx, q)
				return a.code(), err
			},
		},
	}
}

// memberProbes are about members of a checkout session and their values.
func memberProbes() []Probe {
	needs := []Need{NeedStore}
	return []Probe{
		{
			Fact: "amounts.trailingZeros", Claimed: accepted, Others: []string{refused}, Source: "behaviour.md 13", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "An amount may have more decimals than its currency, if they are zeros.",
			ask: func(ctx context.Context, r *run) (string, error) {
				zeros := r.price(unit)
				text, _ := zeros["amount"].(string)
				if zeros["amount"] = text + "00"; !strings.Contains(text, ".") {
					zeros["amount"] = text + ".00"
				}
				return r.sessionTaken(ctx, object{"paymentDetails": object{"chargeAmount": zeros}}, "InvalidParameterValue")
			},
		},
		{
			Fact: "members.estimateOrderTotal", Claimed: accepted, Others: []string{refused}, Source: "objects.md 3", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "paymentDetails may have estimateOrderTotal.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, object{"paymentDetails": object{"estimateOrderTotal": r.price(unit)}}, "UnrecognizedField")
			},
		},
		{
			Fact: "members.signInCancelUrl", Claimed: accepted, Others: []string{refused}, Source: "objects.md 17", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "webCheckoutDetails may have signInCancelUrl.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "signInCancelUrl": r.ReturnURL}}, "UnrecognizedField")
			},
		},
		{
			Fact: "lengths.checkoutCancelUrl", Claimed: "512", Others: []string{none}, Source: "objects.md 3", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "checkoutCancelUrl may have 512 characters.",
			ask:   askCancelURL,
		},
		{
			Fact: "frequency.variable.zero", Claimed: accepted, Others: []string{refused}, Source: "objects.md 1", Confidence: ConfidenceConflict, Needs: needs,
			Claim: "A frequency of unit Variable may have the value 0.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, recurring("Variable", "0"), "InvalidParameterValue", "InvalidParameterCombination")
			},
		},
		{
			Fact: "frequency.variable.nonZero", Claimed: accepted, Others: []string{refused}, Source: "objects.md 1", Confidence: ConfidenceConflict, Needs: needs,
			Claim: "A frequency of unit Variable may have a value other than 0.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, recurring("Variable", "2"), "InvalidParameterValue", "InvalidParameterCombination")
			},
		},
		{
			Fact: "session.orderType", Claimed: "PurchaseOrder", Others: []string{isNull, absent}, Source: "surface.md 18", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "An open session has the orderType PurchaseOrder.",
			ask: func(ctx context.Context, r *run) (string, error) {
				id, err := r.session(ctx)
				if err != nil {
					return "", err
				}
				a, err := r.send(ctx, getSession(id))
				if err == nil && a.status != http.StatusOK {
					err = unclearAfter("the session cannot be read", a)
				}
				return memberOf(a, "orderType"), err
			},
		},
		{
			Fact: "session.constraints.recurring", Claimed: "BuyerNotAssociated ChargeAmountNotSet CheckoutResultReturnUrlNotSet PaymentIntentNotSet", Fixed: true,
			Source: "objects.md 3", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "A new recurring session has the same constraints as any other.",
			ask:   askConstraints,
		},
	}
}

// prematureCompletion is a request to complete a session before any buyer has seen it.
func (r *run) prematureCompletion(ctx context.Context) (request, error) {
	id, err := share(r, "payable session", func() (string, error) {
		a, err := r.newSession(ctx, object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "checkoutResultReturnUrl": r.ReturnURL},
			"paymentDetails":     object{"paymentIntent": "Authorize", "chargeAmount": r.price(unit)},
		})
		if err == nil && a.text("checkoutSessionId") == "" {
			err = unclearAfter("no checkout session could be made", a)
		}
		return a.text("checkoutSessionId"), err
	})
	return post("CompleteCheckoutSession", "checkoutSessions/{id}/complete", object{"chargeAmount": r.price(unit)}, id).withKey(newKey()), err
}

// sessionTaken reports whether a session with these members is accepted.
func (r *run) sessionTaken(ctx context.Context, more object, reasons ...string) (string, error) {
	a, err := r.newSession(ctx, more)
	return taken(a, reasons...), err
}

func recurring(frequencyUnit, value string) object {
	return object{
		"chargePermissionType": "Recurring",
		"recurringMetadata":    object{"frequency": object{"unit": frequencyUnit, "value": value}},
	}
}

func askCancelURL(ctx context.Context, r *run) (string, error) {
	with := func(length int) (answer, error) {
		long := "https://example.com/" + strings.Repeat("a", length-len("https://example.com/"))
		return r.newSession(ctx, object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "checkoutCancelUrl": long}})
	}
	fits, err := with(512)
	if err != nil {
		return "", err
	}
	if !fits.ok() {
		return "less than 512", nil
	}
	long, err := with(513)
	switch {
	case err != nil:
		return "", err
	case long.ok():
		return none, nil
	case long.reason == "InvalidParameterValue":
		return "512", nil
	}
	return long.code(), nil
}

func askConstraints(ctx context.Context, r *run) (string, error) {
	a, err := r.newSession(ctx, recurring("Month", "1"))
	if err != nil {
		return "", err
	}
	listed, _ := a.at("constraints")
	all, isList := listed.([]any)
	if !a.ok() || !isList {
		return "", unclearAfter("the constraints of a recurring session cannot be read", a)
	}
	var ids []string
	for _, one := range all {
		constraint, _ := one.(object)
		id, _ := constraint["constraintId"].(string)
		ids = append(ids, shown(id))
	}
	return joined(ids), nil
}
