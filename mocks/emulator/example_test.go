package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/signing"
)

// A request signed by hand, to show what the emulator checks. Tests use Start in place of
// Listen, and a client of the SDK, made from the same description.
func Example() {
	server, err := emulator.Listen("127.0.0.1:0", emulator.WithRegion("us"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	d := server.Description()
	shop := d.Merchants[0]

	key, err := signing.ParsePrivateKey([]byte(shop.PrivateKeyPEM))
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := signing.NewSigner(shop.KeyIDs.Sandbox, key, signing.PSSV2)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, d.BaseURL+"/v2/buyers/"+shop.BuyerToken, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Amz-Pay-Host", strings.TrimPrefix(d.BaseURL, "https://"))
	r.Header.Set("X-Amz-Pay-Region", d.Region)
	if err := signer.SignRequest(r, signing.HashPayload(nil), time.Now()); err != nil {
		fmt.Println(err)
		return
	}
	res, err := server.RoundTripper().RoundTrip(r)
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = res.Body.Close()
	seen := server.Requests()[0]
	fmt.Println(res.StatusCode, seen.Operation, seen.Verified)
	// Output: 200 GetBuyer true
}

// Two answers fail, then the answer of a charge is lost after the work.
func ExampleServer_FailNext() {
	server, err := emulator.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	faults := []error{
		server.FailNext(2, emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: "1"}),
		server.FailNext(1, emulator.Fault{Operation: "CreateCharge", Kind: emulator.FaultKindLoseAnswer}),
		server.FailNext(1, emulator.Fault{Operation: "createCharge"}),
	}
	for _, err := range faults {
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// <nil>
	// emulator: unknown operation "createCharge": the nearest are CreateCharge, UpdateCharge, GetCharge
}

// The clock moves when the test says so: what is due until then happens.
func ExampleServer_Advance() {
	christmas := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	server, err := emulator.New(emulator.WithClock(func() time.Time { return christmas }))
	if err != nil {
		fmt.Println(err)
		return
	}
	err = server.Advance(31 * 24 * time.Hour) // an authorization of Christmas has expired
	fmt.Println(server.Now().Format(time.DateTime), err)
	// Output: 2027-01-24 18:00:00 <nil>
}
