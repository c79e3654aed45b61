// Package target has what all examples share: the flags that choose between the emulator and Amazon
// Pay, and the printing of steps. It contains nothing that a shop needs.
package target

import (
	"context"
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/mocks/emulator/emulatortest"
	"github.com/amazonpay-go/sdk/signing"
)

// Target is the service that an example calls: the emulator or Amazon Pay.
type Target struct {
	Client *amazonpay.Client
	// Currency is the currency of the region.
	Currency amazonpay.CurrencyCode
	// Emulator is nil with -service.
	Emulator *emulator.Server
	// Network reaches the emulator and trusts its certificate. It is nil with -service.
	Network http.RoundTripper

	config amazonpay.Config
	steps  int
	failed bool
}

// Main parses the flags, including flags of the example, runs the example and exits. The exit
// status is 0 only if each step had the expected result and the emulator verified each signature.
func Main(run func(ctx context.Context, t *Target) error) {
	service := flag.Bool("service", false, "call Amazon Pay instead of the emulator, configured by the environment variables AMAZON_PAY_*")
	debug := flag.Bool("debug", false, "log calls and attempts to standard error")
	live := flag.Bool("live-charges-real-money", false, "with -service: allow a live configuration")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "unexpected argument %q: run with -help to list the flags\n", flag.Arg(0))
		os.Exit(2)
	}
	logger := slog.New(slog.DiscardHandler)
	if *debug {
		logger = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if err := tell(run, *service, *live, logger); err != nil {
		fmt.Fprintln(os.Stderr, "\nFailed:", err)
		os.Exit(1)
	}
}

func tell(run func(ctx context.Context, t *Target) error, service, live bool, logger *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	t, err := open(service, live, logger)
	if err != nil {
		return err
	}
	defer t.close()
	if err := run(ctx, t); err != nil {
		return err
	}
	return t.summary()
}

// open creates the client. It makes no call.
func open(service, live bool, logger *slog.Logger) (*Target, error) {
	switch {
	case service:
		return openService(live, logger)
	case live:
		return nil, errors.New("-live-charges-real-money works only with -service")
	}
	return openEmulator(logger)
}

// openEmulator ignores the environment.
func openEmulator(logger *slog.Logger) (*Target, error) {
	server, err := emulator.Listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &Target{
		config:   emulatortest.Config(server),
		Currency: amazonpay.USD,
		Emulator: server,
		Network:  server.RoundTripper(),
	}
	if t.Client, err = amazonpay.New(t.config, amazonpay.WithRoundTripper(t.Network), amazonpay.WithLogger(logger)); err != nil {
		t.close()
		return nil, err
	}
	fmt.Printf("Using the emulator at %s: no money moves.\n", server.Description().BaseURL)
	return t, nil
}

func openService(live bool, logger *slog.Logger) (*Target, error) {
	t := &Target{config: amazonpay.ConfigFromEnv(), Currency: amazonpay.USD}
	var err error
	if t.Client, err = amazonpay.New(t.config, amazonpay.WithUserAgent("amazonpay-example"), amazonpay.WithLogger(logger)); err != nil {
		return nil, err
	}
	switch {
	case t.Client.Environment() == amazonpay.EnvironmentSandbox:
		fmt.Println("Using Amazon Pay's sandbox: no money moves.")
	case live:
		fmt.Println("Using Amazon Pay, LIVE: real money moves.")
	default:
		return nil, errors.New("the configuration is live, so this would charge real money: use a sandbox key or add -live-charges-real-money")
	}
	switch strings.ToLower(string(t.config.Region)) {
	case "eu", "de":
		t.Currency = amazonpay.EUR
	case "uk":
		t.Currency = amazonpay.GBP
	case "jp":
		t.Currency = amazonpay.JPY
	}
	return t, nil
}

// PublicKey returns the public key for the configured private key. Amazon verifies signatures with
// it.
func (t *Target) PublicKey() (*rsa.PublicKey, error) {
	text := []byte(t.config.PrivateKeyPEM.Reveal())
	if t.config.PrivateKeyFile != "" {
		var err error
		if text, err = os.ReadFile(t.config.PrivateKeyFile); err != nil {
			return nil, err
		}
	}
	key, err := signing.ParsePrivateKey(text)
	if err != nil {
		return nil, err
	}
	return &key.PublicKey, nil
}

func (t *Target) close() {
	if t.Emulator != nil {
		_ = t.Emulator.Close()
	}
}

// summary prints how many signatures the emulator verified, and returns an error if the example
// failed.
func (t *Target) summary() error {
	if t.Emulator != nil {
		requests, verified := t.Emulator.Requests(), 0
		for _, r := range requests {
			if r.Verified && r.Strict {
				verified++
			}
		}
		if len(requests) > 0 {
			fmt.Printf("\nThe emulator verified the signatures of %d of %d attempts.\n", verified, len(requests))
		}
		if verified < len(requests) {
			return errors.New("a signature was refused")
		}
	}
	if t.failed {
		return errors.New("a step above did not have the expected result")
	}
	return nil
}
