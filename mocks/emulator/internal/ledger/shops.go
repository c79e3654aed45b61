package ledger

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Shop is a merchant as the ledger knows it.
type Shop struct {
	ID         string
	StoreID    string
	BuyerToken string
}

// ScanData is what a buyer's app shows at the till.
const ScanData = "UKhrmatMeKdlfY6b"

// BuyerTokenOf returns the token under which the shop reads its region's i-th buyer, as far as the
// scopes go.
func (m Shop) BuyerTokenOf(i int, scopes []string) string {
	return m.BuyerToken + "-" + strconv.Itoa(i) + "-" + strings.Join(scopes, "_")
}

// readBuyerToken reads what buyerTokenOf wrote. The merchant's own token is of the first buyer,
// with all scopes.
func (m Shop) readBuyerToken(token string) (buyer int, scopes []string, ok bool) {
	if token == m.BuyerToken {
		return 0, slices.Sorted(maps.Keys(BuyerScopes)), true
	}
	more, ok := strings.CutPrefix(token, m.BuyerToken+"-")
	number, names, _ := strings.Cut(more, "-")
	i, err := strconv.Atoi(number)
	return i, strings.Split(names, "_"), ok && err == nil && i >= 0
}

// AuthorizationToken gives a token to a merchant's delegate.
func (l *Ledger) AuthorizationToken(c *Call) (Code, Object, *Refusal) {
	id := c.Query.Get("merchantId")
	if id == "" {
		return 0, nil, BadRequest(MissingParameterValue, "The parameter merchantId is required.")
	}
	token, delegated := c.Delegate(id, c.ID)
	if !delegated {
		return 0, nil, Refuse(codeUnauthorized, UnauthorizedAccess, "The merchant has not delegated to this account with this token.")
	}
	return codeOK, Object{"authorizationToken": token}, nil
}
