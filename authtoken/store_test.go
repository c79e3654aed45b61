package authtoken_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// workers is how many processes a test has.
const workers = 10

// shop is a worker's client of the merchant's shop, with a source and connections of its own.
func shop(t *testing.T, server *emulator.Server, store authtoken.Store) *webstore.Client {
	t.Helper()
	d := server.Description()
	config := emulatortest.Config(server)
	config.PublicKeyID = d.Merchants[0].KeyIDs.Live
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
	require.NoError(t, err)
	source := authtoken.New(client).WithStore(store).Source(d.Merchants[1].MWSAuthToken, d.Merchants[1].MerchantID)
	return webstore.New(client.With(amazonpay.WithTokenSource(source)))
}

// requireTokens lets all shops call at the same time, twice each, and fails unless the service has
// been asked for so many tokens until then.
func requireTokens(t *testing.T, want int, server *emulator.Server, shops []*webstore.Client) {
	t.Helper()
	var wg sync.WaitGroup
	for _, shop := range slices.Concat(shops, shops) {
		wg.Go(func() {
			_, err := shop.GetCharge(t.Context(), "P01-0000000-0000000-C000000")
			assert.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
		})
	}
	wg.Wait()
	got := 0
	for _, request := range server.Requests() {
		if request.Operation == "GetAuthorizationToken" {
			got++
		}
	}
	require.Equal(t, want, got, "calls for a token")
}

func TestProcessesShareATokenOverHTTPS(t *testing.T) {
	t.Parallel()
	server, store := emulator.Start(t), new(memoryStore)
	merchant := server.Description().Merchants[1]
	start := func() (shops []*webstore.Client) {
		for range workers {
			shops = append(shops, shop(t, server, store))
		}
		return shops
	}
	shops := start()
	requireTokens(t, 1, server, shops)
	found, ok := store.rows.Load(merchant.MerchantID)
	require.True(t, ok)
	stored, ok := found.(*row)
	require.True(t, ok)
	assert.NotContains(t, stored.token, merchant.MWSAuthToken)
	requireTokens(t, 1, server, start()) // other processes, later

	require.NoError(t, server.Advance(time.Hour)) // the service refuses the token from now on
	requireTokens(t, 2, server, shops)

	stored.goodUntil = time.Now() // it expires while no process runs
	requireTokens(t, 3, server, start())
}

// processes returns sources of one merchant that share a store and call the service through c.
func processes(c *caller, store authtoken.Store) (sources []*authtoken.Source) {
	for range workers {
		sources = append(sources, authtoken.New(c).WithStore(store).Source(mwsToken, merchantID))
	}
	return sources
}

// tokens asks all sources at the same time, and returns their tokens without repeats.
func tokens(t *testing.T, sources []*authtoken.Source) (all []string) {
	t.Helper()
	var wg sync.WaitGroup
	got := make([]string, len(sources))
	for i, source := range sources {
		wg.Go(func() {
			var err error
			got[i], err = source.Token(t.Context())
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	synctest.Wait() // for refreshes in the background
	slices.Sort(got)
	return slices.Compact(got)
}

// The service's clock is not the local one, and its calls take a second.
func TestStoredTokenIsReplacedOnceForAllAMinuteBeforeItsEnd(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{0, 2 * time.Hour, -2 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				there := func() time.Time { return time.Now().Add(ahead) }
				c := &caller{date: there, answer: func(_ context.Context, n int) (string, error) {
					time.Sleep(time.Second)
					return payload(fmt.Sprintf(`{"jti":"%d","exp":%d}`, n, there().Add(time.Hour).Unix())), nil
				}}
				store := new(memoryStore)
				sources := processes(c, store)
				assert.Len(t, tokens(t, sources), 1)
				assert.Equal(t, 1, c.calls())
				time.Sleep(30 * time.Minute)
				late := processes(c, store)
				first := tokens(t, late)

				time.Sleep(29*time.Minute - time.Nanosecond)
				assert.Equal(t, first, tokens(t, slices.Concat(sources, late)))
				assert.Equal(t, 1, c.calls())
				time.Sleep(time.Nanosecond)
				assert.Equal(t, first, tokens(t, slices.Concat(sources, late)), "the old one serves meanwhile")
				time.Sleep(time.Second)
				synctest.Wait() // for the refresh in the background
				second := tokens(t, slices.Concat(sources, late))
				assert.Len(t, second, 1)
				assert.NotEqual(t, first, second)
				assert.Equal(t, 2, c.calls())
			})
		})
	}
}

