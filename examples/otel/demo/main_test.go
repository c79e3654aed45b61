package main

import (
	"testing"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTheCallIsBelowTheCheckout(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	if err := pay(t.Context(), traces.Tracer("test"), sdkmetric.NewMeterProvider().Meter("test")); err != nil {
		t.Fatal(err)
	}
	got := spans.GetSpans()
	if len(got) != 4 || got[3].Name != "checkout" {
		t.Fatalf("%d spans", len(got))
	}
	for _, span := range got[:3] {
		if span.Parent.SpanID() != got[3].SpanContext.SpanID() {
			t.Errorf("%s is not below the checkout", span.Name)
		}
	}
}
