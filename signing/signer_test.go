package signing_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/amazonpay-go/sdk/signing"
)

// signerFunc is a crypto.Signer that is no *rsa.PrivateKey, as a key in an HSM.
type signerFunc struct {
	public crypto.PublicKey
	sign   func(digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (s signerFunc) Public() crypto.PublicKey { return s.public }

func (s signerFunc) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.sign(digest, opts)
}

// kms signs with a context, as the client of a remote key store; its Sign must not be used.
type kms struct {
	signerFunc
	signContext func(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (k kms) SignContext(ctx context.Context, _ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.signContext(ctx, digest, opts)
}

func TestSignRequestSetsDateAndAuthorization(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
		r := newRequest(t, http.MethodPost, "https://pay-api.amazon.eu/sandbox/v2/charges/a%2Fb?x=%7e&a=1")
		r.Header.Set("User-Agent", "shop/1")
		r.Header.Set("X-Amz-Pay-Simulation-Code", "HardDeclined")
		before := r.Header.Clone()
		body := []byte(`{"a":"é"}`)
		hash := signing.HashPayload(body)
		require.NoError(t, newSigner(t, testKey(), algorithm).SignRequest(r, hash, at))

		assert.Equal(t, []string{date}, r.Header["X-Amz-Pay-Date"])
		a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
		require.NoError(t, err)
		list := "accept;content-type;x-amz-pay-date;x-amz-pay-host;x-amz-pay-region"
		assert.Equal(t, authorization(algorithm.String(), list, a.Signature), r.Header.Get("Authorization"))

		canonical := "POST\n/sandbox/v2/charges/a%2Fb\nx=%7e&a=1\naccept:application/json\ncontent-type:application/json\n" +
			"x-amz-pay-date:" + date + "\nx-amz-pay-host:pay-api.amazon.eu\nx-amz-pay-region:eu\n\n" + list + "\n" + hash.String()
		requireExactSalt(t, algorithm, canonical, a.Signature)

		r.Header.Del("Authorization")
		r.Header.Del("X-Amz-Pay-Date")
		assert.Equal(t, before, r.Header, "nothing else is changed")
	}
}

// requireExactSalt checks a signature of testKey with the standard library, at the algorithm's salt
// length and no other.
func requireExactSalt(t *testing.T, algorithm signing.Algorithm, text string, signature []byte) {
	t.Helper()
	digest := digestOf(algorithm.String(), text)
	want, other := 32, 20
	if algorithm == signing.PSSV1 {
		want, other = 20, 32
	}
	public := &testKey().PublicKey
	require.NoError(t, rsa.VerifyPSS(public, crypto.SHA256, digest, signature, &rsa.PSSOptions{SaltLength: want}))
	require.Error(t, rsa.VerifyPSS(public, crypto.SHA256, digest, signature, &rsa.PSSOptions{SaltLength: other}))
}

func TestSignPayloadSaltAndForm(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
		signer := newSigner(t, testKey(), algorithm)
		payload := `{"storeId":"a\/b\u00e9"}` // escapes are bytes like any other
		first, err := signer.SignPayload([]byte(payload))
		require.NoError(t, err)
		second, err := signer.SignPayload([]byte(payload))
		require.NoError(t, err)
		assert.NotEqual(t, first, second, "PSS is randomised")
		for _, signature := range []string{first, second} {
			decoded, err := base64.StdEncoding.DecodeString(signature)
			require.NoError(t, err)
			requireExactSalt(t, algorithm, payload, decoded)
			require.NoError(t, signing.VerifyPayload(algorithm, []byte(payload), signature, signer.PublicKey()))
		}
		require.ErrorIs(t, signing.VerifyPayload(algorithm, []byte(payload), first, &otherKey().PublicKey), signing.ErrSignature)
	}
}

func TestSignRequestChoosesHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		signed      bool
	}{
		{"X-Amz-Pay-Idempotency-Key", "abc", true},
		{"X-Amz-Pay-Authtoken", "token", true},
		{"X-Amz-Pay-Integrator-Id", "id", true},
		{"X-Amz-Pay-Anything-New", "", true},
		{"x-amz-pay-lower", "1", true},
		{"X-Amz-Pay-Simulation-Code", "Declined", false},
		{"x-amz-pay-simulation-CODE", "Declined", false},
		{"User-Agent", "shop/1", false},
		{"Content-Length", "2", false},
		{"X-Amz-Date", "20260101T000000Z", false},
		{"Accept-Language", "de", false},
		{"X-Amz-Paying", "1", false},
	}
	signer := newSigner(t, testKey(), signing.PSSV2)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
			r.Header[tt.name] = []string{tt.value}
			require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
			assert.Equal(t, []string{tt.value}, r.Header[tt.name])
			a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
			require.NoError(t, err)
			names := strings.Split(a.SignedHeaders, ";")
			if tt.signed {
				assert.Contains(t, names, strings.ToLower(tt.name))
				assert.Len(t, names, 6)
			} else {
				assert.Len(t, names, 5)
			}

			received := send(t, r)
			require.NoError(t, signing.Verify(received, nil, signer.PublicKey()))
			received.Header.Set(tt.name, "changed")
			err = signing.Verify(received, nil, signer.PublicKey())
			if tt.signed {
				require.ErrorIs(t, err, signing.ErrSignature)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

// What net/http sends is what was signed.
func TestSignedRequestVerifiesAfterTheWire(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV2)
	for _, target := range []string{
		"", "/", "?a=1", "/sandbox/v2/reports?b=2&a=%7E&a=1", "/a%2Fb", "/a b", "/ü/%C3%BC", "//a//", "/a;b,c/d=e", "/a?b?c", "/x://y/z",
	} {
		r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu"+target)
		r.Header.Set("X-Amz-Pay-Note", " \u00a0padded ")
		require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at), target)
		received := send(t, r)
		a, err := signing.ParseAuthorization(received.Header.Get("Authorization"))
		require.NoError(t, err)
		canonical, err := a.CanonicalRequest(received, signing.HashPayload(nil))
		require.NoError(t, err)
		require.NoError(t, a.Verify(canonical, signer.PublicKey()), "%q: %s", target, canonical)
		require.NoError(t, signing.Verify(r, nil, signer.PublicKey()), "%q, before it is sent", target)
	}
}

