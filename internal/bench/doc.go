//go:build unix

// Command bench measures the SDK against other programs. Run it in its own directory, since it is a
// module of its own.
//
//	go run .
//
// compares a GetCheckoutSession call of the SDK with the same call of a minimal client written by
// hand on net/http, each with a key in pure Go and one in libcrypto. It prints the processor time
// of a call in interleaved rounds, one at a time and 64 at once, over HTTP/1.1 and HTTP/2; TLS
// handshakes; and the peak memory of a program that makes one call. It also reads a settlement
// report of 1 GB through DownloadReport and package webstore/report, and compares that with
// encoding/csv reading the same bytes from memory. The package's benchmarks measure the same calls
// for benchstat.
//
//	go run . compare [-rounds n] [-warm n]
//
// is make compare: signatures, calls, peak memory and cold start of the SDK, the minimal client and
// the official Node SDK, and the bare signature of openssl speed. Each contestant is a process that
// was warmed up. In each round they do a task in turn, in reversed order every second round. A
// ratio compares two contestants within a round. The server and the measured client have a core
// each, if the machine has two cores and taskset. The output is Markdown. A missed goal is not a
// failure.
//
//	go run . allocs [-update]
//
// is make allocs: it runs the benchmarks and fails if one allocates more than allocs.txt allows.
// With
// -update it writes that file.
//
// The server is a process of its own, so that its processor time and its allocations do not count.
// It checks no signature.
package main
