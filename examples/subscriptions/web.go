package main

import (
	"context"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// webCommand is the command web.
type webCommand struct {
	Process process `embed:""`
	Pages   pages   `embed:""`
}

// Validate refuses a database for one process.
func (c *webCommand) Validate() error { return c.Process.shared() }

// Run serves the pages until ctx ends.
func (c *webCommand) Run(ctx context.Context, out output) error {
	return c.Process.run(ctx, out, 0, &c.Pages, billing.RoleWeb)
}
