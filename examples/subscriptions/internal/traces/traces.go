// Package traces sends OpenTelemetry traces: a span for each job and, below it, one for each call
// to Amazon Pay.
package traces

import (
	"context"
	"fmt"
	"os"

	"github.com/riverqueue/river/rivertype"
	"github.com/riverqueue/rivercontrib/otelriver"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/amazonpay-go/sdk/amazonpay"
	otelpay "github.com/amazonpay-go/sdk/examples/otel"
)

// Traces makes the spans of a process. Close it.
type Traces struct {
	// Option belongs to the provider's clients, Plugin to River.
	Option amazonpay.Option
	Plugin rivertype.Plugin

	spans *sdktrace.TracerProvider
}

// endpoint is the variable with the address that traces are sent to. The exporter and the SDK read
// it, and others such as OTEL_TRACES_SAMPLER, themselves.
const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"

// Open begins to send traces to the address in OTEL_EXPORTER_OTLP_ENDPOINT, such as
// http://127.0.0.1:4318. If that is empty, it returns nil.
func Open(ctx context.Context) (*Traces, error) {
	if os.Getenv(endpoint) == "" {
		return nil, nil //nolint:nilnil // as the comment says
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %s: %w", endpoint, err)
	}
	of, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(attribute.String("service.name", "subscriptions")),
		resource.WithFromEnv()) // OTEL_SERVICE_NAME
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return newTraces(sdktrace.WithBatcher(exporter), sdktrace.WithResource(of))
}

// newTraces has no metrics: those are Prometheus's.
func newTraces(options ...sdktrace.TracerProviderOption) (*Traces, error) {
	spans := sdktrace.NewTracerProvider(options...)
	observe, err := otelpay.Observer(spans.Tracer("github.com/amazonpay-go/sdk/examples/otel"), metricnoop.Meter{})
	if err != nil {
		return nil, err
	}
	return &Traces{
		Option: amazonpay.WithObserver(observe),
		Plugin: otelriver.NewMiddleware(&otelriver.MiddlewareConfig{
			TracerProvider: spans, MeterProvider: metricnoop.NewMeterProvider(), EnableWorkSpanJobKindSuffix: true,
		}),
		spans: spans,
	}, nil
}

// Close sends what is left.
func (t *Traces) Close(ctx context.Context) error { return t.spans.Shutdown(ctx) }
