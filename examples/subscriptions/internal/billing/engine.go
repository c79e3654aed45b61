// Package billing charges subscriptions: the jobs, which River runs in as many processes as there
// are. The tables of package data are the truth. A job only says that something may be to do: run
// twice, late, early or not at all, it changes no amount.
package billing

import (
	"context"
	cryptorand "crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
)

// Role is what a process does.
type Role string

// The roles.
const (
	RoleWorker  Role = "worker"  // makes the calls
	RolePlanner Role = "planner" // plans, and leads: of several planners one
	RoleWeb     Role = "web"     // only adds jobs
)

// Config is what an [Engine] is made from.
type Config struct {
	DB       *data.DB
	Provider *provider.Provider
	Calendar data.Calendar
	Roles    []Role
	Logger   *slog.Logger
	// Workers is how many calls a worker makes at the same time; 0 means 50.
	Workers int
	// JobTimeout is how long a job may take; 0 means a minute. A job of a process that died is taken
	// up by another one after a little more than that.
	JobTimeout time.Duration
	// Plugins are further plugins of River, such as traces.
	Plugins []rivertype.Plugin
}

// Engine runs the jobs. It is safe for concurrent use.
type Engine struct {
	Config

	// River is the client with which pages and other programs add and list jobs.
	River *river.Client[*sql.Tx]

	now func() time.Time // the clock of the process
}

// New makes an engine. [Engine.Start] starts it.
func New(c Config) (*Engine, error) {
	if c.Workers == 0 {
		c.Workers = 50
	}
	if c.JobTimeout == 0 {
		c.JobTimeout = time.Minute
	}
	e := &Engine{Config: c, now: time.Now}
	workers := river.NewWorkers()
	river.AddWorker(workers, &planWorker{e: e})
	river.AddWorker(workers, &planMerchantWorker{e: e})
	river.AddWorker(workers, &chargeWorker{e: e})
	river.AddWorker(workers, &followWorker{e: e})
	river.AddWorker(workers, &notifiedWorker{e: e})
	river.AddWorker(workers, &dunWorker{e: e})
	river.AddWorker(workers, &refundWorker{e: e})
	river.AddWorker(workers, &settleWorker{e: e})
	river.AddWorker(workers, &reportsWorker{e: e})
	river.AddWorker(workers, &reportsOfWorker{e: e})
	river.AddWorker(workers, &reconcileWorker{e: e})
	river.AddWorker(workers, &tallyWorker{e: e})
	config := &river.Config{
		Workers: workers, Logger: c.Logger, RetryPolicy: retryPolicy{}, Queues: make(map[string]river.QueueConfig), Plugins: c.Plugins,
		JobTimeout: c.JobTimeout, RescueStuckJobsAfter: c.JobTimeout + c.JobTimeout/2, SoftStopTimeout: c.JobTimeout,
		CompletedJobRetentionPeriod: 10 * time.Minute, MaxAttempts: 100,
		FetchCooldown: 100 * time.Millisecond, FetchPollInterval: 200 * time.Millisecond,
		LeaderElectionDisabled: true,
		ReindexerIndexNames: slices.DeleteFunc(river.ReindexerIndexNamesDefault(), func(name string) bool {
			return slices.Contains(data.UnusedIndexes, name)
		}),
	}
	for _, role := range c.Roles {
		switch role {
		case RoleWorker:
			config.Queues[QueueCharge] = river.QueueConfig{MaxWorkers: c.Workers}
			config.Queues[QueueFollow] = river.QueueConfig{MaxWorkers: max(1, c.Workers/4)}
		case RolePlanner:
			config.Queues[QueuePlan] = river.QueueConfig{MaxWorkers: 4}
			config.Queues[QueueReport] = river.QueueConfig{MaxWorkers: 2}
			config.LeaderElectionDisabled = false
			config.PeriodicJobs = e.periodic()
		case RoleWeb:
		default:
			return nil, fmt.Errorf("billing: no role %q: worker, planner, web", role)
		}
	}
	if len(config.Queues) == 0 { // a client that only adds jobs
		config.Queues = nil
	}
	var err error
	e.River, err = river.NewClient(c.DB.Driver(), config)
	return e, err
}

