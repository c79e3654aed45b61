//go:build !race

package emulator_test

const defaultWalks = 16