// As without a store, such a token serves for five seconds. The processes must not get one each.
func TestStoredTokenNearItsEndServesAllFor5Seconds(t *testing.T) {
	t.Parallel()
	for _, left := range []time.Duration{time.Minute, time.Second, -2 * time.Hour} {
		t.Run(left.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, left), nil }}
				sources := processes(c, new(memoryStore))
				assert.Len(t, tokens(t, sources), 1)
				time.Sleep(5*time.Second - time.Nanosecond)
				assert.Len(t, tokens(t, sources), 1)
				assert.Equal(t, 1, c.calls())
				time.Sleep(time.Nanosecond)
				tokens(t, sources)
				assert.Equal(t, 2, c.calls())
			})
		})
	}
}

func TestStoredTokenWithoutAnExpiryIsKeptFor5Minutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: always("opaque")}
		sources := processes(c, new(memoryStore))
		for i, wait := range []time.Duration{0, 5*time.Minute - time.Nanosecond, time.Nanosecond} {
			time.Sleep(wait)
			tokens(t, sources)
			assert.Equal(t, 1+i/2, c.calls())
		}
	})
}

func TestRefusedTokenIsReplacedOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: func(_ context.Context, n int) (string, error) {
			time.Sleep(time.Second)
			return jwt(n, time.Hour), nil
		}}
		store := new(memoryStore)
		sources := processes(c, store)
		for n := range 3 {
			all := tokens(t, sources)
			require.Len(t, all, 1)
			assert.Equal(t, n+1, c.calls())
			for _, source := range sources {
				source.Invalidate(all[0])
			}
			// A process that starts now takes the stored token, and replaces it if it is refused.
			late := authtoken.New(c).WithStore(store).Source(mwsToken, merchantID)
			assert.Equal(t, all, tokens(t, []*authtoken.Source{late}))
			late.Invalidate(all[0])
			assert.NotEqual(t, all, tokens(t, []*authtoken.Source{late}))
			assert.Equal(t, n+2, c.calls())
		}
	})
}

type renewFunc = func(authtoken.StoredToken) (authtoken.StoredToken, error)

// storeFunc is a store of one function.
type storeFunc func(context.Context, string, renewFunc) error

func (f storeFunc) Update(ctx context.Context, merchantID string, renew renewFunc) error {
	return f(ctx, merchantID, renew)
}

func TestValidTokenServesWhileTheStoreFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var down error
		store := new(memoryStore)
		failing := storeFunc(func(ctx context.Context, id string, renew renewFunc) error {
			if down != nil {
				return down
			}
			return store.Update(ctx, id, renew)
		})
		c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, time.Hour), nil }}
		source := authtoken.New(c).WithStore(failing).Source(mwsToken, merchantID)
		first, err := source.Token(t.Context())
		require.NoError(t, err)

		down = errors.New("connection refused")
		time.Sleep(time.Hour - time.Nanosecond)
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, first, token)
		time.Sleep(time.Nanosecond)
		_, err = source.Token(t.Context())
		require.ErrorIs(t, err, down)
		require.EqualError(t, err, "authtoken: token store: connection refused")
		assert.Equal(t, 1, c.calls(), "without its store, a process calls for no token of its own")

		down = nil
		_, err = source.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 2, c.calls())
	})
}

