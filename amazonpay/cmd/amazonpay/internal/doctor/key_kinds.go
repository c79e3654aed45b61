package doctor

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"
)

const (
	makeKey   = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out new-private.pem"
	makePair  = "Make an RSA key, and register its public half in Seller Central: openssl pkey -in new-private.pem -pubout."
	findOther = "Use the private key that was made together with it. "
)

// wrongKey explains a key that [signing.ParsePrivateKey] refuses, whose error is err.
func (e *examination) wrongKey(err error) Finding {
	text := readable(e.text)
	trimmed := strings.TrimSpace(text)
	lower := strings.ToLower(trimmed)
	starts := func(prefixes ...string) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(lower, strings.ToLower(p)) {
				return true
			}
		}
		return false
	}
	refuse := func(what, cause, next, command string) Finding {
		return failed(e.key.name+" is "+what, cause, next).run(command)
	}
	begin := pemType.FindAllStringSubmatch(text, -1)
	switch {
	case trimmed == "":
		return refuse("empty", "There is no key in it: the file was made and never filled, or a secret was mounted without its value.", howToGetKey, makeKey)
	case len(begin) > 0:
		return e.wrongPEM(text, begin, err)
	case isDER(e.text), binaryKey(e.text):
		return e.wrongDER(e.text, "", err)
	case starts("PuTTY-User-Key-File"):
		return refuse("a PuTTY key (.ppk)", "Amazon Pay's keys are PKCS#8 or PKCS#1.", "Convert it, if it is an RSA key that was registered in Seller Central. "+e.key.use(),
			"puttygen "+e.key.input()+" -O private-openssh -o "+e.key.mended()+" && ssh-keygen -p -m PKCS8 -f "+e.key.mended())
	case starts("ssh-", "ecdsa-"):
		return refuse("a public key of OpenSSH", "A client signs with the private half.", findOther+howToGetKey, "")
	case starts("<rsakeyvalue"):
		return refuse("an XML key of .NET", "Amazon Pay's keys are PKCS#8 or PKCS#1.", "Export it as PEM: RSA.ExportPkcs8PrivateKeyPem in .NET 7 or newer. "+e.key.use(), "")
	case starts("<"):
		return refuse("a page (HTML or XML)", "The download got a page instead of the key: a login page, or the page of a gateway.", "Download the key in a browser that is signed in. "+howToGetKey, "")
	case starts("{", "["):
		return e.wrongJSON(trimmed)
	}
	if der, bad := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(trimmed), "")); bad == nil && len(der) > 0 && (isDER(der) || binaryKey(der)) {
		return e.wrongDER(der, "base64 -d | ", err)
	}
	return refuse("neither PEM nor base64", "It is another text, or only a part of the key.", howToGetKey, e.key.feed("head -c 27"))
}

// input names the file for programs that do not read their standard input.
func (k keySource) input() string {
	if k.file == "" {
		return "key.pem"
	}
	return quoted(k.file)
}

// readable undoes what mangles a text, as far as it takes to recognise what it is.
func readable(data []byte) string {
	text := strings.ReplaceAll(string(data), "\x00", "")
	text = strings.NewReplacer(`\r`, "", `\n`, "\n", "\r\n", "\n", "\r", "\n", "\ufeff", "", "\xff\xfe", "", "\xfe\xff", "").Replace(text)
	return strings.Trim(text, " \t\n\"'`")
}

var pemType = regexp.MustCompile(`-----\s*BEGIN ([A-Z0-9 -]*?)\s*-----`)

// wrongPEM explains PEM text. Of several blocks it takes the one that the client would.
func (e *examination) wrongPEM(text string, begin [][]string, err error) Finding {
	kind := begin[0][1]
	for _, b := range begin {
		if strings.HasSuffix(b[1], "PRIVATE KEY") {
			kind = b[1]
			break
		}
	}
	refuse := func(what, cause, next, command string) Finding {
		return failed(e.key.name+" is "+what, cause, next).run(command)
	}
	out := e.key.mended()
	switch {
	case !strings.Contains(text, "-----END"):
		return refuse("PEM text without its last line", "The END line is missing: the text was cut off, or a variable kept only the first line.",
			"Copy the whole file again. For a variable of one line, write each line end as \\n. "+howToGetKey, "")
	case kind == "OPENSSH PRIVATE KEY":
		return e.wrongOpenSSH(text)
	case kind == "ENCRYPTED PRIVATE KEY":
		return refuse("a key with a passphrase (encrypted PKCS#8)", "A client has no passphrase to read it with.", "Decrypt it; openssl asks for the passphrase. "+e.key.use(),
			"openssl pkey -in "+e.key.input()+" -out "+out)
	case strings.Contains(text, "Proc-Type:") && strings.Contains(text, "ENCRYPTED"):
		return refuse("a key with a passphrase (encrypted PEM, Proc-Type)", "A client has no passphrase to read it with.", "Decrypt it; openssl asks for the passphrase. "+e.key.use(),
			"openssl pkey -in "+e.key.input()+" -out "+out)
	case strings.HasSuffix(kind, "PUBLIC KEY"):
		return refuse("a public key", "A client signs with the private half.", findOther+howToGetKey, "")
	case kind == "CERTIFICATE REQUEST" || kind == "NEW CERTIFICATE REQUEST":
		return refuse("a certificate request (CSR)", "It holds no private key, and Amazon Pay takes no certificates.", findOther+"openssl req wrote it to the file of -keyout, privkey.pem by default.", "")
	case strings.HasSuffix(kind, "CERTIFICATE"):
		return refuse("a certificate", "It holds no private key, and Amazon Pay takes no certificates.", findOther+howToGetKey, "")
	case strings.HasPrefix(kind, "EC ") || strings.HasPrefix(kind, "DSA ") || kind == "EC PARAMETERS" || kind == "DSA PARAMETERS":
		return refuse("a key for "+strings.Fields(kind)[0]+", not for RSA", "Amazon Pay verifies RSA signatures only.", makePair, makeKey)
	case kind != "PRIVATE KEY" && kind != "RSA PRIVATE KEY":
		return refuse("a PEM block of another kind", reason(err), howToGetKey, e.key.feed("grep BEGIN"))
	}
	der, bad := base64.StdEncoding.DecodeString(bodyOf(text, kind))
	if bad != nil {
		return refuse("PEM text that is damaged", "Characters between the lines BEGIN and END are missing or changed: it is not valid base64.", "Copy the whole file again. "+howToGetKey, e.key.feed("openssl pkey -noout -check"))
	}
	return e.wrongDER(der, "", err)
}

