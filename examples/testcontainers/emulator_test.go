package testcontainers_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/moby/api/types/container"
	"github.com/stretchr/testify/require"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/mocks/emulator"
	"github.com/amazonpay-go/sdk/webstore"
)

// The emulator listens on loopback alone, so that its container shares the host's network, which
// takes Linux. Its description comes by a folder.
func TestEmulatorInAContainer(t *testing.T) {
	t.Parallel()
	testcontainers.SkipIfProviderIsNotHealthy(t)
	folder := t.TempDir()
	running, err := testcontainers.GenericContainer(t.Context(), testcontainers.GenericContainerRequest{
		ContainerRequest: testcontainers.ContainerRequest{
			FromDockerfile: testcontainers.FromDockerfile{Context: "../..", Dockerfile: "amazonpay/cmd/amazonpay/Containerfile"},
			Cmd:            []string{"emulator", "--port", "0", "--no-proxy", "--no-pages"},
			HostConfigModifier: func(c *container.HostConfig) {
				c.NetworkMode = "host"
				c.Binds = []string{folder + ":/data"}
			},
			WaitingFor: wait.ForLog("Press Ctrl-C to stop."),
		},
		Started: true,
	})
	testcontainers.CleanupContainer(t, running)
	require.NoError(t, err)

	text, err := os.ReadFile(filepath.Join(folder, "amazonpay-emulator.json"))
	require.NoError(t, err)
	var d emulator.Description
	require.NoError(t, json.Unmarshal(text, &d))
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
	client, err := amazonpay.New(amazonpay.Config{
		PublicKeyID: d.Merchants[0].KeyIDs.Sandbox, PrivateKeyPEM: amazonpay.NewSecret(d.Merchants[0].PrivateKeyPEM),
		Region: amazonpay.Region(d.Region), BaseURL: d.BaseURL,
	}, amazonpay.WithRoundTripper(&http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}))
	require.NoError(t, err)
	require.NoError(t, webstore.New(client).CheckCredentials(t.Context()))
}
