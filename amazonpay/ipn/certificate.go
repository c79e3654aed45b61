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
	maxCertificate = 64 << 10 // bytes of the file
	fetchTime      = 5 * time.Second
	maxCached      = 64 // SNS uses one or two certificates per region
	minKeyBits     = 2048

	// A URL whose fetch failed is not fetched again for failureTime. At most maxFailures fetches may
	// fail, plus one per refill, so that forged messages cannot cause unlimited fetches. Successful
	// fetches are not counted.
	failureTime = 30 * time.Second
	maxFailures = 10
	refill      = 6 * time.Second
)

// certificates fetches certificates and caches them.
type certificates struct {
	transport http.RoundTripper
	roots     *x509.CertPool // nil: the roots of the system
	chain     bool           // a chain to a root is required
	now       func() time.Time

	known []string // URLs whose fetches are not limited

	mu       sync.Mutex                   // guards the fields below; never held during a fetch
	cached   map[string]*x509.Certificate // by URL
	failed   map[string]failure
	flights  map[string]*flight
	budget   float64 // number of fetches that may fail now
	budgeted time.Time
}

// flight is a running fetch. All callers that need its URL wait for it.
type flight struct {
	done  chan struct{} // closed when the fields below are set
	found *x509.Certificate
	err   error
}

type failure struct {
	at  time.Time
	err error
}

// counts reports whether a failure still blocks its URL. A failure in the future does not: the
// clock was set back.
func (f failure) counts(now time.Time) bool {
	age := now.Sub(f.at)
	return 0 <= age && age < failureTime
}

// newTransport returns the default network of a verifier, which makes a few requests a year.
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

// get returns the certificate at url, which has been checked, for a host of SNS.
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

// begin returns the cached result for a URL, or a flight. A flight continues, for at most five
// seconds, after its caller has left. Otherwise forgers who disconnect could start one flight after
// another.
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
			return nil, nil, later(ErrCertificateUnavailable, "too many fetches have failed: new URLs are not fetched for some seconds")
		}
		c.budget--
	}
	under := &flight{done: make(chan struct{})}
	c.flights[url] = under
	go func() {
		defer func() { // a panic of a custom RoundTripper must not end the program
			if reason := recover(); reason != nil {
				under.err = later(ErrCertificateUnavailable, "the RoundTripper panicked: %v", reason)
			}
			c.end(url, under, paid)
		}()
		under.found, under.err = c.fetch(url, host)
	}()
	return nil, under, nil
}

// end stores the result of a flight.
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
		delete(c.cached, old) // any one: it is fetched again if required
	}
	c.cached[url] = under.found
}

func (c *certificates) fetch(url, host string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime) //nolint:forbidigo // it belongs to no single request
	defer cancel()
	text, err := c.read(ctx, url)
	if err != nil {
		return nil, later(ErrCertificateUnavailable, "%v", err)
	}
	found, err := parseCertificates(text)
	if err != nil { // such as an HTML page of a proxy
		return nil, later(ErrCertificateUnavailable, "%v", err)
	}
	if err := c.check(found, host, c.now()); err != nil {
		return nil, err
	}
	return found[0], nil
}

// read fetches the file. It does not follow redirects.
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
		return nil, fmt.Errorf("unexpected status %d", res.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxCertificate+1))
	if err == nil && len(text) > maxCertificate {
		err = fmt.Errorf("the file has more than %d bytes", maxCertificate)
	}
	return text, err
}

// parseCertificates reads PEM text: the certificate, and optionally its chain.
func parseCertificates(text []byte) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("the file has a PEM block that is not a certificate")
		}
		parsed, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, errors.New("the file has an invalid certificate")
		}
		found = append(found, parsed)
	}
	if len(found) == 0 || len(strings.TrimSpace(string(text))) > 0 {
		return nil, errors.New("the file is not PEM text with certificates")
	}
	return found, nil
}

// check checks a file that came from a host of SNS. The sender of the message cannot influence it:
// the cause of a failure is our clock, our network, our roots or a rule of this package, and each
// can be corrected. Every refusal is therefore temporary.
func (c *certificates) check(found []*x509.Certificate, host string, now time.Time) error {
	leaf := found[0]
	key, isRSA := leaf.PublicKey.(*rsa.PublicKey)
	switch {
	case now.After(leaf.NotAfter):
		return later(ErrCertificate, "it expired on %v", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		return later(ErrCertificate, "it is not valid before %v", leaf.NotBefore)
	case !isNamed(leaf, host):
		return later(ErrCertificate, "its names %.100q do not belong to SNS", append(leaf.DNSNames, leaf.Subject.CommonName))
	case !isRSA || key.N.BitLen() < minKeyBits:
		return later(ErrCertificate, "its key must be an RSA key of at least %d bits", minKeyBits)
	case isSelfSigned(leaf):
		return later(ErrCertificate, "it is self-signed")
	}
	return c.checkChain(found, now)
}

// checkChain checks the chain to a root if the file has one. SNS serves its certificate without a
// chain; then the URL and the TLS connection are what is trusted.
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

// isSelfSigned reports whether a certificate names itself as its issuer or is signed by its own
// key.
func isSelfSigned(leaf *x509.Certificate) bool {
	return string(leaf.RawIssuer) == string(leaf.RawSubject) || leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature) == nil
}

// isNamed reports whether a certificate names SNS. Wildcards do not count: other services share
// them.
func isNamed(leaf *x509.Certificate, host string) bool {
	names := leaf.DNSNames
	if len(names) == 0 {
		names = []string{leaf.Subject.CommonName}
	}
	return slices.ContainsFunc(names, func(name string) bool {
		return slices.Contains([]string{"sns.amazonaws.com", "sns.amazonaws.com.cn", host}, strings.ToLower(name))
	})
}
