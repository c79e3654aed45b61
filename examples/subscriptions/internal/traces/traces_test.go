package traces_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/billing"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data/datatest"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/traces"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/world"
)

// The span of a job that charges has the spans of its calls below it, and none has a secret.
func TestSpans(t *testing.T) {
	t.Parallel()
	exporter := tracetest.NewInMemoryExporter()
	tracing, err := traces.New(sdktrace.WithSyncer(exporter))
	require.NoError(t, err)
	w, err := world.New(t.TempDir(), 1, []string{"na"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	db := datatest.Open(t)
	log := slog.New(slog.DiscardHandler)
	p, err := provider.Open(provider.Config{Accounts: w.Accounts, DB: db, Logger: log, Options: []amazonpay.Option{tracing.Option}})
	require.NoError(t, err)
	require.NoError(t, w.AddMerchants(t.Context(), p))
	e, err := billing.New(billing.Config{
		DB: db, Provider: p, Roles: []billing.Role{billing.RoleWorker, billing.RolePlanner}, Logger: log, Plugins: []rivertype.Plugin{tracing.Plugin},
	})
	require.NoError(t, err)
	now, err := db.Now(t.Context())
	require.NoError(t, err)
	merchant := w.Regions[0].Merchants[0]
	_, err = w.Regions[0].Subscribe(t.Context(), db.Queries, merchant.MerchantID, world.Plan{Amount: 999, NextDue: data.DateOf(now)}, 1)
	require.NoError(t, err)
	require.NoError(t, e.Start(context.Background()))
	span := func(name string) *tracetest.SpanStub {
		for _, s := range exporter.GetSpans() {
			if s.Name == name {
				return &s
			}
		}
		return nil
	}
	require.Eventually(t, func() bool { return span("river.work/charge") != nil }, 2*time.Minute, 50*time.Millisecond)
	require.NoError(t, e.Stop(context.Background()))
	t.Cleanup(func() { require.NoError(t, tracing.Close(context.Background())) }) // which forgets the spans

	job := span("river.work/charge")
	for _, name := range []string{"CreateCharge", "CreateCharge attempt 1"} {
		call := span(name)
		require.NotNil(t, call, name)
		assert.Equal(t, job.SpanContext.TraceID(), call.SpanContext.TraceID(), name)
		assert.Equal(t, job.SpanContext.SpanID(), call.Parent.SpanID(), name)
	}
	token := span("GetAuthorizationToken") // of whichever job came first
	require.NotNil(t, token)
	assert.True(t, token.Parent.IsValid())
	for _, s := range exporter.GetSpans() {
		for _, a := range s.Attributes {
			assert.NotContains(t, a.Value.String(), merchant.MWSAuthToken, s.Name)
		}
	}
}

// Traces are sent if there is an address, and only then.
func TestOpen(t *testing.T) {
	var received atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/v1/traces" && strings.Contains(string(body), "subscriptions") {
			received.Add(1)
		}
	}))
	t.Cleanup(collector.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "")
	none, err := traces.Open(t.Context())
	require.NoError(t, err)
	require.Nil(t, none)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	tracing, err := traces.Open(t.Context())
	require.NoError(t, err)
	_, span := tracing.Spans().Tracer("test").Start(t.Context(), "something")
	span.End()
	require.NoError(t, tracing.Close(t.Context()))
	assert.EqualValues(t, 1, received.Load())
}
