package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
)

// decision is what a person decides about a bill or a refund of which nothing else can be known.
type decision struct {
	Stored    stored `embed:""`
	Refund    bool   `help:"It is a refund: REFERENCE is its id."`
	Reference string `arg:"" help:"The bill's reference, PERMISSION/PERIOD; with --refund, the refund's id."`
}

// Validate refuses what cannot be a bill's reference.
func (d *decision) Validate() error {
	if permission, period, ok := strings.Cut(d.Reference, "/"); !d.Refund && (!ok || permission == "" || len(period) != len("2006-01")) {
		return fmt.Errorf("%q is not the reference of a bill: give PERMISSION/PERIOD, such as P01-1234567-1234567/2026-11", d.Reference)
	}
	return nil
}

// decide makes one of the two decisions, and says what has become of the bill or the refund.
func (d *decision) decide(ctx context.Context, out output,
	bill func(e *billing.Engine, ctx context.Context, permissionID, period string) error, refund func(e *billing.Engine, ctx context.Context, id string) error,
) (err error) {
	accounts, err := provider.Load(d.Stored.Accounts)
	if err != nil {
		return err
	}
	db, err := data.Open(ctx, d.Stored.Database, d.Stored.Connections)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	log := slog.New(slog.NewJSONHandler(out.log, nil))
	calling, err := provider.Open(provider.Config{Accounts: accounts, DB: db, Logger: log})
	if err != nil {
		return err
	}
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	engine, err := billing.New(billing.Config{DB: db, Provider: calling, Calendar: calendar, Roles: []billing.Role{billing.RoleWeb}, Logger: log})
	if err != nil {
		return err
	}
	if d.Refund {
		if err := refund(engine, ctx, d.Reference); err != nil {
			return err
		}
		r, err := db.Refund(ctx, d.Reference)
		if err == nil {
			_, err = fmt.Fprintf(out.out, "The refund is %s.\n", r.State)
		}
		return err
	}
	permission, period, _ := strings.Cut(d.Reference, "/")
	if err := bill(engine, ctx, permission, period); err != nil {
		return err
	}
	b, err := db.Bill(ctx, permission, period)
	if err == nil {
		_, err = fmt.Fprintf(out.out, "The bill is %s.\n", b.State)
	}
	return err
}

// againCommand is the command again.
type againCommand struct {
	Decision decision `embed:""`
}

// Run lets a bill or a refund go on.
func (c *againCommand) Run(ctx context.Context, out output) error {
	return c.Decision.decide(ctx, out, (*billing.Engine).Again, (*billing.Engine).AgainRefund)
}

// waiveCommand is the command waive.
type waiveCommand struct {
	Decision decision `embed:""`
}

// Run gives up a bill or a refund.
func (c *waiveCommand) Run(ctx context.Context, out output) error {
	return c.Decision.decide(ctx, out, (*billing.Engine).Waive, (*billing.Engine).WaiveRefund)
}
