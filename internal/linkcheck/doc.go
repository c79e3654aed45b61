// Package linkcheck checks what a program links that imports a sub-client: that package, what all
// of them stand on, and nothing else. It holds nothing but tests.
package linkcheck
