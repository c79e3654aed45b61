// Package instore has the calls of a till: scan what the buyer's app shows, charge,
// refund. The methods are those of the InStoreClient of the official SDKs.
//
//	till := instore.New(client) // an *amazonpay.Client
//
//	scan, err := till.MerchantScan(ctx, &instore.MerchantScanRequest{
//		ScanData:        scanned,
//		ScanReferenceID: "till-7-scan-1042",
//		MerchantCOE:     "US",
//		LedgerCurrency:  amazonpay.LedgerCurrencyUSD,
//	})
//	charge, err := till.Charge(ctx, &instore.ChargeRequest{
//		ChargePermissionID: scan.ChargePermissionID,
//		ChargeReferenceID:  "till-7-charge-1042",
//		ChargeTotal:        amazonpay.Price{Amount: "2.00", CurrencyCode: amazonpay.USD},
//	})
//
// In the package: [Client] and [API], the interface to mock, with a request and a
// response for each of the three calls.
//
// The service tells a repeated call by the reference id in its body, which is its one
// documented protection against a double charge at a till: give each scan, charge and
// refund one of its own, and the same one when you repeat it. Amazon gives the guide of
// in-store payments to its partners only, so no page of the public documentation can be
// named; the fields are those that the official SDKs send.
//
// A field of a request that has its zero value is not sent. Requests print and log their
// ids only, and encode to JSON in full. Errors are described in package amazonpay.
package instore
