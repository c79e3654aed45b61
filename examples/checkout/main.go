// Command checkout takes a payment from start to end: a checkout session, the buyer's approval, an
// authorized charge, its capture, and a partial refund.
//
//	go run ./examples/checkout
//
// It runs against the emulator, which also plays the buyer, and ignores the environment. To run it
// against Amazon Pay's sandbox:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/checkout -service -session ID
//
// In the sandbox a person must sign in first. Render the button of examples/buttonsignature on a
// page, sign in with a sandbox test account, and choose an address and a card. The browser then
// goes to the review page, and the parameter amazonCheckoutSessionId of its address is the ID.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	session := flag.String("session", "", "with -service: id of a checkout session in which a buyer has signed in (see go doc ./examples/checkout)")
	target.Main(func(ctx context.Context, t *target.Target) error { return run(ctx, t, *session) })
}

var errNoSession = errors.New(`-service requires -session ID, the id of a checkout session in which a buyer has signed in.
Render the button that examples/buttonsignature prints, sign in with a sandbox test account,
and copy the parameter amazonCheckoutSessionId from the address of the review page`)

func run(ctx context.Context, t *target.Target, sessionID string) error {
	shop := webstore.New(t.Client)
	total, err := amazonpay.NewPrice(1400, t.Currency) // cents; yen in Japan
	if err != nil {
		return err
	}
	part, err := amazonpay.NewPrice(500, t.Currency)
	if err != nil {
		return err
	}
	switch {
	case t.Emulator != nil && sessionID != "":
		return errors.New("-session works only with -service: with the emulator, the example creates its own session")
	case t.Emulator != nil:
		if sessionID, err = signIn(ctx, t, shop); err != nil {
			return err
		}
	case sessionID == "":
		return errNoSession
	}
	chargeID, err := pay(ctx, t, shop, sessionID, total)
	if err != nil {
		return err
	}
	if err := ship(ctx, t, shop, chargeID, total); err != nil {
		return err
	}
	return takeBack(ctx, t, shop, chargeID, part)
}

// signIn creates a session, which the button usually does, and lets the emulator's buyer sign in.
func signIn(ctx context.Context, t *target.Target, shop *webstore.Client) (sessionID string, err error) {
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: t.Emulator.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review",
		},
		Scopes: []webstore.Scope{webstore.ScopeName, webstore.ScopeEmail, webstore.ScopeShippingAddress},
	})
	if err != nil {
		return "", err
	}
	t.Step("Create a checkout session", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen),
		"still missing", constraints(session))
	return session.CheckoutSessionID, t.Emulator.Buyer().SignIn(session.CheckoutSessionID)
}

// pay takes the session from the review page to its completion, and returns the charge id.
func pay(ctx context.Context, t *target.Target, shop *webstore.Client, sessionID string, total amazonpay.Price) (chargeID string, err error) {
	session, err := shop.GetCheckoutSession(ctx, sessionID)
	if err != nil {
		return "", err
	}
	if session.Buyer == nil {
		return "", errors.New("no buyer has signed in to the session yet")
	}
	t.Step("The buyer has signed in: get the session for the review page", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen),
		"buyer", session.Buyer.BuyerID,
		"still missing", constraints(session))

	session, err = shop.UpdateCheckoutSession(ctx, sessionID, &webstore.UpdateCheckoutSessionRequest{
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: webstore.PaymentIntentAuthorize,
			ChargeAmount:  total,
		},
		MerchantMetadata: &webstore.MerchantMetadata{
			MerchantReferenceID: "order-1042",
			MerchantStoreName:   "The Example Shop",
		},
	})
	if err != nil {
		return "", err
	}
	if session.PaymentDetails == nil || session.WebCheckoutDetails == nil || session.WebCheckoutDetails.AmazonPayRedirectURL == "" {
		return "", errors.New("the session has no address to pay at, because it lacks " + constraints(session))
	}
	t.Step("Set the amount, the payment intent and the result page", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateOpen),
		"charge amount", target.Want(session.PaymentDetails.ChargeAmount, total),
		"still missing", constraints(session),
		"pay at", session.WebCheckoutDetails.AmazonPayRedirectURL)

	// The shop sends the browser to that address. It returns to the result page.
	if t.Emulator != nil {
		err = t.Emulator.Buyer().Approve(sessionID)
	} else {
		t.Say("Open the address above in a browser and pay. Then press Enter here.")
		err = enter(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("the buyer did not pay: %w", err)
	}

	session, err = shop.CompleteCheckoutSession(ctx, sessionID,
		&webstore.CompleteCheckoutSessionRequest{ChargeAmount: total},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(sessionID, "complete")))
	if err != nil {
		return "", err
	}
	t.Step("The buyer has approved: complete the session", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateCompleted),
		"charge permission", session.ChargePermissionID,
		"charge", session.ChargeID)
	return session.ChargeID, nil
}

