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
			Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
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
			Fact: "amounts.trailingZeros", Claimed: accepted, Others: []string{refused}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "An amount may have more decimals than its currency, if they are zeros.",
			ask: func(ctx context.Context, r *run) (string, error) {
				zeros := r.price(unit)
				text, _ := zeros["amount"].(string)
				if zeros["amount"] = text + "00"; !strings.Contains(text, ".") {
					zeros["amount"] = text + ".00"
				}
				return r.sessionTaken(ctx, r.payable, r.payableWith(zeros), invalidValue)
			},
		},
		{
			Fact: "members.estimateOrderTotal", Claimed: accepted, Others: []string{refused}, Source: dotnet, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "paymentDetails may have estimateOrderTotal.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, r.session, object{"paymentDetails": object{"estimateOrderTotal": r.price(unit)}}, "UnrecognizedField")
			},
		},
		{
			Fact: "members.signInCancelUrl", Claimed: accepted, Others: []string{refused}, Source: docSignIn, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "webCheckoutDetails may have signInCancelUrl.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, r.session, object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "signInCancelUrl": r.ReturnURL}}, "UnrecognizedField")
			},
		},
		{
			Fact: "lengths.checkoutCancelUrl", Claimed: "512", Others: []string{none}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "checkoutCancelUrl may have 512 characters.",
			ask:   askCancelURL,
		},
		{
			Fact: "frequency.variable.zero", Claimed: accepted, Others: []string{refused}, Source: plugin + "/Frequency.php: 0", Confidence: ConfidenceConflict, Needs: needs,
			Claim: "A frequency of unit Variable may have the value 0.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, r.recurringSession, recurring("Variable", "0"), invalidValue, "InvalidParameterCombination")
			},
		},
		{
			Fact: "frequency.variable.nonZero", Claimed: accepted, Others: []string{refused}, Source: dotnet + ", README.md: 2", Confidence: ConfidenceConflict, Needs: needs,
			Claim: "A frequency of unit Variable may have a value other than 0.",
			ask: func(ctx context.Context, r *run) (string, error) {
				return r.sessionTaken(ctx, r.recurringSession, recurring("Variable", "2"), invalidValue, "InvalidParameterCombination")
			},
		},
		{
			Fact: "session.orderType", Claimed: "PurchaseOrder", Others: []string{isNull, absent}, Source: nodeSDK + "tst/webStoreClientTest.js", Confidence: ConfidenceLikely, Needs: needs,
			Claim: "An open session has the orderType PurchaseOrder.",
			ask: func(ctx context.Context, r *run) (string, error) {
				id, err := r.session(ctx)
				if err != nil {
					return "", err
				}
				a, err := r.openSession(ctx, id)
				return memberOf(a, "orderType"), err
			},
		},
		{
			Fact: "session.constraints.recurring", Claimed: "BuyerNotAssociated ChargeAmountNotSet CheckoutResultReturnUrlNotSet PaymentIntentNotSet", Fixed: true,
			Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "A new recurring session has the same constraints as any other.",
			ask:   askConstraints,
		},
	}
}

// madeSession makes a session with these members, once, and returns its id.
func (r *run) madeSession(ctx context.Context, name string, more object) (string, error) {
	a, err := share(r, name, func() (answer, error) {
		a, err := r.newSession(ctx, more)
		if err == nil && a.text("checkoutSessionId") == "" {
			err = unclearAfter("no checkout session could be made", a)
		}
		return a, err
	})
	return a.text("checkoutSessionId"), err
}

// session returns an open session without a buyer.
func (r *run) session(ctx context.Context) (id string, err error) {
	return r.madeSession(ctx, "session", nil)
}

// payable returns a session that has all that a payment requires but a buyer.
func (r *run) payable(ctx context.Context) (id string, err error) {
	return r.madeSession(ctx, "payable session", r.payableWith(r.price(unit)))
}

func (r *run) payableWith(price object) object {
	return object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "checkoutResultReturnUrl": r.ReturnURL},
		"paymentDetails":     object{"paymentIntent": "Authorize", "chargeAmount": price},
	}
}

func (r *run) recurringSession(ctx context.Context) (id string, err error) {
	return r.madeSession(ctx, "recurring session", recurring("Month", "1"))
}

// openSession reads a session that must be open. Others show few of their members.
func (r *run) openSession(ctx context.Context, id string) (answer, error) {
	a, err := r.send(ctx, getSession(id))
	switch {
	case err != nil:
	case a.status != http.StatusOK:
		err = unclearAfter("the session cannot be read", a)
	case a.text("statusDetails", "state") != "Open":
		err = unclear("the session is not Open any more")
	}
	return a, err
}

// prematureCompletion is a request to complete a session before any buyer has seen it.
func (r *run) prematureCompletion(ctx context.Context) (request, error) {
	id, err := r.payable(ctx)
	return post("CompleteCheckoutSession", "checkoutSessions/{id}/complete", object{"chargeAmount": r.price(unit)}, id).withKey(newKey()), err
}

// sessionTaken reports whether a session with these members is accepted. A usual one must be, or a
// refusal would say nothing of the members.
func (r *run) sessionTaken(ctx context.Context, usual func(context.Context) (string, error), more object, reasons ...string) (string, error) {
	if _, err := usual(ctx); err != nil {
		return "", err
	}
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
	const site = "https://example.com/"
	return longest(512, func(length int) (answer, error) {
		long := site + strings.Repeat("a", length-len(site))
		return r.newSession(ctx, object{"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL, "checkoutCancelUrl": long}})
	})
}

func askConstraints(ctx context.Context, r *run) (string, error) {
	id, err := r.recurringSession(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.openSession(ctx, id)
	if err != nil {
		return "", err
	}
	listed, _ := a.at("constraints")
	all, isList := listed.([]any)
	if !isList {
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
