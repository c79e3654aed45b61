// Command errors shows what can go wrong with a call, and what a program does about it: a
// declined charge, a service that is out for a moment, an answer that is lost after the
// work was done, a request that is wrong, an id that does not exist.
//
//	go run ./examples/errors
//
// This runs against the emulator, which fails on demand, and reads nothing of the
// environment. Against Amazon Pay's sandbox only the last two are shown, since the
// service does not fail on demand:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_PRIVATE_KEY_FILE=private.pem AMAZON_PAY_REGION=us
//	go run ./examples/errors -service
package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() { target.Main(run) }

func run(ctx context.Context, t *target.Target) error {
	shop := webstore.New(t.Client)
	stories := []func(context.Context, *target.Target, *webstore.Client, *webstore.CreateChargeRequest) error{
		declined, outage, lostAnswer, uncertain, wrongRequest,
	}
	in := &webstore.CreateChargeRequest{
		ChargePermissionID: "S01-0000000-0000000",
		ChargeAmount:       amazonpay.Price{Amount: "14.00", CurrencyCode: amazonpay.USD},
	}
	if t.Emulator == nil {
		stories = stories[4:]
	} else {
		var err error
		if in.ChargePermissionID, err = permission(ctx, t, shop); err != nil {
			return err
		}
	}
	for _, story := range stories {
		if err := story(ctx, t, shop, in); err != nil {
			return err
		}
	}
	return unknownSession(ctx, t, shop)
}

// permission has a buyer confirm an order of 100.00 USD, to be charged in parts.
func permission(ctx context.Context, t *target.Target, shop *webstore.Client) (string, error) {
	total := amazonpay.Price{Amount: "100.00", CurrencyCode: amazonpay.USD}
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: t.Emulator.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review",
			CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: total},
	})
	if err != nil {
		return "", err
	}
	if err := t.Emulator.Buyer().Approve(session.CheckoutSessionID); err != nil {
		return "", err
	}
	session, err = shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total})
	if err != nil {
		return "", err
	}
	t.Step("To begin with, a charge permission", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateCompleted),
		"charge permission", session.ChargePermissionID)
	return session.ChargePermissionID, nil
}

// declined: a soft decline may be tried again, with a key of its own.
func declined(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	_, err := shop.CreateCharge(ctx, in,
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(in.ChargePermissionID, "charge", "1")),
		amazonpay.WithSimulationCode("SoftDeclined"))
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return fmt.Errorf("the charge was to be declined: %w", err)
	}
	t.Step("A declined charge", call.Meta,
		"error", call.Err,
		"declined", target.Want(amazonpay.HasReason(err, amazonpay.ReasonCodeSoftDeclined), true),
		"outcome", target.Want(call.Outcome, amazonpay.OutcomeRefused),
		"next", target.Want(amazonpay.Advise(err).Step, amazonpay.StepNewKey))

	charge, err := shop.CreateCharge(ctx, in,
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(in.ChargePermissionID, "charge", "2")))
	if err != nil {
		return err
	}
	t.Step("Try again, with another key: the first one would replay the decline", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized))
	return nil
}

// outage: the SDK repeats the call by itself, when the service asks it to.
func outage(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	if err := t.Emulator.FailNext(3, emulator.Fault{Status: 503, RetryAfter: "1"}); err != nil {
		return err
	}
	charge, err := shop.CreateCharge(ctx, in)
	if err != nil {
		return err
	}
	t.Step("The service is out three times: the call is repeated after its Retry-After, each attempt signed afresh", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"attempts", target.Want(len(charge.Meta.Attempts), 4))
	return nil
}

// lostAnswer: the same key with each attempt, so one charge.
func lostAnswer(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	before := len(t.Emulator.Charges())
	if err := t.Emulator.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}); err != nil {
		return err
	}
	charge, err := shop.CreateCharge(ctx, in)
	if err != nil {
		return err
	}
	t.Step("The charge is made, but its answer is lost: the second attempt has the same key and gets that answer", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"charges made", target.Want(len(t.Emulator.Charges())-before, 1))
	return nil
}

// uncertain: all attempts are used up, and nobody knows whether the charge was made.
func uncertain(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	before := len(t.Emulator.Charges())
	if err := t.Emulator.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}); err != nil {
		return err
	}
	_, err := shop.CreateCharge(ctx, in, amazonpay.WithoutRetry())
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return fmt.Errorf("the answer was to be lost: %w", err)
	}
	t.Step("The same without retries: the call fails, and the outcome is not known", call.Meta,
		"error", call.Err,
		"outcome", target.Want(call.Outcome, amazonpay.OutcomeUnknown),
		"next", target.Want(amazonpay.Advise(err).Step, amazonpay.StepRepeat))

	charge, err := shop.CreateCharge(ctx, in, amazonpay.WithIdempotencyKey(call.Meta.IdempotencyKey), amazonpay.WithUnsettled(true))
	if err != nil {
		return err
	}
	t.Step("Repeat it later, with the same request and the key of the error", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"charges made", target.Want(len(t.Emulator.Charges())-before, 1))
	return nil
}

// wrongRequest: the SDK sees it before anything is sent.
func wrongRequest(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	wrong := *in
	wrong.ChargeAmount.Amount = "14,00"
	_, err := shop.CreateCharge(ctx, &wrong)
	field, ok := errors.AsType[*amazonpay.FieldError](err)
	if !ok {
		return fmt.Errorf("the amount was to be refused: %w", err)
	}
	t.Step("A wrong request: nothing is sent", nil,
		"error", err,
		"field", target.Want(field.Field, "chargeAmount.amount"),
		"rule", field.Rule)
	return nil
}

func unknownSession(ctx context.Context, t *target.Target, shop *webstore.Client) error {
	_, err := shop.GetCheckoutSession(ctx, "00000000-0000-4000-8000-000000000000")
	api, ok := errors.AsType[*amazonpay.APIError](err)
	if !ok {
		return fmt.Errorf("the session was not to be found: %w", err)
	}
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return err
	}
	t.Step("An unknown checkout session", call.Meta,
		"error", call.Err,
		"status", target.Want(api.StatusCode, 404),
		"reason code", api.ReasonCode)
	return nil
}
