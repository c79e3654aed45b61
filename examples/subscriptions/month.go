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
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/demo"
)

// monthCommand is the command month.
type monthCommand struct {
	Subscriptions int           `default:"10000" help:"How many subscriptions to bill."`
	Day           time.Duration `default:"2s" help:"How long a day lasts."`
	Database      string        `placeholder:"URL" help:"An empty database: postgres://…, or the name of a new SQLite file. Without it, one is made and deleted."`
	Stay          bool          `help:"Serve the pages after the month too, until you press Ctrl-C."`
	Calls         calls         `embed:""`
	Admin         string        `default:"127.0.0.1:0" help:"Where to serve the operator's pages. With port 0, a free one is taken."`
}

// Validate refuses values with which there is no month.
func (c *monthCommand) Validate() error {
	switch {
	case c.Subscriptions < demo.Merchants || c.Subscriptions > 1_000_000:
		return fmt.Errorf("--subscriptions=%d: must be from %d to 1000000", c.Subscriptions, demo.Merchants)
	case c.Day < 100*time.Millisecond || c.Day > 24*time.Hour:
		return fmt.Errorf("--day=%s: must be from 100ms to 24h", c.Day)
	}
	return onLoopback("--admin", c.Admin)
}

// Run plays the month.
func (c *monthCommand) Run(ctx context.Context, out output) (err error) {
	folder, err := os.MkdirTemp("", "subscriptions-month-")
	if err != nil {
		return err
	}
	logFile, err := os.Create(filepath.Join(folder, "month.log")) //nolint:gosec // in the folder that was just made
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
	_, _ = fmt.Fprintf(out.out, "%s subscriptions, %d merchants, three regions. A day lasts %s.\n", humanize.Comma(int64(c.Subscriptions)), demo.Merchants, c.Day)
	month, err := demo.Open(ctx, demo.Config{DB: db, Folder: folder, Subscriptions: c.Subscriptions, Day: c.Day})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, month.Close()) }()
	r, err := start(ctx, work{
		db: db, accounts: month.World.Accounts, log: log, roles: []billing.Role{billing.RoleWorker, billing.RolePlanner, billing.RoleWeb},
		workers: c.Calls.Workers, pages: &pages{Public: "127.0.0.1:0", Admin: c.Admin},
		options: []amazonpay.Option{amazonpay.WithObserver(month.Calls.Observe)}, ipn: []ipn.Option{ipn.WithClock(month.Now)},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	_, _ = fmt.Fprintf(out.out, "Look at it while it runs: %s\n", r.admin)
	err = month.NotifyAt(r.public + "/notifications")
	if err == nil {
		screen := demo.NewScreen(out.out)
		err = month.Play(ctx, r.engine, screen.Show)
		screen.Close()
	}
	if err == nil {
		_, _ = fmt.Fprintln(out.out, "The last settlement reports are compared with the bills …")
		err = month.Reconcile(ctx)
	}
	if err = errors.Join(err, r.stop(ctx)); err != nil {
		return err
	}
	if err := c.report(ctx, out, month); err != nil {
		return err
	}
	if c.Stay {
		_, _ = fmt.Fprintf(out.out, "Its pages stay until you press Ctrl-C: %s\n", r.admin)
		<-ctx.Done()
	}
	return nil
}

// report says what happened, and fails if the emulators do not agree.
func (c *monthCommand) report(ctx context.Context, out output, month *demo.Month) error {
	if err := month.Table(ctx, out.out); err != nil {
		return err
	}
	checked, err := month.Check(ctx)
	if err != nil {
		return fmt.Errorf("the emulators and the bills differ: %w", err)
	}
	_, err = fmt.Fprintf(out.out, `
Checked against the emulators, to the cent: each of %s paid bills has one
captured charge, and no other bill has any.
`, humanize.Comma(int64(checked.Charges)))
	return err
}
