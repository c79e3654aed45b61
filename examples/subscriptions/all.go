package main

import (
	"context"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// allCommand is the command all.
type allCommand struct {
	Process process `embed:""`
	Calls   calls   `embed:""`
	Pages   pages   `embed:""`
}

// Run does everything until ctx ends.
func (c *allCommand) Run(ctx context.Context, out output) error {
	return c.Process.run(ctx, out, c.Calls.Workers, &c.Pages, billing.RoleWorker, billing.RolePlanner, billing.RoleWeb)
}
