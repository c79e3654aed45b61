// Package wire is the emulator's view of HTTP: which operation a request is ([Find]), who signed it
// ([Gate]), whether its members match the documentation ([Members]), which answer an
// idempotency key replays ([Answers]), which requests come too fast ([Buckets]), and how answers
// and refusals are sent ([Reply], [Send]). If a signature does not match, it finds out what was
// signed.
//
// A [Gate] is fixed once requests are answered. [Answers] and [Buckets] have no lock: the
// emulator's guards them.
package wire
