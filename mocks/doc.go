// Package mocks has typed gomock mocks of the SDK's interfaces, for tests of programs that use it.
//
//   - [MockWebstore], [MockInstore], [MockDelivery] and [MockAuthtoken] replace a sub-client: for
//     what a program does with an answer or an error.
//   - [MockDoer] replaces the network of an amazonpay.Client: for what is sent, and for answers
//     that the emulator does not give.
//   - [MockWebstoreCaller], which calls and fetches, and [MockCaller], for the other sub-clients,
//     replace the amazonpay.Client below a sub-client. [MockFetcher] is the second half of
//     MockWebstoreCaller.
//
// For example:
//
//	shop := mocks.NewMockWebstore(gomock.NewController(t))
//	shop.EXPECT().GetCharge(gomock.Any(), "S01-0000000-0000000-C000000").
//		Return(&webstore.Charge{ChargeID: "S01-0000000-0000000-C000000"}, nil)
//
// To test a whole payment, with its retries and signatures, use
// [github.com/amazonpay-go/sdk/mocks/emulator] instead.
package mocks
