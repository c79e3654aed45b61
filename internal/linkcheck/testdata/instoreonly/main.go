// Command instoreonly makes one call with one sub-client. The tests build it and inspect the
// binary.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/instore"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID:    os.Getenv("AMAZON_PAY_PUBLIC_KEY_ID"),
		PrivateKeyFile: os.Getenv("AMAZON_PAY_PRIVATE_KEY_FILE"),
		Region:         amazonpay.RegionUS,
		Environment:    amazonpay.EnvironmentSandbox,
	})
	if err != nil {
		return err
	}
	scan, err := instore.New(client).MerchantScan(context.Background(), &instore.MerchantScanRequest{
		ScanData:        os.Args[1],
		ScanReferenceID: os.Args[2],
		MerchantCOE:     "US",
		LedgerCurrency:  "USD",
	})
	if err != nil {
		return err
	}
	fmt.Println(scan.ChargePermissionID)
	return nil
}
