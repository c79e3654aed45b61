package transport_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// A stand-in for the service is busy at first: the request is signed and sent again.
func Example() {
	busy := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if busy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		busy = false
	}))
	defer server.Close()

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signing.NewSigner("SANDBOX-EXAMPLE", key, signing.PSSV2)
	if err != nil {
		fmt.Println(err)
		return
	}
	doer, err := transport.New(transport.Config{
		Signer: signer,
		Retry:  transport.RetryPolicy{MaxRetries: 2, MinWait: time.Millisecond, MaxWait: 10 * time.Millisecond},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	call := &transport.Call{Operation: "CreateCharge"}
	ctx := transport.WithCall(context.Background(), call)
	body := strings.NewReader(`{"chargePermissionId":"S01-0000000-0000000"}`)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v2/charges", body)
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Pay-Host", "pay-api.amazon.eu")
	req.Header.Set("X-Amz-Pay-Region", "eu")
	req.Header.Set("X-Amz-Pay-Idempotency-Key", "0123456789abcdef") // without it a POST is not repeated

	resp, err := doer.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	for _, attempt := range call.Attempts {
		fmt.Println(attempt.StatusCode)
	}
	// Output:
	// 503
	// 200
}
