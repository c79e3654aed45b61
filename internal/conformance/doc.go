// Package conformance tests the emulator and the SDK against what others say of the service.
// The official Node SDK calls the emulator with the payloads of its README. The OpenAPI
// description in internal/spec holds each request of the SDK, each of its types, and each
// answer of the emulator. The story that calls all operations for that is told once more for each fault. It is a module of its own, so that Node and the library that
// reads the description are no dependency of the SDK.
package conformance
