// Package metrics counts for Prometheus: calls to Amazon Pay, jobs, waits for a rate limit, and,
// from the tally, bills, money and the depth of the queues. No label has an id.
package metrics

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
)

// Metrics is the metrics of a process. It is a plugin of River. It is safe for concurrent use.
type Metrics struct {
	river.PluginDefaults

	registry     *prometheus.Registry
	calls        *prometheus.CounterVec
	callDuration *prometheus.HistogramVec
	attempts     *prometheus.CounterVec
	waits        *prometheus.CounterVec
	waited       *prometheus.CounterVec
	jobs         *prometheus.CounterVec
	jobDuration  *prometheus.HistogramVec
	jobWait      *prometheus.HistogramVec
}

// namespace begins the name of each metric.
const namespace = "subscriptions"

// New makes the metrics of a process, which reads the tally of a database when it is asked.
func New(db *data.DB) *Metrics {
	seconds := prometheus.ExponentialBuckets(0.005, 2, 14) // up to 41 s
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "calls_total", Help: "Calls to Amazon Pay. GetAuthorizationToken is the refresh of a merchant's token.",
		}, []string{"region", "operation", "outcome", "status"}),
		callDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "call_duration_seconds", Help: "Duration of calls to Amazon Pay, with all attempts.", Buckets: seconds,
		}, []string{"region", "operation"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "attempts_total", Help: "Attempts of calls to Amazon Pay. Status 429 is a refusal by the service's rate limit, 0 no answer.",
		}, []string{"region", "operation", "status"}),
		waits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "rate_limit_waits_total", Help: "Times that a job was sent back by a merchant's rate limit.",
		}, []string{"operation"}),
		waited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "rate_limit_wait_seconds_total", Help: "For how long jobs were sent back by a merchant's rate limit.",
		}, []string{"operation"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "jobs_worked_total", Help: "Runs of jobs.",
		}, []string{"kind", "result"}),
		jobDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_duration_seconds", Help: "Duration of the runs of jobs.", Buckets: seconds,
		}, []string{"kind"}),
		jobWait: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "job_wait_seconds", Help: "How long after its time a job began.", Buckets: prometheus.ExponentialBuckets(0.01, 4, 9), // up to 11 minutes
		}, []string{"kind"}),
	}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.calls, m.callDuration, m.attempts, m.waits, m.waited, m.jobs, m.jobDuration, m.jobWait, newTally(db))
	return m
}

// Handler returns the page that Prometheus reads.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, Registry: m.registry})
}

// Called counts an attempt or a call: see provider.Config.
func (m *Metrics) Called(_ context.Context, region amazonpay.Region, e amazonpay.Event) {
	status := strconv.Itoa(e.StatusCode)
	if e.Attempt > 0 {
		m.attempts.WithLabelValues(string(region), e.Operation, status).Inc()
		return
	}
	m.calls.WithLabelValues(string(region), e.Operation, e.Outcome.String(), status).Inc()
	m.callDuration.WithLabelValues(string(region), e.Operation).Observe(e.Duration.Seconds())
}

// Waited counts a wait for a rate limit: see provider.Config.
func (m *Metrics) Waited(operation string, wait time.Duration) {
	m.waits.WithLabelValues(operation).Inc()
	m.waited.WithLabelValues(operation).Add(wait.Seconds())
}

// Work implements [rivertype.WorkerMiddleware]: it counts a run of a job.
func (m *Metrics) Work(ctx context.Context, job *rivertype.JobRow, work func(context.Context) error) (err error) {
	if job.AttemptedAt != nil {
		m.jobWait.WithLabelValues(job.Kind).Observe(max(0, job.AttemptedAt.Sub(job.ScheduledAt).Seconds()))
	}
	began := time.Now()
	result := "panicked"
	defer func() {
		m.jobs.WithLabelValues(job.Kind, result).Inc()
		m.jobDuration.WithLabelValues(job.Kind).Observe(time.Since(began).Seconds())
	}()
	err = work(ctx)
	result = resultOf(err)
	return err
}

func resultOf(err error) string {
	_, snoozed := errors.AsType[*river.JobSnoozeError](err)
	_, canceled := errors.AsType[*river.JobCancelError](err)
	switch {
	case err == nil:
		return "completed"
	case snoozed:
		return "snoozed"
	case canceled:
		return "canceled"
	}
	return "failed"
}
