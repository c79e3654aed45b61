// Package conformance tests the emulator and the SDK against other sources. The official Node SDK
// calls the emulator with the payloads of its README. Each request and type of the SDK, and each
// answer of the emulator, is compared with the OpenAPI description in internal/spec. The story that
// calls all operations is repeated for each fault. Package conformance is a module of its own, so
// that the SDK does not depend on Node or on the library that reads the description.
package conformance
