// Package world is what surrounds the billing when it does not run against Amazon Pay: an emulator
// for each region, with merchants who have authorized the provider, and buyers who subscribe.
package world

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// World is the emulators. Close it.
type World struct {
	Regions []*Region
	// AccountsFile is what SUBSCRIPTIONS_ACCOUNTS of another process names.
	AccountsFile string
	Accounts     provider.Accounts
}

// Region is the emulator of a region.
type Region struct {
	*emulator.Server

	Region    amazonpay.Region
	Currency  amazonpay.CurrencyCode
	Merchants []emulator.Merchant // the provider's clients
}

var currencies = map[string]amazonpay.CurrencyCode{"na": amazonpay.USD, "eu": amazonpay.EUR, "jp": amazonpay.JPY}

// New starts an emulator for each of these regions (na, eu, jp), with so many merchants each, and
// writes the accounts file and the keys into a folder.
func New(folder string, merchants int, regions []string, options ...emulator.Option) (w *World, err error) {
	w = &World{AccountsFile: filepath.Join(folder, "accounts.json")}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	w.Accounts.SealKey = make([]byte, 32)
	_, _ = rand.Read(w.Accounts.SealKey) // never fails
	for _, name := range regions {
		server, err := emulator.Listen("127.0.0.1:0", append([]emulator.Option{emulator.WithRegion(name), emulator.WithClients(merchants)}, options...)...)
		if err != nil {
			return w, err
		}
		d := server.Description()
		w.Regions = append(w.Regions, &Region{server, amazonpay.Region(d.Region), currencies[d.Region], d.Merchants[len(d.Merchants)-merchants:]})
		keyFile, caFile := filepath.Join(folder, d.Region+"-key.pem"), filepath.Join(folder, d.Region+"-ca.pem")
		if err := errors.Join(os.WriteFile(keyFile, []byte(d.Merchants[0].PrivateKeyPEM), 0o600), os.WriteFile(caFile, []byte(d.CAPEM), 0o600)); err != nil {
			return w, err
		}
		w.Accounts.Accounts = append(w.Accounts.Accounts, provider.Account{
			Region: d.Region, PublicKeyID: d.Merchants[0].KeyIDs.Live, PrivateKeyFile: keyFile, BaseURL: d.BaseURL, CAFile: caFile,
			TopicAccounts: []string{d.TopicAccount},
		})
	}
	text, err := json.MarshalIndent(w.Accounts, "", "\t")
	if err != nil {
		return w, err
	}
	return w, os.WriteFile(w.AccountsFile, text, 0o600)
}

// Close ends the emulators.
func (w *World) Close() error {
	var err error
	for _, r := range w.Regions {
		err = errors.Join(err, r.Close())
	}
	return err
}

// AddMerchants stores the merchants of all regions.
func (w *World) AddMerchants(ctx context.Context, p *provider.Provider) error {
	for _, r := range w.Regions {
		for i, m := range r.Merchants {
			err := p.Add(ctx, data.Merchant{ID: m.MerchantID, Name: fmt.Sprintf("Merchant %s %d", r.Region, i+1), Region: r.Region, Currency: r.Currency}, m.MWSAuthToken)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Plan says what a merchant's subscriptions are like.
type Plan struct {
	Amount  int64     // in the currency's smallest unit
	Card    string    // the last digits of a test card; empty: a good one
	NextDue data.Date // of the first bill
}

// Subscribe makes n buyers subscribe to a merchant, and stores the subscriptions.
func (r *Region) Subscribe(ctx context.Context, q data.Queries, merchantID string, plan Plan, n int) ([]string, error) {
	price, err := amazonpay.NewPrice(plan.Amount, r.Currency)
	if err != nil {
		return nil, err
	}
	ids, err := r.Buyer().Subscribe(emulator.Subscription{
		MerchantID: merchantID, Live: true, Amount: string(price.Amount), Currency: string(r.Currency), Card: plan.Card,
	}, n)
	if err != nil {
		return nil, err
	}
	all := make([]*data.Subscription, len(ids))
	for i, id := range ids {
		all[i] = &data.Subscription{
			PermissionID: id, MerchantID: merchantID, Amount: plan.Amount, Currency: r.Currency, State: data.SubscriptionActive,
			Anchor: plan.NextDue.Time().Day(), NextDue: plan.NextDue,
		}
	}
	return ids, q.AddSubscriptions(ctx, all)
}
