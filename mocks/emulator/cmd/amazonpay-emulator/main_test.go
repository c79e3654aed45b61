package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestRunServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"-region", "jp"}, out, io.Discard) }()

	var d emulator.Description
	require.NoError(t, json.NewDecoder(printed).Decode(&d))
	assert.Equal(t, "jp", d.Region)
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
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args    []string
		status  int
		message string // printed once
	}{
		{[]string{"-addr", "0.0.0.0:0"}, 1, "not a loopback address"},
		{[]string{"-region", "mars"}, 1, "mars"},
		{[]string{"-nonsense"}, 2, "not defined: -nonsense"},
		{[]string{"surplus"}, 2, "surplus"},
		{[]string{"-h"}, 0, "Usage of amazonpay-emulator"},
	}
	for _, tt := range tests {
		var out, errOut bytes.Buffer
		assert.Equal(t, tt.status, run(t.Context(), tt.args, &out, &errOut), "%v", tt.args)
		assert.Equal(t, 1, strings.Count(errOut.String(), tt.message), errOut.String())
		assert.Empty(t, out.String())
	}
}

// TestMain is main where a test starts this binary as the program.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_AMAZONPAY_EMULATOR") != "" {
		main()
	}
	os.Exit(m.Run())
}

// The first interrupt lets requests end, the second does not.
func TestInterrupts(t *testing.T) {
	t.Parallel()
	for _, second := range []bool{false, true} {
		program := exec.CommandContext(t.Context(), os.Args[0])
		program.Env = append(os.Environ(), "RUN_AMAZONPAY_EMULATOR=1")
		printed, err := program.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, program.Start())
		var d emulator.Description
		require.NoError(t, json.NewDecoder(printed).Decode(&d))

		addr := strings.TrimPrefix(d.BaseURL, "https://")
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
}
