// Command reports orders a settlement report, waits for it, downloads it, and adds up its fees
// exactly.
//
//	go run ./examples/reports
//
// It runs against the emulator and ignores the environment. There it first takes two payments and
// refunds part of one, so that there is something to settle. To order the settlement report of the
// last -days days in Amazon Pay's sandbox:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/reports -service -days 7
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/webstore"
	"github.com/amazonpay-go/sdk/webstore/report"
)

func main() {
	days := flag.Int("days", 7, "number of days that the report covers")
	target.Main(func(ctx context.Context, t *target.Target) error {
		shop := webstore.New(t.Client)
		if t.Emulator != nil {
			if err := takePayments(ctx, t, shop); err != nil {
				return err
			}
		}
		return fees(ctx, t, shop, *days)
	})
}

// fees orders a report and adds up its fees.
func fees(ctx context.Context, t *target.Target, shop *webstore.Client, days int) error {
	now := time.Now()
	ordered, err := shop.CreateReport(ctx, &webstore.CreateReportRequest{
		ReportType: webstore.ReportTypeSandboxSettlement,
		StartTime:  amazonpay.Time{Time: now.AddDate(0, 0, -days)},
		EndTime:    amazonpay.Time{Time: now},
	})
	if err != nil {
		return err
	}
	t.Step("Order a settlement report", ordered.Meta, "report", ordered.ReportID)

	wait, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	done, err := shop.WaitForReport(wait, ordered.ReportID)
	if err != nil {
		return err // a *webstore.ReportError if the report is FAILED, or CANCELLED because it has no data
	}
	t.Step("Wait until the report is complete", done.Meta,
		"status", target.Want(done.ProcessingStatus, webstore.ReportStatusCompleted))

	// A failed download has written part of the document, so read the rows only after it succeeds.
	// Download a large document to a file.
	var document bytes.Buffer
	n, err := shop.DownloadReport(ctx, done.ReportDocumentID, &document)
	if err != nil {
		return err
	}
	rows := report.NewReader(&document)
	var fees, net report.Sum
	types := make(map[report.TransactionType]int)
	for row, err := range rows.Settlement() {
		if err != nil {
			return err
		}
		if err := fees.Add(row.TotalTransactionFee); err != nil {
			return err
		}
		if err := net.Add(row.NetTransactionAmount); err != nil {
			return err
		}
		types[row.TransactionType]++
	}
	t.Step("Download the report and read its rows", nil,
		"bytes", n,
		"captures", types[report.TransactionTypeCapture],
		"refunds", types[report.TransactionTypeRefund],
		"fees", fees.String(),
		"net", net.String())
	if t.Emulator != nil {
		t.Step("The sums are exact", nil,
			"fees", target.Want(fees.String(), "-2.46"),
			"net", target.Want(net.String(), "56.54"))
	}

	listed := 0
	for _, err := range shop.Reports(ctx, &webstore.GetReportsRequest{ProcessingStatuses: []webstore.ReportStatus{webstore.ReportStatusCompleted}}) {
		if err != nil {
			return err
		}
		listed++
	}
	t.Step("List all completed reports", nil, "reports", listed)
	return nil
}

// takePayments takes payments of 14.00 and 50.00, and refunds 5.00.
func takePayments(ctx context.Context, t *target.Target, shop *webstore.Client) error {
	var chargeID string
	for _, amount := range []amazonpay.Decimal{"14.00", "50.00"} {
		price := amazonpay.Price{Amount: amount, CurrencyCode: t.Currency}
		session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
			StoreID: t.Emulator.Description().Merchants[0].StoreID,
			WebCheckoutDetails: &webstore.WebCheckoutDetails{
				CheckoutReviewReturnURL: "https://shop.example/review", CheckoutResultReturnURL: "https://shop.example/result",
			},
			PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: price},
		})
		if err != nil {
			return err
		}
		if err := t.Emulator.Buyer().Approve(session.CheckoutSessionID); err != nil {
			return err
		}
		completed, err := shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
		if err != nil {
			return fmt.Errorf("a payment of %s: %w", price, err)
		}
		chargeID = completed.ChargeID
	}
	refund, err := shop.CreateRefund(ctx, &webstore.CreateRefundRequest{
		ChargeID: chargeID, RefundAmount: amazonpay.Price{Amount: "5.00", CurrencyCode: t.Currency},
	})
	if err != nil {
		return err
	}
	t.Step("Take two payments and refund part of one", refund.Meta, "refund", refund.RefundID)
	return t.Emulator.ResolvePending(refund.RefundID) // a settlement contains only settled refunds
}