func TestSignRequestAgainReplaces(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV2)
	r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
	r.Header["x-amz-pay-date"] = []string{"20200101T000000Z"}
	r.Header["X-AMZ-PAY-DATE"] = []string{"20200101T000000Z", "20200102T000000Z"}
	r.Header["authorization"] = []string{"old"}
	r.Header["AUTHORIZATION"] = []string{"older"}

	require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at.Add(-time.Hour)))
	first := r.Header.Get("Authorization")
	dates := r.Header["X-Amz-Pay-Date"]
	clone := r.Header.Clone()
	require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))

	assert.NotEqual(t, first, r.Header.Get("Authorization"))
	assert.Equal(t, []string{date}, r.Header["X-Amz-Pay-Date"])
	assert.Len(t, r.Header, len(clone))
	assert.Len(t, r.Header, 6, "%v", r.Header)
	assert.Equal(t, []string{"20261123T152007Z"}, dates, "the earlier attempt's values are not written to")
	require.NoError(t, signing.Verify(send(t, r), nil, signer.PublicKey()))
}

func TestSignRequestMethodDefaultsToGet(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV2)
	r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
	r.Method = ""
	require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
	require.NoError(t, signing.Verify(send(t, r), nil, signer.PublicKey()))
}

func TestSignRequestErrors(t *testing.T) {
	t.Parallel()
	mandatory := " is missing or empty: the service requires it"
	tests := []struct {
		name   string
		change func(*http.Request)
		want   string
	}{
		{"no URL", func(r *http.Request) { r.URL = nil }, "the request has no URL with a path"},
		{"opaque URL", func(r *http.Request) { r.URL = &url.URL{Scheme: "https", Opaque: "//host/x"} }, "the request has no URL with a path"},
		{"line end in the method", func(r *http.Request) { r.Method = "GET\n/" }, "method or query contains a line end"},
		{"line end in the query", func(r *http.Request) { r.URL.RawQuery = "a=1\naccept:*" }, "method or query contains a line end"},
		{"no header map", func(r *http.Request) { r.Header = nil }, "header accept" + mandatory},
		{"no accept", func(r *http.Request) { r.Header.Del("Accept") }, "header accept" + mandatory},
		{"no content-type", func(r *http.Request) { r.Header.Del("Content-Type") }, "header content-type" + mandatory},
		{"no host", func(r *http.Request) { r.Header.Del("X-Amz-Pay-Host") }, "header x-amz-pay-host" + mandatory},
		{"no region", func(r *http.Request) { r.Header.Del("X-Amz-Pay-Region") }, "header x-amz-pay-region" + mandatory},
		{"empty region", func(r *http.Request) { r.Header.Set("X-Amz-Pay-Region", " ") }, "header x-amz-pay-region" + mandatory},
		{"two values", func(r *http.Request) { r.Header.Add("Accept", "text/html") }, "header accept has 2 values: a signed header must have exactly one"},
		{"no value", func(r *http.Request) { r.Header["X-Amz-Pay-Authtoken"] = nil }, "header x-amz-pay-authtoken has 0 values: a signed header must have exactly one"},
		{"two spellings", func(r *http.Request) { r.Header["x-amz-pay-host"] = []string{"evil"} }, "header x-amz-pay-host is set twice, in different letter case"},
		{"LF", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret\nb") }, "header x-amz-pay-a contains a line end, another control character, a tab or consecutive spaces"},
		{"LF at the end", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret\n") }, "header x-amz-pay-a contains a line end"},
		{"CR", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret\rb") }, "header x-amz-pay-a contains a line end"},
		{"tab", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret\tb") }, "header x-amz-pay-a contains a line end, another control character, a tab"},
		{"DEL", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret\x7fb") }, "header x-amz-pay-a contains a line end, another control character"},
		{"run of spaces", func(r *http.Request) { r.Header.Set("X-Amz-Pay-A", "s3cret  b") }, "header x-amz-pay-a contains a line end, another control character, a tab or consecutive spaces"},
	}
	unused := signerFunc{&testKey().PublicKey, func([]byte, crypto.SignerOpts) ([]byte, error) {
		panic("a bad request reached the key")
	}}
	signer := newSigner(t, unused, signing.PSSV2)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
			r.Header.Set("X-Amz-Pay-Date", "old")
			r.Header.Set("Authorization", "old")
			tt.change(r)
			before := r.Header.Clone()
			err := signer.SignRequest(r, signing.HashPayload(nil), at)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), "s3cret", "a header's value may be a token")
			assert.Equal(t, before, r.Header, "nothing is changed")
		})
	}
	require.ErrorContains(t, signer.SignRequest(nil, signing.HashPayload(nil), at), "no URL")
}

