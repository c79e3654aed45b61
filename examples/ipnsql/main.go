// Command ipnsql handles each notification once, across restarts and several processes, by keeping
// track of them in a database. The example uses SQLite; the statements are plain SQL.
//
//	cd examples/ipnsql && go run .
//
// It sends itself one notification three times, and its handler fails the first time: the handler
// is called twice and succeeds once.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	_ "modernc.org/sqlite"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "Failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	db, err := sql.Open("sqlite", "file::memory:?cache=shared")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	deduper, err := newDeduper(ctx, db, sqliteClock)
	if err != nil {
		return err
	}
	sns, err := ipntest.New() // stands in for AWS SNS
	if err != nil {
		return err
	}
	verifier, err := ipn.NewVerifier(
		ipn.WithTopicAccounts(ipntest.Account), ipn.WithMerchantIDs("A1EXAMPLE"), ipn.WithRoundTripper(sns), ipn.WithDeduper(deduper))
	if err != nil {
		return err
	}
	calls := 0
	handler := verifier.Handler(func(_ context.Context, n *ipn.Notification) error {
		if calls++; calls == 1 {
			return errors.New("the shop is busy")
		}
		fmt.Println("handled", n.ObjectType, n.ObjectID)
		return nil
	})
	m := sns.Notify(ipntest.Notification{MerchantID: "A1EXAMPLE", ObjectType: "CHARGE", ObjectID: "S01-0000000-0000000-C000000"}, time.Now())
	for range 3 {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/ipn", bytes.NewReader(m.JSON()))
		r.Header.Set("X-Amz-Sns-Message-Type", m.Type)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println("status", w.Code)
	}
	if calls != 2 {
		return fmt.Errorf("the handler was called %d times", calls)
	}
	return nil
}
