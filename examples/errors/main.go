// Command errors shows what can go wrong with a call, and what to do about it: a declined charge, a
// service that is briefly unavailable, an answer that is lost after the charge was made, an invalid
// request, and an unknown id.
//
//	go run ./examples/errors
//
// It runs against the emulator, which fails on demand, and ignores the environment. Against Amazon
// Pay's sandbox, which does not fail on demand, it shows only the last two:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
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
		ChargeAmount:       amazonpay.USD.Price("14.00"),
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

// permission lets a buyer approve an order of 100.00 USD, which is charged in parts.
func permission(ctx context.Context, t *target.Target, shop *webstore.Client) (string, error) {
	total := amazonpay.USD.Price("100.00")
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
	t.Step("First, get a charge permission", session.Meta,
		"session", session.CheckoutSessionID,
		"state", target.Want(session.StatusDetails.State, amazonpay.StateCompleted),
		"charge permission", session.ChargePermissionID)
	return session.ChargePermissionID, nil
}

// declined: after a soft decline, try again with a new idempotency key.
func declined(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	_, err := shop.CreateCharge(ctx, in,
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(in.ChargePermissionID, "charge", "1")),
		amazonpay.WithSimulationCode("SoftDeclined"))
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return fmt.Errorf("expected a decline: %w", err)
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
	t.Step("Try again with another key: the first one would replay the decline", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized))
	return nil
}

// outage: the SDK repeats the call, after the wait that the service asks for.
func outage(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	if err := t.Emulator.FailNext(3, emulator.Fault{Status: 503, RetryAfter: "1"}); err != nil {
		return err
	}
	charge, err := shop.CreateCharge(ctx, in)
	if err != nil {
		return err
	}
	t.Step("The service is unavailable three times: the call is repeated after Retry-After, and each attempt is signed again", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"attempts", target.Want(len(charge.Meta.Attempts), 4))
	return nil
}

// lostAnswer: every attempt has the same key, so there is one charge.
func lostAnswer(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	before := len(t.Emulator.Charges())
	if err := t.Emulator.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}); err != nil {
		return err
	}
	charge, err := shop.CreateCharge(ctx, in)
	if err != nil {
		return err
	}
	t.Step("The charge is made, but the answer is lost: the second attempt has the same key and gets the same answer", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"charges made", target.Want(len(t.Emulator.Charges())-before, 1))
	return nil
}

// uncertain: no attempt is left, and it is unknown whether the charge was made.
func uncertain(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	before := len(t.Emulator.Charges())
	if err := t.Emulator.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}); err != nil {
		return err
	}
	_, err := shop.CreateCharge(ctx, in, amazonpay.WithoutRetry())
	call, ok := errors.AsType[*amazonpay.CallError](err)
	if !ok {
		return fmt.Errorf("expected a lost answer: %w", err)
	}
	t.Step("The same without retries: the call fails, and its outcome is unknown", call.Meta,
		"error", call.Err,
		"outcome", target.Want(call.Outcome, amazonpay.OutcomeUnknown),
		"next", target.Want(amazonpay.Advise(err).Step, amazonpay.StepRepeat))

	charge, err := shop.CreateCharge(ctx, in, amazonpay.WithIdempotencyKey(call.Meta.IdempotencyKey), amazonpay.WithUnsettled(true))
	if err != nil {
		return err
	}
	t.Step("Repeat it later with the same request and the key from the error", charge.Meta,
		"charge", charge.ChargeID,
		"state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized),
		"charges made", target.Want(len(t.Emulator.Charges())-before, 1))
	return nil
}

// wrongRequest: the SDK refuses it before anything is sent.
func wrongRequest(ctx context.Context, t *target.Target, shop *webstore.Client, in *webstore.CreateChargeRequest) error {
	wrong := *in
	wrong.ChargeAmount.Amount = "14,00"
	_, err := shop.CreateCharge(ctx, &wrong)
	field, ok := errors.AsType[*amazonpay.FieldError](err)
	if !ok {
		return fmt.Errorf("expected a refused amount: %w", err)
	}
	t.Step("An invalid request: nothing is sent", nil,
		"error", err,
		"field", target.Want(field.Field, "chargeAmount.amount"),
		"rule", field.Rule)
	return nil
}

// unknownSession: the service answers 404.
func unknownSession(ctx context.Context, t *target.Target, shop *webstore.Client) error {
	_, err := shop.GetCheckoutSession(ctx, "00000000-0000-4000-8000-000000000000")
	api, ok := errors.AsType[*amazonpay.APIError](err)
	if !ok {
		return fmt.Errorf("expected an unknown session: %w", err)
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
