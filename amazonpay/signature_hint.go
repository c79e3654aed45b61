package amazonpay

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/internal/httpheader"
	"github.com/amazonpay-go/sdk/signing"
)

// SignatureHint is what this side knows about a signature that the service refused. Nothing in it
// is secret.
type SignatureHint struct {
	PublicKeyID string
	// KeyFingerprint is the SHA-256 of the public key that belongs to the private key in use, in
	// hex. For a private key in a file, this prints it:
	//
	//	openssl pkey -in private.pem -pubout -outform DER | openssl dgst -sha256
	KeyFingerprint string
	Algorithm      string
	Host           string
	Environment    Environment
	// CanonicalHash is the SHA-256 of the canonical request that was signed, in hex: the second line
	// of the string to sign.
	CanonicalHash string
	// ServiceHash is the hash in the service's message, empty if there is none. Users have quoted
	// messages with a hash; the documentation does not mention it.
	ServiceHash string
	// ClockDifference is how far this machine's clock is ahead of the answer's Date, to about a
	// second. It is 0 if the answer has no Date.
	ClockDifference time.Duration
}

// String returns what the hashes most likely mean, and then all that is known.
func (h SignatureHint) String() string {
	var b strings.Builder
	switch h.ServiceHash {
	case "":
		b.WriteString("compare the key's fingerprint with the fingerprint of the public key behind the public key id")
	case h.CanonicalHash:
		b.WriteString("the service computed the same canonical request, so most likely the private key does not belong to this public key id (or the signer does not follow the algorithm, or the region is wrong)")
	default:
		b.WriteString("the service computed another canonical request, with the hash " + h.ServiceHash + ", so most likely the request was changed on its way (a proxy, a RoundTripper)")
	}
	fmt.Fprintf(&b, ": public key id %s, key fingerprint %s, canonical request %s, %s, %s, %s", h.PublicKeyID, h.KeyFingerprint, h.CanonicalHash, h.Algorithm, h.Host, h.Environment)
	if off := h.ClockDifference.Round(time.Second); off > 0 {
		fmt.Fprintf(&b, ", clock %s ahead", off)
	} else if off < 0 {
		fmt.Fprintf(&b, ", clock %s behind", -off)
	}
	return b.String()
}

// hexHash matches a SHA-256 in a message, such as Unable to verify signature, signing String
// [AMZN-PAY-RSASSA-PSS\n8c1d…], whose line end may be escaped.
var hexHash = regexp.MustCompile(`[0-9a-f]{64}`)

// explain adds the hint to the error of a refused signature.
func (c *core) explain(ctx context.Context, p *call, err error, meta *Meta) {
	api, ok := errors.AsType[*APIError](err)
	if !ok || api.ReasonCode != ReasonCodeInvalidRequestSignature || c.mocked || len(meta.Attempts) == 0 {
		return
	}
	der, err := x509.MarshalPKIXPublicKey(c.signer.PublicKey())
	if err != nil {
		return
	}
	req, err := p.request().HTTP(ctx)
	if err != nil {
		return
	}
	last := meta.Attempts[len(meta.Attempts)-1]
	canonical, err := signing.NewCanonicalRequest(req, signing.HashPayload(p.body), last.Date)
	if err != nil {
		return
	}
	api.Signature = &SignatureHint{
		PublicKeyID:    c.signer.PublicKeyID(),
		KeyFingerprint: hexOf(der),
		Algorithm:      c.signer.Algorithm().String(),
		Host:           p.header.Get(httpheader.Host),
		Environment:    c.env,
		CanonicalHash:  hexOf([]byte(canonical.String())),
		ServiceHash:    hexHash.FindString(api.Message),
	}
	if strings.Contains(api.Message, api.Signature.CanonicalHash) { // the first one may be of something else
		api.Signature.ServiceHash = api.Signature.CanonicalHash
	}
	if date, err := http.ParseTime(meta.Header.Get("Date")); err == nil {
		api.Signature.ClockDifference = last.Start.Add(last.Duration).Sub(date)
	}
}

func hexOf(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:])
}
