package data

import (
	"context"
	"errors"
	"time"
)

// ClaimToken gives the caller the right to replace a merchant's token for a while, and returns what
// is stored: the sealed token, and for how long it is good. claimed is false while somebody else
// has the right. claim is a name that nobody else has.
func (q Queries) ClaimToken(ctx context.Context, merchantID, claim string, length time.Duration) (sealed []byte, goodFor time.Duration, claimed bool, err error) {
	var micros int64
	err = q.on.QueryRowContext(ctx, `UPDATE merchants SET token_claim = $2, token_claim_until = `+q.dialect.clock+` + $3
		WHERE id = $1 AND token_claim_until <= `+q.dialect.clock+` RETURNING sealed_token, token_good_until - `+q.dialect.clock,
		merchantID, claim, length.Microseconds()).Scan(&sealed, &micros)
	if errors.Is(err, ErrNone) {
		return nil, 0, false, nil
	}
	return sealed, time.Duration(micros) * time.Microsecond, err == nil, err
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
