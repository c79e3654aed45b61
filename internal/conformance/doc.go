// Package conformance runs the official Node SDK of Amazon Pay, unmodified, against the
// emulator: what the emulator accepts is what a client of the service sends. It holds
// nothing but tests; `make conformance` installs the SDK and runs them.
//
// A new call is a line in steps, and its name moves from later to operations.
package conformance
