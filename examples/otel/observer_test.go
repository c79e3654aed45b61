package otelpay_test

import (
	"context"
	"maps"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/amazonpay-go/sdk/amazonpay"
	otelpay "github.com/amazonpay-go/sdk/examples/otel"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

// texts returns the attributes except the request id, which differs from call to call.
func texts(t *testing.T, attributes []attribute.KeyValue) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, a := range attributes {
		all[string(a.Key)] = a.Value.String()
	}
	if id, ok := all["amazonpay.request_id"]; ok && id == "" {
		t.Error("the request id is empty")
	}
	delete(all, "amazonpay.request_id")
	return all
}

// A call whose first attempt gets no answer and whose second is refused. Its spans are below the
// caller's, and it is measured once. Nothing shows the id that it asked for.
func TestSpansAndMetrics(t *testing.T) {
	t.Parallel()
	spans, reader := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("test")
	observe, err := otelpay.Observer(tracer, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)).Meter("test"))
	if err != nil {
		t.Fatal(err)
	}
	var events []amazonpay.Event
	collect := amazonpay.WithObserver(func(_ context.Context, e amazonpay.Event) { events = append(events, e) })
	client, server := emulatortest.New(t, amazonpay.WithObserver(observe), collect, amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}))
	if err := server.FailNext(1, emulator.Fault{Kind: emulator.FaultKindReset}); err != nil {
		t.Fatal(err)
	}
	ctx, order := tracer.Start(t.Context(), "order")
	_, err = webstore.New(client).GetCharge(ctx, "P01-0000000-0000000-C000000")
	if !amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound) {
		t.Fatal(err)
	}

	attributes := func(more ...string) map[string]string {
		all := map[string]string{"amazonpay.operation": "GetCharge", "http.request.method": "GET", "url.template": "charges/{chargeId}"}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	call := attributes("http.response.status_code", "404", "error.type", "ResourceNotFound", "amazonpay.outcome", "unknown")
	want := []struct {
		name       string
		attributes map[string]string
	}{
		{"GetCharge attempt 1", attributes()},
		{"GetCharge attempt 2", attributes("http.response.status_code", "404", "error.type", "ResourceNotFound")},
		{"GetCharge", call},
	}
	got := spans.GetSpans()
	if len(got) != len(want) {
		t.Fatalf("%d spans", len(got))
	}
	for i, w := range want {
		if got[i].Name != w.name || got[i].Status.Code != codes.Error || got[i].SpanKind != trace.SpanKindClient {
			t.Errorf("span %d is %s, %v, %v", i, got[i].Name, got[i].Status, got[i].SpanKind)
		}
		if all := texts(t, got[i].Attributes); !maps.Equal(all, w.attributes) {
			t.Errorf("%s has %v and not %v", w.name, all, w.attributes)
		}
		if got[i].Parent.SpanID() != order.SpanContext().SpanID() {
			t.Errorf("%s is not below the order", w.name)
		}
		if start := events[i].Start; !got[i].StartTime.Equal(start) || !got[i].EndTime.Equal(start.Add(events[i].Duration)) {
			t.Errorf("%s is from %v to %v, and not %v from %v", w.name, got[i].StartTime, got[i].EndTime, events[i].Duration, start)
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
	if all := texts(t, histogram.DataPoints[0].Attributes.ToSlice()); !maps.Equal(all, call) {
		t.Errorf("the call is measured with %v and not %v", all, call)
	}
}

func TestNilIsAnError(t *testing.T) {
	t.Parallel()
	tracer, meter := sdktrace.NewTracerProvider().Tracer("test"), sdkmetric.NewMeterProvider().Meter("test")
	if _, err := otelpay.Observer(nil, meter); err == nil {
		t.Error("no error for a nil tracer")
	}
	if _, err := otelpay.Observer(tracer, nil); err == nil {
		t.Error("no error for a nil meter")
	}
}
