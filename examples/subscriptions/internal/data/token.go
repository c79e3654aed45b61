package data

import (
	"context"
	"errors"
	"time"
)

// TokenClaim is what [Queries.ClaimToken] returns.
type TokenClaim struct {
	Claimed bool
	Sealed  []byte        // what is stored; empty: nothing
	GoodFor time.Duration // of what is stored
	// Turn is when the merchant's turn comes, if nobody may replace the token before.
	Turn time.Duration
}

// ClaimToken gives the caller the right to replace a merchant's token for a while, unless somebody
// else has it. claim is a name that nobody else has.
func (q Queries) ClaimToken(ctx context.Context, merchantID, claim string, length time.Duration) (TokenClaim, error) {
	var goodFor int64
	c := TokenClaim{Claimed: true}
	err := q.on.QueryRowContext(ctx, `UPDATE merchants SET token_claim = $2, token_claimed_at = `+q.dialect.clock+`, token_claim_until = `+q.dialect.clock+` + $3
		WHERE id = $1 AND (token_claim_until <= `+q.dialect.clock+` OR token_claimed_at > `+q.dialect.clock+` + `+clockBack+`)
		RETURNING sealed_token, token_good_until - `+q.dialect.clock,
		merchantID, claim, length.Microseconds()).Scan(&c.Sealed, &goodFor)
	c.GoodFor = time.Duration(goodFor) * time.Microsecond
	if !errors.Is(err, ErrNone) {
		return c, err
	}
	var turn int64
	err = q.on.QueryRowContext(ctx, `SELECT CASE WHEN token_claim = '' THEN token_claim_until - `+q.dialect.clock+` ELSE 0 END FROM merchants WHERE id = $1`, merchantID).Scan(&turn)
	return TokenClaim{Turn: time.Duration(turn) * time.Microsecond}, err
}

// PostponeToken ends a claim, and lets nobody claim the token until the merchant's turn comes, or
// the merchant is stored with another token.
func (q Queries) PostponeToken(ctx context.Context, merchantID, claim string, turn time.Duration) error {
	_, err := q.exec(ctx, `UPDATE merchants SET token_claim = '', token_claimed_at = `+q.dialect.clock+`, token_claim_until = `+q.dialect.clock+` + $3
		WHERE id = $1 AND token_claim = $2`,
		merchantID, claim, turn.Microseconds())
	return err
}

// SaveToken stores a token, if the claim is still the caller's, and ends the claim. A nil token
// leaves what is stored.
func (q Queries) SaveToken(ctx context.Context, merchantID, claim string, sealed []byte, goodFor time.Duration) error {
	if sealed == nil {
		_, err := q.exec(ctx, `UPDATE merchants SET token_claim = '', token_claim_until = 0 WHERE id = $1 AND token_claim = $2`, merchantID, claim)
		return err
	}
	_, err := q.exec(ctx, `UPDATE merchants SET sealed_token = $3, token_good_until = `+q.dialect.clock+` + $4, token_claim = '', token_claim_until = 0
		WHERE id = $1 AND token_claim = $2`, merchantID, claim, sealed, goodFor.Microseconds())
	return err
}