// periodic are the jobs that the leader adds.
func (e *Engine) periodic() []*river.PeriodicJob {
	every := func(d time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return []*river.PeriodicJob{
		every(max(time.Second, e.Calendar.Scale(time.Hour)), PlanArgs{}),
		every(max(time.Second, e.Calendar.Scale(settleEvery)), SettleArgs{}),
		every(max(time.Second, e.Calendar.Days(1)), ReportsArgs{}),
		every(time.Minute, TallyArgs{}),
	}
}

// Start begins to work on jobs, and returns. [Engine.Stop] ends it. It returns [ErrSkew] if the
// clocks of the process and of the database differ too much: see [Engine.WatchClock].
func (e *Engine) Start(ctx context.Context) error {
	if len(e.Roles) == 1 && e.Roles[0] == RoleWeb {
		return nil
	}
	if _, err := e.checkClock(ctx); err != nil {
		return err
	}
	return e.River.Start(ctx)
}

// Stop stops fetching jobs, and returns when those that run have ended, or were cut off after the
// time that a job may take.
func (e *Engine) Stop(ctx context.Context) error { return e.River.Stop(ctx) }

// change stores a bill, and what else f does, as [Engine.store] does.
func (e *Engine) change(ctx context.Context, b *data.Bill, f func(ctx context.Context, q data.Queries, tx *sql.Tx) error) error {
	if f == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saving)
		defer cancel()
		return e.DB.SaveBill(ctx, b)
	}
	return e.store(ctx, func(ctx context.Context, q data.Queries, tx *sql.Tx) error {
		if err := q.SaveBill(ctx, b); err != nil {
			return err
		}
		return f(ctx, q, tx)
	})
}

// store runs f in a transaction that outlives the job: what the service has answered must be stored
// also if the process is stopping. If somebody else has changed the row since it was read, nothing
// is stored, and the job runs again.
func (e *Engine) store(ctx context.Context, f func(ctx context.Context, q data.Queries, tx *sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saving)
	defer cancel()
	return e.DB.Tx(ctx, func(q data.Queries, tx *sql.Tx) error { return f(ctx, q, tx) })
}

// saving is how long it may take to store what the service has answered.
const saving = 30 * time.Second

// wake adds a job, or lets the one with the same arguments that waits run now. If that one is
// running, nobody knows whether it has seen what changed: then wake returns the error with which a
// job asks to be repeated in a second, and the transaction must not be committed.
func (e *Engine) wake(ctx context.Context, tx *sql.Tx, args river.JobArgs) error {
	added, err := e.River.InsertTx(ctx, tx, args, nil)
	if err != nil || !added.UniqueSkippedAsDuplicate {
		return err
	}
	woken, err := e.River.JobRetryTx(ctx, tx, added.Job.ID)
	if err == nil && woken.State == rivertype.JobStateRunning {
		return river.JobSnooze(time.Second)
	}
	return err
}

// read makes a call that reads an object, within the rate limit of the merchant.
func read[T any](ctx context.Context, e *Engine, shop *provider.Shop, operation, id string, get func(context.Context, string, ...amazonpay.CallOption) (*T, error)) (*T, error) {
	wait, err := e.Provider.Take(ctx, shop.Merchant.ID, operation)
	switch {
	case err != nil:
		return nil, err
	case wait > 0:
		return nil, river.JobSnooze(wait)
	}
	object, err := get(ctx, id, amazonpay.WithoutRetry()) // River repeats it
	if err != nil {
		return nil, errors.Join(err, e.Provider.Answered(context.WithoutCancel(ctx), shop.Merchant.ID, operation, err))
	}
	return object, nil
}

// at are the options of a job that is not to run before a time.
func at(t time.Time) *river.InsertOpts { return &river.InsertOpts{ScheduledAt: t} }

// newToken returns a secret for a link.
func newToken() string { return cryptorand.Text() }

// jitter returns a random duration below d.
func jitter(d time.Duration) time.Duration { return time.Duration(rand.Int64N(int64(d) + 1)) }
