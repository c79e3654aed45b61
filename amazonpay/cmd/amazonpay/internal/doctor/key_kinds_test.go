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

func TestWrongKindsOfKeys(t *testing.T) {
	t.Parallel()
	key := newLab(t).keyPEM
	private := parsed(t, key)
	lines := strings.Split(strings.TrimSpace(key), "\n")
	var all []broken
	for _, k := range []struct{ name, text, cause, next string }{
		{"empty", "", "is empty", "openssl genpkey"},
		{"white space", " \n\n", "is empty", "openssl genpkey"},
		{"encrypted PKCS8", block("ENCRYPTED PRIVATE KEY", encryptedDER(t)), "passphrase (encrypted PKCS#8)", "openssl pkey -in /|-out private.pem"},
		{"encrypted PKCS8 in DER", string(encryptedDER(t)), "passphrase (encrypted PKCS#8, binary)", "openssl pkey -inform DER < /"},
		{"encrypted PEM", encryptedPEM(), "passphrase (encrypted PEM, Proc-Type)", "openssl pkey -in /"},
		{"public key", publicKey(t, private), "is a public key", "made together with it"},
		{"public key, DER", string(derOf(t, publicKey(t, private))), "is a public key", "made together with it"},
		{"public key, base64", base64.StdEncoding.EncodeToString(derOf(t, publicKey(t, private))), "is a public key", "made together with it"},
		{"OpenSSH public key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ shop@example", "public key of OpenSSH", "Seller Central"},
		{"certificate", certificateOf(t, private), "is a certificate", "made together with it"},
		{"certificate, DER", string(derOf(t, certificateOf(t, private))), "is a certificate", "made together with it"},
		{"CSR", request(t, private), "certificate request (CSR)", "-keyout"},
		{"EC in PKCS8", pkcs8(t, newEC(t)), "EC (ECDSA), not for RSA", "openssl genpkey -algorithm RSA"},
		{"Ed25519", pkcs8(t, newEd25519(t)), "Ed25519, not for RSA", "openssl genpkey -algorithm RSA"},
		{"DSA", dsaKey(t), "DSA, not for RSA", "openssl genpkey -algorithm RSA"},
		{"EC", "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + block("EC PRIVATE KEY", []byte("0123456789")), "EC, not for RSA", "openssl genpkey"},
		{"OpenSSH", openSSH("ssh-rsa"), "OpenSSH private key", "ssh-keygen -p -m PKCS8"},
		{"OpenSSH, Ed25519", openSSH("ssh-ed25519"), "OpenSSH key for another algorithm", "openssl genpkey -algorithm RSA"},
		{"PuTTY", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: shop\nPublic-Lines: 6\n", "PuTTY", "puttygen /|-O private-openssh"},
		{"JWK", jwk(t, private, true), "JSON Web Key (JWK)", "node -e"},
		{"public JWK", jwk(t, private, false), "only the public half", "made together with it"},
		{"EC JWK", `{"kty":"EC","crv":"P-256","d":"x","x":"y","y":"z"}`, "JSON Web Key, and not for RSA", "openssl genpkey"},
		{"JSON", `{"reasonCode":"ResourceNotFound","message":"no such key"}`, "a text in JSON", "Seller Central"},
		{"HTML", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a page (HTML or XML)", "signed in"},
		{"XML key", "<RSAKeyValue><Modulus>xyz</Modulus></RSAKeyValue>", "XML key of .NET", "ExportPkcs8PrivateKeyPem"},
		{"PKCS12", pkcs12(t), "PKCS#12 file", "openssl pkcs12 -in /|-nocerts -nodes -out private.pem"},
		{"JKS", "\xfe\xed\xfe\xed\x00\x00\x00\x02", "Java key store", "keytool -importkeystore"},
		{"zip", "PK\x03\x04\x14\x00\x00\x00", "compressed archive", "Unpack"},
		{"no END", strings.Join(lines[:len(lines)-1], "\n"), "END line is missing", "Copy the whole file again"},
		{"first line alone", lines[0], "END line is missing", `write each line end as \n`},
		{"a line is missing", strings.Join(append(append([]string{}, lines[:5]...), lines[6:]...), "\n"), "of which the last 48 bytes are missing", "Copy the whole file again"},
		{"a character is missing", strings.Replace(key, lines[5], lines[5][1:], 1), "not valid base64", "openssl pkey -noout -check"},
		{"RSA of 1024 bits", pkcs8(t, newRSA(t, 1024)), "an RSA key of 1024 bits|At least 2048", "openssl genpkey|rsa_keygen_bits:2048"},
		{"RSA of 2040 bits", pkcs8(t, newRSA(t, 2040)), "an RSA key of 2040 bits", "rsa_keygen_bits:2048"},
		{"another text", "the key is in the safe", "neither PEM nor base64", "Seller Central"},
		{"PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGQ=\n-----END PGP PRIVATE KEY BLOCK-----\n", "another kind", "Seller Central"},
	} {
		all = append(all, broken{name: k.name, check: doctor.CheckKey, cause: k.cause, next: k.next, change: func(l *lab) { l.keyFile(k.text) }})
	}
	tryAll(t, all)
}

func TestAWrongKeyInAVariableIsNamedByIt(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.keyText(string(encryptedDER(t)))
	f := first(l.examine(), doctor.StatusFailed)
	require.NotNil(t, f)
	assert.Contains(t, f.Found, "AMAZON_PAY_PRIVATE_KEY is a key with a passphrase")
	assert.Contains(t, f.Run, `printf '%s' "$AMAZON_PAY_PRIVATE_KEY" | openssl pkey`)
	assert.Contains(t, f.Next, "set AMAZON_PAY_PRIVATE_KEY_FILE to private.pem instead of AMAZON_PAY_PRIVATE_KEY")
}

// TestCommandsConvertTheKey runs commands for keys that openssl and ssh-keygen make.
func TestCommandsConvertTheKey(t *testing.T) {
	t.Parallel()
	for _, k := range []struct{ name, make, program string }{
		{"OpenSSH", "cp key.pem c.pem && ssh-keygen -p -N '' -f c.pem >&2 && mv c.pem key.pem", "ssh-keygen"},
		{"JWK", "", "node"},
	} {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(k.program); err != nil {
				t.Skip(k.program + " is not installed")
			}
			l := newLab(t)
			run := func(command string) {
				run := exec.CommandContext(t.Context(), "sh", "-c", command)
				run.Dir = l.dir
				out, err := run.CombinedOutput()
				require.NoError(t, err, "%s: %s", command, out)
			}
			if k.make != "" {
				run(k.make)
			} else {
				l.keyFile(jwk(t, parsed(t, l.keyPEM), true))
			}
			f := first(l.examine(), doctor.StatusFailed)
			require.NotNil(t, f)
			require.Contains(t, f.Found, k.name)
			run(f.Run)
			text, err := os.ReadFile(filepath.Join(l.dir, "private.pem"))
			require.NoError(t, err)
			got, err := signing.ParsePrivateKey(text)
			require.NoError(t, err, "%s: %s", f.Run, text)
			assert.True(t, got.Equal(parsed(t, l.keyPEM)))
		})
	}
}
