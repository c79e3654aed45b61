// Package spec holds what the SDK takes to be Amazon Pay's interface, and what its users have to be spared. It has
// documents and tests of them, and no code.
package spec
