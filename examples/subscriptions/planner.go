package main

import (
	"context"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// plannerCommand is the command planner.
type plannerCommand struct {
	Process process `embed:""`
}

// Validate refuses a database for one process.
func (c *plannerCommand) Validate() error { return c.Process.shared() }

// Run plans until ctx ends.
func (c *plannerCommand) Run(ctx context.Context, out output) error {
	return c.Process.run(ctx, out, 0, nil, billing.RolePlanner)
}
