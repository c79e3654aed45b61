//go:build race

package emulator_test

// defaultWalks is small with the race detector, which makes a walk several times as long: the first
// ones meet every pair of goroutines.
const defaultWalks = 4
