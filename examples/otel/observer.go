// Package otelpay reports calls to Amazon Pay as OpenTelemetry traces and metrics. It is a module
// of its own, so that the SDK does not depend on OpenTelemetry:
//
//	go get github.com/amazonpay-go/sdk/examples/otel
//
// Pass the [Observer] to the client, with the tracer and the meter of your program:
//
//	observe, err := otelpay.Observer(otel.Tracer("shop"), otel.Meter("shop"))
//	if err != nil {
//		return err
//	}
//	client, err := amazonpay.New(config, amazonpay.WithObserver(observe))
//
// Each attempt and each call is a span below the span of the context that the call was given. For
// example, a call whose first attempt was answered with 503:
//
//	checkout                               your span
//	├── CreateCheckoutSession attempt 1    error
//	├── CreateCheckoutSession attempt 2
//	└── CreateCheckoutSession              both attempts and the wait between them
//
// The histogram amazonpay.client.duration has the calls' durations in seconds, one for each call
// with all of its attempts. Spans and histogram have these attributes:
//
//	amazonpay.operation          CreateCharge
//	amazonpay.outcome            what is known about the work: done, unknown, … (not in attempts)
//	amazonpay.request_id         of the answer (in spans alone); absent if there was none
//	http.request.method          POST
//	http.response.status_code    201; absent if there was no answer
//	url.template                 charges
//	error.type                   the reason code of a refusal, such as SoftDeclined
//
// No attribute holds an object's id, a token or anything about a buyer. The directory demo has a
// program that prints the spans of a call.
package otelpay

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Observer returns an observer for [amazonpay.WithObserver]. It records a span for each attempt and
// each call, as children of the span in the caller's context, and a histogram of the durations of
// calls. It uses the attribute names of OpenTelemetry's conventions for HTTP clients where they
// exist. It returns an error if tracer or meter is nil, or if the meter refuses the histogram.
func Observer(tracer trace.Tracer, meter metric.Meter) (func(context.Context, amazonpay.Event), error) {
	if tracer == nil || meter == nil {
		return nil, errors.New("otelpay: Observer: the tracer or the meter is nil: pass otel.Tracer(name) and otel.Meter(name), or a no-op")
	}
	duration, err := meter.Float64Histogram("amazonpay.client.duration",
		metric.WithUnit("s"), metric.WithDescription("duration of calls to Amazon Pay, including all attempts"))
	if err != nil {
		return nil, fmt.Errorf("otelpay: Observer: %w", err)
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
		if e.RequestID != "" {
			attributes = append(attributes, attribute.String("amazonpay.request_id", e.RequestID))
		}
		_, span := tracer.Start(ctx, name,
			trace.WithTimestamp(e.Start), trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributes...))
		if e.Err != nil || e.StatusCode >= 400 {
			span.SetStatus(codes.Error, string(e.ReasonCode))
		}
		span.End(trace.WithTimestamp(e.Start.Add(e.Duration)))
	}, nil
}
