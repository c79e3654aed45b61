package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/transport"
)

// lockTime is how long a command waits for another one that has the emulator's state.
const lockTime = 30 * time.Second

// target is where calls go, and as whom.
type target struct {
	Profile      string `help:"Profile of the configuration file." env:"AMAZON_PAY_PROFILE" placeholder:"NAME" group:"account"`
	Emulator     bool   `help:"Use an emulator inside this program, which keeps its state for the next command. No account is needed." group:"account"`
	EmulatorFile string `help:"Use a running emulator: the file that \"amazonpay emulator\" wrote." env:"AMAZON_PAY_EMULATOR_FILE" predictor:"file" placeholder:"FILE" group:"account"`
	Live         bool   `help:"Allow the live environment, where real money moves (of an emulator: none)." group:"account"`
	ConfigDir    string `help:"Folder of the profiles and of the emulator's state." env:"AMAZON_PAY_CONFIG_DIR" placeholder:"FOLDER" group:"account"`
}

// account is a configuration, and where it is from.
type account struct {
	config     amazonpay.Config
	base       http.RoundTripper     // nil: the default
	from       string                // for people: the environment, profile "shop"
	described  *emulator.Description // nil if it is not an emulator
	merchantID string
	storeID    string
}

// account finds the account of the command, in the order of the README.
func (s *session) account() (account, error) {
	t := s.cli.target
	asked := t.Profile != "" && t.Profile != os.Getenv("AMAZON_PAY_PROFILE") // not by a variable
	switch {
	case asked && (t.Emulator || t.EmulatorFile != ""):
		return account{}, wrong("Leave one out, or unset AMAZON_PAY_EMULATOR_FILE.", "--profile is an account, --emulator and --emulator-file are emulators")
	case t.Emulator && t.EmulatorFile != "":
		return account{}, wrong("Leave one out, or unset AMAZON_PAY_EMULATOR_FILE.", "--emulator is one inside this program, --emulator-file one that runs")
	case t.Emulator:
		server, err := s.emulator()
		if err != nil {
			return account{}, err
		}
		return t.emulated(server.Description(), server.RoundTripper(), "the emulator inside"), nil
	case t.EmulatorFile != "":
		return s.described(t.EmulatorFile)
	case t.Profile != "":
		return s.profile(t.Profile)
	}
	if config := amazonpay.ConfigFromEnv(); config.PublicKeyID != "" || config.PrivateKeyFile != "" || config.PrivateKeyPEM != (amazonpay.Secret{}) {
		return account{
			config: config, from: "the environment variables AMAZON_PAY_…",
			merchantID: os.Getenv("AMAZON_PAY_MERCHANT_ID"), storeID: os.Getenv("AMAZON_PAY_STORE_ID"),
		}, nil
	}
	return s.profile("")
}

// client returns the client of the command's account. It refuses the live environment without
// --live.
func (s *session) client() (*amazonpay.Client, account, error) {
	a, err := s.account()
	if err != nil {
		return nil, a, err
	}
	client, err := s.clientOf(a)
	return client, a, err
}

// clientOf is client for an account that is known.
func (s *session) clientOf(a account) (*amazonpay.Client, error) {
	opts := []amazonpay.Option{amazonpay.WithUserAgent("amazonpay-cli/" + amazonpay.Version)}
	if a.base != nil {
		opts = append(opts, amazonpay.WithRoundTripper(a.base))
	}
	client, err := amazonpay.New(a.config, opts...)
	if err != nil {
		return nil, wrong("Run amazonpay doctor, which says how to mend it.", "%s: %w", a.from, err)
	}
	if client.Environment() == amazonpay.EnvironmentLive && !s.cli.Live {
		return nil, wrong("Add --live if real money is meant to move.", "%s is for the live environment", a.from)
	}
	return client, nil
}

type whoamiCommand struct{}

