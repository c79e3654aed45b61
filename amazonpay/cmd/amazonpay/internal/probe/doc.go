// Package probe compares what this SDK believes of Amazon Pay with a sandbox account.
//
// The documentation of the service leaves many things open. Each is a fact with a name and a value
// that the emulator has by default. A [Probe] sends the requests that show the value which the
// service has. [Run] goes through all of them, and undoes what it did: it cancels, refunds and
// closes what it made, also after an interrupt. The [File] that results has no personal data and
// no ids, so that it can be attached to an issue, and the emulator takes its facts as a setting.
//
// Nothing is sent with a live key.
package probe
