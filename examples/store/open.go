package main

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/examples/store/internal/orders"
	"github.com/amazonpay-go/sdk/examples/store/internal/service"
)

// wrapDriver and wrapNetwork are nil, except in the program that the kill test builds: see
// killpoint.go.
var (
	wrapDriver  func(driver.Connector) driver.Connector
	wrapNetwork func(http.RoundTripper) http.RoundTripper
)

// store is the shop without its pages.
type store struct {
	DB       *data.DB
	Service  *service.Service
	Shop     *orders.Shop
	Verifier *ipn.Verifier
}

// open opens the shop as the environment says: see the README. baseURL is the address of its pages
// without a slash at the end.
func open(ctx context.Context, baseURL string, log *slog.Logger) (s *store, err error) {
	lease, err := time.ParseDuration(envOr("STORE_LEASE", "10s"))
	if err != nil || lease <= 0 {
		return nil, fmt.Errorf("STORE_LEASE is %q: write a time such as 10s", os.Getenv("STORE_LEASE"))
	}
	s = &store{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	database := envOr("STORE_DATABASE_URL", "store.db")
	if s.DB, err = data.Open(ctx, database, wrapDriver); err != nil {
		return s, err
	}
	config := service.Config{
		EmulatorFile: os.Getenv("STORE_EMULATOR"),
		MerchantID:   os.Getenv("STORE_MERCHANT_ID"), StoreID: os.Getenv("STORE_STORE_ID"),
		TopicAccounts: strings.Split(envOr("STORE_TOPIC_ACCOUNTS", "291180941288,598607868003"), ","),
		Logger:        log, Wrap: wrapNetwork,
	}
	if !strings.Contains(database, "://") { // an emulator inside remembers as long as the database does
		config.StateFile = database + "-emulator.json"
	}
	if s.Service, err = service.Open(config); err != nil {
		return s, err
	}
	if s.Verifier, err = ipn.NewVerifier(append(s.Service.IPN, ipn.WithDeduper(data.Notifications{DB: s.DB}), ipn.WithLogger(log))...); err != nil {
		return s, err
	}
	s.Shop, err = orders.New(orders.Config{DB: s.DB, Client: s.Service.Client, StoreID: s.Service.StoreID, BaseURL: baseURL, Logger: log, Lease: lease})
	return s, err
}

// Close closes what is open.
func (s *store) Close() error {
	var err error
	if s.Service != nil {
		err = s.Service.Close()
	}
	if s.DB != nil {
		err = errors.Join(err, s.DB.Close())
	}
	return err
}

func envOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
