// Package instore makes the calls of a point of sale (till): scan what the buyer's app shows,
// charge, refund. Its methods are named like those of InStoreClient in the official SDKs.
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
//		ChargeTotal:        amazonpay.USD.Price("2.00"),
//	})
//
// [Client] has the three calls. [API] is its interface, for mocks.
//
// # Reference ids
//
// The service recognizes a repeated call by the reference id in its body. This is the one
// documented protection against a double charge at a till. Give each scan, charge and refund its
// own reference id, and repeat a call under the same one. All three calls also send an idempotency
// key, yours or a generated one.
//
// # Requests and answers
//
// A field with its zero value is not sent. Requests print and log their ids only, and encode to
// JSON in full. See package amazonpay for errors.
//
// # What is not certain
//
// Amazon gives the guide to in-store payments to its partners only, so this package follows the
// official SDKs. It is not known whether a till's calls honour the idempotency key. ChargeTotal of
// a scan is in samples of the official SDKs, but not in the .NET SDK.
package instore
