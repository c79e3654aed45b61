package transport_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/transport"
)

// policy repeats what brought no answer or a 503, and has no rate limit.
type policy struct{}

func (policy) Admit(context.Context) error { return nil }

func (policy) Judge(_ context.Context, a transport.Attempt, answer *transport.Answer, _ bool) transport.Verdict {
	fmt.Println("attempt:", a.StatusCode)
	return transport.Verdict{Repeat: answer == nil || answer.Status == http.StatusServiceUnavailable}
}

// The service is busy at first, so the request is signed and sent again.
func ExampleClient_Send() {
	busy := true
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if busy {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		busy = false
	}))
	defer service.Close()

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	signer, err := signing.NewSigner("SANDBOX-EXAMPLE", key, signing.PSSV2)
	if err != nil {
		panic(err)
	}
	client, err := transport.New(transport.Config{
		Signer: signer,
		Retry:  transport.RetryPolicy{MinWait: time.Millisecond, MaxWait: 10 * time.Millisecond},
	})
	if err != nil {
		panic(err)
	}

	result, err := client.Send(context.Background(), transport.Request{
		Operation: "CreateCharge",
		Method:    http.MethodPost,
		URL:       service.URL + "/v2/charges",
		Header: http.Header{
			"Accept":                    {"application/json"},
			"Content-Type":              {"application/json"},
			"X-Amz-Pay-Host":            {"pay-api.amazon.eu"},
			"X-Amz-Pay-Region":          {"eu"},
			"X-Amz-Pay-Idempotency-Key": {"0123456789abcdef"}, // without it a POST is not repeated
		},
		Body:  []byte(`{"chargePermissionId":"S01-0000000-0000000"}`),
		Retry: true,
	}, policy{})
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Answer.Status, len(result.Attempts))
	// Output:
	// attempt: 503
	// attempt: 200
	// 200 2
}
