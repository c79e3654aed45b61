package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestEmulatorServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan int, 1)
	dir := t.TempDir()
	state := filepath.Join(dir, "shop.state")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pay.json"), []byte("{}"), 0o644))
	go func() {
		ended <- run(ctx, []string{
			"emulator", "--port", "0", "--proxy-port", "0", "--pages-port", "0", "--region", "jp", "--seed", "7", "--clock", "720h", "--throttle",
			"--state", state, "--file", filepath.Join(dir, "pay.json"),
		}, nil, out, io.Discard)
	}()
	d := described(t, printed, filepath.Join(dir, "pay.json"))
	info, err := os.Stat(filepath.Join(dir, "pay.json"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "it has keys")
	assert.Equal(t, "jp", d.Region)
	assert.NotEmpty(t, d.ProxyURL)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+/checkout\.js$`, d.ScriptURL)
	ca, err := os.ReadFile(filepath.Join(dir, "pay.pem"))
	require.NoError(t, err)
	assert.Equal(t, d.CAPEM, string(ca))
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.BaseURL+"/_emulator/description", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+d.ControlToken)
	res, err := client.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusOK, res.StatusCode)

	stop()
	assert.Zero(t, <-ended)
	info, err = os.Stat(state)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	again, err := emulator.New(emulator.WithStateFile(state))
	require.NoError(t, err)
	assert.Equal(t, d.Merchants[0], again.Description().Merchants[0], "keys outlive it")
	assert.InDelta(t, 720, time.Until(again.Now()).Hours(), 1)
}

// described waits until the URLs are printed, and reads the file.
func described(t *testing.T, printed io.Reader, file string) (d emulator.Description) {
	t.Helper()
	lines := bufio.NewScanner(printed)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		assert.NotContains(t, lines.Text(), "PRIVATE")
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestEmulatorRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args    []string
		status  int
		message string // printed once
	}{
		{[]string{"--port", "65536"}, 2, "--port 65536"},
		{[]string{"--port", "0", "--proxy-port", "70000"}, 2, "--proxy-port 70000"},
		{[]string{"--port", "0", "--no-proxy", "--pages-port=-2"}, 2, "--pages-port -2"},
		{[]string{"--clock", "soon"}, 2, "soon"},
		{[]string{"--port", "0", "--no-proxy", "--no-pages", "--file", "/nonexistent/x.json"}, 1, "nonexistent/x.json"},
		{[]string{"--port", "0", "--no-proxy", "--no-pages", "--ipn", "https://shop.example/"}, 2, "https://shop.example/"},
		{[]string{"--port", "0", "--state", "/dev/null"}, 2, "/dev/null"},
		{[]string{"--region", "mars"}, 2, "mars"},
		{[]string{"--nonsense"}, 2, "unknown flag --nonsense"},
		{[]string{"surplus"}, 2, "surplus"},
	}
	for _, tt := range tests {
		var out, errOut bytes.Buffer
		assert.Equal(t, tt.status, run(t.Context(), append([]string{"emulator"}, tt.args...), nil, &out, &errOut), "%v", tt.args)
		assert.Equal(t, 1, strings.Count(errOut.String(), tt.message), errOut.String())
		assert.Empty(t, out.String())
	}
}

// The first interrupt lets requests end, the second does not. Each process has a CA of its own,
// which browsers tell from the other by its serial number.
func TestFaultRefuses(t *testing.T) {
	t.Parallel()
	p := withEmulator(t)
	p.refuses(exitUsage, []string{`there is no kind of fault "lose"`, "Use one of status, html, reset, loseAnswer"}, "emulator", "fault", "lose")
	p.refuses(exitUsage, []string{"requires --delay"}, "emulator", "fault", "slow")
	for kind := range strings.SplitSeq(faultKinds, ", ") {
		done := p.types("emulator", "fault", kind, "--delay", "1ms")
		assert.Zero(t, done.code, "%s: %s", kind, done.err)
	}
	refused := p.types("emulator", "fault", "status", "--operation", "Nothing").err
	assert.NotContains(t, refused, "refused: 400 emulator:")
	assert.NotContains(t, refused, p.server.Description().ControlToken)
}

func TestInterrupts(t *testing.T) {
	t.Parallel()
	serials := map[string]bool{}
	for _, second := range []bool{false, true} {
		file := filepath.Join(t.TempDir(), "pay.json")
		program := exec.CommandContext(t.Context(), os.Args[0], "emulator", "--port", "0", "--proxy-port", "0", "--pages-port", "0", "--file", file)
		program.Env = append(os.Environ(), "RUN_AMAZONPAY=1")
		printed, err := program.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, program.Start())
		d := described(t, printed, file)
		addr := strings.TrimPrefix(d.BaseURL, "https://")
		block, _ := pem.Decode([]byte(d.CAPEM))
		require.NotNil(t, block)
		ca, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		serials[ca.SerialNumber.String()] = true
		if second { // a connection on which nothing is asked holds the end up
			roots := x509.NewCertPool()
			require.True(t, roots.AppendCertsFromPEM([]byte(d.CAPEM)))
			dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
			held, err := dialer.DialContext(t.Context(), "tcp", addr)
			require.NoError(t, err)
			defer func() { _ = held.Close() }()
		}
		require.NoError(t, program.Process.Signal(os.Interrupt))
		if !second {
			require.NoError(t, program.Wait())
			continue
		}
		require.Eventually(t, func() bool {
			var dialer net.Dialer
			c, err := dialer.DialContext(t.Context(), "tcp", addr)
			if err == nil {
				_ = c.Close()
			}
			return err != nil
		}, 4*time.Second, time.Millisecond, "it no longer listens")
		require.NoError(t, program.Process.Signal(os.Interrupt))
		require.ErrorContains(t, program.Wait(), "signal: interrupt")
	}
	assert.Len(t, serials, 2)
}