func TestKeyThatCannotSign(t *testing.T) {
	t.Parallel()
	broken := errors.New("the vault is shut")
	tests := []struct {
		name      string
		signature []byte
		err       error
		want      string
	}{
		{"error", nil, broken, "signing: the key failed to sign: the vault is shut"},
		{"too short", make([]byte, 255), nil, "a signature of 255 bytes: an RSA key of 2048 bits signs with 256 bytes"},
		{"too long", make([]byte, 257), nil, "a signature of 257 bytes"},
		{"nothing", nil, nil, "a signature of 0 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer := newSigner(t, signerFunc{&testKey().PublicKey, func([]byte, crypto.SignerOpts) ([]byte, error) {
				return tt.signature, tt.err
			}}, signing.PSSV2)
			r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
			r.Header.Set("Authorization", "old")
			before := r.Header.Clone()
			err := signer.SignRequest(r, signing.HashPayload(nil), at)
			require.ErrorContains(t, err, tt.want)
			assert.Equal(t, before, r.Header, "nothing is changed")
			_, payloadErr := signer.SignPayload([]byte("{}"))
			require.ErrorContains(t, payloadErr, tt.want)
			if tt.err != nil {
				require.ErrorIs(t, err, broken)
				require.ErrorIs(t, payloadErr, broken)
			}
		})
	}
}

// A remote key gets the digest, the exact salt length and no key of its own to hash.
func TestRemoteKeySigns(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{signing.PSSV2, signing.PSSV1} {
		remote := signerFunc{&testKey().PublicKey, func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
			pss, ok := opts.(*rsa.PSSOptions)
			if !ok || pss.SaltLength != algorithm.SaltLength() || pss.HashFunc() != crypto.SHA256 || len(digest) != 32 {
				return nil, errors.New("wrong options")
			}
			return rsa.SignPSS(rand.Reader, testKey(), crypto.SHA256, digest, pss)
		}}
		signer := newSigner(t, remote, algorithm)
		assert.Equal(t, keyID, signer.PublicKeyID())
		assert.Equal(t, algorithm, signer.Algorithm())
		assert.Same(t, &testKey().PublicKey, signer.PublicKey())

		r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
		require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
		require.NoError(t, signing.Verify(send(t, r), nil, &testKey().PublicKey))
	}
}

