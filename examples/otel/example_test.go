package otelpay_test

import (
	"context"
	"fmt"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/amazonpay-go/sdk/amazonpay"
	otelpay "github.com/amazonpay-go/sdk/examples/otel"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// A program has these providers from its own set-up, with the exporter of its backend.
func ExampleObserver() {
	spans := tracetest.NewInMemoryExporter()
	traces := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	metrics := sdkmetric.NewMeterProvider()

	observe, err := otelpay.Observer(traces.Tracer("shop"), metrics.Meter("shop"))
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()), amazonpay.WithObserver(observe))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = webstore.New(client).GetCharge(context.Background(), "P01-0000000-0000000-C000000")
	fmt.Println(amazonpay.HasReason(err, amazonpay.ReasonCodeResourceNotFound))
	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.Status.Description)
	}
	// Output:
	// true
	// GetCharge attempt 1 ResourceNotFound
	// GetCharge ResourceNotFound
}