// ship captures the authorized charge.
func ship(ctx context.Context, t *target.Target, shop *webstore.Client, chargeID string, total amazonpay.Price) error {
	charge, err := shop.GetCharge(ctx, chargeID)
	if err != nil {
		return err
	}
	t.Step("Read the charge", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"amount", target.Want(charge.ChargeAmount, total),
		"expires", charge.ExpirationTimestamp)

	permission, err := shop.GetChargePermission(ctx, charge.ChargePermissionID)
	if err != nil {
		return err
	}
	limits := webstore.Limits{}
	if permission.Limits != nil {
		limits = *permission.Limits
	}
	t.Step("Get the charge permission", permission.Meta,
		"charge permission", permission.ChargePermissionID,
		"state", permission.StatusDetails.State,
		"limit", limits.AmountLimit,
		"balance", limits.AmountBalance)

	// The key contains the number of the attempt: the same key would replay a decline.
	charge, err = shop.CaptureCharge(ctx, chargeID,
		&webstore.CaptureChargeRequest{CaptureAmount: total, SoftDescriptor: "EXAMPLE SHOP"},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(chargeID, "capture", "1")))
	if err != nil {
		return err
	}
	t.Step("The goods have been shipped: capture the charge", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateCaptured),
		"captured", target.Want(charge.CaptureAmount, total))
	return nil
}

// takeBack refunds part of the captured amount.
func takeBack(ctx context.Context, t *target.Target, shop *webstore.Client, chargeID string, part amazonpay.Price) error {
	refund, err := shop.CreateRefund(ctx,
		&webstore.CreateRefundRequest{ChargeID: chargeID, RefundAmount: part},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(chargeID, "refund", "1")))
	if err != nil {
		return err
	}
	t.Step("An item was returned: refund part of the amount", refund.Meta,
		"refund", refund.RefundID,
		"charge", refund.ChargeID,
		"state", target.Want(refund.StatusDetails.State, amazonpay.StateRefundInitiated),
		"amount", target.Want(refund.RefundAmount, part))

	// A refund takes Amazon Pay some time. The emulator's clock can be advanced.
	if t.Emulator != nil {
		if err := t.Emulator.Advance(time.Minute); err != nil {
			return err
		}
	}
	refund, err = shop.GetRefund(ctx, refund.RefundID)
	if err != nil {
		return err
	}
	t.Step("Read the refund", refund.Meta,
		"refund", refund.RefundID,
		"state", target.Want(refund.StatusDetails.State, amazonpay.StateRefunded, amazonpay.StateRefundInitiated),
		"amount", target.Want(refund.RefundAmount, part))

	charge, err := shop.GetCharge(ctx, chargeID)
	if err != nil {
		return err
	}
	t.Step("Read the charge", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateCaptured),
		"captured", charge.CaptureAmount,
		"refunded", target.Want(charge.RefundedAmount, part))

	t.Say("The charge is %s: captured %s, refunded %s.", charge.StatusDetails.State, charge.CaptureAmount, charge.RefundedAmount)
	return nil
}

// constraints lists what the session still lacks.
func constraints(session *webstore.CheckoutSession) string {
	var ids []string
	for _, c := range session.Constraints {
		ids = append(ids, string(c.ConstraintID))
	}
	return strings.Join(ids, ", ")
}

// enter waits for the Enter key, or for ctx to end.
func enter(ctx context.Context) error {
	pressed := make(chan error, 1)
	go func() {
		_, err := bufio.NewReader(os.Stdin).ReadString('\n')
		pressed <- err
	}()
	select {
	case err := <-pressed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
