package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
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
	accounts, db, err := d.Stored.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := start(ctx, work{ // which adds jobs, and works on none
		db: db, accounts: accounts, log: slog.New(slog.NewJSONHandler(out.log, nil)), roles: []billing.Role{billing.RoleWeb},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	if d.Refund {
		if err := refund(r.engine, ctx, d.Reference); err != nil {
			return err
		}
		decided, err := db.Refund(ctx, d.Reference)
		if err == nil {
			_, err = fmt.Fprintf(out.out, "The refund is %s.\n", decided.State)
		}
		return err
	}
	permission, period, _ := strings.Cut(d.Reference, "/")
	if err := bill(r.engine, ctx, permission, period); err != nil {
		return err
	}
	decided, err := db.Bill(ctx, permission, period)
	if err == nil {
		_, err = fmt.Fprintf(out.out, "The bill is %s.\n", decided.State)
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
