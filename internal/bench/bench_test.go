//go:build unix

package main

import (
	"context"
	"strconv"
	"testing"
)

// BenchmarkCall measures whole calls, server included: compare sdk with minimal.
func BenchmarkCall(b *testing.B) {
	server, t, err := serve("HTTP/1.1")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	for _, concurrency := range []int{1, 64} {
		for _, name := range []string{"sdk", "minimal"} {
			b.Run(name+"/concurrent="+strconv.Itoa(concurrency), func(b *testing.B) {
				c, err := newClient(name, t)
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
