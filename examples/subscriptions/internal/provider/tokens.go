package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// tokens is the [authtoken.Store] of all processes, in the table merchants.
type tokens struct {
	db   *data.DB
	seal sealer
}

var _ authtoken.Store = tokens{}

const (
	// tokenClaim is how long a process may take to replace a token. If it died, another one goes on
	// then. If it is only slow, the merchant has two tokens for a while, which does no harm.
	tokenClaim = 10 * time.Second
	tokenPoll  = 50 * time.Millisecond
)

// Update implements [authtoken.Store]. It claims the row, instead of locking it, since a lock would
// hold a connection, and in SQLite the whole file, while the service is called.
func (s tokens) Update(ctx context.Context, merchantID string, renew func(authtoken.StoredToken) (authtoken.StoredToken, error)) error {
	claim := rand.Text()
	for {
		sealed, goodFor, claimed, err := s.db.ClaimToken(ctx, merchantID, claim, tokenClaim)
		if err != nil {
			return err
		}
		if claimed {
			return s.replace(ctx, merchantID, claim, sealed, goodFor, renew)
		}
		select {
		case <-time.After(tokenPoll):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (s tokens) replace(ctx context.Context, merchantID, claim string, sealed []byte, goodFor time.Duration, renew func(authtoken.StoredToken) (authtoken.StoredToken, error)) error {
	var stored authtoken.StoredToken
	if len(sealed) > 0 {
		text, err := s.seal.open(sealed, merchantID)
		if err != nil {
			return errors.Join(fmt.Errorf("the stored token: %w", err), s.db.SaveToken(ctx, merchantID, claim, nil, 0))
		}
		stored = authtoken.StoredToken{Token: amazonpay.NewSecret(text), GoodFor: goodFor}
	}
	renewed, err := renew(stored)
	if err != nil || renewed == stored {
		return errors.Join(err, s.db.SaveToken(context.WithoutCancel(ctx), merchantID, claim, nil, 0))
	}
	return s.db.SaveToken(context.WithoutCancel(ctx), merchantID, claim, s.seal.seal(renewed.Token.Reveal(), merchantID), renewed.GoodFor)
}
