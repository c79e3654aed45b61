package ipn_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/amazonpay/ipn"
	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

// certificateOf makes a certificate for SNS with a public key, under an issuer's name, signed by
// the issuer's key.
func certificateOf(t *testing.T, public crypto.PublicKey, issuerName string, issuer crypto.Signer) []byte {
	t.Helper()
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"}, DNSNames: []string{"sns.amazonaws.com"},
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0),
	}
	parent := &x509.Certificate{Subject: pkix.Name{CommonName: issuerName}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, parent, public, issuer)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// A certificate needs an RSA key of 2048 bits, and another issuer than itself: by the name, and by
// the signature.
func TestCertificateOfSNS(t *testing.T) {
	t.Parallel()
	key := func(bits int) *rsa.PrivateKey {
		made, err := rsa.GenerateKey(rand.Reader, bits)
		require.NoError(t, err)
		return made
	}
	issuer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	short, least := key(2047), key(2048)
	m := sharedSNS(t).Notify(charge, noon) // of another key
	for name, row := range map[string]struct {
		certificate []byte
		reason      error
		text        string
	}{
		"the least key":       {certificateOf(t, least.Public(), "CA", issuer), ipn.ErrSignature, "does not match the message and the certificate"},
		"a bit less":          {certificateOf(t, short.Public(), "CA", issuer), ipn.ErrCertificate, "RSA key of at least 2048 bits"},
		"no RSA key":          {certificateOf(t, issuer.Public(), "CA", issuer), ipn.ErrCertificate, "RSA key of at least 2048 bits"},
		"its own issuer":      {certificateOf(t, least.Public(), "sns.amazonaws.com", issuer), ipn.ErrCertificate, "self-signed"},
		"its own signature":   {certificateOf(t, least.Public(), "CA", least), ipn.ErrCertificate, "self-signed"},
		"both of them":        {certificateOf(t, least.Public(), "sns.amazonaws.com", least), ipn.ErrCertificate, "self-signed"},
		"another's signature": {certificateOf(t, least.Public(), "CA", short), ipn.ErrSignature, "does not match the message and the certificate"},
	} {
		_, err := newVerifier(t, file(row.certificate)).Verify(t.Context(), m.JSON())
		require.ErrorIs(t, err, row.reason, name)
		require.ErrorContains(t, err, row.text, name)
	}
}

// The messages of testdata/openssl come from OpenSSL's command line.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	certificate, err := os.ReadFile(filepath.Join("testdata", "openssl", "sns.crt"))
	require.NoError(t, err)
	v := newVerifier(t, file(certificate), ipn.WithMaxAge(10*365*24*time.Hour),
		ipn.WithClock(func() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }))
	for _, version := range []string{"1", "2"} {
		body, err := os.ReadFile(filepath.Join("testdata", "openssl", "version"+version+".json"))
		require.NoError(t, err)
		n, err := v.Verify(t.Context(), body)
		require.NoError(t, err)
		assert.Equal(t, "S02-0000000-0000000-C000000", n.ObjectID)
		assert.Equal(t, "22222222-2222-4222-8222-22222222222"+version, n.MessageID)
		changed := bytes.Replace(body, []byte("C000000"), []byte("C000001"), 1)
		_, err = v.Verify(t.Context(), changed)
		require.ErrorIs(t, err, ipn.ErrSignature)
	}
}

func TestChains(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	alone, chained := s.Notify(charge, noon), s.Notify(charge, noon)
	chained.SigningCertURL = s.ChainURL()
	for name, row := range map[string]struct {
		message ipntest.Message
		opts    []ipn.Option
		good    bool
	}{
		"alone":                                 {alone, nil, true},
		"alone, and a chain is demanded":        {alone, []ipn.Option{ipn.WithChainRequired(), ipn.WithRootCAs(s.RootCAs())}, false},
		"a chain":                               {chained, []ipn.Option{ipn.WithRootCAs(s.RootCAs())}, true},
		"a chain that is demanded":              {chained, []ipn.Option{ipn.WithChainRequired(), ipn.WithRootCAs(s.RootCAs())}, true},
		"a chain to a root that is not trusted": {chained, []ipn.Option{ipn.WithRootCAs(newSNS(t).RootCAs())}, false},
	} {
		_, err := newVerifier(t, s, row.opts...).Verify(t.Context(), row.message.JSON())
		if row.good {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorIs(t, err, ipn.ErrCertificate, name)
		}
	}
}

