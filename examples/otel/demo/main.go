// Command demo prints the OpenTelemetry spans of a call to Amazon Pay. Another exporter sends them
// to a backend. Package otelpay makes the spans, and measures the calls.
//
//	cd examples/otel && go run ./demo
//
// It calls the emulator, which fails once.
package main

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/amazonpay-go/sdk/amazonpay"
	otelpay "github.com/amazonpay-go/sdk/examples/otel"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/transport"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "Failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	exporter, err := stdouttrace.New(stdouttrace.WithPrettyPrint(), stdouttrace.WithoutTimestamps())
	if err != nil {
		return err
	}
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	defer func() { _ = traces.Shutdown(ctx) }()
	metrics := sdkmetric.NewMeterProvider()
	defer func() { _ = metrics.Shutdown(ctx) }()
	return pay(ctx, traces.Tracer("shop"), metrics.Meter("shop"))
}

// pay creates a checkout session. Its first attempt fails.
func pay(ctx context.Context, tracer trace.Tracer, meter metric.Meter) error {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = server.Close() }()
	observe, err := otelpay.Observer(tracer, meter)
	if err != nil {
		return err
	}
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()),
		amazonpay.WithRetryPolicy(transport.RetryPolicy{MinWait: 1, MaxWait: 1}), amazonpay.WithObserver(observe))
	if err != nil {
		return err
	}
	if err := server.FailNext(1, emulator.Fault{Status: 503}); err != nil {
		return err
	}
	ctx, span := tracer.Start(ctx, "checkout")
	defer span.End()
	_, err = webstore.New(client).CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	})
	return err
}
