package signing_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// Sign a request that the program sends itself, and check the signature as a receiver would.
func Example() {
	key, err := rsa.GenerateKey(rand.Reader, 2048) // in earnest: signing.ParsePrivateKey
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signing.NewSigner("SANDBOX-ABC123", key, signing.PSSV2)
	if err != nil {
		fmt.Println(err)
		return
	}

	body := `{"chargeAmount":{"amount":"14.00","currencyCode":"EUR"}}`
	req, err := http.NewRequest(http.MethodPost, "https://pay-api.amazon.eu/v2/charges/S01-0000000-0000000-C000000/capture", strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Pay-Host", "pay-api.amazon.eu")
	req.Header.Set("X-Amz-Pay-Region", "eu")
	req.Header.Set("X-Amz-Pay-Idempotency-Key", "order-1-capture-1")
	if err := signer.SignRequest(req, signing.HashPayload([]byte(body)), time.Now()); err != nil {
		fmt.Println(err)
		return
	}

	authorization, err := signing.ParseAuthorization(req.Header.Get("Authorization"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(authorization.Algorithm, authorization.PublicKeyID)
	fmt.Println(authorization.SignedHeaders)
	fmt.Println(signing.Verify(req, []byte(body), signer.PublicKey()))
	fmt.Println(signing.Verify(req, []byte(strings.Replace(body, "14.00", "94.00", 1)), signer.PublicKey()))
	// Output:
	// AMZN-PAY-RSASSA-PSS-V2 SANDBOX-ABC123
	// accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-idempotency-key;x-amz-pay-region
	// <nil>
	// signing: the signature does not match
}

// An environment variable often holds a key with the two characters \n in place of line ends.
func ExampleParsePrivateKey() {
	made, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(made)})
	variable := strings.ReplaceAll(string(text), "\n", `\n`)

	key, err := signing.ParsePrivateKey([]byte(variable))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.N.BitLen(), "bits")

	_, err = signing.ParsePrivateKey([]byte("private.pem"))
	fmt.Println(err)
	// Output:
	// 2048 bits
	// signing: the private key is neither PEM nor base64 (is it a file name?); create a key with: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out private.pem
}

// The page must carry the very bytes that were signed.
func ExampleSigner_SignPayload() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signing.NewSigner("SANDBOX-ABC123", key, signing.PSSV2)
	if err != nil {
		fmt.Println(err)
		return
	}
	payload := []byte(`{"webCheckoutDetails":{"checkoutReviewReturnUrl":"https://shop.example/review"},"storeId":"amzn1.application-oa2-client.example"}`)
	signature, err := signer.SignPayload(payload)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(signature), "characters for", signer.Algorithm())
	// Output: 344 characters for AMZN-PAY-RSASSA-PSS-V2
}

// A button's signature holds for its payload alone: one space more is another payload.
func ExampleVerifyPayload() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signing.NewSigner("SANDBOX-ABC123", key, signing.PSSV2)
	if err != nil {
		fmt.Println(err)
		return
	}
	signature, err := signer.SignPayload([]byte(`{"storeId":"a"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signing.VerifyPayload(signing.PSSV2, []byte(`{"storeId":"a"}`), signature, &key.PublicKey))
	fmt.Println(signing.VerifyPayload(signing.PSSV2, []byte(`{"storeId": "a"}`), signature, &key.PublicKey))
	// Output:
	// <nil>
	// signing: the signature does not match
}
