package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// ErrLive is the error of [Run] for a live account.
var ErrLive = errors.New("probe: only a sandbox account is probed: use a sandbox key, or set the environment to sandbox")

// ErrSkipped is what [Target].Buyer returns for a checkout that nobody wants to make.
var ErrSkipped = errors.New("probe: the checkout was skipped")

// Target is the account that is probed.
type Target struct {
	// Config is the configuration of a sandbox client.
	Config amazonpay.Config
	// Network sends the requests. It must not follow redirects.
	Network http.RoundTripper
	// StoreID is the store of the checkout sessions. Without it few probes can run.
	StoreID string
	// Currency is the currency of the account's ledger; empty is that of the region.
	Currency amazonpay.CurrencyCode
	// ChargePermissionID is a Chargeable permission of type OneTime of which 15.00 (1,500 yen) may be
	// charged; each charge is cancelled or refunded. If it is empty, a buyer makes one.
	ChargePermissionID string
	// Buyer has somebody complete a checkout in a browser, and returns the URL to which the browser
	// came back. If it is nil, probes that need a buyer do not run.
	Buyer func(ctx context.Context, c Checkout) (*url.URL, error)
	// ReturnURL is the URL to which buyers come back.
	ReturnURL string
	// ScanData is what a buyer's app shows at a till. Without it, in-store probes do not run.
	ScanData string
	// Provider says that the account may register merchant accounts, which are deleted again.
	Provider bool
	// ClockMoved says that the target is an emulator whose clock was moved: it then accepts the dates
	// of both clocks, so that nothing can be said about dates.
	ClockMoved bool
	// Only are the facts to probe; empty is all.
	Only []string
	// Undoing is told how many objects are cancelled, refunded, closed or deleted at the end, which
	// may take a minute or two. It may be nil.
	Undoing func(objects int)
	// Now and Wait replace the clock, for tests.
	Now  func() time.Time
	Wait func(ctx context.Context, d time.Duration) error
}

// Checkout is a checkout that a buyer completes.
type Checkout struct {
	Purpose     string // for the buyer to read
	ProductType string
	Button      amazonpay.SignedButton
	Pays        bool // else the buyer only signs in, and comes back
}

// check returns the client and the signer of the target, and completes it. It sends nothing.
func (t *Target) check() (*amazonpay.Client, *signing.Signer, error) {
	if t.Network == nil {
		return nil, nil, errors.New("probe: Target.Network is nil")
	}
	client, err := amazonpay.New(t.Config, amazonpay.WithRoundTripper(t.Network))
	if err != nil {
		return nil, nil, err
	}
	if client.Environment() != amazonpay.EnvironmentSandbox {
		return nil, nil, ErrLive
	}
	for _, name := range t.Only {
		if _, known := find(name); !known {
			return nil, nil, fmt.Errorf("probe: unknown fact %q", name)
		}
	}
	key := t.Config.PrivateKey
	if key == nil {
		text := []byte(t.Config.PrivateKeyPEM.Reveal())
		if t.Config.PrivateKeyFile != "" {
			if text, err = os.ReadFile(t.Config.PrivateKeyFile); err != nil {
				return nil, nil, err
			}
		}
		parsed, err := signing.ParsePrivateKey(text)
		if err != nil {
			return nil, nil, err
		}
		key = parsed
	}
	signer, err := signing.NewSigner(t.Config.PublicKeyID, key, t.Config.Algorithm)
	if err != nil {
		return nil, nil, err
	}
	if t.Currency == "" {
		t.Currency = map[amazonpay.Region]amazonpay.CurrencyCode{
			amazonpay.RegionNA: "USD", amazonpay.RegionEU: "EUR", amazonpay.RegionJP: "JPY",
		}[client.Region()]
	}
	if t.ReturnURL == "" {
		t.ReturnURL = "http://localhost/return"
	}
	if t.Now == nil {
		t.Now = time.Now
	}
	if t.Wait == nil {
		t.Wait = wait
	}
	return client, signer, nil
}

// wait waits on a timer and the context.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// specific reports whether the key id names its environment, so that paths do not have to.
func (t *Target) specific() bool {
	return strings.HasPrefix(strings.ToUpper(t.Config.PublicKeyID), "SANDBOX")
}
