// Package linkcheck tests what a program links if it imports a sub-client: the sub-client, the
// packages that all sub-clients share, and nothing else.
package linkcheck
