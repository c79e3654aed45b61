package ipn

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	maxCertificate = 64 << 10 // of the file
	fetchTime      = 5 * time.Second
	maxCached      = 64 // SNS has one or two certificates a region
	minKeyBits     = 2048

	// A URL that failed is not fetched again for failureTime. So that forgers cannot have us fetch ever new URLs,
	// no more than maxFailures fetches may fail at once, and one more each refill; good ones count nothing.
	failureTime = 30 * time.Second
	maxFailures = 10
	refill      = 6 * time.Second
)

// certificates fetches certificates and keeps them.
type certificates struct {
	transport http.RoundTripper
	roots     *x509.CertPool // nil: the system's
	chain     bool           // it must lead to a root
	now       func() time.Time

	known []string // URLs that may be fetched whatever else has failed

	mu       sync.Mutex                   // guards what follows; never held during a fetch
	cached   map[string]*x509.Certificate // by URL
	failed   map[string]failure
	flights  map[string]*flight
	budget   float64 // how many fetches may fail now
	budgeted time.Time
}

// flight is a fetch that is under way. Who needs its URL waits for it.
type flight struct {
	done  chan struct{} // closed when what follows is there
	found *x509.Certificate
	err   error
}

type failure struct {
	at  time.Time
	err error
}

// counts reports whether a failure still stands. One of the future was under a clock that was set back since.
func (f failure) counts(now time.Time) bool {
	age := now.Sub(f.at)
	return 0 <= age && age < failureTime
}

// newTransport is the network of a verifier: for a few requests a year.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: fetchTime}).DialContext,
		TLSHandshakeTimeout:    fetchTime,
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 16 << 10,
	}
}

// get returns the certificate at a URL that was checked, for a host of SNS.
func (c *certificates) get(ctx context.Context, url, host string) (*x509.Certificate, error) {
	found, under, err := c.begin(url, host)
	if under == nil {
		return found, err
	}
	select {
	case <-under.done:
		return under.found, under.err
	case <-ctx.Done():
		return nil, later(ErrCertificateUnavailable, "%v", context.Cause(ctx))
	}
}

// begin returns what is known of a URL, or the flight that will tell. The flight goes on, for five seconds at the most, when who
// began it has left: else forgers who leave could begin one after the other.
func (c *certificates) begin(url, host string) (*x509.Certificate, *flight, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if found := c.cached[url]; found != nil && now.Before(found.NotAfter) {
		return found, nil, nil
	}
	delete(c.cached, url)
	if before, there := c.failed[url]; there && before.counts(now) {
		return nil, nil, before.err
	}
	if under := c.flights[url]; under != nil {
		return nil, under, nil
	}
	paid := !slices.Contains(c.known, url)
	if paid {
		c.budget = min(maxFailures, c.budget+float64(max(0, now.Sub(c.budgeted)))/float64(refill))
		c.budgeted = now
		if c.budget < 1 {
			return nil, nil, later(ErrCertificateUnavailable, "too many fetches have failed: nothing new is fetched for some seconds")
		}
		c.budget--
	}
	under := &flight{done: make(chan struct{})}
	c.flights[url] = under
	go func() {
		defer func() { // else a panic of the user's network would end the program
			if reason := recover(); reason != nil {
				under.err = later(ErrCertificateUnavailable, "the network panicked: %v", reason)
			}
			c.end(url, under, paid)
		}()
		under.found, under.err = c.fetch(url, host)
	}()
	return nil, under, nil
}

// end keeps what a flight has brought.
func (c *certificates) end(url string, under *flight, paid bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flights, url)
	defer close(under.done)
	if under.err != nil {
		now := c.now()
		maps.DeleteFunc(c.failed, func(_ string, before failure) bool { return !before.counts(now) })
		c.failed[url] = failure{now, under.err}
		return
	}
	if paid {
		c.budget++
	}
	for old := range c.cached {
		if len(c.cached) < maxCached {
			break
		}
		delete(c.cached, old) // any will do: it is fetched again when it is needed
	}
	c.cached[url] = under.found
}

func (c *certificates) fetch(url, host string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime) //nolint:forbidigo // it is of no single request
	defer cancel()
	text, err := c.read(ctx, url)
	if err != nil {
		return nil, later(ErrCertificateUnavailable, "%v", err)
	}
	found, err := parseCertificates(text)
	if err != nil { // a page of a broken proxy, say
		return nil, later(ErrCertificateUnavailable, "%v", err)
	}
	if err := c.check(found, host, c.now()); err != nil {
		return nil, err
	}
	return found[0], nil
}

// read fetches the file, and follows no redirect.
func (c *certificates) read(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := c.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has status %d", res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxCertificate+1))
	if err == nil && len(text) > maxCertificate {
		err = fmt.Errorf("the answer has more than %d bytes", maxCertificate)
	}
	return text, err
}

// parseCertificates reads a PEM text: the certificate itself, and perhaps those that lead to a root.
func parseCertificates(text []byte) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("the answer has a PEM block that is no certificate")
		}
		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("the answer has a certificate that cannot be read")
		}
		found = append(found, parsed)
	}
	if len(found) == 0 || len(strings.TrimSpace(string(text))) > 0 {
		return nil, errors.New("the answer is not a PEM text of certificates")
	}
	return found, nil
}

// check checks a file that came from SNS's own host. Who sent the message had no part in it: what is wrong is our clock, our
// network, our roots or a rule of this package, all of which can be mended. Each refusal is therefore temporary.
func (c *certificates) check(found []*x509.Certificate, host string, now time.Time) error {
	leaf := found[0]
	key, isRSA := leaf.PublicKey.(*rsa.PublicKey)
	switch {
	case now.After(leaf.NotAfter):
		return later(ErrCertificate, "it expired at %v", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		return later(ErrCertificate, "it is valid only from %v", leaf.NotBefore)
	case !isNamed(leaf, host):
		return later(ErrCertificate, "its name is %.100q, not one of SNS", append(leaf.DNSNames, leaf.Subject.CommonName))
	case !isRSA || key.N.BitLen() < minKeyBits:
		return later(ErrCertificate, "its key is not an RSA key of at least %d bits", minKeyBits)
	case isSelfSigned(leaf):
		return later(ErrCertificate, "it is self-signed")
	}
	return c.checkChain(found, now)
}

// checkChain looks for a way to a root, if the file has what that needs. SNS gives its certificate alone,
// without the one that issued it: then the URL, and the TLS connection to it, are what is trusted.
func (c *certificates) checkChain(found []*x509.Certificate, now time.Time) error {
	if len(found) == 1 && !c.chain {
		return nil
	}
	between := x509.NewCertPool()
	for _, issuer := range found[1:] {
		between.AddCert(issuer)
	}
	if _, err := found[0].Verify(x509.VerifyOptions{
		Roots: c.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}); err != nil {
		return later(ErrCertificate, "it has no chain to a trusted root: %v", err)
	}
	return nil
}

// isSelfSigned reports whether a certificate names itself as its issuer, or has a signature of its own key.
func isSelfSigned(leaf *x509.Certificate) bool {
	return string(leaf.RawIssuer) == string(leaf.RawSubject) || leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
}

// isNamed reports whether a certificate is one of SNS: the names count, not wildcards, which other services
// share.
func isNamed(leaf *x509.Certificate, host string) bool {
	names := leaf.DNSNames
	if len(names) == 0 {
		names = []string{leaf.Subject.CommonName}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.Contains([]string{"sns.amazonaws.com", "sns.amazonaws.com.cn", host}, strings.ToLower(name))
	})
}
