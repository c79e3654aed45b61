package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/demo"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
)

// monthCommand is the command month.
type monthCommand struct {
	Subscriptions int           `default:"10000" help:"How many subscriptions to bill."`
	Day           time.Duration `default:"2s" help:"How long a day lasts."`
	Database      string        `placeholder:"URL" help:"An empty database: postgres://…, or the name of a new SQLite file. Without it, one is made and deleted."`
	Stay          bool          `help:"Serve the pages after the month too, until you press Ctrl-C."`
	Calls         calls         `embed:""`
}

// Validate refuses values with which there is no month.
func (c *monthCommand) Validate() error {
	switch {
	case c.Subscriptions < demo.Merchants || c.Subscriptions > 1_000_000:
		return fmt.Errorf("--subscriptions=%d: must be from %d to 1000000", c.Subscriptions, demo.Merchants)
	case c.Day < 100*time.Millisecond || c.Day > 24*time.Hour:
		return fmt.Errorf("--day=%s: must be from 100ms to 24h", c.Day)
	}
	return nil
}

// Run plays the month.
func (c *monthCommand) Run(ctx context.Context, out output) (err error) {
	folder, err := os.MkdirTemp("", "subscriptions-month-")
	if err != nil {
		return err
	}
	logFile, err := os.Create(filepath.Join(folder, "month.log"))
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, logFile.Close()); err == nil {
			err = os.RemoveAll(folder)
		} else {
			err = fmt.Errorf("%w: see %s", err, logFile.Name())
		}
	}()
	database := c.Database
	if database == "" {
		database = filepath.Join(folder, "month.db")
	}
	db, err := data.Open(ctx, database, defaultConnections)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return c.play(ctx, out, db, folder, slog.New(slog.NewJSONHandler(logFile, nil)))
}

// play plays the month in a database.
func (c *monthCommand) play(ctx context.Context, out output, db *data.DB, folder string, log *slog.Logger) (err error) {
	month, err := demo.Open(ctx, demo.Config{DB: db, Folder: folder, Subscriptions: c.Subscriptions, Day: c.Day})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, month.Close()) }()
	calling, err := provider.Open(provider.Config{
		Accounts: month.World.Accounts, DB: db, Logger: log, Options: []amazonpay.Option{amazonpay.WithObserver(month.Calls.Observe)},
	})
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out.out, "A month of %s subscriptions at %d merchants in three regions. A day lasts %s.\n",
		humanize.Comma(int64(c.Subscriptions)), demo.Merchants, c.Day)
	if err := month.Subscribe(ctx, calling); err != nil {
		return err
	}
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	engine, err := billing.New(billing.Config{
		DB: db, Provider: calling, Calendar: calendar, Roles: []billing.Role{billing.RoleWorker, billing.RolePlanner}, Logger: log, Workers: c.Calls.Workers,
	})
	if err != nil {
		return err
	}
	working := context.WithoutCancel(ctx)
	if err := engine.Start(working); err != nil {
		return err
	}
	screen := demo.NewScreen(out.out)
	err = month.Play(ctx, engine, screen.Show)
	screen.Close()
	if err = errors.Join(err, engine.Stop(working)); err != nil {
		return err
	}
	outcomes, err := db.Outcomes(ctx, demo.First.Period())
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintln(out.out)
	if err := demo.Table(out.out, outcomes, month.Calls.Counts()); err != nil {
		return err
	}
	checked, err := month.Check(ctx)
	if err != nil {
		return fmt.Errorf("the emulators and the bills differ: %w", err)
	}
	_, _ = fmt.Fprintf(out.out, "\nChecked against the emulators: each of %s paid bills has one captured charge, to the cent.\n", humanize.Comma(int64(checked.Charges)))
	return nil
}
