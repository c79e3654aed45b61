package data

import (
	"fmt"
	"io"
	"log/slog"
)

// Rows with personal data print and log their numbers alone.

// Format prints the number and the status.
func (o Order) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "order "+o.Number+" "+string(o.Status))
}

// LogValue logs the number and the status.
func (o Order) LogValue() slog.Value {
	return slog.GroupValue(slog.String("number", o.Number), slog.String("status", string(o.Status)))
}

// Format prints the ids.
func (x Session) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "session "+x.SessionID+" of order "+x.OrderNumber)
}

// LogValue logs the ids.
func (x Session) LogValue() slog.Value {
	return slog.GroupValue(slog.String("session", x.SessionID), slog.String("order", x.OrderNumber))
}

// Format prints the id.
func (c Customer) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "customer "+c.ID) }

// LogValue logs the id.
func (c Customer) LogValue() slog.Value { return slog.StringValue(c.ID) }
