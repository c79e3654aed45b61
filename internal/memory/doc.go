// Package memory checks that a program which calls for weeks does not grow: memory, goroutines and connections. It holds
// nothing but tests. `make memory` makes a million calls.
package memory
