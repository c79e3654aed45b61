// Package spec has the description of Amazon Pay's interface that the SDK follows (openapi.yaml,
// reports.md), the complaints of other SDKs' users that it must not repeat (demand.md), and the
// tests of these and of the documents for people. It has no code.
package spec
