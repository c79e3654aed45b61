package authtoken_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// memoryStore stands in for a table of a database. See authtoken.Store for its SQL.
type memoryStore struct{ rows sync.Map } // merchant id → *row

type row struct {
	lock      chan struct{} // as SELECT … FOR UPDATE
	token     string        // encrypted, in a database
	goodUntil time.Time
}

func (m *memoryStore) Update(ctx context.Context, merchantID string, renew func(authtoken.StoredToken) (authtoken.StoredToken, error)) error {
	found, _ := m.rows.LoadOrStore(merchantID, &row{lock: make(chan struct{}, 1)})
	r, _ := found.(*row)
	select {
	case r.lock <- struct{}{}:
		defer func() { <-r.lock }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	stored := authtoken.StoredToken{Token: amazonpay.NewSecret(r.token), GoodFor: time.Until(r.goodUntil)}
	renewed, err := renew(stored)
	if err != nil || renewed == stored {
		return err
	}
	r.token, r.goodUntil = renewed.Token.Reveal(), time.Now().Add(renewed.GoodFor)
	return nil
}

// Three workers of a solution provider require the token of a merchant. One gets it.
func ExampleClient_WithStore() {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = server.Close() }()
	provider, merchant := server.Description().Merchants[0], server.Description().Merchants[1]

	config := emulatortest.Config(server)
	config.PublicKeyID = provider.KeyIDs.Live // authorization tokens exist live only
	store := new(memoryStore)                 // the database that the workers share
	for worker := range 3 {
		client, err := amazonpay.New(config, amazonpay.WithRoundTripper(server.RoundTripper()))
		if err != nil {
			fmt.Println(err)
			return
		}
		tokens := authtoken.New(client).WithStore(store).Source(merchant.MWSAuthToken, merchant.MerchantID)
		_, err = tokens.Token(context.Background())
		fmt.Println("worker", worker, "has a token:", err == nil)
	}
	for _, request := range server.Requests() {
		fmt.Println(request.Operation)
	}
	// Output:
	// worker 0 has a token: true
	// worker 1 has a token: true
	// worker 2 has a token: true
	// GetAuthorizationToken
}