// bodyOf returns the base64 of a PEM block, without white space.
func bodyOf(text, kind string) string {
	_, rest, _ := strings.Cut(text, "BEGIN "+kind)
	rest = strings.TrimLeft(rest, "- \n")
	body, _, _ := strings.Cut(rest, "-----")
	return strings.Join(strings.Fields(body), "")
}

// wrongOpenSSH explains a key of ssh-keygen, which holds the name of its algorithm.
func (e *examination) wrongOpenSSH(text string) Finding {
	if block, _ := pem.Decode([]byte(text)); block != nil && !bytes.Contains(block.Bytes, []byte("ssh-rsa")) {
		return failed(e.key.name+" is an OpenSSH key for another algorithm than RSA", "Amazon Pay verifies RSA signatures only.", makePair).run(makeKey)
	}
	out := e.key.mended()
	return failed(e.key.name+" is an OpenSSH private key", "ssh-keygen writes a form of its own. Amazon Pay's keys are PKCS#8 or PKCS#1.",
		"Convert a copy of it, if its public half was registered in Seller Central. "+e.key.use()).
		run("install -m 600 " + e.key.input() + " " + out + " && ssh-keygen -p -m PKCS8 -N '' -f " + out)
}

func (e *examination) wrongJSON(text string) Finding {
	var members map[string]any
	_ = json.Unmarshal([]byte(text), &members) // the members decide what it is
	name := e.key.name
	switch {
	case members["kty"] != nil && members["d"] == nil:
		return failed(name+" is a JSON Web Key with only the public half", "A client signs with the private half.", findOther+howToGetKey)
	case members["kty"] != nil && members["kty"] != "RSA":
		return failed(name+" is a JSON Web Key, and not for RSA", "Amazon Pay verifies RSA signatures only.", makePair).run(makeKey)
	case members["kty"] != nil:
		const convert = `node -e 'const c=require("crypto"),f=require("fs");process.stdout.write(c.createPrivateKey({key:JSON.parse(f.readFileSync(0)),format:"jwk"}).export({type:"pkcs8",format:"pem"}))'`
		return failed(name+" is a JSON Web Key (JWK)", "Amazon Pay's keys are PKCS#8 or PKCS#1.", "Convert it; this takes Node. "+e.key.use()).
			run("(umask 077; " + e.key.feed(convert) + " > " + e.key.mended() + ")")
	}
	return failed(name+" is a text in JSON", "It is no key: an answer of a web service, or the file of another program.", howToGetKey)
}

var (
	oidRSA  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1} // the content of a PKCS#12 file

	// keyAlgorithms are other algorithms of keys.
	keyAlgorithms = map[string]string{
		"1.2.840.10045.2.1": "EC (ECDSA)", "1.3.101.112": "Ed25519", "1.3.101.113": "Ed448", "1.3.101.110": "X25519", "1.2.840.10040.4.1": "DSA",
	}
)

// binaryKey recognises key stores that are not ASN.1, and short ASN.1.
func binaryKey(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xfe, 0xed, 0xfe, 0xed}) || bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte{0x1f, 0x8b}) ||
		len(data) > 2 && data[0] == 0x30 && int(data[1]) == len(data)-2
}

