package main

import (
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// The spans of the attempts and of the call are below the caller's, and the call is measured once.
func TestSpansAndMetrics(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	reader := sdkmetric.NewManualReader()
	metrics := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	if err := pay(t.Context(), traces.Tracer("test"), metrics.Meter("test")); err != nil {
		t.Fatal(err)
	}
	got := spans.GetSpans()
	want := []struct {
		name   string
		status codes.Code
	}{
		{"CreateCheckoutSession attempt 1", codes.Error}, {"CreateCheckoutSession attempt 2", codes.Unset}, {"CreateCheckoutSession", codes.Unset}, {"checkout", codes.Unset},
	}
	if len(got) != len(want) {
		t.Fatalf("%d spans", len(got))
	}
	checkout := got[3].SpanContext.SpanID()
	for i, w := range want {
		if got[i].Name != w.name || got[i].Status.Code != w.status {
			t.Errorf("span %d is %s, %v", i, got[i].Name, got[i].Status)
		}
		if i < 3 && got[i].Parent.SpanID() != checkout {
			t.Errorf("%s is not below the checkout", got[i].Name)
		}
	}
	var data metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &data); err != nil {
		t.Fatal(err)
	}
	histogram, ok := data.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64])
	if !ok || len(histogram.DataPoints) != 1 || histogram.DataPoints[0].Count != 1 {
		t.Fatalf("%+v", data.ScopeMetrics[0].Metrics)
	}
}