// Keys understand different words for the length of the salt. The rows are what adapters of KMS,
// HSM, PKCS#11, TPM and the certificate stores of operating systems do.
func TestKeysThatUnderstandOneWayToSayTheSalt(t *testing.T) {
	t.Parallel()
	sign := func(digest []byte, salt int) ([]byte, error) {
		return rsa.SignPSS(rand.Reader, testKey(), crypto.SHA256, digest, &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
	}
	pkcs1v15 := func(digest []byte, _ int) ([]byte, error) {
		return rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.SHA256, digest)
	}
	only := func(words ...int) func([]byte, int) ([]byte, error) {
		return func(digest []byte, salt int) ([]byte, error) {
			if slices.Contains(words, salt) {
				return sign(digest, salt)
			}
			return nil, fmt.Errorf("unsupported salt length %d", salt)
		}
	}
	always := func(salt int) func([]byte, int) ([]byte, error) {
		return func(digest []byte, _ int) ([]byte, error) { return sign(digest, salt) }
	}
	tests := []struct {
		name      string
		algorithm signing.Algorithm
		sign      func(digest []byte, salt int) ([]byte, error)
		asked     []int  // by three signatures
		want      string // the error, nothing if the signatures are right
	}{
		{"all words", signing.PSSV2, sign, []int{-1, -1, -1}, ""},
		{"the hash's length only", signing.PSSV2, only(rsa.PSSSaltLengthEqualsHash), []int{-1, -1, -1}, ""},
		{"a number only", signing.PSSV2, only(32), []int{-1, 32, 32, 32}, ""},
		{"-1 as a number", signing.PSSV2, func(digest []byte, salt int) ([]byte, error) { return sign(digest, int(uint8(salt))%190) }, []int{-1, 32, 32, 32}, ""},
		{"another kind of signature for -1", signing.PSSV2, func(digest []byte, salt int) ([]byte, error) {
			if salt == -1 {
				return pkcs1v15(digest, salt)
			}
			return sign(digest, salt)
		}, []int{-1, 32, 32, 32}, ""},
		{"noise for -1", signing.PSSV2, func(digest []byte, salt int) ([]byte, error) {
			if salt == -1 {
				return make([]byte, 256), nil
			}
			return sign(digest, salt)
		}, []int{-1, 32, 32, 32}, ""},
		{"none, and 32 always", signing.PSSV2, always(32), []int{-1, -1, -1}, ""},
		{
			"none, and the longest always", signing.PSSV2, always(rsa.PSSSaltLengthAuto),
			[]int{-1, 32, -1, 32, -1, 32},
			"the service would refuse the key's signature for AMZN-PAY-RSASSA-PSS-V2: its salt does not have 32 bytes",
		},
		{
			"the longest only", signing.PSSV2, only(rsa.PSSSaltLengthAuto),
			[]int{-1, 32, -1, 32, -1, 32},
			"signing: the key failed to sign: unsupported salt length -1; with salt length 32: signing: the key failed to sign: unsupported salt length 32",
		},
		{"20 always", signing.PSSV2, always(20), []int{-1, 32, -1, 32, -1, 32}, "its salt has 20 bytes: use the algorithm AMZN-PAY-RSASSA-PSS, or a key that signs with a salt of 32 bytes"},
		{"PKCS#1 v1.5 always", signing.PSSV2, pkcs1v15, []int{-1, 32, -1, 32, -1, 32}, "it is a PKCS#1 v1.5 signature: configure the key for RSASSA-PSS with SHA-256"},
		{"the digest hashed again", signing.PSSV2, func(digest []byte, salt int) ([]byte, error) {
			twice := sha256.Sum256(digest)
			return sign(twice[:], salt)
		}, []int{-1, 32, -1, 32, -1, 32}, "the digest was hashed twice: let the key sign the digest itself (in AWS KMS: MessageType DIGEST)"},
		{"V1, a number", signing.PSSV1, only(20), []int{20, 20, 20}, ""},
		{"V1, 32 always", signing.PSSV1, always(32), []int{20, 20, 20}, "its salt has 32 bytes: use the algorithm AMZN-PAY-RSASSA-PSS-V2, or a key that signs with a salt of 20 bytes"},
		{"V1, the hash's length only", signing.PSSV1, only(rsa.PSSSaltLengthEqualsHash), []int{20, 20, 20}, "signing: the key failed to sign: unsupported salt length 20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var asked []int
			signer := newSigner(t, signerFunc{&testKey().PublicKey, func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
				pss, ok := opts.(*rsa.PSSOptions)
				require.True(t, ok)
				assert.Equal(t, crypto.SHA256, pss.Hash)
				asked = append(asked, pss.SaltLength)
				return tt.sign(digest, pss.SaltLength)
			}}, tt.algorithm)
			for range 3 {
				signature, err := signer.SignPayload([]byte("{}"))
				if tt.want != "" {
					require.ErrorContains(t, err, tt.want)
					assert.Empty(t, signature)
					continue
				}
				require.NoError(t, err)
				require.NoError(t, signing.VerifyPayload(tt.algorithm, []byte("{}"), signature, signer.PublicKey()))
			}
			assert.Equal(t, tt.asked, asked)
		})
	}
}

