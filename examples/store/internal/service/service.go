// Package service connects the shop to Amazon Pay, or to an emulator of it.
package service

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
)

// Service is the service that takes the shop's payments.
type Service struct {
	Client     *amazonpay.Client
	MerchantID string
	StoreID    string
	Currency   amazonpay.CurrencyCode // of the region
	ScriptURL  string                 // of checkout.js; empty for Amazon's own
	WindowURL  string                 // of the emulator's window; empty for Amazon Pay
	// IPN are the options of the verifier of notifications, but for its deduper and logger.
	IPN []ipn.Option

	inside *emulator.Server // nil unless this process runs it
}

// Config says which service it is.
type Config struct {
	// EmulatorFile is the file in which an emulator that runs by itself describes itself
	// (amazonpay-emulator.json).
	EmulatorFile string
	// StateFile is where an emulator in this process keeps its state over a restart. Empty: nowhere.
	StateFile string
	// MerchantID and StoreID are required for Amazon Pay, where TopicAccounts are the trusted AWS
	// accounts of notifications.
	MerchantID, StoreID string
	TopicAccounts       []string
	Logger              *slog.Logger
	// Wrap wraps the network to an emulator, for tests. It may be nil.
	Wrap func(http.RoundTripper) http.RoundTripper
}

// Open connects to Amazon Pay if the environment has its key (AMAZON_PAY_PUBLIC_KEY_ID), otherwise
// to the emulator of c.EmulatorFile, and otherwise starts an emulator in this process.
func Open(c Config) (*Service, error) {
	if c.Wrap == nil {
		c.Wrap = func(network http.RoundTripper) http.RoundTripper { return network }
	}
	config := amazonpay.ConfigFromEnv()
	switch {
	case config.PublicKeyID != "" && c.EmulatorFile != "":
		return nil, errors.New("service: both AMAZON_PAY_PUBLIC_KEY_ID and STORE_EMULATOR are set: unset one of them")
	case config.PublicKeyID != "":
		return openAmazon(c, config)
	case c.EmulatorFile != "":
		text, err := os.ReadFile(c.EmulatorFile)
		if err != nil {
			return nil, fmt.Errorf("service: STORE_EMULATOR: %w", err)
		}
		var d emulator.Description
		if err := json.Unmarshal(text, &d); err != nil || len(d.Merchants) == 0 {
			return nil, fmt.Errorf("service: STORE_EMULATOR: %s is not the description of an emulator", c.EmulatorFile)
		}
		network, err := networkOf(d)
		if err != nil {
			return nil, err
		}
		return openEmulator(c, d, amazonpay.Config{
			PublicKeyID: d.Merchants[0].KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(d.Merchants[0].PrivateKeyPEM),
			Region: amazonpay.Region(d.Region), Environment: amazonpay.EnvironmentSandbox, BaseURL: d.BaseURL,
		}, network)
	}
	options := []emulator.Option{emulator.WithPages("127.0.0.1:0")} // without a certificate that browsers refuse
	if c.StateFile != "" {
		options = append(options, emulator.WithStateFile(c.StateFile))
	}
	server, err := emulator.Listen("127.0.0.1:0", options...)
	if err != nil {
		return nil, err
	}
	s, err := openEmulator(c, server.Description(), emulatortest.Config(server), server.RoundTripper())
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	s.inside = server
	s.IPN = append(s.IPN, ipn.WithClock(server.Now))
	return s, nil
}

func openAmazon(c Config, config amazonpay.Config) (*Service, error) {
	if c.MerchantID == "" || c.StoreID == "" {
		return nil, errors.New("service: set STORE_MERCHANT_ID and STORE_STORE_ID, as Seller Central shows them")
	}
	client, err := amazonpay.New(config, amazonpay.WithUserAgent("amazonpay-store"), amazonpay.WithLogger(c.Logger))
	if err != nil {
		return nil, err
	}
	if client.Environment() != amazonpay.EnvironmentSandbox {
		return nil, errors.New("service: the key is live: this shop is an example, and takes payments in the sandbox alone")
	}
	s := &Service{
		Client: client, MerchantID: c.MerchantID, StoreID: c.StoreID, Currency: amazonpay.USD,
		IPN: []ipn.Option{ipn.WithTopicAccounts(c.TopicAccounts...), ipn.WithMerchantIDs(c.MerchantID)},
	}
	switch strings.ToLower(string(config.Region)) {
	case "eu", "de":
		s.Currency = amazonpay.EUR
	case "uk":
		s.Currency = amazonpay.GBP
	case "jp":
		s.Currency = amazonpay.JPY
	}
	return s, nil
}

func openEmulator(c Config, d emulator.Description, config amazonpay.Config, network http.RoundTripper) (*Service, error) {
	client, err := amazonpay.New(config, amazonpay.WithRoundTripper(c.Wrap(network)), amazonpay.WithLogger(c.Logger))
	if err != nil {
		return nil, err
	}
	s := &Service{
		Client: client, MerchantID: d.Merchants[0].MerchantID, StoreID: d.Merchants[0].StoreID,
		ScriptURL: d.ScriptURL, WindowURL: d.WindowURL, Currency: amazonpay.USD,
		IPN: []ipn.Option{ipn.WithTopicAccounts(d.TopicAccount), ipn.WithMerchantIDs(d.Merchants[0].MerchantID), ipn.WithRoundTripper(network)},
	}
	switch d.Region {
	case "eu":
		s.Currency = amazonpay.EUR
	case "jp":
		s.Currency = amazonpay.JPY
	}
	return s, nil
}

// networkOf returns a transport that trusts an emulator's CA and connects to the emulator whatever
// host a URL names.
func networkOf(d emulator.Description) (http.RoundTripper, error) {
	u, err := url.Parse(d.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("service: the emulator's base URL: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(d.CAPEM)) {
		return nil, errors.New("service: the emulator's description has no CA")
	}
	return &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 100,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, network, u.Host)
		},
	}, nil
}

// NotifyAt has an emulator in this process send notifications to a URL. Otherwise it does nothing:
// the URL is set in Seller Central, or with the flag --ipn of amazonpay emulator.
func (s *Service) NotifyAt(url string) error {
	if s.inside == nil {
		return nil
	}
	return s.inside.NotifyAt(url)
}

// Close ends the emulator in this process, if there is one.
func (s *Service) Close() error {
	if s.inside == nil {
		return nil
	}
	return s.inside.Close()
}
