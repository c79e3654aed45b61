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
	// no more than maxFailures fetches may fail in failureWindow; good ones count nothing.
	failureTime   = 30 * time.Second
	failureWindow = time.Minute
	maxFailures   = 10
)

// certificates fetches certificates and keeps them.
type certificates struct {
	transport http.RoundTripper
	roots     *x509.CertPool // nil: the system's
	chain     bool           // it must lead to a root
	now       func() time.Time

	gate chan struct{} // has one place: one fetch at a time

	mu       sync.Mutex                   // guards what follows; never held during a fetch
	cached   map[string]*x509.Certificate // by URL
	failed   map[string]failure
	failures []time.Time // of the window
}

type failure struct {
	at  time.Time
	err error
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
	if found, err := c.known(url); found != nil || err != nil {
		return found, err
	}
	select {
	case c.gate <- struct{}{}:
		defer func() { <-c.gate }()
	case <-ctx.Done():
		return nil, later(ErrCertificateUnavailable, "%v", context.Cause(ctx))
	}
	if found, err := c.known(url); found != nil || err != nil { // by who was at the gate before
		return found, err
	}
	if err := c.mayFetch(); err != nil {
		return nil, err
	}
	found, err := c.fetch(ctx, url, host)
	if err == nil || ctx.Err() == nil { // the caller who left says nothing of the URL
		c.keep(url, found, err)
	}
	return found, err
}

// known returns what was fetched before, or why that failed; neither where it must be fetched.
func (c *certificates) known(url string) (*x509.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if found := c.cached[url]; found != nil && now.Before(found.NotAfter) {
		return found, nil
	}
	delete(c.cached, url)
	if before, there := c.failed[url]; there && now.Sub(before.at) < failureTime {
		return nil, before.err
	}
	return nil, nil
}

// mayFetch refuses a fetch where too many have failed.
func (c *certificates) mayFetch() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.failures = slices.DeleteFunc(c.failures, func(at time.Time) bool { return now.Sub(at) >= failureWindow })
	if len(c.failures) >= maxFailures {
		return later(ErrCertificateUnavailable, "%d fetches have failed within %v: nothing is fetched for now", maxFailures, failureWindow)
	}
	return nil
}

func (c *certificates) keep(url string, fetched *x509.Certificate, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		now := c.now()
		c.failures = append(c.failures, now)
		maps.DeleteFunc(c.failed, func(_ string, before failure) bool { return now.Sub(before.at) >= failureTime })
		c.failed[url] = failure{now, err}
		return
	}
	for old := range c.cached {
		if len(c.cached) < maxCached {
			break
		}
		delete(c.cached, old) // any will do: it is fetched again when it is needed
	}
	c.cached[url] = fetched
}

func (c *certificates) fetch(ctx context.Context, url, host string) (*x509.Certificate, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
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

func (c *certificates) check(found []*x509.Certificate, host string, now time.Time) error {
	leaf := found[0]
	key, isRSA := leaf.PublicKey.(*rsa.PublicKey)
	switch {
	case now.After(leaf.NotAfter):
		return refuse(ErrCertificate, "it expired at %v", leaf.NotAfter)
	case now.Before(leaf.NotBefore):
		return later(ErrCertificate, "it is valid only from %v", leaf.NotBefore)
	case !isNamed(leaf, host):
		return refuse(ErrCertificate, "its name is %.100q, not one of SNS", append(leaf.DNSNames, leaf.Subject.CommonName))
	case !isRSA || key.N.BitLen() < minKeyBits:
		return refuse(ErrCertificate, "its key is not an RSA key of at least %d bits", minKeyBits)
	case leaf.CheckSignatureFrom(leaf) == nil || string(leaf.RawIssuer) == string(leaf.RawSubject):
		return refuse(ErrCertificate, "it is self-signed")
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
		return refuse(ErrCertificate, "it has no chain to a trusted root: %v", err)
	}
	return nil
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
