// Package provider makes the calls of a solution provider on behalf of its merchants: one account
// of the provider for each region, one token for each merchant, shared by all processes.
package provider

import (
	"context"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/authtoken"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/data"
	"github.com/amazonpay-go/sdk/signing"
	"github.com/amazonpay-go/sdk/signing/libcrypto"
	"github.com/amazonpay-go/sdk/webstore"
)

// Account is the provider's account in a region, as the accounts file has it.
type Account struct {
	Region         string `json:"region"`
	PublicKeyID    string `json:"publicKeyId"`
	PrivateKeyFile string `json:"privateKeyFile"`
	// BaseURL and CAFile lead to an emulator. Without them the account is one of the service.
	BaseURL string `json:"baseUrl,omitzero"`
	CAFile  string `json:"caFile,omitzero"`
	// TopicAccounts are the AWS accounts whose notifications are trusted.
	TopicAccounts []string `json:"topicAccounts,omitzero"`
}

// Accounts is the content of the accounts file, which SUBSCRIPTIONS_ACCOUNTS names.
type Accounts struct {
	// SealKey encrypts the merchants' tokens in the database: 32 bytes in base64. It is the same for
	// all processes.
	SealKey  SealKey   `json:"sealKey"`
	Accounts []Account `json:"accounts"`
	// Limits replace documented rate limits, by the names of operations: see [Limit].
	Limits map[string]Limit `json:"limits,omitzero"`
}

// Config is what a [Provider] is made from.
type Config struct {
	Accounts Accounts
	DB       *data.DB
	Logger   *slog.Logger
	// Options are further options of the clients, such as an observer.
	Options []amazonpay.Option
	// Called is told of each attempt and each call, with the region of its account; nil: nobody.
	Called func(ctx context.Context, region amazonpay.Region, e amazonpay.Event)
	// Waited is told each time the rate limit of an operation makes a job wait; nil: nobody.
	Waited func(operation string, wait time.Duration)
}

// Provider has the clients. It is safe for concurrent use.
type Provider struct {
	db      *data.DB
	seal    sealer
	regions map[amazonpay.Region]*region
	limits  map[string]amazonpay.RateLimit
	waited  func(operation string, wait time.Duration)
	log     *slog.Logger

	mu    sync.Mutex
	shops map[string]*Shop
}

type region struct {
	client *amazonpay.Client
	tokens *authtoken.Client
	// network is how the account is reached.
	network *http.Transport
	Account
}

// Shop makes calls on behalf of one merchant.
type Shop struct {
	*webstore.Client
	Merchant *data.Merchant

	source *authtoken.Source
}

// Load reads an accounts file.
func Load(name string) (Accounts, error) {
	var a Accounts
	text, err := os.ReadFile(name) //nolint:gosec // the operator names it
	if err != nil {
		return a, fmt.Errorf("provider: the accounts file: %w: see the README for what it has", err)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("provider: the accounts file %s is not JSON of the expected form: see the README", name)
	}
	return a, nil
}

// Open makes the clients of all accounts. It makes no call.
func Open(c Config) (*Provider, error) {
	if len(c.Accounts.Accounts) == 0 {
		return nil, errors.New("provider: the accounts file has no accounts: it must have one for each region")
	}
	seal, err := newSealer(c.Accounts.SealKey)
	if err != nil {
		return nil, err
	}
	limits, err := limitsOf(c.Accounts.Limits)
	if err != nil {
		return nil, err
	}
	p := &Provider{db: c.DB, seal: seal, limits: limits, waited: c.Waited, log: c.Logger, regions: make(map[amazonpay.Region]*region), shops: make(map[string]*Shop)}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	for _, a := range c.Accounts.Accounts {
		r, err := openRegion(c, a, tokens{p, a.Region + " " + a.PublicKeyID})
		if err != nil {
			return nil, fmt.Errorf("provider: the account of region %q: %w", a.Region, err)
		}
		if p.regions[r.client.Region()] != nil {
			return nil, fmt.Errorf("provider: two accounts of region %s: there must be one", a.Region)
		}
		p.regions[r.client.Region()] = r
	}
	return p, nil
}

// allowLive is the variable without which no money moves.
const allowLive = "SUBSCRIPTIONS_ALLOW_LIVE"

func openRegion(c Config, a Account, store authtoken.Store) (*region, error) {
	if a.BaseURL == "" && os.Getenv(allowLive) != "yes" {
		return nil, errors.New("it leads to the service, where money moves: set " + allowLive + "=yes, or baseUrl for an emulator")
	}
	options := append([]amazonpay.Option{amazonpay.WithUserAgent("amazonpay-subscriptions"), amazonpay.WithLogger(c.Logger)}, c.Options...)
	network := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 256, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second}
	if a.CAFile != "" {
		pem, err := os.ReadFile(a.CAFile)
		if err != nil {
			return nil, fmt.Errorf("caFile: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("caFile: %s has no certificate", a.CAFile)
		}
		network.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	r := &region{network: network, Account: a}
	if c.Called != nil {
		options = append(options, amazonpay.WithObserver(func(ctx context.Context, e amazonpay.Event) { c.Called(ctx, r.client.Region(), e) }))
	}
	key, err := openKey(a.PrivateKeyFile)
	if err != nil {
		return nil, err
	}
	r.client, err = amazonpay.New(amazonpay.Config{
		PublicKeyID: a.PublicKeyID, PrivateKey: key, Region: amazonpay.Region(a.Region),
		Environment: amazonpay.EnvironmentLive, BaseURL: a.BaseURL,
	}, append(options, amazonpay.WithRoundTripper(network))...)
	if err != nil {
		return nil, err
	}
	// Without retries, since each takes a turn of the account's limit, and a claim ends soon.
	r.tokens = authtoken.New(r.client.With(amazonpay.WithoutRetry())).WithStore(store)
	return r, nil
}

// openKey reads a private key that signs with the machine's OpenSSL, if it has one: signing is most
// of what a worker's processor does.
func openKey(file string) (crypto.Signer, error) {
	pem, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("privateKeyFile: %w", err)
	}
	key, err := signing.ParsePrivateKey(pem)
	if err != nil {
		return nil, fmt.Errorf("privateKeyFile %s: %w", file, err)
	}
	return libcrypto.NewOrGo(key)
}

