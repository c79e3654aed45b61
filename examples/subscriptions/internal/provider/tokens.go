package provider

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// tokens is the [authtoken.Store] of all processes, in the table merchants.
type tokens struct {
	*Provider

	// account is the provider's account, to all of whose merchants together the limit of
	// GetAuthorizationToken applies: the strictest reading of the documentation.
	account string
}

// turnError reports that it is not the merchant's turn to ask for a token.
type turnError struct{ wait time.Duration }

func (e *turnError) Error() string {
	return "provider: the merchant's turn to get a token comes in " + e.wait.String()
}

var _ authtoken.Store = tokens{}

const (
	// tokenClaim is how long a process may take to replace a token. If it died, another one goes on
	// then. If it is only slow, the merchant has two tokens for a while, which does no harm.
	tokenClaim = 10 * time.Second
	tokenPoll  = 50 * time.Millisecond

	getToken = "GetAuthorizationToken"
)

// Update implements [authtoken.Store]. It claims the row, instead of locking it, since a lock would
// hold a connection, and in SQLite the whole file, while the service is called.
func (s tokens) Update(ctx context.Context, merchantID string, renew func(authtoken.StoredToken) (authtoken.StoredToken, error)) error {
	name := rand.Text()
	for {
		claim, err := s.db.ClaimToken(ctx, merchantID, name, tokenClaim)
		switch {
		case err != nil:
			return err
		case claim.Claimed:
			return s.replace(ctx, merchantID, name, claim, renew)
		case claim.Turn > 0:
			return &turnError{claim.Turn}
		}
		select { // another process is about to have a token
		case <-time.After(tokenPoll):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// replace replaces a token that was claimed, or ends the claim.
func (s tokens) replace(ctx context.Context, merchantID, name string, claim data.TokenClaim, renew func(authtoken.StoredToken) (authtoken.StoredToken, error)) error {
	after := context.WithoutCancel(ctx)
	var stored authtoken.StoredToken
	if len(claim.Sealed) > 0 {
		text, err := s.seal.open(claim.Sealed, merchantID)
		if err != nil {
			return errors.Join(fmt.Errorf("the stored token: %w", err), s.db.SaveToken(after, merchantID, name, nil, 0))
		}
		stored = authtoken.StoredToken{Token: amazonpay.NewSecret(text), GoodFor: claim.GoodFor}
	}
	if stored.GoodFor <= 0 {
		turn, err := s.take(ctx, s.account, getToken)
		if err != nil {
			return errors.Join(err, s.db.SaveToken(after, merchantID, name, nil, 0))
		}
		if turn > 0 {
			return errors.Join(&turnError{turn}, s.db.PostponeToken(after, merchantID, name, turn))
		}
	}
	renewed, err := renew(stored)
	switch {
	case err != nil && amazonpay.Advise(err).Class == amazonpay.DeclineClassAccount:
		s.log.ErrorContext(ctx, "the service gives no token for the merchant: nothing is called for it until it is asked again, or the merchant is stored with another token",
			slog.String("merchant_id", merchantID), slog.Duration("asked_again_after", accountPause), slog.Any("error", err))
		return errors.Join(err, s.db.PostponeToken(after, merchantID, name, accountPause))
	case err != nil:
		return errors.Join(err, s.Answered(after, s.account, getToken, err), s.db.SaveToken(after, merchantID, name, nil, 0))
	case renewed == stored:
		return s.db.SaveToken(after, merchantID, name, nil, 0)
	}
	return s.db.SaveToken(after, merchantID, name, s.seal.seal(renewed.Token.Reveal(), merchantID), renewed.GoodFor)
}
