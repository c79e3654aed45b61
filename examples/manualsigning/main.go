// Command manualsigning signs requests with the SDK and sends them with the HTTP client of the
// standard library, for programs that have their own code for retries, tracing or proxies.
//
//	go run ./examples/manualsigning
//
// It runs against the emulator and ignores the environment. Against Amazon Pay's sandbox it creates
// and reads a checkout session, without a buyer:
//
//	export AMAZON_PAY_PUBLIC_KEY_ID=SANDBOX-… AMAZON_PAY_REGION=us
//	export AMAZON_PAY_PRIVATE_KEY_FILE=private.pem
//	go run ./examples/manualsigning -service -store amzn1.application-oa2-client.…
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/internal/target"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/webstore"
)

func main() {
	store := flag.String("store", "", "with -service: your store id (amzn1.application-oa2-client.…)")
	target.Main(func(ctx context.Context, t *target.Target) error { return run(ctx, t, *store) })
}

func run(ctx context.Context, t *target.Target, storeID string) error {
	if t.Emulator != nil {
		storeID = t.Emulator.Description().Merchants[0].StoreID
	}
	if storeID == "" {
		return errors.New("-service requires -store ID, your store id in Seller Central")
	}
	publicKey, err := t.PublicKey()
	if err != nil {
		return err
	}
	// A signature is valid for one request to one URL, so do not follow redirects.
	client := &http.Client{
		Transport:     t.Network,
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	// SignRequest builds the whole request, including the body.
	create := amazonpay.Operation{Name: "CreateCheckoutSession", Method: http.MethodPost, Path: "checkoutSessions", IdempotencyKey: true}
	in := &webstore.CreateCheckoutSessionRequest{
		StoreID:            storeID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{CheckoutReviewReturnURL: "https://shop.example/review"},
	}
	req, err := t.Client.SignRequest(ctx, create, in)
	if err != nil {
		return err
	}
	body, err := amazonpay.EncodeJSON(in) // the same bytes that were signed
	if err != nil {
		return err
	}
	if err := signing.Verify(req, body, publicKey); err != nil {
		return err
	}
	t.Step("Sign a request to create a checkout session", nil,
		"request", req.Method+" "+req.URL.String(),
		"header", lines(req.Header),
		"body", string(body),
		"signature", "valid (signing.Verify)")

	created, err := send(client, req)
	if err != nil {
		return err
	}
	t.Step("Send it", nil,
		"status", target.Want(created.status, http.StatusCreated),
		"session", created.session.CheckoutSessionID,
		"state", target.Want(created.session.StatusDetails.State, amazonpay.StateOpen),
		"request id", created.requestID)

	// SignedHeaders returns only the headers, for a custom request.
	id := created.session.CheckoutSessionID
	header, err := t.Client.SignedHeaders(ctx, amazonpay.Operation{
		Name: "GetCheckoutSession", Method: http.MethodGet, Path: "checkoutSessions/{checkoutSessionId}",
		PathValues: map[string]string{"checkoutSessionId": id},
	}, nil)
	if err != nil {
		return err
	}
	own, err := http.NewRequestWithContext(ctx, http.MethodGet, req.URL.String()+"/"+id, http.NoBody)
	if err != nil {
		return err
	}
	own.Header = header
	read, err := send(client, own)
	if err != nil {
		return err
	}
	t.Step("Read the session: a custom request with the headers of SignedHeaders", nil,
		"request", own.Method+" "+own.URL.String(),
		"header", lines(header),
		"status", target.Want(read.status, http.StatusOK),
		"session", target.Want(read.session.CheckoutSessionID, id),
		"state", target.Want(read.session.StatusDetails.State, amazonpay.StateOpen),
		"request id", read.requestID)

	own.Header = own.Header.Clone()
	own.Header.Set("X-Amz-Pay-Region", "jp")
	err = signing.Verify(own, nil, publicKey)
	t.Step("Change one signed header: the signature is no longer valid", nil,
		"error", err,
		"wrong signature", target.Want(errors.Is(err, signing.ErrSignature), true))
	return nil
}

type answer struct {
	status    int
	requestID string
	session   webstore.CheckoutSession
}

func send(client *http.Client, req *http.Request) (*answer, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	a := &answer{status: resp.StatusCode, requestID: resp.Header.Get("X-Amz-Pay-Request-Id")}
	if err := json.Unmarshal(body, &a.session); err != nil {
		return nil, fmt.Errorf("the response with status %d is not a checkout session: %w", resp.StatusCode, err)
	}
	return a, nil
}

func lines(h http.Header) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		all = append(all, name+": "+strings.Join(h[name], ", "))
	}
	return strings.Join(all, "\n")
}
