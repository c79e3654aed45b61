// Command disputes contests a chargeback: it reads the dispute, uploads a file as evidence, and
// submits the evidence.
//
//	go run ./examples/disputes
//
// It runs against the emulator and ignores the environment. There it first takes a payment, which
// the buyer's bank charges back. To contest a dispute at Amazon Pay with a file (a live dispute
// requires a live configuration):
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/disputes -service -dispute ID -file receipt.pdf
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	disputeID := flag.String("dispute", "", "with -service: dispute id")
	path := flag.String("file", "", "with -service: evidence file, such as receipt.pdf")
	target.Main(func(ctx context.Context, t *target.Target) error {
		shop := webstore.New(t.Client)
		if t.Emulator == nil {
			if *disputeID == "" || *path == "" {
				return errors.New("-service requires -dispute ID and -file PATH")
			}
			file, err := os.Open(*path)
			if err != nil {
				return err
			}
			defer func() { _ = file.Close() }()
			kind := webstore.FileType(strings.TrimPrefix(strings.ToLower(filepath.Ext(*path)), "."))
			return contest(ctx, t, shop, *disputeID, kind, file)
		}
		chargeID, err := takePayment(ctx, t, shop)
		if err != nil {
			return err
		}
		filed, err := t.Emulator.Buyer().Dispute(chargeID)
		if err != nil {
			return err
		}
		return contest(ctx, t, shop, filed, webstore.FileTypePDF, strings.NewReader("%PDF-1.7 the signed receipt"))
	})
}

func contest(ctx context.Context, t *target.Target, shop *webstore.Client, disputeID string, kind webstore.FileType, content io.ReadSeeker) error {
	dispute, err := shop.GetDispute(ctx, disputeID)
	if err != nil {
		return err
	}
	t.Step("The buyer's bank has filed a dispute", dispute.Meta,
		"dispute", dispute.DisputeID,
		"amount", dispute.DisputeAmount,
		"filing reason", dispute.FilingReason,
		"state", target.Want(dispute.StatusDetails.State, webstore.DisputeStateActionRequired),
		"contest until", dispute.MerchantResponseDeadline.Format("2006-01-02"))

	if t.Emulator != nil {
		_, err := shop.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{Type: "exe", Body: content})
		field, _ := errors.AsType[*amazonpay.FieldError](err)
		t.Step("A file of another type is refused before anything is sent", nil,
			"error", err,
			"refused", target.Want(field != nil, true))
	}

	file, err := shop.UploadEvidence(ctx, &webstore.UploadEvidenceRequest{Type: kind, Body: content})
	if err != nil {
		return err
	}
	t.Step("Upload the evidence", file.Meta, "file", file.ID, "bytes", file.Size)

	contested, err := shop.ContestDispute(ctx, disputeID, &webstore.ContestDisputeRequest{MerchantEvidences: []webstore.Evidence{
		{EvidenceType: webstore.EvidenceTypeReceipt, FileID: file.ID},
		{EvidenceType: webstore.EvidenceTypeTrackingNumber, EvidenceText: "1Z999AA10123456789"},
	}})
	if err != nil {
		return err
	}
	t.Step("Contest the dispute", contested.Meta,
		"state", target.Want(contested.StatusDetails.State, webstore.DisputeStateUnderReview),
		"evidences", target.Want(len(contested.MerchantEvidences), 2))
	return nil
}

// takePayment takes a payment of 14.00.
func takePayment(ctx context.Context, t *target.Target, shop *webstore.Client) (chargeID string, err error) {
	price := amazonpay.Price{Amount: "14.00", CurrencyCode: t.Currency}
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: t.Emulator.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review", CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorizeWithCapture, ChargeAmount: price},
	})
	if err != nil {
		return "", err
	}
	if err := t.Emulator.Buyer().Approve(session.CheckoutSessionID); err != nil {
		return "", err
	}
	completed, err := shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	if err != nil {
		return "", err
	}
	t.Step("Take a payment", completed.Meta, "charge", completed.ChargeID)
	return completed.ChargeID, nil
}