// Ten thousand forgeries in four storms, each with another certificate URL, cause at most ten
// fetches and ten more a minute. A genuine message with a cached certificate is accepted between
// them.
func TestStormOfForgeries(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: s}
	var clock atomic.Int64
	v := newVerifier(t, network, ipn.WithClock(func() time.Time { return noon.Add(time.Duration(clock.Load())) }))
	good := s.Notify(charge, noon)
	body := good.JSON()
	_, err := v.Verify(t.Context(), body)
	require.NoError(t, err)

	storm := func() {
		var wg sync.WaitGroup
		var next atomic.Int64
		for range 200 {
			wg.Go(func() {
				for i := next.Add(1); i <= 2500; i = next.Add(1) {
					_, err := v.Verify(t.Context(), bytes.Replace(body, []byte(good.SigningCertURL), []byte(place(int(i))), 1))
					assert.True(t, errors.Is(err, ipn.ErrCertificateUnavailable) && ipn.Temporary(err), "%v", err)
					if i%100 == 0 {
						_, err = v.Verify(t.Context(), body)
						assert.NoError(t, err)
					}
				}
			})
		}
		wg.Wait()
	}
	storm()
	assert.Equal(t, 1+10, network.count())
	clock.Store(int64(5 * time.Second))
	storm()
	assert.Equal(t, 1+10, network.count())
	clock.Store(int64(6 * time.Second))
	storm()
	assert.Equal(t, 1+11, network.count(), "one more each six seconds")
	clock.Store(int64(time.Hour))
	storm()
	assert.Equal(t, 1+21, network.count(), "ten at the most at once")
}

// Forgers who leave have no more fetched than those who stay.
func TestForgersWhoLeave(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	synctest.Test(t, func(t *testing.T) {
		network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return s.RoundTrip(r)
		})}
		v := newVerifier(t, network)
		m := s.Notify(charge, noon)
		for i := range 200 {
			ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
			m.SigningCertURL = place(i)
			_, err := v.Verify(ctx, m.JSON())
			require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
			leave()
		}
		time.Sleep(time.Minute) // for those that are under way
		assert.Equal(t, 10, network.count())
	})
}

// A certificate that was named is fetched in the middle of a storm, and no forged one with it.
func TestNamedCertificateInAStorm(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: s}
	v := newVerifier(t, network, ipn.WithKnownCertificateURLs(s.CertificateURL()))
	good := s.Notify(charge, noon)
	for i := range 100 {
		m := good
		m.SigningCertURL = place(i)
		_, err := v.Verify(t.Context(), m.JSON())
		require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	}
	_, err := newVerifier(t, s).Verify(t.Context(), good.JSON())
	require.NoError(t, err)
	_, err = v.Verify(t.Context(), good.JSON())
	require.NoError(t, err)
	assert.Equal(t, 11, network.count())
}

// One that does not answer keeps no other certificate waiting.
func TestSlowFetchDelaysNoOther(t *testing.T) {
	t.Parallel()
	s := sharedSNS(t)
	synctest.Test(t, func(t *testing.T) {
		v := newVerifier(t, s)
		good := s.Notify(charge, noon)
		slow := good
		slow.SigningCertURL = strings.Replace(place(0), fmt.Sprintf("%032x", 0), "slow", 1)
		done := make(chan error)
		go func() { _, err := v.Verify(t.Context(), slow.JSON()); done <- err }()
		synctest.Wait()
		start := time.Now()
		_, err := v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		assert.Zero(t, time.Since(start))
		require.ErrorIs(t, <-done, ipn.ErrCertificateUnavailable)
	})
}

// Requests for one certificate that is not there yet fetch it once between them; a failure is
// remembered for half a minute.
func TestOneFetchForAll(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	broken := errors.New("no network")
	var clock atomic.Int64
	var down atomic.Bool
	network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
		if down.Load() {
			return nil, broken
		}
		return s.RoundTrip(r)
	})}
	v := newVerifier(t, network, ipn.WithClock(func() time.Time { return noon.Add(time.Duration(clock.Load())) }))
	body := s.Notify(charge, noon).JSON()
	together := func(check func(err error)) {
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				_, err := v.Verify(t.Context(), body)
				check(err)
			})
		}
		wg.Wait()
	}
	down.Store(true)
	together(func(err error) { assert.ErrorContains(t, err, "no network") })
	assert.Equal(t, 1, network.count())
	down.Store(false)
	clock.Store(int64(29 * time.Second))
	together(func(err error) { assert.ErrorIs(t, err, ipn.ErrCertificateUnavailable) })
	assert.Equal(t, 1, network.count())
	clock.Store(int64(30 * time.Second))
	together(func(err error) { assert.NoError(t, err) })
	assert.Equal(t, 2, network.count())
}

