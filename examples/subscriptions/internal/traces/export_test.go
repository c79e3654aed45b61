package traces

import sdktrace "go.opentelemetry.io/otel/sdk/trace"

// New makes traces with another exporter.
var New = newTraces

// Spans returns what makes the spans.
func (t *Traces) Spans() *sdktrace.TracerProvider { return t.spans }
