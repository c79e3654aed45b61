//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// The test binary is the server's process, too.
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

// BenchmarkCall measures whole calls: compare sdk with minimal. The server is a process of its own, so that the
// allocations are those of the client alone.
func BenchmarkCall(b *testing.B) {
	s, err := startServer(context.WithoutCancel(b.Context()), "", "HTTP/1.1")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.stop() }()
	for _, concurrency := range []int{1, 64} {
		for _, name := range []string{"sdk", "minimal"} {
			b.Run(name+"/concurrent="+strconv.Itoa(concurrency), func(b *testing.B) {
				c, err := newClient(name, s.target)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				benchmark(b, c, concurrency)
				b.ReportMetric(float64(c.handshakes.Load()), "handshakes")
			})
		}
	}
}

func benchmark(b *testing.B, c client, concurrency int) {
	b.Helper()
	if concurrency == 1 {
		for b.Loop() {
			if err := c.call(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		return
	}
	tokens := make(chan context.Context)
	done := make(chan error, concurrency)
	for range concurrency {
		go func() {
			var failed error
			for ctx := range tokens {
				if err := c.call(ctx); err != nil {
					failed = err
				}
			}
			done <- failed
		}()
	}
	for b.Loop() {
		tokens <- b.Context()
	}
	close(tokens)
	for range concurrency {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
}