// A server that does not answer costs five seconds, once, and keeps nobody waiting whose
// certificate is known.
func TestSlowCertificateServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sharedSNS(t)
		v := newVerifier(t, s)
		good := s.Notify(charge, noon)
		_, err := v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		slow := good
		slow.SigningCertURL = strings.Replace(place(0), fmt.Sprintf("%032x", 0), "slow", 1)
		start := time.Now()
		done := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := v.Verify(t.Context(), slow.JSON())
				done <- err
			}()
		}
		synctest.Wait()
		_, err = v.Verify(t.Context(), good.JSON())
		require.NoError(t, err)
		assert.Zero(t, time.Since(start))
		for range 2 {
			require.ErrorIs(t, <-done, ipn.ErrCertificateUnavailable)
		}
		assert.Equal(t, 5*time.Second, time.Since(start))
	})
}

// Who leaves does not wait, and the fetch goes on for those who come after.
func TestTheCallerLeaves(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	arrived, answer := make(chan struct{}), make(chan struct{})
	network := &counting{to: roundTrip(func(r *http.Request) (*http.Response, error) {
		close(arrived)
		<-answer
		return s.RoundTrip(r)
	})}
	v := newVerifier(t, network)
	body := s.Notify(charge, noon).JSON()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 2)
	for range 2 {
		go func() { _, err := v.Verify(ctx, body); left <- err }()
	}
	<-arrived
	leave()
	for range 2 {
		err := <-left
		require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
		assert.True(t, ipn.Temporary(err))
	}
	close(answer)
	_, err := v.Verify(t.Context(), body)
	require.NoError(t, err)
	assert.Equal(t, 1, network.count())
}

// A certificate is kept until it expires.
func TestCertificateExpiresWhileKept(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	var at atomic.Int64
	at.Store(noon.Unix())
	v := newVerifier(t, s, ipn.WithMaxAge(200*365*24*time.Hour), ipn.WithClock(func() time.Time { return time.Unix(at.Load(), 0) }))
	body := s.Notify(charge, noon).JSON()
	_, err := v.Verify(t.Context(), body)
	require.NoError(t, err)
	at.Store(time.Date(2099, 1, 1, 0, 0, 1, 0, time.UTC).Unix())
	_, err = v.Verify(t.Context(), body)
	require.ErrorIs(t, err, ipn.ErrCertificate)
	require.ErrorContains(t, err, "expired")
	assert.Equal(t, 2, s.Fetches())
}

// Many good certificates are kept, and not without bound.
func TestKeptCertificatesAreBounded(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	network := &counting{to: file(s.CertificatePEM())}
	v := newVerifier(t, network)
	good := s.Notify(charge, noon)
	fetchAll := func(n int) {
		for i := range n {
			m := good
			m.SigningCertURL = place(i)
			_, err := v.Verify(t.Context(), m.JSON())
			require.NoError(t, err)
		}
	}
	fetchAll(64)
	fetchAll(64)
	assert.Equal(t, 64, network.count())
	fetchAll(100)
	assert.GreaterOrEqual(t, network.count(), 100)
}

// A network that panics ends nothing but the fetch.
func TestNetworkThatPanics(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	v := newVerifier(t, roundTrip(func(*http.Request) (*http.Response, error) { panic("nil map") }))
	_, err := v.Verify(t.Context(), s.Notify(charge, noon).JSON())
	require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	require.ErrorContains(t, err, "panicked")
}

// The default network follows no redirect and sends no cookie; the one that is given is asked for
// nothing else.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	s := newSNS(t)
	var asked []string
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer target.Close()
	v := newVerifier(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = strings.TrimPrefix(target.URL, "https://")
		return target.Client().Transport.RoundTrip(r)
	}))
	_, err := v.Verify(t.Context(), s.Notify(charge, noon).JSON())
	require.ErrorIs(t, err, ipn.ErrCertificateUnavailable)
	require.ErrorContains(t, err, "302")
	assert.Len(t, asked, 1)
}
