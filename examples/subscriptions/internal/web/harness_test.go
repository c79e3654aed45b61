package web_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/metrics"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/web"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// site is both servers of a billing with an emulator.
type site struct {
	t      *testing.T
	world  *world.World
	engine *billing.Engine
	db     *data.DB
	public *httptest.Server
	admin  *httptest.Server
	log    *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write adds to the buffer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newSite serves the pages of a billing whose engine only adds jobs.
func newSite(t *testing.T, options ...ipn.Option) *site {
	t.Helper()
	w, err := world.New(t.TempDir(), 2, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	s := &site{t: t, world: w, db: datatest.Open(t), log: &lockedBuffer{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	m := metrics.New(s.db)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: s.db, Logger: log, Called: m.Called, Waited: m.Waited})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	s.engine, err = billing.New(billing.Config{DB: s.db, Provider: p, Roles: []billing.Role{billing.RoleWeb}, Logger: log})
	require.NoError(t, err)
	config := web.Config{Engine: s.engine, Metrics: m.Handler(), IPN: options}
	public, err := web.Public(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	admin, err := web.Admin(ctx, config)
	require.NoError(t, err)
	s.public, s.admin = httptest.NewServer(public), httptest.NewServer(admin)
	t.Cleanup(s.public.Close)
	t.Cleanup(s.admin.Close)
	return s
}

// send sends a request, and returns the answer and its body.
func (s *site) send(method, url, body string, header ...string) (*http.Response, string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, url, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	answer, err := s.public.Client().Do(request)
	require.NoError(s.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(s.t, err)
	return answer, string(text)
}

func (s *site) get(url string, header ...string) (*http.Response, string) {
	s.t.Helper()
	return s.send(http.MethodGet, url, "", header...)
}

// merchant returns the id of one of the provider's clients.
func (s *site) merchant(i int) string { return s.world.Regions[0].Merchants[i].MerchantID }

// bill makes a bill of a new subscription of a merchant, changes it, and has all bills counted.
func (s *site) bill(merchantID, permissionID string, change func(*data.Bill)) *data.Bill {
	s.t.Helper()
	require.NoError(s.t, s.db.AddSubscriptions(s.t.Context(), []*data.Subscription{{
		PermissionID: permissionID, MerchantID: merchantID, Amount: 123_456, Currency: "USD", State: data.SubscriptionActive, Anchor: 1, NextDue: 20_760,
	}}))
	var bill *data.Bill
	require.NoError(s.t, s.db.Tx(s.t.Context(), func(q data.Queries, _ *sql.Tx) error {
		bills, err := q.PlanBills(s.t.Context(), merchantID, 20_760, 1)
		if err != nil {
			return err
		}
		bill = bills[0]
		change(bill)
		return errors.Join(q.SaveBill(s.t.Context(), bill), q.Count(s.t.Context()))
	}))
	return bill
}
