package ipn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// A handler is called once for each notification that is true. Here ipntest stands for AWS SNS.
func Example() {
	sns, err := ipntest.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier, err := ipn.NewVerifier(
		ipn.WithTopicAccounts(ipntest.Account),
		ipn.WithMerchantIDs("A1EXAMPLE"),
		ipn.WithRoundTripper(sns), // in a test alone: else the certificate comes from AWS
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	handler := verifier.Handler(func(_ context.Context, n *ipn.Notification) error {
		fmt.Println(n.ObjectType, n.ObjectID, n.NotificationType) // and then read the object: webstore's HandleNotification
		return nil
	})

	message := sns.Notify(ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "CHARGE", ObjectID: "S01-0000000-0000000-C000000"}, time.Now())
	forged := message
	forged.MessageID = "another"
	for _, m := range []ipntest.Message{message, message, forged} {
		r := httptest.NewRequest(http.MethodPost, "/ipn", bytes.NewReader(m.JSON()))
		r.Header.Set("X-Amz-Sns-Message-Type", m.Type)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// CHARGE S01-0000000-0000000-C000000 STATE_CHANGE
	// 200
	// 200
	// 403
}

// A message outside of an HTTP server: from a queue, say.
func ExampleVerifier_Verify() {
	verifier, err := ipn.NewVerifier(ipn.WithTopicAccounts("291180941288", "598607868003"), ipn.WithMerchantIDs("A1EXAMPLE"))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = verifier.Verify(context.Background(), []byte(`{"Type": "Notification"}`))
	fmt.Println(errors.Is(err, ipn.ErrMalformed), ipn.Temporary(err))
	// Output: true false
}
