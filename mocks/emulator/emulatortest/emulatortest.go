// Package emulatortest connects a client to an emulator, for tests:
//
//	client, server := emulatortest.New(t)
//	shop := webstore.New(client)
//
// The server listens on a free port of 127.0.0.1 until the test ends. The client signs as the first
// merchant of the emulator, in the sandbox, and sends real HTTPS. Use [Connect] for a server with
// options, and [Config] outside a test, for example in an Example.
package emulatortest

import (
	"slices"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// New starts an emulator that ends with the test, and returns it with a client that calls it.
func New(tb emulator.TB, opts ...amazonpay.Option) (*amazonpay.Client, *emulator.Server) {
	tb.Helper()
	server := emulator.Start(tb)
	return Connect(tb, server, opts...), server
}

// Connect returns a client that calls server, which must listen. The options come after those that
// connect it, so that they may replace the network: a RoundTripper given here should end at
// [emulator.Server.RoundTripper].
func Connect(tb emulator.TB, server *emulator.Server, opts ...amazonpay.Option) *amazonpay.Client {
	tb.Helper()
	network := amazonpay.WithRoundTripper(server.RoundTripper())
	client, err := amazonpay.New(Config(server), slices.Insert(opts, 0, network)...)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return client
}

// Config returns the configuration of the first merchant of server, in the sandbox. A client made
// from it also needs the network of the server:
//
//	amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
func Config(server *emulator.Server) amazonpay.Config {
	d := server.Description()
	merchant := d.Merchants[0]
	return amazonpay.Config{
		PublicKeyID:   merchant.KeyIDs.Sandbox,
		PrivateKeyPEM: amazonpay.NewSecret(merchant.PrivateKeyPEM),
		Region:        amazonpay.Region(d.Region),
		BaseURL:       d.BaseURL,
	}
}