func TestPublicHalfWithoutAPointer(t *testing.T) {
	t.Parallel()
	key := signerFunc{testKey().PublicKey, func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
		return testKey().Sign(rand.Reader, digest, opts)
	}}
	signature, err := newSigner(t, key, signing.PSSV2).SignPayload([]byte("{}"))
	require.NoError(t, err)
	require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte("{}"), signature, &testKey().PublicKey))
}

// The first signatures of many goroutines are right, whichever of them finds the words.
func TestFirstSignaturesConcurrently(t *testing.T) {
	t.Parallel()
	key := signerFunc{&testKey().PublicKey, func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
		if pss, ok := opts.(*rsa.PSSOptions); !ok || pss.SaltLength != 32 {
			return nil, errors.New("unsupported salt length")
		}
		return testKey().Sign(rand.Reader, digest, opts)
	}}
	signer := newSigner(t, key, signing.PSSV2)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 2 {
				signature, err := signer.SignPayload([]byte("{}"))
				assert.NoError(t, err)
				assert.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte("{}"), signature, signer.PublicKey()))
			}
		})
	}
	wg.Wait()
}

// A signature that is neither right nor known to be wrong goes out: the service knows which key is
// registered.
func TestUnexplainedSignatureGoesOut(t *testing.T) {
	t.Parallel()
	calls := 0
	signer := newSigner(t, signerFunc{&testKey().PublicKey, func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
		calls++
		return otherKey().Sign(rand.Reader, digest, opts)
	}}, signing.PSSV2)
	for range 3 {
		signature, err := signer.SignPayload([]byte("{}"))
		require.NoError(t, err)
		require.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte("{}"), signature, &otherKey().PublicKey))
	}
	assert.Equal(t, 4, calls, "in both ways once, and then in one")
}

// The end of a context is no reason to ask in other words.
func TestContextEndsTheSearchForWords(t *testing.T) {
	t.Parallel()
	calls := 0
	ctx, cancel := context.WithCancel(t.Context())
	key := kms{signerFunc: signerFunc{public: &testKey().PublicKey}, signContext: func(context.Context, []byte, crypto.SignerOpts) ([]byte, error) {
		calls++
		cancel()
		return nil, ctx.Err()
	}}
	r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x").WithContext(ctx)
	require.ErrorIs(t, newSigner(t, key, signing.PSSV2).SignRequest(r, signing.HashPayload(nil), at), context.Canceled)
	assert.Equal(t, 1, calls)
}

func TestContextReachesTheKey(t *testing.T) {
	t.Parallel()
	type mark struct{}
	key := kms{
		signerFunc: signerFunc{&testKey().PublicKey, func([]byte, crypto.SignerOpts) ([]byte, error) {
			return nil, errors.New("Sign was called in place of SignContext")
		}},
		signContext: func(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
			if err := context.Cause(ctx); err != nil {
				return nil, err
			}
			if ctx.Value(mark{}) != "attempt" {
				return make([]byte, 256), nil
			}
			return testKey().Sign(rand.Reader, digest, opts)
		},
	}
	var _ signing.ContextSigner = key
	signer := newSigner(t, key, signing.PSSV2)

	r := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
	r = r.WithContext(context.WithValue(t.Context(), mark{}, "attempt"))
	require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
	require.NoError(t, signing.Verify(send(t, r), nil, signer.PublicKey()), "the request's context has the mark")

	cause := errors.New("the caller left")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	require.ErrorIs(t, signer.SignRequest(r.WithContext(ctx), signing.HashPayload(nil), at), cause)

	_, err := signer.SignPayload([]byte("{}"))
	require.NoError(t, err, "a button has no context, but SignContext signs it too")
}

