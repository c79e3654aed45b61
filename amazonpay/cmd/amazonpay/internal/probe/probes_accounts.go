package probe

import (
	"context"
)

// accountProbes are about merchant accounts, which only some solution providers may register.
func accountProbes() []Probe {
	needs := []Need{NeedProvider}
	return []Probe{
		{
			Fact: "accounts.createAnswer", Claimed: "merchantAccountId uniqueReferenceId", Others: []string{"merchantAccountId"},
			Source: dotnet, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "An answer to RegisterAmazonPayAccount has merchantAccountId and uniqueReferenceId.",
			ask: func(ctx context.Context, r *run) (string, error) {
				a, err := r.newAccount(ctx, "RegisterAmazonPayAccount", object{"uniqueReferenceId": newKey()})
				if err == nil && !a.ok() {
					err = wasRefused(a)
				}
				var names []string
				for name := range a.body {
					names = append(names, member(name))
				}
				return joined(names), err
			},
		},
		{
			Fact: "accounts.state", Claimed: "any", Others: []string{"ACTIVE", "Active"}, Source: nodeSDK + "README.md: ACTIVE; " + javaSDK + "README.md: Active, of a store", Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "merchantStatus.state may be spelled ACTIVE or Active.",
			ask:   askAccountState,
		},
	}
}

// newAccount registers an account, which is deleted at the end.
func (r *run) newAccount(ctx context.Context, operation string, body object) (answer, error) {
	return r.create(ctx, post(operation, "merchantAccounts", body).withKey(newKey()))
}

func askAccountState(ctx context.Context, r *run) (string, error) {
	var fits []string
	for _, spelling := range []string{"ACTIVE", "Active"} {
		a, err := r.newAccount(ctx, "CreateMerchantAccount", object{
			"uniqueReferenceId": newKey(), "merchantStatus": object{"state": spelling},
		})
		switch {
		case err != nil:
			return "", err
		case a.ok():
			fits = append(fits, spelling)
		case a.reason != invalidValue:
			return "", wasRefused(a)
		}
	}
	switch len(fits) {
	case 0:
		return "", unclear("neither spelling was accepted")
	case 1:
		return fits[0], nil
	}
	return "any", nil
}
