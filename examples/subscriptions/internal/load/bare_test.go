//go:build linux

package load_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/subscriptions/internal/provider"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// bareWork is what the process of TestBareClients gets, and what it answers.
type bareWork struct {
	Accounts []provider.Account `json:"accounts"`
	Tokens   []string           `json:"tokens"` // of one merchant of each account
	IDs      [][]string         `json:"ids"`    // its charge permissions

	Charges int           `json:"charges"`
	Took    time.Duration `json:"took"`
}

// bareVariable names the file of the work.
const bareVariable = "LOAD_BARE"

// bare measures what the emulators answer to clients in a process of their own, which have no
// database.
func (m *meter) bare(t *testing.T) {
	work := bareWork{Accounts: m.world.Accounts.Accounts}
	for _, r := range m.world.Regions {
		merchant := r.Merchants[0]
		ids, err := r.Buyer().Subscribe(emulator.Subscription{MerchantID: merchant.MerchantID, Live: true, Amount: "999", Currency: string(r.Currency)}, 20_000)
		require.NoError(t, err)
		work.Tokens, work.IDs = append(work.Tokens, merchant.AuthToken), append(work.IDs, ids)
	}
	file := filepath.Join(t.TempDir(), "work.json")
	text, err := json.Marshal(work)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBareClients$")
	process.Env = append(os.Environ(), bareVariable+"="+file)
	before := m.now(t)
	output, err := process.CombinedOutput()
	after := m.now(t)
	require.NoError(t, err, "%s", output)
	text, err = os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &work))
	after.at, after.charges = before.at.Add(work.Took), before.charges+work.Charges
	after.workers += process.ProcessState.UserTime() + process.ProcessState.SystemTime()
	row, _ := after.row(before, "clients without a database", 0)
	t.Log(table(usageHead, row))
}

// It is the process that bare starts.
func TestBareClients(t *testing.T) {
	t.Parallel()
	file := os.Getenv(bareVariable)
	if file == "" {
		t.Skip("TestThroughput starts it")
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var work bareWork
	require.NoError(t, json.Unmarshal(text, &work))
	began := time.Now()
	deadline := began.Add(measuring)
	var charges atomic.Int64
	var all sync.WaitGroup
	for i, account := range work.Accounts {
		shop := bareClient(t, account, work.Tokens[i])
		ids := make(chan string, len(work.IDs[i]))
		for _, id := range work.IDs[i] {
			ids <- id
		}
		close(ids)
		currency := map[string]amazonpay.CurrencyCode{"na": amazonpay.USD, "eu": amazonpay.EUR, "jp": amazonpay.JPY}[account.Region]
		for range 17 {
			all.Go(func() {
				for id := range ids {
					if time.Now().After(deadline) {
						return
					}
					_, err := shop.CreateCharge(context.WithoutCancel(t.Context()), &webstore.CreateChargeRequest{
						ChargePermissionID: id, ChargeAmount: currency.Price("999"), CaptureNow: new(true), CanHandlePendingAuthorization: new(true),
						MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: id + "/2026-12"},
					}, amazonpay.WithIdempotencyKey(amazonpay.IdempotencyKey("charge", id)), amazonpay.WithoutRetry())
					if err != nil {
						assert.Fail(t, err.Error())
						return
					}
					charges.Add(1)
				}
				assert.Fail(t, fmt.Sprintf("all of %d are charged", len(work.IDs[i])))
			})
		}
	}
	all.Wait()
	work.Charges, work.Took = int(charges.Load()), time.Since(began)
	text, err = json.Marshal(work)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
}

func bareClient(t *testing.T, a provider.Account, token string) *webstore.Client {
	t.Helper()
	pem, err := os.ReadFile(a.CAFile)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	network := &http.Transport{
		MaxIdleConnsPerHost: 256, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: a.PublicKeyID, PrivateKeyFile: a.PrivateKeyFile, Region: amazonpay.Region(a.Region), Environment: amazonpay.EnvironmentLive, BaseURL: a.BaseURL,
	}, amazonpay.WithRoundTripper(network))
	require.NoError(t, err)
	return webstore.New(client.With(amazonpay.WithAuthToken(token)))
}
