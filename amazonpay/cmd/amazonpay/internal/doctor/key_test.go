package doctor_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/cmd/amazonpay/internal/doctor"
	"github.com/amazonpay-go/sdk/signing"
)

// mangled are texts of a key that this SDK reads. Other programs do not read those with a cause.
func mangled(tb testing.TB, key string) []struct{ name, text, cause string } {
	tb.Helper()
	oneLine := strings.ReplaceAll(strings.TrimSpace(key), "\n", " ")
	return []struct{ name, text, cause string }{
		{"clean", key, ""},
		{"CRLF", strings.ReplaceAll(key, "\n", "\r\n"), ""},
		{"text before it", "Bag Attributes\n    friendlyName: shop\n" + key, ""},
		{`line ends as \n`, strings.ReplaceAll(key, "\n", `\n`), `line ends are written as \n`},
		{`line ends as \n in quotes`, `"` + strings.ReplaceAll(key, "\n", `\n`) + `"`, `line ends are written as \n`},
		{"one line", oneLine, "on one line"},
		{"byte-order mark", "\ufeff" + key, "byte-order mark"},
		{"UTF-16", inUTF16(key), "UTF-16"},
		{"quotes", `"` + key + `"`, "quotes around the key"},
		{"indented", "  " + strings.ReplaceAll(key, "\n", "\n  "), "spaces, or characters"},
		{"dashes of an editor", strings.ReplaceAll(key, "-----", "\u2014\u2014-"), "spaces, or characters"},
		{"no-break spaces", strings.ReplaceAll(key, "\n", "\u00a0\n"), "spaces, or characters"},
		{"DER", string(derOf(tb, key)), "binary (DER)"},
		{"base64", body(key), "BEGIN and END are missing"},
		{"base64 in lines", strings.Join(strings.Split(strings.TrimSpace(key), "\n")[1:4], "\n") + "\n" + body(strings.Join(append([]string{"x"}, strings.Split(strings.TrimSpace(key), "\n")[4:]...), "\n")), "BEGIN and END are missing"},
		{"in JSON", `{"type":"key","private_key":"` + strings.ReplaceAll(key, "\n", `\n`) + `"}`, "member of a text in JSON"},
		{"base64 around PEM", base64.StdEncoding.EncodeToString([]byte(key)), "base64 once more"},
	}
}

func TestMangledKeysAreAWarning(t *testing.T) {
	t.Parallel()
	key := newLab(t).keyPEM
	for _, m := range mangled(t, key) {
		for form, change := range map[string]func(*lab){
			"file": func(l *lab) { l.keyFile(m.text) },
			"text": func(l *lab) { l.keyText(m.text) },
		} {
			t.Run(m.name+"/"+form, func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				change(l)
				all := l.examine()
				assert.Nil(t, first(all, doctor.StatusFailed), "%+v", all)
				f := first(all, doctor.StatusWarning)
				if m.cause == "" {
					assert.Nil(t, f)
					return
				}
				require.NotNil(t, f)
				assert.Equal(t, doctor.CheckKey, f.Check)
				assert.Contains(t, f.Cause, m.cause)
				assert.Contains(t, f.Found, "RSA, 2048 bits")
			})
		}
	}
}

// TestCommandsMendTheKey runs the commands that are given for mangled keys.
func TestCommandsMendTheKey(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "openssl", "iconv", "sed", "base64", "tail", "tr", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	key := newLab(t).keyPEM
	for _, m := range mangled(t, key) {
		if m.cause == "" {
			continue
		}
		for _, form := range []string{"file", "text"} {
			if form == "text" && strings.Contains(m.text, "\x00") {
				continue // no variable holds that
			}
			t.Run(m.name+"/"+form, func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				if l.keyFile(m.text); form == "text" {
					l.keyText(m.text)
				}
				f := first(l.examine(), doctor.StatusWarning)
				require.NotNil(t, f)
				run := exec.CommandContext(t.Context(), "sh", "-c", f.Run)
				run.Dir = l.dir
				if form == "text" {
					run.Env = append(os.Environ(), "AMAZON_PAY_PRIVATE_KEY="+m.text)
				}
				out, err := run.CombinedOutput()
				require.NoError(t, err, "%s: %s", f.Run, out)
				text, err := os.ReadFile(filepath.Join(l.dir, "private.pem"))
				require.NoError(t, err)
				got, err := signing.ParsePrivateKey(text)
				require.NoError(t, err, "%s: %s", f.Run, text)
				assert.True(t, got.Equal(parsed(t, key)))
				info, err := os.Stat(filepath.Join(l.dir, "private.pem"))
				require.NoError(t, err)
				assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())

				l.keyFile(string(text))
				assert.Nil(t, first(l.examine(), doctor.StatusWarning), "it is clean now")
			})
		}
	}
}

// A command does not replace another key in the folder.
func TestMendedKeyReplacesNone(t *testing.T) {
	l := newLab(t)
	t.Chdir(l.dir)
	l.keyFile("  " + strings.ReplaceAll(l.keyPEM, "\n", "\n  "))
	for _, name := range []string{"private.pem", "mended.pem", "mended-2.pem"} {
		f := first(l.examine(), doctor.StatusWarning)
		require.NotNil(t, f)
		assert.Contains(t, f.Run, " > "+name)
		require.NoError(t, os.WriteFile(filepath.Join(l.dir, name), nil, 0o600))
	}
}

func TestUnusualKeys(t *testing.T) {
	t.Parallel()
	key := newLab(t).keyPEM
	tryAll(t, []broken{
		{
			name: "two keys", check: doctor.CheckKey, status: doctor.StatusWarning, cause: "2 private keys|The first one is used", next: "grep -n BEGIN < /",
			change: func(l *lab) { l.keyFile(key + pkcs8(l.tb, newRSA(l.tb, 2048))) },
		},
	})
}

func TestAnUnusualSize(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.keyFile(pkcs8(t, newRSA(t, 2056)))
	f := first(l.examine(), doctor.StatusWarning)
	require.NotNil(t, f)
	assert.Equal(t, doctor.CheckKey, f.Check)
	assert.Contains(t, f.Found+f.Cause, "2056 bits")
	assert.Contains(t, f.Cause, "unusual size")
}
