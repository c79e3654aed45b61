package instore_test

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// A payment at a till, against the emulator.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	client, err := amazonpay.New(emulatortest.Config(server), amazonpay.WithRoundTripper(server.RoundTripper()))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := sell(context.Background(), instore.New(client), server.Description().Merchants[0].ScanData); err != nil {
		fmt.Println(err)
	}
	// Output:
	// charge Captured
	// refund RefundInitiated
}

func sell(ctx context.Context, till *instore.Client, scanData string) error {
	price := amazonpay.USD.Price("2.00")
	scan, err := till.MerchantScan(ctx, &instore.MerchantScanRequest{
		ScanData:        scanData,
		ScanReferenceID: "till-7-scan-1042",
		MerchantCOE:     "US",
		LedgerCurrency:  amazonpay.LedgerCurrencyUSD,
		ChargeTotal:     price,
	})
	if err != nil {
		return err
	}
	charge, err := till.Charge(ctx, &instore.ChargeRequest{
		ChargePermissionID: scan.ChargePermissionID,
		ChargeReferenceID:  "till-7-charge-1042",
		ChargeTotal:        price,
	})
	if err != nil {
		return err
	}
	fmt.Println("charge", charge.ChargeStatus.State)

	refund, err := till.Refund(ctx, &instore.RefundRequest{
		ChargeID:          charge.ChargeID,
		RefundReferenceID: "till-7-refund-1042",
		RefundTotal:       price,
	})
	if err != nil {
		return err
	}
	fmt.Println("refund", refund.RefundStatus.State)
	return nil
}
