// Command instore takes a payment at a till: it scans the code in the buyer's app, charges, repeats
// the charge as a till does after a lost answer, and refunds.
//
//	go run ./examples/instore
//
// It runs against the emulator and ignores the environment. To run it against Amazon Pay's sandbox,
// with an account that Amazon has enabled for in-store payments:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/instore -service -country US -scan DATA
//
// DATA is the content of the code in a buyer's app. It is valid for one payment.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/instore"
)

func main() {
	scan := flag.String("scan", "", "with -service: content of the code in a buyer's app")
	country := flag.String("country", "US", "with -service: country in which the merchant is established")
	target.Main(func(ctx context.Context, t *target.Target) error { return run(ctx, t, *scan, *country) })
}

func run(ctx context.Context, t *target.Target, scanned, country string) error {
	if t.Emulator != nil {
		scanned = t.Emulator.Description().Merchants[0].ScanData
	}
	if scanned == "" {
		return errors.New("-service requires -scan DATA, the content of the code in a buyer's app")
	}
	total, err := amazonpay.NewPrice(450, t.Currency)
	if err != nil {
		return err
	}
	till := instore.New(t.Client)
	order := "till-7-" + rand.Text() // a till numbers its sales

	scan, err := till.MerchantScan(ctx, &instore.MerchantScanRequest{
		ScanData:        scanned,
		ScanReferenceID: order + "-scan",
		MerchantCOE:     country,
		LedgerCurrency:  amazonpay.LedgerCurrency(t.Currency),
	})
	if err != nil {
		return err
	}
	t.Step("Scan the code in the buyer's app", scan.Meta,
		"charge permission", scan.ChargePermissionID)

	sale := &instore.ChargeRequest{
		ChargePermissionID: scan.ChargePermissionID,
		ChargeReferenceID:  order + "-charge",
		ChargeTotal:        total,
		SoftDescriptor:     "EXAMPLE SHOP",
		Metadata: &instore.Metadata{
			CommunicationContext: &instore.CommunicationContext{MerchantStoreName: "The Example Shop", MerchantOrderID: order},
		},
	}
	charge, err := till.Charge(ctx, sale)
	if err != nil {
		return err
	}
	t.Step("Charge", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.ChargeStatus.State, amazonpay.StateCaptured),
		"amount", total)

	again, err := till.Charge(ctx, sale)
	if err != nil {
		return err
	}
	t.Step("The answer may have been lost: charge again with the same reference id, which returns the same charge", again.Meta,
		"charge", target.Want(again.ChargeID, charge.ChargeID),
		"state", again.ChargeStatus.State)

	refund, err := till.Refund(ctx, &instore.RefundRequest{
		ChargeID:          charge.ChargeID,
		RefundReferenceID: order + "-refund",
		RefundTotal:       total,
	})
	if err != nil {
		return err
	}
	t.Step("Refund", refund.Meta,
		"refund", refund.RefundID,
		"state", target.Want(refund.RefundStatus.State, amazonpay.StateRefundInitiated, amazonpay.StateRefunded),
		"amount", total)
	return nil
}
