package doctor

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/signing"
)

// fingerprint is the SHA-256 of the public half, as [amazonpay.SignatureHint] has it.
func fingerprint(key *rsa.PrivateKey) string {
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return "unknown"
	}
	hash := sha256.Sum256(der)
	return hex.EncodeToString(hash[:])
}

func (e *examination) checkKey() Finding {
	if e.key.file == "" {
		e.text = []byte(e.setup.PrivateKey.Reveal())
		if f, is := e.notKeyText(string(e.text)); is {
			return f
		}
	}
	key, err := signing.ParsePrivateKey(e.text)
	if err != nil {
		return e.wrongKey(err)
	}
	e.config.PrivateKeyPEM = amazonpay.NewSecret(e.text)
	bits := key.N.BitLen()
	found := fmt.Sprintf("RSA, %d bits, %s; the fingerprint of its public half is %s", bits, form(e.text), fingerprint(key))
	if n := countKeys(e.text); n > 1 {
		return warning(found, fmt.Sprintf("There are %d private keys here. The first one is used, which may not be the one of this public key id.", n),
			"Leave only the key of the public key id.").run(e.key.feed("grep -n BEGIN"))
	}
	if f, mangled := e.mangled(found); mangled {
		return f
	}
	const step = 256 // bits
	if bits%step != 0 {
		return warning(found, "This is an unusual size, which other programs may refuse.", "Keys from Seller Central have 2048 bits: make a new pair there.")
	}
	return ok(found)
}

// notKeyText recognises what is set instead of the text of a key.
func (e *examination) notKeyText(text string) (f Finding, is bool) {
	name := bare(text)
	if name == "" || strings.ContainsAny(name, "\n") || len(name) > longestName {
		return f, false
	}
	toFile := "Set " + envPrivateKeyFile + " to it instead, and leave " + e.key.name + " empty."
	command := ""
	if e.key.name == envPrivateKey {
		command = `export ` + envPrivateKeyFile + `="$` + envPrivateKey + `"; unset ` + envPrivateKey
	}
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return failed(e.key.name+" is the name of the file "+shownName(name), "It must hold the text of the key.", toFile).run(command), true
	}
	lower := strings.ToLower(name)
	for _, suffix := range []string{".pem", ".key", ".p8", ".der", ".p12", ".pfx", ".txt"} {
		if strings.HasSuffix(lower, suffix) {
			return failed(e.key.name+" is the name of a file, which does not exist", "It must hold the text of the key.", toFile).run(command), true
		}
	}
	if strings.HasPrefix(lower, "sandbox-") || strings.HasPrefix(lower, "live-") {
		return failed(e.key.name+" is a public key id", "It must hold the text of the private key.", "Set "+e.setup.PublicKeyID.Source+" to the id. "+howToGetKey), true
	}
	return f, false
}

// form names the form of a key that was accepted.
func form(text []byte) string {
	block, _ := pem.Decode(text)
	switch {
	case isDER(text):
		return "DER"
	case block == nil:
		return "damaged PEM or bare base64"
	case block.Type == "RSA PRIVATE KEY":
		return "PKCS#1"
	}
	return "PKCS#8"
}

// isDER reports whether data is a long ASN.1 sequence.
func isDER(data []byte) bool { return len(data) > 1 && data[0] == 0x30 && data[1] >= 0x80 }

func countKeys(text []byte) int { return bytes.Count(text, []byte("PRIVATE KEY-----")) / 2 }

// mangled warns of a text that this SDK repairs and other programs do not.
func (e *examination) mangled(found string) (f Finding, is bool) {
	const cause = " This SDK reads it all the same; openssl and the official SDKs may not."
	out := e.key.mended()
	warn := func(what, command string) (Finding, bool) {
		return warning(found, what+cause, "Write it as clean PEM. "+e.key.use()).run("(umask 077; " + e.key.feed(command) + " > " + out + ")"), true
	}
	clean, _ := pem.Decode(e.text)
	text := string(e.text)
	switch {
	case isDER(e.text):
		return warn("The key is binary (DER), not PEM.", "openssl pkey -inform DER")
	case bytes.HasPrefix(e.text, []byte("\xff\xfe")) || bytes.HasPrefix(e.text, []byte("\xfe\xff")) || bytes.IndexByte(e.text, 0) >= 0:
		return warn("The file is UTF-16, as PowerShell writes it.", "iconv -f UTF-16 -t UTF-8")
	case strings.HasPrefix(text, "\ufeff"):
		return warn("There is a byte-order mark before the key.", "tail -c +4")
	case strings.HasPrefix(strings.TrimSpace(text), "{"):
		return warn("The key is a member of a text in JSON.", `jq -r '.. | strings | select(contains("BEGIN"))'`)
	case strings.Contains(text, `\n`) || strings.Contains(text, `\r`):
		return warn(`The line ends are written as \n.`, `sed 's/\\r//g; s/\\n/\n/g; s/^"//; s/"$//'`)
	case clean != nil && strings.HasPrefix(strings.TrimLeft(text, "\r\n"), "-----BEGIN"):
		return f, false
	case strings.HasPrefix(text, `"`) || strings.HasPrefix(text, "'"):
		return warn("There are quotes around the key.", `tr -d "\"'"`)
	case clean != nil: // text before the key, which PEM allows
		return f, false
	case !strings.Contains(text, "BEGIN"):
		if inner, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err == nil && bytes.Contains(inner, []byte("BEGIN")) {
			return warn("The whole PEM text is encoded in base64 once more.", "base64 -d")
		}
		return warn("The lines BEGIN and END are missing around the base64.", "base64 -d | openssl pkey -inform DER")
	case strings.Count(strings.TrimSpace(text), "\n") == 0:
		return warn("The key stands on one line.", `sed -E 's/-+(BEGIN|END)[A-Z ]+-+//g' | tr -d '[:space:]' | base64 -d | openssl pkey -inform DER`)
	}
	return warn("There are spaces, or characters that an editor changed, in the PEM text.", `sed -E 's/.*BEGIN [A-Z ]*PRIVATE KEY[^A-Za-z0-9]*//; s/[^A-Za-z0-9+\/=]*END .*//' | LC_ALL=C tr -cd 'A-Za-z0-9+/=' | base64 -d | openssl pkey -inform DER`)
}
