package libcrypto_test

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/signing/libcrypto"
)

// Give the key of a client to OpenSSL, or to crypto/rsa where there is none.
func Example() {
	key, err := rsa.GenerateKey(rand.Reader, 2048) // in earnest: signing.ParsePrivateKey
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := libcrypto.NewOrGo(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = signer.Close() }()
	if err := signer.Fallback(); err != nil {
		fmt.Println("signatures will take three times as long:", err) // in earnest: in the program's log
	}

	client, err := amazonpay.New(amazonpay.Config{PublicKeyID: "SANDBOX-ABC123", PrivateKey: signer, Region: amazonpay.RegionEU})
	if err != nil {
		fmt.Println(err)
		return
	}
	button, err := client.ButtonSignature([]byte(`{"storeId":"amzn1.application-oa2-client.example"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(button.Algorithm)
	fmt.Println(signing.VerifyPayload(signing.PSSV2, []byte(button.PayloadJSON), button.Signature, &key.PublicKey))
	// Output:
	// AMZN-PAY-RSASSA-PSS-V2
	// <nil>
}
