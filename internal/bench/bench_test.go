//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// The test binary also runs as the server.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		if err := serveParent(os.Args[2]); err != nil {
			_, _ = fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// BenchmarkCall measures calls. Compare sdk with minimal, and profile the variants with a null key,
// in which no RSA hides the rest. The server is a process of its own, so that only the client's
// allocations count.
func BenchmarkCall(b *testing.B) {
	s, err := startServer(context.WithoutCancel(b.Context()), "", "HTTP/1.1")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.stop() }()
	for _, concurrency := range []int{1, 64} {
		for _, name := range []string{"sdk", "sdk+null", "minimal", "minimal+null"} {
			b.Run(name+"/concurrent="+strconv.Itoa(concurrency), func(b *testing.B) {
				c, err := newClient(name, s.target)
				if err != nil {
					b.Fatal(err)
				}
				// Open the connections first: they are not part of a call.
				warm := order{Task: "call", Concurrency: concurrency, Seconds: 1.5}
				if _, err := carryOut(b.Context(), c, warm); err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				b.ResetTimer()
				if _, err := carryOut(b.Context(), c, order{Task: "call", Concurrency: concurrency, Count: b.N}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(c.handshakes.Load()), "handshakes")
			})
		}
	}
}
