package probe

import (
	"cmp"
	"context"
	"time"
)

// disputeProbes are about disputes that a payment service provider reports. Other accounts may not
// do that, which their answers say.
func disputeProbes() []Probe {
	probe := func(fact, claimed, source string, others []string, claim string, ask func(ctx context.Context, r *run) (string, error)) Probe {
		return Probe{Fact: fact, Claimed: claimed, Others: others, Source: source, Confidence: ConfidenceUncertain, Claim: claim, Needs: []Need{NeedPermission}, ask: ask}
	}
	whole := []string{"empty"}
	return []Probe{
		probe("status.createDispute", "200", phpSDK+"README.md: 200", []string{"201"}, "CreateDispute answers with 200.",
			func(ctx context.Context, r *run) (string, error) {
				made, err := r.dispute(ctx)
				return statusOf(made.answer, err)
			}),
		probe("answers.createDispute", "object", noSource, whole, "CreateDispute answers with the dispute.",
			func(ctx context.Context, r *run) (string, error) {
				made, err := r.dispute(ctx)
				return bodyOf(made.answer, err, "disputeId")
			}),
		probe("dispute.timestamps", "both", stampSources, []string{"seconds", "milliseconds"},
			"The timestamps of CreateDispute may be seconds or milliseconds.", askTimestamps),
		probe("dispute.resolutionAuthority", isNull, noSource, []string{absent, "AmazonPay"}, "resolutionAuthority of an open dispute is null.",
			func(ctx context.Context, r *run) (string, error) {
				made, err := r.disputed(ctx)
				return memberOf(made, "resolutionAuthority"), err
			}),
		{
			Fact: "dispute.members", Claimed: "closureTimestamp filingTimestamp providerMetadata", Fixed: true, Source: nodeSDK + "README.md, has them in requests", Confidence: ConfidenceLikely,
			Claim: "A dispute has closureTimestamp, filingTimestamp and providerMetadata.", Needs: []Need{NeedPermission},
			ask: func(ctx context.Context, r *run) (string, error) {
				made, err := r.disputed(ctx)
				var names []string
				for _, name := range []string{"closureTimestamp", "filingTimestamp", "providerMetadata"} {
					if _, there := made.at(name); there {
						names = append(names, name)
					}
				}
				return cmp.Or(joined(names), none), err
			},
		},
		probe("answers.updateDispute", "object", noSource, whole, "UpdateDispute answers with the dispute.", askUpdateDispute),
		probe("dispute.contested.state", "UnderReview", noSource, []string{"ActionRequired"}, "A dispute that was contested is UnderReview.", askContested),
		probe("answers.contestDispute", "object", noSource, whole, "ContestDispute answers with the dispute.",
			func(ctx context.Context, r *run) (string, error) {
				contested, err := r.contested(ctx)
				return bodyOf(contested.answer, err, "disputeId")
			}),
		probe("idempotency.contestDispute", honoured, docIdempotency, []string{ignored}, "ContestDispute honours the idempotency key.", askContestAgain),
	}
}

// newDispute reports a dispute of a part of a charge, filed an hour ago in a unit of time.
func (r *run) newDispute(ctx context.Context, perSecond int64) (a answer, filed time.Time, err error) {
	charge, err := share(r, "disputed charge", func() (string, error) { return r.captured(ctx, unit) })
	if err != nil {
		return answer{}, filed, err
	}
	filed = r.Now().Add(r.offset - time.Hour).Truncate(time.Second).UTC()
	a, err = r.create(ctx, post("CreateDispute", "disputes", object{
		"chargeId": charge, "disputeAmount": r.price(unit / 10), "filingReason": "Other", "filingTimestamp": filed.Unix() * perSecond,
		"providerMetadata": object{"providerDisputeId": newKey()},
		"statusDetails":    object{"state": "ActionRequired", "reasonCode": "MerchantResponseRequired"},
	}).withKey(newKey()))
	return a, filed, err
}

