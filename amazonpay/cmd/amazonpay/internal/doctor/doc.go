// Package doctor finds out why a setup does not work. It prints nothing: the command amazonpay
// doctor shows what it finds.
//
// [Examine] checks a setup in the order in which its parts are used: key, ids, network, clock, and
// a signed call. The first finding that failed is the cause: checks that depend on it are skipped.
//
// [ReadRefused] reads a request whose signature the service refused, as logs show it, and names the
// lines that are wrong.
//
// No result contains a private key, a signature or a token.
package doctor