func TestStoreErrors(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	stored := func(text string) storeFunc {
		return func(_ context.Context, _ string, renew renewFunc) error {
			_, err := renew(authtoken.StoredToken{Token: amazonpay.NewSecret(text), GoodFor: time.Hour})
			return err
		}
	}
	for name, test := range map[string]struct {
		store  authtoken.Store
		answer error // of the service
		want   string
		is     error
	}{
		"nil":         {nil, nil, "authtoken: token store: WithStore: the store is nil", nil},
		"nil pointer": {(*memoryStore)(nil), nil, "authtoken: token store: WithStore: the store is nil", nil},
		"does not store": {storeFunc(func(_ context.Context, _ string, renew renewFunc) error {
			_, err := renew(authtoken.StoredToken{})
			return errors.Join(err, full)
		}), nil, "authtoken: token store: disk full", full},
		"does not call": {storeFunc(func(context.Context, string, renewFunc) error {
			return nil
		}), nil, "authtoken: the token store has not called renew", nil},
		"keeps [redacted]": {stored("[redacted]"), nil, "authtoken: the token store has kept [redacted] in place of a token: store Token.Reveal()", nil},
		"the service's":    {stored(""), errDown, errDown.Error(), errDown},
		"the service's, which the store hides": {storeFunc(func(_ context.Context, _ string, renew renewFunc) error {
			_, _ = renew(authtoken.StoredToken{})
			return nil
		}), errDown, errDown.Error(), errDown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &caller{answer: func(context.Context, int) (string, error) { return "token", test.answer }}
			token, err := authtoken.New(c).WithStore(test.store).Source(mwsToken, merchantID).Token(t.Context())
			require.EqualError(t, err, test.want)
			assert.Empty(t, token)
			if test.is != nil {
				assert.ErrorIs(t, err, test.is)
			}
		})
	}
}

// The row of a merchant may be there before its token.
func TestStoredTimeWithoutAToken(t *testing.T) {
	t.Parallel()
	store := storeFunc(func(_ context.Context, _ string, renew renewFunc) error {
		_, err := renew(authtoken.StoredToken{GoodFor: time.Hour})
		return err
	})
	c := &caller{answer: func(_ context.Context, n int) (string, error) { return jwt(n, time.Hour), nil }}
	source := authtoken.New(c).WithStore(store).Source(mwsToken, merchantID)
	for range 2 {
		token, err := source.Token(t.Context())
		require.NoError(t, err)
		assert.NotEmpty(t, token)
		source.Invalidate(token)
	}
}

// A store may repeat its transaction: what it stored last is what counts.
func TestStoreThatRepeats(t *testing.T) {
	t.Parallel()
	store := storeFunc(func(_ context.Context, _ string, renew renewFunc) error {
		if _, err := renew(authtoken.StoredToken{}); err == nil {
			return errors.New("the service did not fail")
		}
		_, err := renew(authtoken.StoredToken{Token: amazonpay.NewSecret("another's"), GoodFor: time.Hour})
		return err
	})
	c := &caller{answer: func(context.Context, int) (string, error) { return "", errDown }}
	token, err := authtoken.New(c).WithStore(store).Source(mwsToken, merchantID).Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "another's", token)
}

// The process that has the row hangs.
func TestWaitForTheStoreEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &caller{answer: always("token")}
		store := new(memoryStore)
		store.rows.Store(merchantID, &row{lock: make(chan struct{})}) // nobody releases it
		source := authtoken.New(c).WithStore(store).Source(mwsToken, merchantID)
		start, reason := time.Now(), errors.New("the order was given up")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, reason)
		defer cancel()
		_, err := source.Token(ctx)
		require.ErrorIs(t, err, reason)
		assert.Equal(t, time.Second, time.Since(start))

		_, err = source.Token(t.Context()) // waits for the same refresh
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "authtoken: token store: ")
		assert.Equal(t, 90*time.Second, time.Since(start))
		assert.Zero(t, c.calls())

		other := authtoken.New(c).WithStore(store).Source(mwsToken, "A2OTHER")
		_, err = other.Token(t.Context())
		require.NoError(t, err, "a merchant does not wait for another")
	})
}

func TestStoredTokenShowsNoToken(t *testing.T) {
	t.Parallel()
	stored := authtoken.StoredToken{Token: amazonpay.NewSecret("secret-token"), GoodFor: time.Minute}
	encoded, err := json.Marshal(map[string]any{"stored": stored})
	require.NoError(t, err)
	for _, text := range []string{string(encoded), fmt.Sprintf("%v %+v %#v %s", stored, stored, &stored, []any{stored})} {
		assert.NotContains(t, text, "secret-token")
		assert.Contains(t, text, "[redacted]")
	}
}
