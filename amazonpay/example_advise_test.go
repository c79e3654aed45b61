package amazonpay_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// Charge an order exactly once, although an answer is lost, the service refuses a call, and the
// process restarts in between.
func ExampleAdvise() {
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
	shop := webstore.New(client)
	request := &webstore.CreateChargeRequest{
		ChargePermissionID: confirmed(server, shop, "100.00"),
		ChargeAmount:       amazonpay.USD.Price("14.00"),
		CaptureNow:         new(true),
	}
	if err := errors.Join(
		server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}),
		server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Status: 403, ReasonCode: "InvalidAccountStatus"}),
	); err != nil {
		fmt.Println(err)
		return
	}

	stored := Work{Name: "order-1042/charge"} // a row of the shop's database
	for !stored.Done {
		w := stored // as a restarted process reads it
		save := func() error { stored = w; return nil }
		err := once(context.Background(), &w, save, time.Millisecond, func(opts ...amazonpay.CallOption) (string, error) {
			charge, err := shop.CreateCharge(context.Background(), request, append(opts, amazonpay.WithoutRetry())...)
			fmt.Println(amazonpay.OutcomeOf(err), "→", amazonpay.Advise(err).Step)
			if err != nil {
				return "", err
			}
			return charge.ChargeID, nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("charges:", len(server.Charges()))
	// Output:
	// unknown → repeat
	// unknown → repeat
	// done → done
	// charges: 1
}

// Work is what a shop stores with an order about something that must happen once, such as its
// charge.
type Work struct {
	Name      string // unique for ever: "order-1042/charge"
	Attempt   int    // the idempotency key is made of both
	Unsettled bool   // a call under that key may have done the work
	Done      bool
	ID        string // of what was made
	Failed    string // why nothing was, nor will be
}

// once has a call do the work once, however often once itself is called and wherever the process
// ends in it.
func once(ctx context.Context, w *Work, save func() error, wait time.Duration, call func(opts ...amazonpay.CallOption) (id string, err error)) error {
	for !w.Done && w.Failed == "" {
		earlier := w.Unsettled
		w.Unsettled = true // the process may end during the call
		if err := save(); err != nil {
			return err
		}
		id, err := call(
			amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(w.Name, strconv.Itoa(w.Attempt))),
			amazonpay.WithUnsettled(earlier))
		next := amazonpay.Advise(err)
		w.Unsettled = next.Unsettled
		switch next.Step {
		case amazonpay.StepDone:
			w.Done, w.ID = true, id
		case amazonpay.StepGiveUp:
			w.Failed = err.Error()
		case amazonpay.StepNewKey:
			if w.Attempt++; w.Attempt >= 3 {
				w.Failed = err.Error()
			}
		case amazonpay.StepRepeat, amazonpay.StepRead: // under the same key
		}
		if err := save(); err != nil {
			return err
		}
		if next.Step == amazonpay.StepRead {
			return err // next.Next says what to read
		}
		if w.Done || w.Failed != "" {
			break
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
	if w.Failed != "" {
		return errors.New(w.Failed)
	}
	return nil
}

// confirmed completes a checkout and returns its charge permission.
func confirmed(server *emulator.Server, shop *webstore.Client, amount amazonpay.Decimal) (chargePermissionID string) {
	price := amazonpay.USD.Price(amount)
	session, err := shop.CreateCheckoutSession(context.Background(), &webstore.CreateCheckoutSessionRequest{
		StoreID:            server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm, ChargeAmount: price},
	})
	if err == nil {
		err = server.Buyer().Approve(session.CheckoutSessionID)
	}
	if err == nil {
		session, err = shop.CompleteCheckoutSession(context.Background(), session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: price})
	}
	if err != nil {
		fmt.Println(err)
		return ""
	}
	return session.ChargePermissionID
}