// wrongDER explains binary data. decode is the part of a pipeline that makes it of the text.
func (e *examination) wrongDER(der []byte, decode string, err error) Finding {
	refuse := func(what, cause, next, command string) Finding {
		return failed(e.key.name+" is "+what, cause, next).run(command)
	}
	out := e.key.mended()
	var algorithm struct {
		OID        asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	var pkcs8 struct {
		Version   int
		Algorithm asn1.RawValue
		Key       []byte
	}
	var encrypted struct {
		Algorithm asn1.RawValue
		Data      []byte
	}
	var pkcs12 struct {
		Version  int
		Contents asn1.RawValue
	}
	is := func(form any, inner *asn1.RawValue) bool {
		if _, err := asn1.Unmarshal(der, form); err != nil {
			return false
		}
		_, err := asn1.Unmarshal(inner.FullBytes, &algorithm)
		return err == nil
	}
	switch {
	case bytes.HasPrefix(der, []byte{0xfe, 0xed, 0xfe, 0xed}):
		return refuse("a Java key store (JKS)", "Only the key in it is of use.", "Export the key. "+e.key.use(),
			"keytool -importkeystore -srckeystore "+e.key.input()+" -destkeystore key.p12 -deststoretype PKCS12 && openssl pkcs12 -in key.p12 -nocerts -nodes -out "+out)
	case bytes.HasPrefix(der, []byte("PK\x03\x04")), bytes.HasPrefix(der, []byte{0x1f, 0x8b}):
		return refuse("a compressed archive", "Only the file in it is of use.", "Unpack it, and name the PEM file.", "")
	case cutOff(der) > 0:
		return refuse(fmt.Sprintf("a key of which the last %d bytes are missing", cutOff(der)), "The text was cut off, or lines of it are missing.", "Copy the whole file again. "+howToGetKey, "")
	case is(&pkcs12, &pkcs12.Contents) && algorithm.OID.Equal(oidData):
		return refuse("a PKCS#12 file (.p12, .pfx)", "Only the key in it is of use.", "Extract the key; openssl asks for the password of the file. "+e.key.use(),
			"openssl pkcs12 -in "+e.key.input()+" -nocerts -nodes -out "+out)
	case is(&pkcs8, &pkcs8.Algorithm) && algorithm.OID.Equal(oidPSS):
		return refuse("an RSA key with fixed parameters (RSASSA-PSS)", "Its parameters may forbid the salt that Amazon Pay requires.", makePair, makeKey)
	case is(&pkcs8, &pkcs8.Algorithm) && !algorithm.OID.Equal(oidRSA):
		name := keyAlgorithms[algorithm.OID.String()]
		if name == "" {
			name = "the algorithm " + algorithm.OID.String()
		}
		return refuse("a key for "+name+", not for RSA", "Amazon Pay verifies RSA signatures only.", makePair, makeKey)
	}
	if key := rsaOf(der); key != nil {
		return refuse(fmt.Sprintf("an RSA key of %d bits", key.N.BitLen()), "At least 2048 bits are required.", "Make a larger key, and register its public half in Seller Central: openssl pkey -in new-private.pem -pubout.", makeKey)
	}
	if is(&encrypted, &encrypted.Algorithm) {
		return refuse("a key with a passphrase (encrypted PKCS#8, binary)", "A client has no passphrase to read it with.", "Decrypt it; openssl asks for the passphrase. "+e.key.use(),
			e.key.feed(decode+"openssl pkey -inform DER")+" > "+out)
	}
	return e.otherDER(der, err)
}

// otherDER explains what holds no private key that could be used.
func (e *examination) otherDER(der []byte, err error) Finding {
	name := e.key.name
	if _, bad := x509.ParsePKIXPublicKey(der); bad == nil {
		return failed(name+" is a public key", "A client signs with the private half.", findOther+howToGetKey)
	}
	if _, bad := x509.ParsePKCS1PublicKey(der); bad == nil {
		return failed(name+" is a public key", "A client signs with the private half.", findOther+howToGetKey)
	}
	if _, bad := x509.ParseCertificate(der); bad == nil {
		return failed(name+" is a certificate", "It holds no private key, and Amazon Pay takes no certificates.", findOther+howToGetKey)
	}
	if _, bad := x509.ParseCertificateRequest(der); bad == nil {
		return failed(name+" is a certificate request (CSR)", "It holds no private key, and Amazon Pay takes no certificates.", findOther+howToGetKey)
	}
	if _, bad := x509.ParseECPrivateKey(der); bad == nil {
		return failed(name+" is a key for EC (ECDSA), not for RSA", "Amazon Pay verifies RSA signatures only.", makePair).run(makeKey)
	}
	return failed(name+" is no private key that can be read", reason(err), howToGetKey).run(e.key.feed("openssl pkey -noout -check"))
}

// rsaOf returns the RSA key of any size in DER, or nil.
func rsaOf(der []byte) *rsa.PrivateKey {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if parsed, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if key, is := parsed.(*rsa.PrivateKey); is {
			return key
		}
	}
	return nil
}

// cutOff returns how many bytes of an ASN.1 sequence are missing.
func cutOff(der []byte) int {
	const longForm, header = 0x82, 4 // a length of two bytes, as keys have
	if len(der) < header || der[0] != 0x30 || der[1] != longForm {
		return 0
	}
	return int(binary.BigEndian.Uint16(der[2:header])) + header - len(der)
}
