// Package memory tests that a program that makes calls for weeks does not grow in memory,
// goroutines or connections. `make memory` makes a million calls. The package contains only tests.
package memory
