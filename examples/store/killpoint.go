//go:build killpoint

package main

import "github.com/amazonpay-go/sdk/examples/store/internal/killpoint"

func init() { //nolint:gochecknoinits // this file is part of the kill test's program alone
	wrapDriver, wrapNetwork = killpoint.Driver, killpoint.Network
}
