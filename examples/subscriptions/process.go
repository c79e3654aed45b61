package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/metrics"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/traces"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/web"
)

// stored are the flags of every command that works on the billing's database.
type stored struct {
	Database    string `env:"SUBSCRIPTIONS_DATABASE_URL" default:"subscriptions.db" placeholder:"URL" help:"postgres://…, or the name of an SQLite file (${default}). A password is safer in the variable."`
	Accounts    string `env:"SUBSCRIPTIONS_ACCOUNTS" default:"accounts.json" placeholder:"FILE" help:"The file with the provider's accounts (${default})."`
	Connections int    `default:"16" help:"How many connections to PostgreSQL may be open at once."`
}

// Validate refuses a number of connections with which no command can work.
func (s *stored) Validate() error {
	if s.Connections < 4 || s.Connections > 1000 {
		return fmt.Errorf("--connections=%d: must be from 4 to 1000", s.Connections)
	}
	return nil
}

// open reads the accounts file, and opens the database, which the caller closes.
func (s *stored) open(ctx context.Context) (provider.Accounts, *data.DB, error) {
	accounts, err := provider.Load(s.Accounts)
	if err != nil {
		return accounts, nil, err
	}
	db, err := data.Open(ctx, s.Database, s.Connections)
	return accounts, db, err
}

// process are the flags of every command that is one process of the billing.
type process struct {
	Stored     stored        `embed:""`
	JobTimeout time.Duration `default:"1m" help:"How long a job may take. If a process dies, its jobs are taken up after one and a half times as long."`
	Metrics    string        `placeholder:"127.0.0.1:PORT" help:"Serve /metrics for Prometheus at this address. Without it, they are not served."`
}

// defaultConnections is the default of the flag.
const defaultConnections = 16

// Validate refuses values that no process can work with.
func (p *process) Validate() error {
	switch {
	case p.JobTimeout < time.Second || p.JobTimeout > time.Hour:
		return fmt.Errorf("--job-timeout=%s: must be from 1s to 1h", p.JobTimeout)
	case p.Metrics != "":
		return onLoopback("--metrics", p.Metrics)
	}
	return nil
}

// shared refuses a database that other processes cannot use.
func (p *process) shared() error {
	if !data.IsPostgres(p.Stored.Database) {
		return errors.New("--database: several processes require PostgreSQL: set SUBSCRIPTIONS_DATABASE_URL=postgres://…, or run subscriptions all")
	}
	return nil
}

// calls are the flags of every command that makes calls.
type calls struct {
	Workers int `default:"50" help:"How many calls to Amazon Pay to make at once."`
}

// Validate refuses values that no process can work with.
func (c *calls) Validate() error {
	if c.Workers < 1 || c.Workers > 10_000 {
		return fmt.Errorf("--workers=%d: must be from 1 to 10000", c.Workers)
	}
	return nil
}

// work is what a process is to do.
type work struct {
	db         *data.DB
	accounts   provider.Accounts
	log        *slog.Logger
	roles      []billing.Role
	workers    int
	jobTimeout time.Duration
	metrics    string // an address; empty: none
	pages      *pages // nil: none

	options []amazonpay.Option // of the clients
	ipn     []ipn.Option       // of the notifications' verifier
}

// run does the work of some roles until ctx ends. It returns when the jobs in progress have ended.
func (p *process) run(ctx context.Context, out output, workers int, pages *pages, roles ...billing.Role) (err error) {
	log := slog.New(slog.NewJSONHandler(out.log, nil))
	accounts, db, err := p.Stored.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := start(ctx, work{
		db: db, accounts: accounts, log: log, roles: roles, workers: workers, jobTimeout: p.JobTimeout, metrics: p.Metrics, pages: pages,
	})
	if err != nil {
		return err
	}
	log.InfoContext(ctx, "started", slog.Any("roles", roles))
	skewed := make(chan error, 1)
	go func() { skewed <- r.engine.WatchClock(ctx, time.Minute) }()
	select {
	case <-ctx.Done():
	case err = <-r.failed:
	case err = <-skewed:
	}
	log.InfoContext(ctx, "stopping: jobs in progress end, and no other begins")
	if err = errors.Join(err, r.stop(ctx), r.close(ctx)); err == nil {
		log.InfoContext(ctx, "stopped")
	}
	return err
}

// running is a process at work.
type running struct {
	engine *billing.Engine
	traces *traces.Traces
	servers
}

// start begins to work, and returns. ctx ends only what has no job.
func start(ctx context.Context, w work) (_ *running, err error) {
	r := new(running)
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close(ctx))
		}
	}()
	if r.traces, err = traces.Open(ctx); err != nil {
		return nil, err
	}
	counted := metrics.New(w.db)
	plugins := []rivertype.Plugin{counted}
	if r.traces != nil {
		plugins, w.options = append(plugins, r.traces.Plugin), append(w.options, r.traces.Option)
	}
	calling, err := provider.Open(provider.Config{
		Accounts: w.accounts, DB: w.db, Logger: w.log, Options: w.options, Called: counted.Called, Waited: counted.Waited,
	})
	if err != nil {
		return nil, err
	}
	calendar, err := w.db.Calendar(ctx)
	if err != nil {
		return nil, err
	}
	r.engine, err = billing.New(billing.Config{
		DB: w.db, Provider: calling, Calendar: calendar, Roles: w.roles, Logger: w.log, Workers: w.workers, JobTimeout: w.jobTimeout, Plugins: plugins,
	})
	if err != nil {
		return nil, err
	}
	if err := r.servePages(ctx, w, counted); err != nil {
		return nil, err
	}
	return r, r.engine.Start(context.WithoutCancel(ctx)) // jobs in progress end by themselves
}

// servePages serves what there is to serve.
func (r *running) servePages(ctx context.Context, w work, counted *metrics.Metrics) error {
	if w.metrics != "" {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", counted.Handler())
		if _, err := r.serve(ctx, "--metrics", w.metrics, mux, w.log); err != nil {
			return err
		}
	}
	if w.pages == nil {
		return nil
	}
	config := web.Config{Engine: r.engine, IPN: w.ipn, Metrics: counted.Handler()}
	public, err := web.Public(config)
	if err != nil {
		return err
	}
	admin, err := web.Admin(ctx, config)
	if err != nil {
		return err
	}
	if r.public, err = r.serve(ctx, "--public", w.pages.Public, public, w.log); err != nil {
		return err
	}
	r.admin, err = r.serve(ctx, "--admin", w.pages.Admin, admin, w.log)
	return err
}

// stop ends the jobs in progress, and begins no other. The pages are still there.
func (r *running) stop(ctx context.Context) error {
	return r.engine.Stop(context.WithoutCancel(ctx))
}

// close ends the pages.
func (r *running) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	err := r.shutdown(ctx)
	if r.traces != nil {
		err = errors.Join(err, r.traces.Close(ctx))
	}
	return err
}
