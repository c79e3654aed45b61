//go:build unix

// Command bench measures the SDK against other programs. It is started in its directory, as a module of its own.
//
//	go run .
//
// compares a whole GetCheckoutSession call of the SDK with the same call of a minimal client written by hand on
// net/http, each with a key in pure Go and one in libcrypto: processor time a call, round by round, one at a time and 64 at
// once, over HTTP/1.1 and HTTP/2; TLS handshakes; and the peak memory of a program that makes one call. It also reads a
// settlement report of 1 GB through DownloadReport and package webstore/report, and compares that with encoding/csv on the
// same bytes from memory. The package's benchmarks measure the same calls for benchstat.
//
//	go run . compare [-rounds n] [-warm n]
//
// is make compare: signatures, whole calls, peak memory and cold start of the SDK, the minimal client and the official
// Node SDK, and the bare signature of openssl speed. Each contestant is a process that was warmed up; the rounds have them do a
// task one after the other, in reversed order every second round; ratios are those within a round. The server and
// the client that is measured have a core each, where there are two and taskset. It prints Markdown. A goal that is
// missed is no failure.
//
//	go run . allocs [-update]
//
// is make allocs: it runs the benchmarks and fails where one allocates more than allocs.txt says, or writes
// that file anew.
//
// The server, which checks no signature, is a process of its own, so that its processor time and its allocations do not count.
package main
