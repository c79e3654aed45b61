//go:build unix

// Command bench compares a whole GetCheckoutSession call of the SDK with the same call of a
// minimal client written by hand on net/http: processor time a call, round by round,
// one at a time and 64 at once, over HTTP/1.1 and HTTP/2; TLS handshakes; and the peak
// memory of a program that makes one call. It also reads a settlement report of 1 GB through
// DownloadReport and package webstore/report, and compares that with encoding/csv on the
// same bytes from memory.
//
//	go run .
//
// The server, which checks no signature, is a process of its own, so that its processor time does
// not count. The package's benchmarks measure the same calls for benchstat.
package main
