// Command ipn is a server that receives Instant Payment Notifications: it verifies each one, reads
// the object that it names, and prints the object's new state.
//
//	go run ./examples/ipn
//
// It runs against the emulator, which sends the notifications, and ignores the environment: it
// takes a payment whose authorization is pending until half a minute later by the emulator's clock.
// To run it against Amazon Pay, until it is interrupted:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/ipn -service -merchant A1EXAMPLE \
//		-topic-account 291180941288,598607868003 -listen 127.0.0.1:8080
//
// The endpoint in Seller Central must lead to that address, through a proxy with a certificate. The
// two accounts are the default. See ipn.WithTopicAccounts for how to find the account of your
// topic.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	merchant := flag.String("merchant", "", "with -service: merchant id")
	accounts := flag.String("topic-account", "291180941288,598607868003", "with -service: trusted AWS accounts of topics, separated by commas")
	target.Main(func(ctx context.Context, t *target.Target) error {
		options := []ipn.Option{ipn.WithTopicAccounts(strings.Split(*accounts, ",")...), ipn.WithMerchantIDs(*merchant)}
		if t.Emulator != nil {
			d := t.Emulator.Description()
			options = []ipn.Option{
				ipn.WithTopicAccounts(d.TopicAccount), ipn.WithMerchantIDs(d.Merchants[0].MerchantID), ipn.WithRoundTripper(t.Network), ipn.WithClock(t.Emulator.Now),
			}
		}
		return run(ctx, t, *listen, options)
	})
}

func run(ctx context.Context, t *target.Target, listen string, options []ipn.Option) error {
	options = append(options, ipn.WithLogger(slog.New(slog.NewTextHandler(os.Stderr, nil))))
	verifier, err := ipn.NewVerifier(options...)
	if err != nil {
		return err
	}
	shop := webstore.New(t.Client)
	changed := make(chan *webstore.Charge, 1)
	handler := changes(changed)
	mux := http.NewServeMux()
	mux.Handle("/ipn", verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
		return shop.HandleNotification(ctx, n, handler)
	}))
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: mux, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	url := "http://" + listener.Addr().String() + "/ipn"
	t.Say("Listening for notifications at %s.", url)

	if t.Emulator == nil {
		<-ctx.Done() // the interrupt
	} else if err := pay(ctx, t, shop, url, changed); err != nil {
		return errors.Join(err, server.Close())
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil { // waits for notifications that are being handled
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// changes says what happens when an object has changed. An error has the notification sent again.
func changes(changed chan<- *webstore.Charge) webstore.NotificationHandler {
	return webstore.NotificationHandler{
		Charge: func(_ context.Context, charge *webstore.Charge) error {
			fmt.Printf("\nThe charge %s is %s.\n", charge.ChargeID, charge.StatusDetails.State)
			select {
			case changed <- charge:
			default: // nobody waits for it
			}
			return nil
		},
		ChargePermission: func(_ context.Context, permission *webstore.ChargePermission) error {
			fmt.Printf("\nThe charge permission %s is %s.\n", permission.ChargePermissionID, permission.StatusDetails.State)
			return nil
		},
		Refund: func(_ context.Context, refund *webstore.Refund) error {
			fmt.Printf("\nThe refund %s is %s.\n", refund.RefundID, refund.StatusDetails.State)
			return nil
		},
		Dispute: func(_ context.Context, dispute *webstore.Dispute) error {
			fmt.Printf("\nThe dispute %s is %s.\n", dispute.DisputeID, dispute.StatusDetails.State)
			return nil
		},
		Other: func(context.Context, string, string) error {
			return nil // it will not be known when it is sent again
		},
	}
}

// pay takes a payment whose authorization is pending, and waits for the notification of its result.
func pay(ctx context.Context, t *target.Target, shop *webstore.Client, url string, changed <-chan *webstore.Charge) error {
	if err := t.Emulator.NotifyAt(url); err != nil {
		return err
	}
	total, err := amazonpay.NewPrice(1400, t.Currency)
	if err != nil {
		return err
	}
	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID:            t.Emulator.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"},
		PaymentDetails:     &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: total, CanHandlePendingAuthorization: new(true)},
	})
	if err != nil {
		return err
	}
	buyer := t.Emulator.Buyer()
	if err := errors.Join(buyer.SignIn(session.CheckoutSessionID), buyer.ChangeCard(session.CheckoutSessionID, "0701"), buyer.Approve(session.CheckoutSessionID)); err != nil {
		return err
	}
	done, err := shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total})
	if err != nil {
		return err
	}
	charge, err := shop.GetCharge(ctx, done.ChargeID)
	if err != nil {
		return err
	}
	t.Step("The checkout is complete, and its authorization is pending", done.Meta,
		"charge", charge.ChargeID, "state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorizationInitiated))

	if err := t.Emulator.Advance(30 * time.Second); err != nil {
		return err
	}
	select {
	case charge = <-changed:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(30 * time.Second):
		return errors.New("no notification arrived within 30 seconds")
	}
	t.Step("A notification has arrived, and the charge was read", charge.Meta,
		"charge", charge.ChargeID, "state", target.Want(charge.StatusDetails.State, amazonpay.StateAuthorized))
	return nil
}