func TestNewSignerErrors(t *testing.T) {
	t.Parallel()
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	var none *rsa.PrivateKey
	tests := []struct {
		name      string
		id        string
		key       crypto.Signer
		algorithm signing.Algorithm
		want      string
	}{
		{"no id", "", testKey(), signing.PSSV2, "the public key id is empty"},
		{"space in the id", "SANDBOX ABC", testKey(), signing.PSSV2, `the public key id contains ' ' at offset 7: use only letters, digits, - and _`},
		{"comma in the id", "ABC,", testKey(), signing.PSSV2, `contains ',' at offset 3`},
		{"line end in the id", "ABC\n", testKey(), signing.PSSV2, `contains '\n'`},
		{"not ASCII", "ABCÉ", testKey(), signing.PSSV2, "contains 'É'"},
		{"not UTF-8", "ABC\xff", testKey(), signing.PSSV2, "contains"},
		{"unknown algorithm", keyID, testKey(), 2, "unknown algorithm 2: use PSSV2 or PSSV1"},
		{"negative algorithm", keyID, testKey(), -1, "unknown algorithm -1"},
		{"no key", keyID, nil, signing.PSSV2, "the private key is nil"},
		{"nil pointer", keyID, none, signing.PSSV2, "the private key is nil"},
		{"empty key", keyID, &rsa.PrivateKey{}, signing.PSSV2, "the RSA public key is empty"},
		{"short key", keyID, generate(1024), signing.PSSV2, "the RSA key has 1024 bits, at least 2048 are required"},
		{"not RSA", keyID, elliptical, signing.PSSV2, "the public key of the private key is a *ecdsa.PublicKey, not RSA"},
		{"no public half", keyID, signerFunc{}, signing.PSSV2, "the public key of the private key is a <nil>, not RSA"},
		{"nil public half", keyID, signerFunc{public: (*rsa.PublicKey)(nil)}, signing.PSSV2, "the RSA public key is empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer, err := signing.NewSigner(tt.id, tt.key, tt.algorithm)
			require.ErrorContains(t, err, tt.want)
			assert.Nil(t, signer)
		})
	}
}

func TestSignConcurrently(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV2)
	template := newRequest(t, http.MethodGet, "https://pay-api.amazon.eu/v2/charges/x")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 4 {
				r := template.Clone(t.Context())
				assert.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
				assert.NoError(t, signing.Verify(r, nil, signer.PublicKey()))
				signature, err := signer.SignPayload([]byte("{}"))
				assert.NoError(t, err)
				assert.NoError(t, signing.VerifyPayload(signing.PSSV2, []byte("{}"), signature, signer.PublicKey()))
			}
		})
	}
	wg.Wait()
}

// What NewCanonicalRequest returns is what SignRequest signs, and it fails where that does.
func TestNewCanonicalRequest(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, testKey(), signing.PSSV2)
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	request := func(header http.Header) *http.Request {
		r := newRequest(t, http.MethodGet, "https://h/v2/charges/a%2Fb?b=2&a=1")
		r.Method, r.Header = "", header
		return r
	}
	r := request(http.Header{
		"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Amz-Pay-Host": {"h"}, "X-Amz-Pay-Region": {"eu"}, "User-Agent": {"u"},
		"X-Amz-Pay-Date": {"20200101T000000Z"}, "X-Amz-Pay-Simulation-Code": {"SoftDeclined"}, "X-Amz-Pay-Idempotency-Key": {" k "},
	})
	canonical, err := signing.NewCanonicalRequest(r, signing.HashPayload(nil), at)
	require.NoError(t, err)
	assert.Equal(t, "20200101T000000Z", r.Header.Get("X-Amz-Pay-Date"), "the request is not changed")
	require.NoError(t, signer.SignRequest(r, signing.HashPayload(nil), at))
	a, err := signing.ParseAuthorization(r.Header.Get("Authorization"))
	require.NoError(t, err)
	require.NoError(t, a.Verify(canonical.String(), signer.PublicKey()))
	assert.Equal(t, a.SignedHeaders, canonical.SignedHeaders())

	_, err = signing.NewCanonicalRequest(request(http.Header{"Accept": {"a"}}), signing.HashPayload(nil), at)
	require.Error(t, err)
	require.EqualError(t, signer.SignRequest(request(http.Header{"Accept": {"a"}}), signing.HashPayload(nil), at), err.Error())
}
