package linkcheck_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	// go test caches the result until an imported package changes.
	_ "github.com/amazonpay-go/sdk/authtoken"
	_ "github.com/amazonpay-go/sdk/delivery"
	_ "github.com/amazonpay-go/sdk/instore"
	_ "github.com/amazonpay-go/sdk/mocks"
	_ "github.com/amazonpay-go/sdk/signing"
	_ "github.com/amazonpay-go/sdk/webstore"
)

const module = "github.com/amazonpay-go/sdk/"

// dependencies lists the packages outside the standard library that a program links if it imports
// the sub-client.
func dependencies(subClient string) []string {
	return []string{
		module + "amazonpay",
		module + "signing",
		module + "internal/bucket",
		module + "internal/ended",
		module + "internal/httpheader",
		module + "internal/keyid",
		module + "internal/netfail",
		module + "internal/nilcheck",
		module + "internal/redact",
		module + "internal/sent",
		module + "internal/waiters",
		module + "transport",
		"github.com/google/uuid",
		"github.com/hashicorp/go-cleanhttp",
		"github.com/hashicorp/go-retryablehttp",
		module + subClient,
	}
}

func TestSubClientsImportNothingMore(t *testing.T) {
	t.Parallel()
	for _, subClient := range []string{"authtoken", "delivery", "instore", "webstore"} {
		t.Run(subClient, func(t *testing.T) {
			t.Parallel()
			assert.ElementsMatch(t, dependencies(subClient), imported(t, module+subClient))
		})
	}
}

// Package signing works without any other module. Users of other SDKs who wanted signatures alone
// had to write the code themselves:
// https://github.com/amzn/amazon-pay-sdk-ruby/issues/23
// https://github.com/amzn/amazonpay-express-demo/issues/15
// And a changed cryptography library broke all signatures:
// https://github.com/amzn/amazon-pay-api-sdk-dotnet/issues/4
func TestSigningNeedsNothing(t *testing.T) {
	t.Parallel()
	leaves := []string{module + "internal/httpheader", module + "internal/keyid", module + "internal/nilcheck"} // which need nothing themselves
	assert.ElementsMatch(t, append(leaves, module+"signing"), imported(t, module+"signing"))
}

// The linter skips generated files, so this test checks what the mocks import.
func TestMocksImportNothingMore(t *testing.T) {
	t.Parallel()
	var want []string
	for _, subClient := range []string{"authtoken", "delivery", "instore", "webstore"} {
		want = append(want, dependencies(subClient)...)
	}
	slices.Sort(want)
	assert.ElementsMatch(t, append(slices.Compact(want), module+"mocks", "go.uber.org/mock/gomock"), imported(t, module+"mocks"))
}

// TestProgramLinksNothingMore inspects a program that imports only amazonpay and instore.
func TestProgramLinksNothingMore(t *testing.T) {
	t.Parallel()
	const program = module + "internal/linkcheck/testdata/instoreonly"
	assert.ElementsMatch(t, append(dependencies("instore"), program), imported(t, program))

	file := filepath.Join(t.TempDir(), "program")
	goTool(t, "build", "-o", file, program)
	binary, err := os.ReadFile(file)
	require.NoError(t, err)
	// A binary holds the names of its functions.
	assert.True(t, bytes.Contains(binary, []byte(module+"instore.")), "the binary does not contain package names in the expected form")
	for _, unwanted := range []string{
		module + "webstore", module + "delivery", module + "authtoken", module + "mocks",
		"go.uber.org/mock/gomock", "github.com/stretchr/testify",
	} {
		assert.False(t, bytes.Contains(binary, []byte(unwanted)), "%s is in the binary", unwanted)
	}
	assert.Less(t, len(binary), 20_000_000, "bytes")
}

// imported lists a package and its dependencies outside the standard library.
func imported(t *testing.T, path string) []string {
	t.Helper()
	return strings.Fields(goTool(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", path))
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}
