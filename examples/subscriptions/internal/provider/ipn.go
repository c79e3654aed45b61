package provider

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
)

// IPN returns the options with which notifications for all accounts are verified: the trusted
// topics and, for an emulator, the way to its certificate. The merchants are too many to list:
// whoever handles a notification must look its merchant up.
func (p *Provider) IPN() ([]ipn.Option, error) {
	var topics []string
	var emulator *region
	for _, r := range p.regions {
		topics = append(topics, r.TopicAccounts...)
		if r.BaseURL != "" {
			emulator = r
		}
	}
	options := []ipn.Option{ipn.WithTopicAccounts(topics...), ipn.WithAnyMerchantID()}
	if emulator == nil {
		return options, nil
	}
	for _, r := range p.regions {
		if r.BaseURL == "" { // or the emulator's certificate would be trusted for money that moves
			return nil, errors.New("provider: some accounts lead to an emulator and some to the service: the notifications of both cannot be verified by one process")
		}
	}
	network, err := networkTo(emulator)
	if err != nil {
		return nil, err
	}
	return append(options, ipn.WithRoundTripper(network)), nil
}

// networkTo returns a network that leads to an emulator whatever host a URL names. All emulators of
// a process have the same certificate of SNS.
func networkTo(emulator *region) (http.RoundTripper, error) {
	u, err := url.Parse(emulator.BaseURL)
	if err != nil {
		return nil, err
	}
	network := emulator.network.Clone()
	network.Proxy = nil
	network.DialContext = func(ctx context.Context, kind, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, kind, u.Host)
	}
	return network, nil
}
