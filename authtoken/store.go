package authtoken

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/internal/nilcheck"
)

// Store keeps one token per merchant for all processes of a solution provider, normally in their
// database. Processes that need the token of a merchant at the same time then get one from the
// service, and not one each: Amazon Pay allows about one GetAuthorizationToken a second.
//
// A table with the columns merchant_id (primary key), token (encrypted) and good_until is enough.
// In PostgreSQL, Update is one transaction:
//
//	INSERT INTO tokens (merchant_id) VALUES ($1) ON CONFLICT DO NOTHING
//	SELECT token, extract(epoch FROM good_until - clock_timestamp())
//		FROM tokens WHERE merchant_id = $1 FOR UPDATE
//	-- renew
//	UPDATE tokens SET token = $2, good_until = clock_timestamp() + $3 * interval '1 second'
//		WHERE merchant_id = $1
//
// The token is a bearer token: until it expires, anyone who has it and the provider's key can act
// for the merchant. Encrypt it with a key that is not in the database. The MWS auth token of the
// merchant is never passed to a Store.
//
// A token belongs to the provider account whose key asked for it. Use another Store, or another
// table, for each account.
type Store interface {
	// Update passes the stored token of the merchant to renew, or the zero value if there is none,
	// and stores what renew returns, unless it is the same. Meanwhile no other process may be in renew
	// for this merchant: Update waits for it until ctx ends. Merchants must not wait for each other.
	// A database that locks as a whole, such as SQLite, requires a claim that expires, and no lock.
	//
	// renew may call the service, so it takes seconds. It ends at the latest when ctx does, 90 seconds
	// after the start. If it returns an error, Update stores nothing and returns the error. It may be
	// called again if a transaction must be repeated.
	Update(ctx context.Context, merchantID string, renew func(stored StoredToken) (StoredToken, error)) error
}

// StoredToken is the token of one merchant in a [Store]. The zero value is no token.
type StoredToken struct {
	// Token is to be stored as its Reveal. Printed, logged or encoded as JSON, it is [redacted].
	Token amazonpay.Secret
	// GoodFor is how long the token is used before it is replaced. Store the time at which this ends,
	// by the clock of the database, and compute GoodFor from that clock again. The clocks of the
	// processes then do not matter. A GoodFor of zero or less replaces the token.
	GoodFor time.Duration
}

// WithStore returns a client whose sources share the tokens in the store with other processes:
//
//	tokens := authtoken.New(client).WithStore(store)
//	merchant := client.With(amazonpay.WithTokenSource(tokens.Source(mwsAuthToken, merchantID)))
func (c *Client) WithStore(store Store) *Client {
	if nilcheck.IsNil(store) {
		store = nilStore{}
	}
	return &Client{caller: c.caller, store: store}
}

// nilStore reports a mistake that would otherwise show as many calls for tokens.
type nilStore struct{}

func (nilStore) Update(context.Context, string, func(StoredToken) (StoredToken, error)) error {
	return &amazonpay.FieldError{Field: "WithStore", Rule: "the store is nil"}
}

var (
	errNotRenewed = errors.New("authtoken: the token store has not called renew")
	errRedacted   = errors.New("authtoken: the token store has kept [redacted] in place of a token: store Token.Reveal()")
)

// shared returns the token of the store, after replacing it there if it is due or was refused.
func (s *Source) shared(ctx context.Context) (grant, error) {
	var g grant
	renewed := errNotRenewed
	err := s.client.store.Update(ctx, s.merchantID, func(stored StoredToken) (StoredToken, error) {
		if g, renewed = s.accept(stored); renewed != nil || g != (grant{}) {
			return stored, renewed
		}
		if g, renewed = s.get(ctx); renewed != nil {
			return StoredToken{}, renewed
		}
		return StoredToken{Token: g.token, GoodFor: time.Until(g.renewal)}, nil
	})
	if err != nil && (renewed == nil || errors.Is(renewed, errNotRenewed)) {
		return grant{}, fmt.Errorf("authtoken: token store: %w", err)
	}
	return g, renewed // the error of renew as it is, however the store wraps it
}

// accept returns the stored token with its times, or nothing if it must be replaced.
func (s *Source) accept(stored StoredToken) (grant, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case stored.Token == amazonpay.NewSecret("[redacted]"):
		return grant{}, errRedacted
	case stored.Token == (amazonpay.Secret{}), stored.Token == s.refused, stored.GoodFor <= 0:
		return grant{}, nil
	}
	renewal := time.Now().Add(stored.GoodFor)
	return grant{token: stored.Token, renewal: renewal, end: renewal.Add(refreshBefore)}, nil
}
