package main

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// start runs the shop until the test cancels it, and returns its address.
func start(t *testing.T, ctx context.Context) (address, staff string, ended chan error) { //nolint:revive // the test's own context ends too late
	t.Helper()
	t.Setenv("STORE_ADDR", "127.0.0.1:0")
	t.Setenv("STORE_URL", "")
	t.Setenv("STORE_ADMIN_PASSWORD", "")
	t.Setenv("STORE_EMULATOR", "")
	t.Setenv("AMAZON_PAY_PUBLIC_KEY_ID", "")
	t.Setenv("STORE_DATABASE_URL", filepath.Join(t.TempDir(), "store.db"))
	reader, writer := io.Pipe()
	ended = make(chan error, 1)
	go func() {
		ended <- run(ctx, writer, io.Discard)
		_ = writer.Close()
	}()
	text := make([]byte, 4096)
	n, err := reader.Read(text)
	require.NoError(t, err)
	address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(string(text[:n]))
	require.NotEmpty(t, address, string(text[:n]))
	n, err = reader.Read(text)
	require.NoError(t, err)
	return address, string(text[:n]), ended
}

// The program prints one address, answers there, and ends when it is told to.
func TestRun(t *testing.T) { //nolint:paralleltest // it sets the environment
	ctx, stop := context.WithCancel(t.Context())
	address, staff, ended := start(t, ctx)
	assert.Regexp(t, `^Staff: http://127\.0\.0\.1:\d+/admin, password [a-z2-7]{12}\n$`, staff)
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/nothing": 404} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+path, nil)
		require.NoError(t, err)
		res, err := new(http.Client).Do(r)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
	stop()
	require.NoError(t, <-ended)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	if res, err := new(http.Client).Do(r); err == nil {
		_ = res.Body.Close()
		assert.Fail(t, "it still answers")
	}
}

func TestRunRefuses(t *testing.T) {
	for name, row := range map[string]struct{ env, value, want string }{
		"no address for browsers": {"STORE_ADDR", "0.0.0.0:0", "set STORE_URL"},
		"not an address":          {"STORE_ADDR", "nowhere", "nowhere"},
		"not a database":          {"STORE_DATABASE_URL", "mysql://x", "STORE_DATABASE_URL"},
		"not a base URL":          {"STORE_URL", "shop.example", "BaseURL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("STORE_ADDR", "127.0.0.1:0")
			t.Setenv("STORE_URL", "")
			t.Setenv("STORE_EMULATOR", "")
			t.Setenv("AMAZON_PAY_PUBLIC_KEY_ID", "")
			t.Setenv("STORE_DATABASE_URL", filepath.Join(t.TempDir(), "store.db"))
			t.Setenv(row.env, row.value)
			assert.ErrorContains(t, run(t.Context(), io.Discard, io.Discard), row.want)
		})
	}
}
