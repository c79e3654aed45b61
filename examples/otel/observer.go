package main

import (
	"context"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// observer returns an observer for [amazonpay.WithObserver]. It records a span for each attempt and
// each call, as children of the span in the caller's context, and a histogram of the durations of
// calls. It uses the attribute names of OpenTelemetry's conventions for HTTP clients where they
// exist.
func observer(tracer trace.Tracer, meter metric.Meter) (func(context.Context, amazonpay.Event), error) {
	duration, err := meter.Float64Histogram("amazonpay.client.duration",
		metric.WithUnit("s"), metric.WithDescription("duration of calls to Amazon Pay, including all attempts"))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, e amazonpay.Event) {
		attributes := []attribute.KeyValue{
			attribute.String("amazonpay.operation", e.Operation),
			attribute.String("http.request.method", e.Method),
			attribute.String("url.template", e.Path),
		}
		if e.StatusCode != 0 {
			attributes = append(attributes, attribute.Int("http.response.status_code", e.StatusCode))
		}
		if e.ReasonCode != "" {
			attributes = append(attributes, attribute.String("error.type", string(e.ReasonCode)))
		}
		name := e.Operation
		if e.Attempt == 0 {
			attributes = append(attributes, attribute.String("amazonpay.outcome", e.Outcome.String()))
			duration.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(attributes...))
		} else {
			name += " attempt " + strconv.Itoa(e.Attempt)
		}
		_, span := tracer.Start(ctx, name, trace.WithTimestamp(e.Start), trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(append(attributes, attribute.String("amazonpay.request_id", e.RequestID))...))
		if e.Err != nil || e.StatusCode >= 400 {
			span.SetStatus(codes.Error, string(e.ReasonCode))
		}
		span.End(trace.WithTimestamp(e.Start.Add(e.Duration)))
	}, nil
}