// Run prints the account that the other commands use.
func (*whoamiCommand) Run(s *session) error {
	a, err := s.account()
	if err != nil {
		return err
	}
	s.cli.Live = true // nothing is sent
	client, err := s.clientOf(a)
	if err != nil {
		return err
	}
	said := struct {
		From        string `json:"from"`
		PublicKeyID string `json:"publicKeyId"`
		Region      string `json:"region"`
		Environment string `json:"environment"`
		MerchantID  string `json:"merchantId,omitzero"`
		StoreID     string `json:"storeId,omitzero"`
	}{a.from, a.config.PublicKeyID, string(client.Region()), string(client.Environment()), a.merchantID, a.storeID}
	if s.cli.JSON {
		return s.printJSON(said)
	}
	s.table([][]string{
		{"account", said.From},
		{"public key id", said.PublicKeyID},
		{"region", said.Region},
		{"environment", said.Environment},
		{"merchant id", cmp.Or(said.MerchantID, "not set")},
		{"store id", cmp.Or(said.StoreID, "not set")},
	})
	return nil
}

// emulated is the account of an emulator's first merchant, in the sandbox, or with --live in the
// live environment, in which no money moves either.
func (t target) emulated(d emulator.Description, base http.RoundTripper, from string) account {
	m := d.Merchants[0]
	keyID := m.KeyIDs.Sandbox
	if t.Live {
		keyID = m.KeyIDs.Live
	}
	return account{
		config: amazonpay.Config{
			PublicKeyID: keyID, PrivateKeyPEM: amazonpay.NewSecret(m.PrivateKeyPEM), Region: amazonpay.Region(d.Region), BaseURL: d.BaseURL,
		},
		base: base, from: from, described: &d, merchantID: m.MerchantID, storeID: m.StoreID,
	}
}

// described is the account of an emulator that runs.
func (s *session) described(file string) (account, error) {
	const next = "Start one with amazonpay emulator, which writes the file, or use --emulator."
	text, err := s.content(file)
	if err != nil {
		return account{}, wrong(next, "the emulator's file: %w", err)
	}
	var d emulator.Description
	if err := json.Unmarshal(text, &d); err != nil || len(d.Merchants) == 0 || d.BaseURL == "" {
		return account{}, wrong(next, "%s is not the file of an emulator", file)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(d.CAPEM)) {
		return account{}, wrong(next, "%s has no certificate in caPem", file)
	}
	base := transport.NewBase()
	base.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	base.Proxy = nil
	return s.cli.emulated(d, base, file), nil
}

// regions are the regions of the emulator inside, each of which has a state of its own.
var regions = map[string]string{"na": "na", "us": "na", "eu": "eu", "de": "eu", "uk": "eu", "jp": "jp"}

// emulator starts the emulator inside, with the state of the last command.
func (s *session) emulator() (*emulator.Server, error) {
	if s.server != nil {
		return s.server, nil
	}
	region := regions[strings.ToLower(cmp.Or(os.Getenv("AMAZON_PAY_REGION"), "na"))]
	if region == "" {
		return nil, wrong("Use na (or us), eu (or de, uk) or jp.", "AMAZON_PAY_REGION is %q", os.Getenv("AMAZON_PAY_REGION"))
	}
	options := []emulator.Option{emulator.WithRegion(region), emulator.WithPages("127.0.0.1:0")}
	if s.fresh {
		server, err := emulator.Listen("127.0.0.1:0", options...)
		s.server, s.unlock = server, func() error { return nil }
		return server, err
	}
	dir, err := s.configDir()
	if err != nil {
		return nil, err
	}
	state := filepath.Join(dir, "emulator-"+region+".state")
	lock := flock.New(state + ".lock")
	waiting, stop := context.WithTimeout(s.ctx, lockTime)
	defer stop()
	if locked, err := lock.TryLockContext(waiting, 20*time.Millisecond); !locked {
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, failed("Wait until it has ended.", "another command uses the emulator's state %s", state)
		}
		return nil, failed("", "%s.lock: %w", state, err)
	}
	server, err := emulator.Listen("127.0.0.1:0", append(options, emulator.WithStateFile(state))...)
	if err != nil {
		return nil, errors.Join(failed("If the state is of no use any more, delete "+state+".", "%w", err), lock.Unlock())
	}
	s.server, s.unlock = server, lock.Unlock
	return server, nil
}

// configDir returns the program's folder, and makes it.
func (s *session) configDir() (string, error) {
	dir := s.cli.ConfigDir
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return "", wrong("Give a folder with --config-dir.", "there is no folder for configuration: %w", err)
		}
		dir = filepath.Join(base, "amazonpay")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", wrong("Give another folder with --config-dir.", "%w", err)
	}
	return dir, nil
}
