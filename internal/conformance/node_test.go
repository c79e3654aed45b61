package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

// config is the configuration of the SDK.
type config struct {
	PublicKeyID        string `json:"publicKeyId"`
	PrivateKey         string `json:"privateKey"`
	Region             string `json:"region"`
	Sandbox            bool   `json:"sandbox,omitzero"`
	Algorithm          string `json:"algorithm,omitzero"`
	OverrideServiceURL string `json:"overrideServiceUrl,omitzero"` // host:port
}

// newConfig is the configuration of the emulator's first merchant with the SDK's default algorithm.
func newConfig(d emulator.Description) config {
	return config{
		PublicKeyID:        d.Merchants[0].KeyIDs.Sandbox,
		PrivateKey:         d.Merchants[0].PrivateKeyPEM,
		Region:             "us",
		OverrideServiceURL: strings.TrimPrefix(d.BaseURL, "https://"),
	}
}

// in returns the configuration for a story.
func (c config) in(told story, d emulator.Description) config {
	if told.live && c.PublicKeyID == d.Merchants[0].KeyIDs.Sandbox {
		c.PublicKeyID = d.Merchants[0].KeyIDs.Live
	}
	c.Sandbox = c.Sandbox && !told.live
	return c
}

// node is a Node process that runs run.js.
type node struct {
	methods []string // client.method
	in      *json.Encoder
	out     *json.Decoder
}

// answer is the result of a call.
type answer struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body"`
	Value  json.RawMessage `json:"value"` // of a method that calls nothing
}

func startNode(t *testing.T, d emulator.Description, c config, environment ...string) *node {
	t.Helper()
	_, err := os.Stat("node_modules")
	require.NoError(t, err, "the Node SDK is not installed: run make conformance")
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, []byte(d.CAPEM), 0o600))

	// The process outlives the test's context until the clean-up lets it end.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	cmd := exec.CommandContext(ctx, "node", "run.js")
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "NODE_EXTRA_CA_CERTS=" + ca}, environment...) // no proxy of the user's
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start(), "install Node 18 or newer")
	t.Cleanup(func() {
		defer cancel()
		_ = in.Close()
		_, _ = io.Copy(io.Discard, out) // Wait closes it
		if err := cmd.Wait(); err != nil {
			t.Errorf("node: %v\n%s", err, stderr.String())
		}
	})

	n := &node{in: json.NewEncoder(in), out: json.NewDecoder(out)}
	require.NoError(t, n.out.Decode(&n.methods), "run.js has not begun")
	require.NoError(t, n.in.Encode(c))
	return n
}

// call has the SDK make a call; args is a JSON list.
func (n *node) call(t *testing.T, client, method, args string) answer {
	t.Helper()
	require.NoError(t, n.in.Encode(map[string]any{"client": client, "method": method, "args": json.RawMessage(args)}), method)
	var a answer
	require.NoError(t, n.out.Decode(&a), "%s.%s has no answer", client, method)
	return a
}
