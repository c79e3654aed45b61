package provider_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// open starts a world and so many providers on one database, as so many processes.
func open(t *testing.T, processes int) (*world.World, *data.DB, []*provider.Provider) {
	t.Helper()
	w, err := world.New(t.TempDir(), 2, []string{"na", "jp"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	all := make([]*provider.Provider, processes)
	for i := range all {
		accounts, err := provider.Load(w.AccountsFile)
		require.NoError(t, err)
		all[i], err = provider.Open(provider.Config{Accounts: accounts, DB: db, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
	}
	require.NoError(t, w.AddMerchants(t.Context(), all[0]))
	return w, db, all
}

// asked returns how many requests for a token an emulator has answered.
func asked(s *world.Region) (n int) {
	for _, r := range s.Requests() {
		if r.Operation == "GetAuthorizationToken" {
			n++
		}
	}
	return n
}

// All processes together get one token for a merchant, each merchant's calls go to its own region,
// and the database shows no token.
func TestOneTokenAMerchant(t *testing.T) {
	t.Parallel()
	w, db, processes := open(t, 4)
	var group sync.WaitGroup
	for _, p := range processes {
		for _, r := range w.Regions {
			ids, err := r.Buyer().Subscribe(emulator.Subscription{MerchantID: r.Merchants[0].MerchantID, Live: true, Amount: "10", Currency: string(r.Currency)}, 1)
			require.NoError(t, err)
			for range 3 {
				group.Go(func() {
					shop, err := p.Shop(t.Context(), r.Merchants[0].MerchantID)
					if err == nil {
						_, err = shop.GetChargePermission(t.Context(), ids[0])
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
	group.Wait()
	for _, r := range w.Regions {
		require.Equal(t, 1, asked(r), r.Region)
		claim, err := db.ClaimToken(t.Context(), r.Merchants[0].MerchantID, "test", time.Minute)
		require.NoError(t, err)
		require.True(t, claim.Claimed)
		require.NotEmpty(t, claim.Sealed)
		require.NotContains(t, string(claim.Sealed), "eyJ")
		m, err := db.Merchant(t.Context(), r.Merchants[0].MerchantID)
		require.NoError(t, err)
		require.NotContains(t, string(m.SealedMWSToken), "amzn.mws")
	}
}

// However many merchants begin together, the service is asked for no more tokens than it allows:
// the others are told when their turn comes, and so is who asks for the same merchant again.
func TestTokensTakeTurns(t *testing.T) {
	t.Parallel()
	w, err := world.New(t.TempDir(), 12, []string{"na"}, emulator.WithThrottling())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	var turns []time.Duration
	for range 2 {
		for _, m := range w.Regions[0].Merchants {
			wait, err := p.Take(t.Context(), m.MerchantID, "GetReports")
			require.NoError(t, err)
			if wait > 0 {
				turns = append(turns, wait)
			}
		}
	}
	tokens := asked(w.Regions[0])
	require.GreaterOrEqual(t, tokens, 5)
	require.NotEmpty(t, turns)
	require.Less(t, slices.Max(turns), 12*time.Second) // nobody waits twice for one turn
	for _, r := range w.Regions[0].Requests() {
		require.NotEqual(t, http.StatusTooManyRequests, r.Status)
	}
	require.Eventually(t, func() bool {
		left := 0
		for _, m := range w.Regions[0].Merchants {
			wait, err := p.Take(t.Context(), m.MerchantID, "GetReports")
			if err != nil || wait > 0 {
				left++
			}
		}
		return left == 0
	}, 30*time.Second, 100*time.Millisecond)
	given, refused := 0, 0 // a few arrive a moment too early
	for _, r := range w.Regions[0].Requests() {
		switch {
		case r.Operation != "GetAuthorizationToken":
		case r.Status == http.StatusOK:
			given++
		default:
			refused++
		}
	}
	require.Equal(t, 12, given)
	require.LessOrEqual(t, refused, given)
}

// A process that died while it replaced a token holds the others up for a while, not for ever.
func TestDeadClaim(t *testing.T) {
	t.Parallel()
	w, db, processes := open(t, 1)
	r := w.Regions[0]
	claim, err := db.ClaimToken(t.Context(), r.Merchants[0].MerchantID, "dead", 300*time.Millisecond)
	require.NoError(t, err)
	require.True(t, claim.Claimed)
	shop, err := processes[0].Shop(t.Context(), r.Merchants[0].MerchantID)
	require.NoError(t, err)
	_, err = shop.GetChargePermission(t.Context(), "P01-0000000-0000000")
	require.True(t, amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound), "%v", err)
	require.NoError(t, db.SaveToken(t.Context(), r.Merchants[0].MerchantID, "dead", []byte("late"), time.Hour))
	claim, err = db.ClaimToken(t.Context(), r.Merchants[0].MerchantID, "test", time.Minute)
	require.NoError(t, err)
	require.NotEqual(t, "late", string(claim.Sealed))
}

// slowly is the context of a query that does not come back while the test wants it to.
type slowly struct {
	context.Context

	waits   chan struct{}
	goes    chan struct{}
	waiting *sync.Once
}

func (s slowly) Done() <-chan struct{} {
	s.waiting.Do(func() { close(s.waits) })
	<-s.goes
	return s.Context.Done()
}

// A merchant's calls do not wait for the database while another merchant is read.
func TestShopDoesNotWait(t *testing.T) {
	t.Parallel()
	w, _, processes := open(t, 1)
	one, other := w.Regions[0].Merchants[0].MerchantID, w.Regions[0].Merchants[1].MerchantID
	first, err := processes[0].Shop(t.Context(), one)
	require.NoError(t, err)
	slow := slowly{t.Context(), make(chan struct{}), make(chan struct{}), new(sync.Once)}
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := processes[0].Shop(slow, other); err != nil {
			t.Error(err)
		}
	})
	<-slow.waits
	found := make(chan *provider.Shop, 1)
	group.Go(func() {
		shop, err := processes[0].Shop(t.Context(), one)
		if err != nil {
			t.Error(err)
		}
		found <- shop
	})
	select {
	case again := <-found:
		require.Same(t, first, again)
	case <-time.After(10 * time.Second):
		t.Error("it waits")
	}
	close(slow.goes)
	group.Wait()
}

// A text that was sealed for one merchant, with another key, or was changed, does not open.
func TestSealedForAnother(t *testing.T) {
	t.Parallel()
	w, db, processes := open(t, 1)
	a, b := w.Regions[0].Merchants[0].MerchantID, w.Regions[0].Merchants[1].MerchantID
	stolen, err := db.Merchant(t.Context(), a)
	require.NoError(t, err)
	stolen.ID = b
	require.NoError(t, db.AddMerchant(t.Context(), stolen))
	_, err = processes[0].Shop(t.Context(), b)
	require.ErrorContains(t, err, "cannot be decrypted")

	accounts := w.Accounts
	accounts.SealKey = make([]byte, 32)
	other, err := provider.Open(provider.Config{Accounts: accounts, DB: db, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	_, err = other.Shop(t.Context(), a)
	require.ErrorContains(t, err, "sealKey")
}

// A 429 slows all processes down; a refused account stops the calls for it; other errors change
// nothing.
func TestAnswered(t *testing.T) {
	t.Parallel()
	w, _, processes := open(t, 2)
	id := w.Regions[0].Merchants[0].MerchantID
	shop, err := processes[0].Shop(t.Context(), id)
	require.NoError(t, err)
	for _, test := range []struct {
		fault emulator.Fault
		wait  time.Duration
	}{
		{emulator.Fault{Operation: "GetCharge", Status: http.StatusInternalServerError}, 0},
		{emulator.Fault{Operation: "GetCharge", Status: http.StatusForbidden, ReasonCode: "InvalidAuthorizationToken"}, 0},
		{emulator.Fault{Operation: "GetRefund", Status: http.StatusTooManyRequests, ReasonCode: "TooManyRequests", RetryAfter: "20"}, 20 * time.Second},
		{emulator.Fault{Operation: "GetChargePermission", Status: http.StatusForbidden, ReasonCode: "InvalidAccountStatus"}, 4 * time.Minute},
	} {
		operation := test.fault.Operation
		wait, err := processes[0].Take(t.Context(), id, operation)
		require.NoError(t, err)
		require.Zero(t, wait)
		require.NoError(t, w.Regions[0].FailNext(2, test.fault)) // a refused token is replaced once
		switch operation {
		case "GetCharge":
			_, err = shop.GetCharge(t.Context(), "P01-0000000-0000000-C000000", amazonpay.WithoutRetry())
		case "GetRefund":
			_, err = shop.GetRefund(t.Context(), "P01-0000000-0000000-R000000", amazonpay.WithoutRetry())
		default:
			_, err = shop.GetChargePermission(t.Context(), "P01-0000000-0000000", amazonpay.WithoutRetry())
		}
		require.Error(t, err)
		require.NoError(t, processes[0].Answered(t.Context(), id, operation, err))
		wait, err = processes[1].Take(t.Context(), id, operation)
		require.NoError(t, err)
		require.Equal(t, test.wait > 0, wait > 0, operation)
		require.GreaterOrEqual(t, wait, test.wait, operation)
		w.Regions[0].ClearFaults()
	}
	require.NoError(t, processes[0].Answered(t.Context(), id, "GetCharge", errors.New("another")))
}

func TestRefusedAccounts(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w, err := world.New(folder, 1, []string{"na"})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	good := w.Accounts.Accounts[0]
	live := good
	live.BaseURL = ""
	noCA := good
	noCA.CAFile = filepath.Join(folder, "na-key.pem")
	noKey := good
	noKey.PrivateKeyFile = good.CAFile
	for want, accounts := range map[string]provider.Accounts{
		"has no accounts":               {SealKey: w.Accounts.SealKey},
		"openssl rand -base64 32":       {SealKey: []byte("short"), Accounts: w.Accounts.Accounts},
		"SUBSCRIPTIONS_ALLOW_LIVE=yes":  {SealKey: w.Accounts.SealKey, Accounts: []provider.Account{live}},
		"two accounts of region na":     {SealKey: w.Accounts.SealKey, Accounts: []provider.Account{good, good}},
		"privateKeyFile":                {SealKey: w.Accounts.SealKey, Accounts: []provider.Account{noKey}},
		"na-key.pem has no certificate": {SealKey: w.Accounts.SealKey, Accounts: []provider.Account{noCA}},
	} {
		_, err := provider.Open(provider.Config{Accounts: accounts, Logger: slog.New(slog.DiscardHandler)})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString(w.Accounts.SealKey))
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s"} {
			require.NotContains(t, fmt.Sprintf(verb, accounts), hex.EncodeToString(w.Accounts.SealKey))
			require.Contains(t, fmt.Sprintf(verb, accounts), "[redacted]")
		}
	}

	_, err = provider.Load(filepath.Join(folder, "missing.json"))
	require.ErrorContains(t, err, "README")
	broken := filepath.Join(folder, "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"sealKey": "c2VjcmV0`), 0o600))
	_, err = provider.Load(broken)
	require.ErrorContains(t, err, "broken.json")
	require.NotContains(t, err.Error(), "c2VjcmV0")
}
