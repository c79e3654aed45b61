package ipntest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // version 1 of SNS's signatures
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// The topic of the messages, with its account and region.
const (
	Account  = "123456789012"
	Region   = "us-east-1"
	TopicARN = "arn:aws:sns:" + Region + ":" + Account + ":amazon-pay-ipn"
)

// SNS is a stand-in for AWS SNS. It signs messages and, as an [http.RoundTripper], serves the
// certificates. It is safe for concurrent use.
type SNS struct {
	key     *rsa.PrivateKey
	root    *x509.Certificate
	files   map[string][]byte // by their name in the URL
	name    string            // of the valid certificate
	fetches atomic.Int64
}

// New returns an SNS with a new key and a new CA. It fails only if keys cannot be generated.
func New() (*SNS, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("ipntest: %w", err)
	}
	s := &SNS{key: key}
	if err := s.makeCertificates(); err != nil {
		return nil, fmt.Errorf("ipntest: %w", err)
	}
	return s, nil
}

// The valid certificate is valid at any time that a test may set.
var (
	always = [2]time.Time{time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}
	past   = [2]time.Time{always[0], always[0].AddDate(1, 0, 0)}
	future = [2]time.Time{always[1], always[1].AddDate(1, 0, 0)}
)

// makeCertificates creates a root, an intermediate CA and a file for each kind of certificate. All
// certificates have the same key, so that only the certificate is wrong.
func (s *SNS) makeCertificates() error {
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	betweenKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	issue := func(template, issuer *x509.Certificate, public crypto.PublicKey, by crypto.Signer) (*x509.Certificate, error) {
		der, err := x509.CreateCertificate(rand.Reader, template, issuer, public, by)
		if err != nil {
			return nil, err
		}
		return x509.ParseCertificate(der)
	}
	ca := func(name string, serial int64) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: always[0], NotAfter: always[1],
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	root := ca("ipntest root", 1)
	if s.root, err = issue(root, root, rootKey.Public(), rootKey); err != nil {
		return err
	}
	between, err := issue(ca("ipntest issuer", 2), s.root, betweenKey.Public(), rootKey)
	if err != nil {
		return err
	}
	leaf := func(name string, valid [2]time.Time) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: valid[0], NotAfter: valid[1],
		}
	}
	const named = "sns.amazonaws.com"
	made := make(map[string]*x509.Certificate)
	for name, template := range map[string]*x509.Certificate{
		"good": leaf(named, always), certExpired: leaf(named, past), certFuture: leaf(named, future),
		certOtherName: leaf("s3.amazonaws.com", always), certWildcard: leaf("*.amazonaws.com", always),
	} {
		if made[name], err = issue(template, between, s.key.Public(), betweenKey); err != nil {
			return err
		}
	}
	self := leaf(named, always)
	if made[certSelfSigned], err = issue(self, self, s.key.Public(), s.key); err != nil {
		return err
	}
	weak, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if made[certOtherKey], err = issue(leaf(named, always), between, weak.Public(), betweenKey); err != nil {
		return err
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	foreign := ca("ipntest foreign root", 4)
	if foreign, err = issue(foreign, foreign, stranger.Public(), stranger); err != nil {
		return err
	}
	ofForeign, err := issue(leaf(named, always), foreign, s.key.Public(), stranger)
	if err != nil {
		return err
	}
	s.files = map[string][]byte{
		certForeign: append(pemOf(ofForeign), pemOf(foreign)...),
		certChain:   append(pemOf(made["good"]), pemOf(between)...),
		certHuge:    append(pemOf(made["good"]), bytes.Repeat([]byte("\n"), 1<<20)...),
		certGarbage: []byte("<html><body>Please log in to the network.</body></html>"),
	}
	for name, certificate := range made {
		s.files[name] = pemOf(certificate)
	}
	sum := sha256.Sum256(made["good"].Raw)
	s.name = hex.EncodeToString(sum[:16])
	s.files[s.name] = s.files["good"]
	return nil
}

func pemOf(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// CertificatePEM returns the signing certificate, as served at [SNS.CertificateURL].
func (s *SNS) CertificatePEM() []byte { return bytes.Clone(s.files[s.name]) }

// RootCAs returns a pool with the root of the signing certificate, for a verifier that requires a
// chain.
func (s *SNS) RootCAs() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.root)
	return pool
}

// CertificateURL returns the URL of the signing certificate.
func (s *SNS) CertificateURL() string { return urlOf(s.name) }

// ChainURL returns the URL of the signing certificate with its intermediate CA, which the root of
// [SNS.RootCAs] has issued.
func (s *SNS) ChainURL() string { return urlOf(certChain) }

func urlOf(name string) string {
	return "https://sns." + Region + ".amazonaws.com/SimpleNotificationService-" + name + ".pem"
}

// Fetches returns the number of RoundTrip calls.
func (s *SNS) Fetches() int { return int(s.fetches.Load()) }

// RoundTrip serves certificates and accepts confirmations of subscriptions, without a network. It
// answers any other request with status 404.
func (s *SNS) RoundTrip(r *http.Request) (*http.Response, error) {
	s.fetches.Add(1)
	answer := func(status int, body []byte, header http.Header) *http.Response {
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
			Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r,
		}
	}
	if r.URL.Scheme != "https" || r.URL.Host != "sns."+Region+".amazonaws.com" || r.Method != http.MethodGet {
		return answer(http.StatusNotFound, nil, http.Header{}), nil
	}
	if r.URL.Path == "/" && r.URL.Query().Get("Action") == "ConfirmSubscription" {
		return answer(http.StatusOK, []byte("<ConfirmSubscriptionResponse/>"), http.Header{}), nil
	}
	name, _ := strings.CutPrefix(r.URL.Path, "/SimpleNotificationService-")
	name, _ = strings.CutSuffix(name, ".pem")
	switch file, there := s.files[name]; {
	case there:
		return answer(http.StatusOK, file, http.Header{}), nil
	case name == certRedirect:
		return answer(http.StatusFound, nil, http.Header{"Location": {s.CertificateURL()}}), nil
	case name == certSlow:
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return answer(http.StatusNotFound, nil, http.Header{}), nil
}

// sign returns the signature of a text. Version 1 uses SHA-1, any other version SHA-256.
func (s *SNS) sign(text []byte, version string) string {
	hash, digest := crypto.SHA256, sha256.Sum256(text)
	sum := digest[:]
	if version == "1" {
		old := sha1.Sum(text) //nolint:gosec // see the import
		hash, sum = crypto.SHA1, old[:]
	}
	signature, err := rsa.SignPKCS1v15(nil, s.key, hash, sum)
	if err != nil { // cannot happen with this key
		panic("ipntest: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(signature)
}
