// Package testcontainers shows a test that runs the emulator in a container, as the tests of a
// program in another language would. A Go test needs no container: see package emulatortest.
package testcontainers