// Shop returns the client of a merchant. A process keeps it while the merchant has a token.
func (p *Provider) Shop(ctx context.Context, merchantID string) (*Shop, error) {
	p.mu.Lock()
	kept := p.shops[merchantID]
	p.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	m, err := p.db.Merchant(ctx, merchantID)
	if err != nil {
		return nil, fmt.Errorf("provider: merchant %s: %w", merchantID, err)
	}
	r := p.regions[m.Region]
	if r == nil {
		return nil, fmt.Errorf("provider: merchant %s is in region %s, for which the accounts file has no account", merchantID, m.Region)
	}
	mwsToken, err := p.seal.open(m.SealedMWSToken, merchantID)
	if err != nil {
		return nil, fmt.Errorf("provider: merchant %s: %w", merchantID, err)
	}
	source := r.tokens.Source(mwsToken, merchantID)
	s := &Shop{webstore.New(r.client.With(amazonpay.WithTokenSource(source))), m, source}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.shops[merchantID]; first != nil { // one source, so that its callers wait for one token
		return first, nil
	}
	p.shops[merchantID] = s
	return s, nil
}

// drop makes the next [Provider.Shop] read the merchant again: it may have given the provider
// another token.
func (p *Provider) drop(s *Shop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shops[s.Merchant.ID] == s {
		delete(p.shops, s.Merchant.ID)
	}
}

// Take lets a call of a merchant begin: it returns how long to wait before asking again, or 0. A
// call waits for the merchant's rate limit and, if the merchant has no token, for the turn to ask
// for one. It must not be called in a transaction.
func (p *Provider) Take(ctx context.Context, merchantID, operation string) (time.Duration, error) {
	shop, err := p.Shop(ctx, merchantID)
	if err != nil {
		return 0, err
	}
	if _, err := shop.source.Token(ctx); err != nil {
		p.drop(shop)
		if turn, ok := errors.AsType[*turnError](err); ok {
			return turn.wait, nil
		}
		return 0, err
	}
	return p.take(ctx, merchantID, operation)
}

// take takes a call out of a rate limit.
func (p *Provider) take(ctx context.Context, id, operation string) (time.Duration, error) {
	limit, limited := p.limits[operation]
	if !limited {
		return 0, nil
	}
	wait, err := p.db.Take(ctx, id, operation, limit)
	if wait > 0 && p.waited != nil {
		p.waited(operation, wait)
	}
	return wait, err
}

// Gap is how long two calls of an operation for one merchant are apart in the long run.
func (p *Provider) Gap(operation string) time.Duration {
	limit, limited := p.limits[operation]
	if !limited {
		return 0
	}
	return time.Duration(float64(time.Second) / limit.PerSecond)
}

// accountPause is how long nothing is called for a merchant whose account, key or delegation the
// service has refused: every call would get the same answer until a person has mended it.
const accountPause = 5 * time.Minute

// Answered tells the rate limit of the error with which a call ended: after a 429, and after a
// refusal of the merchant's account, the calls of all processes wait.
func (p *Provider) Answered(ctx context.Context, merchantID, operation string, cause error) error {
	call, ok := errors.AsType[*amazonpay.CallError](cause)
	limit, limited := p.limits[operation]
	switch {
	case !ok || !limited:
		return nil
	case amazonpay.HasReason(cause, amazonpay.ReasonCodeInvalidAuthorizationToken):
		return nil // the next call gets another token; without an authorization it gets none
	case amazonpay.Advise(cause).Class == amazonpay.DeclineClassAccount:
		return p.db.Slow(ctx, merchantID, operation, limit, accountPause)
	case call.Meta == nil || call.Meta.StatusCode != http.StatusTooManyRequests:
		return nil
	}
	retryAfter, _ := time.ParseDuration(call.Meta.Header.Get("Retry-After") + "s") // 0 if there is none
	return p.db.Slow(ctx, merchantID, operation, limit, min(max(0, retryAfter), longestRetryAfter))
}

// longestRetryAfter is how long the service may ask to be left alone.
const longestRetryAfter = 10 * time.Minute

// Add stores a merchant with the token (amzn.mws.…) that it gave to the provider.
func (p *Provider) Add(ctx context.Context, m data.Merchant, mwsToken string) error {
	m.SealedMWSToken = p.seal.seal(mwsToken, m.ID)
	return p.db.AddMerchant(ctx, &m)
}
