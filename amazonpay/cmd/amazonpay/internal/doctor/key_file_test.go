package doctor_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
)

func TestBrokenKeyFiles(t *testing.T) {
	t.Parallel()
	file := func(name string) func(*lab) {
		return func(l *lab) { l.setup.PrivateKeyFile.Text = name }
	}
	all := []broken{
		{name: "no key", change: file(""), check: doctor.CheckKeyGiven, cause: "AMAZON_PAY_PRIVATE_KEY and AMAZON_PAY_PRIVATE_KEY_FILE are empty", next: "Set AMAZON_PAY_PRIVATE_KEY_FILE|Seller Central"},
		{
			name: "two keys", check: doctor.CheckKeyGiven, cause: "are both set", next: "unset AMAZON_PAY_PRIVATE_KEY",
			change: func(l *lab) { l.setup.PrivateKey = amazonpay.NewSecret(l.keyPEM) },
		},
		{name: "missing", change: file("/nowhere/private.pem"), check: doctor.CheckKeyFile, cause: `"/nowhere/private.pem"|does not exist`, next: "ls -l /nowhere"},
		{name: "relative", change: file("keys/private.pem"), check: doctor.CheckKeyFile, cause: "counts from the working directory", next: "whole path"},
		{name: "home", change: file("~/private.pem"), check: doctor.CheckKeyFile, cause: "Only a shell replaces ~", next: "whole path"},
		{name: "variable", change: file("$HOME/private.pem"), check: doctor.CheckKeyFile, cause: "Only a shell replaces", next: "whole path"},
		{name: "URL", change: file("file:///etc/private.pem"), check: doctor.CheckKeyFile, cause: "It is a URL", next: "export AMAZON_PAY_PRIVATE_KEY_FILE=/etc/private.pem"},
		{name: "a word", change: file("secret-password"), check: doctor.CheckKeyFile, cause: "no file", next: "path of the PEM file"},
		{name: "directory", change: func(l *lab) { l.setup.PrivateKeyFile.Text = l.dir }, check: doctor.CheckKeyFile, cause: "is a directory", next: "ls -l"},
		{name: "the key itself", change: func(l *lab) { l.setup.PrivateKeyFile.Text = l.keyPEM }, check: doctor.CheckKeyFile, cause: "holds the key itself", next: "move the text to AMAZON_PAY_PRIVATE_KEY"},
		{
			name: "the key itself, escaped", check: doctor.CheckKeyFile, cause: "holds the key itself", next: "AMAZON_PAY_PRIVATE_KEY",
			change: func(l *lab) { l.setup.PrivateKeyFile.Text = body(l.keyPEM) },
		},
		{name: "quotes", change: func(l *lab) { l.setup.PrivateKeyFile.Text = `"` + l.setup.PrivateKeyFile.Text + `"` }, check: doctor.CheckKeyFile, cause: "spaces or quotes", next: "export AMAZON_PAY_PRIVATE_KEY_FILE=/"},
		{
			name: "huge", check: doctor.CheckKeyFile, cause: "bytes", next: "Name the key's PEM file",
			change: func(l *lab) { require.NoError(l.tb, os.Truncate(l.setup.PrivateKeyFile.Text, 2<<20)) },
		},
		{name: "the name as the text", change: func(l *lab) { l.keyText(l.setup.PrivateKeyFile.Text); l.secrets = nil }, check: doctor.CheckKey, cause: "is the name of the file", next: "export AMAZON_PAY_PRIVATE_KEY_FILE="},
		{name: "the name of no file as the text", change: func(l *lab) { l.keyText("/nowhere/private.pem"); l.secrets = nil }, check: doctor.CheckKey, cause: "name of a file, which does not exist", next: "AMAZON_PAY_PRIVATE_KEY_FILE"},
		{name: "the id as the text", change: func(l *lab) { l.keyText("SANDBOX-AEMULATEDSHOPASANDBOX01"); l.secrets = nil }, check: doctor.CheckKey, cause: "is a public key id", next: "AMAZON_PAY_PUBLIC_KEY_ID"},
	}
	if runtime.GOOS != "windows" {
		all = append(all,
			broken{
				name: "open to others", check: doctor.CheckKeyFile, status: doctor.StatusWarning, cause: "mode 0644|Other users", next: "chmod 600 /",
				change: func(l *lab) { require.NoError(l.tb, os.Chmod(l.setup.PrivateKeyFile.Text, 0o644)) },
			},
			broken{
				name: "open to others, with a space in its name", check: doctor.CheckKeyFile, status: doctor.StatusWarning, cause: "mode 0640", next: "chmod 600 '/",
				change: func(l *lab) {
					name := filepath.Join(l.dir, "my key.pem")
					require.NoError(l.tb, os.Rename(l.setup.PrivateKeyFile.Text, name))
					require.NoError(l.tb, os.Chmod(name, 0o640))
					l.setup.PrivateKeyFile.Text = name
				},
			},
			broken{
				name: "dangling link", check: doctor.CheckKeyFile, cause: "symbolic link to", next: "where the link leads",
				change: func(l *lab) {
					require.NoError(l.tb, os.Remove(l.setup.PrivateKeyFile.Text))
					l.relink()
				},
			},
		)
	}
	if os.Getuid() > 0 { // root may read everything
		all = append(all, broken{
			name: "forbidden", check: doctor.CheckKeyFile, cause: "may not read it", next: "ls -ld",
			change: func(l *lab) { require.NoError(l.tb, os.Chmod(l.setup.PrivateKeyFile.Text, 0)) },
		})
	}
	tryAll(t, all)
}

// relink makes the key's file a link to nothing.
func (l *lab) relink() {
	l.tb.Helper()
	require.NoError(l.tb, os.Symlink(filepath.Join(l.dir, "secrets", "key"), l.setup.PrivateKeyFile.Text))
}

func TestNothingOfALongNameIsRepeated(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.setup.PrivateKeyFile.Text = strings.Repeat("x", 900) + ".pem"
	f := first(l.examine(), doctor.StatusFailed)
	require.NotNil(t, f)
	require.NotContains(t, f.Found+f.Cause, "xxxxxxxx")
}
