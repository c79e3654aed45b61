package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/mocks/emulator"
)

func TestProfiles(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	m := emulator.Start(t).Description().Merchants[0]
	key := p.write("key.pem", m.PrivateKeyPEM)
	p.refuses(exitUsage, []string{"no account is configured", "--emulator"}, "charges", "get", "x")
	p.refuses(exitUsage, []string{"no profile \"shop\""}, "--profile", "shop", "charges", "get", "x")
	p.refuses(exitUsage, []string{"the region", "atlantis", "Nothing was written"}, "profile", "set", "shop", "--public-key-id", m.KeyIDs.Sandbox, "--private-key-file", key, "--region", "atlantis")
	p.refuses(exitUsage, []string{"Nothing was written"}, "profile", "set", "shop", "--public-key-id", m.KeyIDs.Sandbox, "--private-key-file", p.write("no.pem", "x"), "--region", "na")

	set := p.types("profile", "set", "shop", "--public-key-id", m.KeyIDs.Sandbox, "--private-key-file", key, "--region", "eu", "--store-id", "s1", "--merchant-id", "m1")
	require.Zero(t, set.code, set.err)
	require.Zero(t, p.types("profile", "set", "other", "--public-key-id", m.KeyIDs.Plain, "--environment", "sandbox", "--private-key-file", key, "--region", "jp").code)
	listed := p.types("profile", "list")
	assert.Contains(t, listed.out, "shop (default)")
	assert.Contains(t, listed.out, "other")
	assert.Contains(t, listed.out, key)
	assert.Regexp(t, `shop \(default\) .*  eu +sandbox `, listed.out, "the key id says so")
	assert.Equal(t, "eu", text(t, p.gets("profile", "list"), "profiles.shop.region"))
	info, err := os.Stat(filepath.Join(p.folder, configFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	content, err := os.ReadFile(filepath.Join(p.folder, configFile))
	require.NoError(t, err)
	assert.NotContains(t, string(content), "PRIVATE KEY")

	assert.Contains(t, p.types("charges", "get", "x", "--dry-run").out, "https://pay-api.amazon.eu/v2/charges/x")
	assert.Contains(t, p.types("--profile", "other", "charges", "get", "x", "--dry-run").out, "https://pay-api.amazon.jp/sandbox/v2/charges/x")
	who := p.gets("whoami")
	assert.Equal(t, "profile shop", who["from"])
	assert.Equal(t, "s1", who["storeId"])
	assert.Equal(t, "sandbox", who["environment"])
	create := p.types("checkout-sessions", "create", "-f", "webCheckoutDetails.checkoutReviewReturnUrl=https://shop.example/", "--dry-run")
	assert.Contains(t, create.out, `"storeId":"s1"`, "the profile's store is the default")

	require.NoError(t, os.Chmod(filepath.Join(p.folder, configFile), 0o640))
	p.refuses(exitUsage, []string{"others can read", "chmod 600"}, "charges", "get", "x")
	p.refuses(exitUsage, []string{"others can read"}, "profile", "remove", "shop")
	require.NoError(t, os.Chmod(filepath.Join(p.folder, configFile), 0o600))
	require.Zero(t, p.types("profile", "remove", "shop").code)
	p.refuses(exitUsage, []string{"no profile \"shop\""}, "profile", "remove", "shop")
	p.refuses(exitUsage, []string{"no account is configured"}, "charges", "get", "x")
	p.write(configFile, "profiles:\n  a:\n    publicKeyID: x\n")
	p.refuses(exitUsage, []string{configFile, "publicKeyID"}, "profile", "list")
}

// A device or a link is not replaced by a file: as root, -o /dev/stdout would do harm.
func TestWriteFile(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	target := p.write("target", "x")
	link := filepath.Join(p.folder, "link")
	require.NoError(t, os.Symlink(target, link))
	for _, path := range []string{link, p.folder, "/dev/null"} {
		require.ErrorContains(t, writeFile(path, []byte("y")), "is not a file")
	}
	require.NoError(t, os.Chmod(target, 0o644))
	require.NoError(t, writeFile(target, []byte("y")))
	info, err := os.Stat(target)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// The region is part of a file's name.
func TestRegionOfTheEmulatorInside(t *testing.T) {
	p := newPerson(t)
	for _, region := range []string{"../../x", "..", "mars"} {
		t.Setenv("AMAZON_PAY_REGION", region)
		p.refuses(exitUsage, []string{"AMAZON_PAY_REGION is", "eu (or de, uk)"}, "--emulator", "charges", "get", "x")
	}
	left, err := os.ReadDir(p.folder)
	require.NoError(t, err)
	assert.Empty(t, left)
	t.Setenv("AMAZON_PAY_REGION", "eu")
	charge := text(t, p.gets("--emulator", "emulator", "trigger", "charge.authorized"), "chargeId")
	t.Setenv("AMAZON_PAY_REGION", "DE")
	assert.Equal(t, charge, p.gets("--emulator", "charges", "get", charge)["chargeId"])
}
