// Package mocks has typed gomock mocks of the seams of the SDK, for tests of programs
// that use it: [MockDoer] below a client, [MockCaller] and [MockFetcher] in place of one,
// and one for the interface of each sub-client, such as [MockWebstore].
//
//	ctrl := gomock.NewController(t)
//	shop := mocks.NewMockWebstore(ctrl)
//	shop.EXPECT().GetCharge(gomock.Any(), "S01-0000000-0000000-C000000").
//		Return(&webstore.Charge{ChargeID: "S01-0000000-0000000-C000000"}, nil)
//
// To test how a program and the service play together, use
// [github.com/amazonpay-go/sdk/mocks/emulator] instead.
package mocks
