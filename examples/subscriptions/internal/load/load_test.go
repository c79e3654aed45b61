//go:build linux

// Package load_test lets the program bill many subscriptions while its processes are killed, its
// database is restarted and the service fails, and compares each bill with the emulators' charges.
package load_test

import (
	"database/sql"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

var (
	subscriptions = flag.Int("subscriptions", 0, "how many subscriptions to bill; 0: only the audit itself is tested")
	onSQLite      = flag.Int("onsqlite", 0, "how many subscriptions TestKilledOnSQLite bills, at the same time unless there is -parallel 1")
	merchants     = flag.Int("merchants", 0, "of how many merchants; 0: one for each 100 subscriptions, but at most 600")
	workers       = flag.Int("workers", 3, "how many worker processes TestKilled starts")
	day           = flag.Duration("day", 10*time.Second, "how long a day of the calendar is: thirty must be longer than TestKilled takes")
	async         = flag.Bool("async", false, "whether the processes let PostgreSQL commit without waiting for the disk")
	every         = flag.Duration("every", 2*time.Second, "how often TestKilled kills, stops or freezes a process")
)

// scenery says what a scene has.
type scenery struct {
	address       string // of the database
	merchants     int
	subscriptions int
	pending       bool // some cards are decided later
	limits        map[string]provider.Limit
	options       []emulator.Option
}

// scene is a database and the world around it, with subscriptions that are all due on one date.
type scene struct {
	scenery

	world    *world.World
	db       *data.DB
	pool     *sql.DB // for what only tests ask
	provider *provider.Provider
	calendar data.Calendar
	due      data.Date
	seeded   time.Duration // how long that took
}

// needs skips a test that is for many subscriptions.
func needs(t *testing.T) {
	t.Helper()
	if *subscriptions == 0 {
		t.Skip("give -subscriptions")
	}
}

// postgres returns the address of an empty database of PostgreSQL.
func postgres(t *testing.T) string {
	t.Helper()
	if os.Getenv(datatest.Postgres) == "" {
		t.Skip("run it with internal/tools/with-postgres")
	}
	return datatest.Address(t)
}

func sqliteFile(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "subscriptions.db")
}

// newScene makes a scene in an empty database.
func newScene(t *testing.T, of scenery) *scene {
	t.Helper()
	regions := []string{"na", "eu", "jp"}
	w, err := world.New(t.TempDir(), max(1, of.merchants/len(regions)), regions, of.options...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	w.Accounts.Limits = of.limits
	text, err := json.Marshal(w.Accounts)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(w.AccountsFile, text, 0o600))

	s := &scene{scenery: of, world: w}
	s.db, err = data.Open(t.Context(), of.address, 8)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.db.Close()) })
	driver, source := "pgx", of.address
	if s.db.IsSQLite() {
		driver, source = "sqlite", "file:"+(&url.URL{Path: of.address}).EscapedPath()+"?_pragma=busy_timeout(30000)"
	}
	s.pool, err = sql.Open(driver, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.pool.Close()) })

	now, err := s.db.Now(t.Context())
	require.NoError(t, err)
	s.due = data.DateOf(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	s.calendar = data.Calendar{Began: now, First: s.due, Length: *day}
	require.NoError(t, s.db.SetCalendar(t.Context(), s.calendar))
	s.provider, err = provider.Open(provider.Config{Accounts: w.Accounts, DB: s.db})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), s.provider))
	began := time.Now()
	s.seed(t)
	s.seeded = time.Since(began)
	return s
}

// seed makes the subscriptions: as many for each merchant, at three prices.
func (s *scene) seed(t *testing.T) {
	t.Helper()
	count, left := 0, s.subscriptions
	for _, r := range s.world.Regions {
		count += len(r.Merchants)
	}
	var all sync.WaitGroup
	for _, r := range s.world.Regions {
		share := make([]int, len(r.Merchants))
		for i := range share {
			share[i] = left / count
			left, count = left-share[i], count-1
		}
		all.Go(func() {
			for i, m := range r.Merchants {
				if !assert.NoError(t, s.seedMerchant(t, r, m.MerchantID, i, share[i])) {
					return
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

func (s *scene) seedMerchant(t *testing.T, r *world.Region, merchantID string, i, n int) error {
	t.Helper()
	subscribe := func(amount int64, card string, n int) error {
		if n == 0 {
			return nil
		}
		_, err := r.Subscribe(t.Context(), s.db.Queries, merchantID, world.Plan{Amount: amount, Card: card, NextDue: s.due}, n)
		return err
	}
	price := int64(499 + i%1000)
	if s.pending && n > 2 && i%3 == 0 {
		card := "0701" // decided after 30 seconds
		if i%4 == 0 {
			card = "4354" // and declined
		}
		if err := subscribe(price, card, 1); err != nil {
			return err
		}
		n--
	}
	for prices := 3; prices > 0; prices-- {
		if err := subscribe(price*int64(prices), "", n/prices); err != nil {
			return err
		}
		n -= n / prices
	}
	return nil
}

// charge makes a charge of a bill, as the charge job does.
func (s *scene) charge(t *testing.T, b *data.Bill) (*webstore.Charge, error) {
	t.Helper()
	shop, err := s.provider.Shop(t.Context(), b.MerchantID)
	require.NoError(t, err)
	price, err := b.Price()
	require.NoError(t, err)
	return shop.CreateCharge(t.Context(), &webstore.CreateChargeRequest{
		ChargePermissionID: b.PermissionID, ChargeAmount: price, CaptureNow: new(true), CanHandlePendingAuthorization: new(true),
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: b.Reference()},
	}, amazonpay.WithIdempotencyKey(b.Key()))
}

func (s *scene) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	_, err := s.pool.ExecContext(t.Context(), statement, args...)
	require.NoError(t, err)
}

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "subscriptions")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, "github.com/amazonpay-go/sdk/examples/subscriptions").CombinedOutput()
	require.NoError(t, err, "%s", output)
	return file
}

// environment is that of the program in a scene.
func (s *scene) environment(t *testing.T) []string {
	t.Helper()
	address := s.address
	if *async && data.IsPostgres(address) {
		address += "&synchronous_commit=off"
	}
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(),
		"SUBSCRIPTIONS_DATABASE_URL=" + address, "SUBSCRIPTIONS_ACCOUNTS=" + s.world.AccountsFile,
	}
}

// table writes rows of Markdown.
func table(head string, rows ...string) string {
	columns := strings.Count(head, "|") - 1
	return "\n\n" + head + "\n|" + strings.Repeat("---|", columns) + "\n" + strings.Join(rows, "\n")
}
