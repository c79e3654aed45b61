package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
)

// process are the flags of every command that is one process of the billing.
type process struct {
	Database    string        `env:"SUBSCRIPTIONS_DATABASE_URL" default:"subscriptions.db" placeholder:"URL" help:"postgres://…, or the name of an SQLite file (${default}). A password is safer in the variable."`
	Accounts    string        `env:"SUBSCRIPTIONS_ACCOUNTS" default:"accounts.json" placeholder:"FILE" help:"The file with the provider's accounts (${default})."`
	Connections int           `default:"16" help:"How many connections to PostgreSQL may be open at once."`
	JobTimeout  time.Duration `default:"1m" help:"How long a job may take. If a process dies, its jobs are taken up after one and a half times as long."`
}

// defaultConnections is the default of the flag.
const defaultConnections = 16

// Validate refuses values that no process can work with.
func (p *process) Validate() error {
	switch {
	case p.Connections < 4 || p.Connections > 1000:
		return fmt.Errorf("--connections=%d: must be from 4 to 1000", p.Connections)
	case p.JobTimeout < time.Second || p.JobTimeout > time.Hour:
		return fmt.Errorf("--job-timeout=%s: must be from 1s to 1h", p.JobTimeout)
	}
	return nil
}

// shared refuses a database that other processes cannot use.
func (p *process) shared() error {
	if !data.IsPostgres(p.Database) {
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

// run works in some roles until ctx ends. It returns when the jobs in progress have ended.
func (p *process) run(ctx context.Context, out output, workers int, roles ...billing.Role) (err error) {
	log := slog.New(slog.NewJSONHandler(out.log, nil))
	accounts, err := provider.Load(p.Accounts)
	if err != nil {
		return err
	}
	db, err := data.Open(ctx, p.Database, p.Connections)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	calling, err := provider.Open(provider.Config{Accounts: accounts, DB: db, Logger: log})
	if err != nil {
		return err
	}
	engine, err := billing.New(billing.Config{
		DB: db, Provider: calling, Calendar: calendar, Roles: roles, Logger: log, Workers: workers, JobTimeout: p.JobTimeout,
	})
	if err != nil {
		return err
	}
	working := context.WithoutCancel(ctx) // jobs in progress end by themselves
	if err := engine.Start(working); err != nil {
		return err
	}
	log.InfoContext(ctx, "started", slog.Any("roles", roles))
	<-ctx.Done()
	log.InfoContext(ctx, "stopping: jobs in progress end, and no other begins")
	if err := engine.Stop(working); err != nil {
		return err
	}
	log.InfoContext(ctx, "stopped")
	return nil
}