// dispute makes the dispute that several probes look at.
func (r *run) dispute(ctx context.Context) (sentOnce, error) {
	return share(r, "dispute", func() (sentOnce, error) {
		a, _, err := r.newDispute(ctx, 1)
		return sentOnce{answer: a}, err
	})
}

// disputed is a dispute, read.
func (r *run) disputed(ctx context.Context) (answer, error) {
	made, err := r.dispute(ctx)
	if err != nil {
		return answer{}, err
	}
	id := made.answer.text("disputeId")
	if id == "" {
		return answer{}, unclearAfter("no dispute could be made", made.answer)
	}
	a, err := r.send(ctx, get("GetDispute", "disputes/{id}", id))
	if err == nil && !a.ok() {
		err = unclearAfter("the dispute cannot be read", a)
	}
	return a, err
}

func askTimestamps(ctx context.Context, r *run) (string, error) {
	understood := make(map[int64]bool)
	for _, perSecond := range []int64{1, 1000} {
		a, filed, err := r.newDispute(ctx, perSecond)
		if err != nil {
			return "", err
		}
		switch at, parsed := time.Parse(stampForm, a.text("filingTimestamp")); {
		case a.reason == invalidValue: // of that timestamp: all else is the same
		case !a.ok():
			return "", wasRefused(a)
		case parsed != nil:
			return "", unclear("the dispute shows no filingTimestamp")
		default:
			understood[perSecond] = at.Sub(filed).Abs() < 24*time.Hour
		}
	}
	switch {
	case understood[1] && understood[1000]:
		return "both", nil
	case understood[1]:
		return "seconds", nil
	case understood[1000]:
		return "milliseconds", nil
	}
	return "", unclear("neither seconds nor milliseconds were understood")
}

func askUpdateDispute(ctx context.Context, r *run) (string, error) {
	made, _, err := r.newDispute(ctx, 1)
	if err != nil {
		return "", err
	}
	id := made.text("disputeId")
	if id == "" {
		return "", unclearAfter("no dispute could be made", made)
	}
	a, err := r.send(ctx, patch("UpdateDispute", "disputes/{id}", object{"statusDetails": object{"state": "UnderReview"}}, id).withKey(newKey()))
	return bodyOf(a, err, "disputeId")
}

// contested contests the shared dispute.
func (r *run) contested(ctx context.Context) (sentOnce, error) {
	return share(r, "contested", func() (sentOnce, error) {
		dispute, err := r.disputed(ctx)
		if err != nil {
			return sentOnce{}, err
		}
		q := post("ContestDispute", "disputes/{id}/contest", object{
			"merchantEvidences": []object{{"evidenceType": "Other", "evidenceText": "probe"}},
		}, dispute.text("disputeId")).withKey(newKey())
		a, err := r.send(ctx, q)
		return sentOnce{q, a}, err
	})
}

func askContested(ctx context.Context, r *run) (string, error) {
	contested, err := r.contested(ctx)
	if err != nil {
		return "", err
	}
	if !contested.answer.ok() {
		return "", wasRefused(contested.answer)
	}
	a, err := r.disputed(ctx)
	return shown(a.text("statusDetails", "state")), err
}

func askContestAgain(ctx context.Context, r *run) (string, error) {
	contested, err := r.contested(ctx)
	if err != nil {
		return "", err
	}
	if !contested.answer.ok() {
		return "", wasRefused(contested.answer)
	}
	before, err := r.disputed(ctx)
	if err != nil {
		return "", err
	}
	again, err := r.send(ctx, contested.request)
	if err != nil {
		return "", err
	}
	switch {
	case again.triedAgain():
		return ignored, nil
	case !again.ok():
		return again.code(), nil
	}
	after, err := r.disputed(ctx)
	if err != nil {
		return "", err
	}
	evidence := func(a answer) int {
		value, _ := a.at("merchantEvidences")
		all, _ := value.([]any)
		return len(all)
	}
	if evidence(after) > evidence(before) {
		return ignored, nil
	}
	return honoured, nil
}
