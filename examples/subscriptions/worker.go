package main

import (
	"context"

	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
)

// workerCommand is the command worker.
type workerCommand struct {
	Process process `embed:""`
	Calls   calls   `embed:""`
}

// Validate refuses a database for one process.
func (c *workerCommand) Validate() error { return c.Process.shared() }

// Run works until ctx ends.
func (c *workerCommand) Run(ctx context.Context, out output) error {
	return c.Process.run(ctx, out, c.Calls.Workers, nil, billing.RoleWorker)
}
