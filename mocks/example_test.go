package mocks_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"go.uber.org/mock/gomock"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/webstore"
)

// ship is what the examples test: a part of a shop that takes the interface.
func ship(ctx context.Context, shop webstore.API, orderID, chargeID string, amount amazonpay.Price) (string, error) {
	charge, err := shop.CaptureCharge(ctx, chargeID,
		&webstore.CaptureChargeRequest{CaptureAmount: amount},
		amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey(orderID, "capture", "1")))
	if amazonpay.HasReason(err, amazonpay.ReasonCodeTransactionAmountExceeded) {
		return "more than was authorized", nil
	}
	if err != nil {
		return "", err
	}
	return "captured " + charge.CaptureAmount.String(), nil
}

var amount = amazonpay.USD.Price("14.00")

// t stands for the *testing.T of a test, which an example does not have.
var t reporter

type reporter struct{}

func (reporter) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (reporter) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (reporter) Helper()                           {}

// A mocked sub-client answers the calls itself: for what a program does with an answer or an error.
// Options with the same arguments are equal.
func ExampleMockWebstore() {
	ctrl := gomock.NewController(t) // with a *testing.T, Finish is not required
	defer ctrl.Finish()
	shop := mocks.NewMockWebstore(ctrl)
	shop.EXPECT().
		CaptureCharge(gomock.Any(), "S01-0000000-0000000-C000000", gomock.Any(),
			amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("order-1042", "capture", "1"))).
		Return(nil, &amazonpay.APIError{StatusCode: http.StatusBadRequest, ReasonCode: amazonpay.ReasonCodeTransactionAmountExceeded})

	fmt.Println(ship(context.Background(), shop, "order-1042", "S01-0000000-0000000-C000000", amount))
	// Output: more than was authorized <nil>
}

// A mocked Doer sees the request of each call once, unsigned, and answers it: for what is sent, and
// for answers that the emulator does not give. The client requires no key.
func ExampleMockDoer() {
	ctrl := gomock.NewController(t)
	defer ctrl.Finish()
	doer := mocks.NewMockDoer(ctrl)
	doer.EXPECT().Do(gomock.Any()).DoAndReturn(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		fmt.Println(r.Method, r.URL.Path)
		fmt.Println(string(body))
		return &http.Response{
			StatusCode: http.StatusOK,
			Body:       io.NopCloser(strings.NewReader(`{"chargeId": "S01-0000000-0000000-C000000", "captureAmount": {"amount": "14.00", "currencyCode": "USD"}, "news": true}`)),
		}, err
	})
	client, err := amazonpay.New(amazonpay.Config{Region: amazonpay.RegionUS, Environment: amazonpay.EnvironmentSandbox}, amazonpay.WithDoer(doer))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ship(context.Background(), webstore.New(client), "order-1042", "S01-0000000-0000000-C000000", amount))
	// Output:
	// POST /sandbox/v2/charges/S01-0000000-0000000-C000000/capture
	// {"captureAmount":{"amount":"14.00","currencyCode":"USD"}}
	// captured 14.00 USD <nil>
}

// A mocked Caller answers the calls below a sub-client, here what [webstore.Client.CaptureOrFetch]
// makes of a refusal. A Caller without expectations for Fetch fetches nothing.
func ExampleMockWebstoreCaller() {
	ctrl := gomock.NewController(t)
	defer ctrl.Finish()
	caller := mocks.NewMockWebstoreCaller(ctrl)
	caller.EXPECT().Call(gomock.Any(), gomock.Any(), gomock.Any(), gomock.Any()).Times(2).
		DoAndReturn(func(_ context.Context, op amazonpay.Operation, _, out any, _ ...amazonpay.CallOption) (*amazonpay.Meta, error) {
			fmt.Println(op.Name)
			if charge, ok := out.(*webstore.Charge); ok && op.Name == "GetCharge" {
				charge.CaptureAmount, charge.StatusDetails.State = amount, amazonpay.StateCaptured
				return &amazonpay.Meta{}, nil
			}
			return nil, &amazonpay.CallError{
				Operation: op.Name, Meta: &amazonpay.Meta{}, Outcome: amazonpay.OutcomeRefused,
				Err: &amazonpay.APIError{StatusCode: http.StatusUnprocessableEntity, ReasonCode: amazonpay.ReasonCodeInvalidChargeStatus},
			}
		})

	charge, err := webstore.New(caller).CaptureOrFetch(context.Background(), "S01-0000000-0000000-C000000",
		&webstore.CaptureChargeRequest{CaptureAmount: amount})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(charge.StatusDetails.State)
	// Output:
	// CaptureCharge
	// GetCharge
	// Captured
}

// The emulator is a complete Amazon Pay: for a payment over several calls, with retries and
// signatures.
func Example_emulator() {
	ctx := context.Background()
	server, err := emulator.Listen("127.0.0.1:0") // in a test: client, server := emulatortest.New(t)
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

	session, err := shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: server.Description().Merchants[0].StoreID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review",
			CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: amount},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := server.Buyer().Approve(session.CheckoutSessionID); err != nil {
		fmt.Println(err)
		return
	}
	session, err = shop.CompleteCheckoutSession(ctx, session.CheckoutSessionID, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: amount})
	if err != nil {
		fmt.Println(err)
		return
	}

	// The answer of the capture is lost after the work. The call is repeated, the work is not.
	if err := server.FailNext(1, emulator.Fault{Operation: "CaptureCharge", Kind: emulator.FaultKindLoseAnswer}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ship(ctx, shop, "order-1042", session.ChargeID, amount))
	for _, r := range server.Requests() {
		fmt.Printf("%s: %d, verified %t, from the key %t\n", r.Operation, r.Status, r.Verified, r.Replayed)
	}
	// Output:
	// captured 14.00 USD <nil>
	// CreateCheckoutSession: 201, verified true, from the key false
	// CompleteCheckoutSession: 200, verified true, from the key false
	// CaptureCharge: 200, verified true, from the key false
	// CaptureCharge: 200, verified true, from the key true
}
