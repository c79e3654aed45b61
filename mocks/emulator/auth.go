package emulator

import (
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/signing"
)

// maxSigned is how many headers may be signed: each may be as long as all together.
const maxSigned = 64

// authenticate finds out who sent a request and for whom, and fills in the entry of
// the log as it learns more.
func (s *Server) authenticate(r *http.Request, d destination, body []byte, now time.Time, entry *Request) (*call, *refusal) {
	if refused := s.checkHeaders(r, entry.Strict); refused != nil {
		return nil, refused
	}
	header := r.Header.Get(headerAuthorization)
	a, err := signing.ParseAuthorization(header)
	if err != nil {
		return nil, badHeader(headerAuthorization, "cannot be read")
	}
	entry.PublicKeyID = a.PublicKeyID
	caller, env := s.keyOwner(a.PublicKeyID)
	if caller == nil {
		return nil, forbidden(invalidAuthentication, "The public key id is not known.")
	}
	if strings.Count(a.SignedHeaders, ";") >= maxSigned {
		return nil, badHeader(headerAuthorization, "names too many headers")
	}
	hash := signing.HashPayload(body)
	if entry.CanonicalRequest, err = a.CanonicalRequest(r, hash); err != nil {
		return nil, badRequest(missingHeader, "A header that SignedHeaders names is missing.")
	}
	verify := lenientSignature
	if entry.Strict {
		verify = strictSignature
	}
	if refused := verify(r, d, a, entry.CanonicalRequest, body, &caller.key.PublicKey); refused != nil {
		if refused.reason == invalidRequestSignature && a.Verify(entry.CanonicalRequest, &caller.key.PublicKey) != nil {
			entry.Difference = diagnosis{a, entry.CanonicalRequest, body, caller, s.merchants}.difference()
		}
		return nil, refused
	}
	entry.Verified = true

	if refused := checkKey(r, d.route, entry.Strict); refused != nil {
		return nil, refused
	}
	switch {
	case env == "" && d.env == "":
		return nil, refuse(http.StatusNotFound, resourceNotFound, "With this public key id paths begin with /live/v2/ or /sandbox/v2/.")
	case env == "":
		env = d.env
	case d.env != "" && (entry.Strict || d.env != env):
		return nil, refuse(http.StatusNotFound, resourceNotFound, "With this public key id paths begin with /v2/.")
	}
	actedFor := caller
	if token := r.Header.Get(headerAuthToken); token != "" {
		var refused *refusal
		if actedFor, refused = s.actedFor(token, caller, now); refused != nil {
			return nil, refused
		}
	}
	return &call{
		scope:      scope{s.regionOf(r.Host).name, actedFor.id, env},
		merchant:   actedFor,
		caller:     caller,
		strict:     entry.Strict,
		id:         d.id,
		sub:        d.sub,
		delegated:  r.Header.Get(headerAuthToken) != "",
		host:       r.Host,
		pages:      s.pagesAt(r.Host),
		simulation: r.Header.Get(headerSimulation),
		now:        now,
	}, nil
}

func badSignature(message string) *refusal {
	return forbidden(invalidRequestSignature, "Unable to verify the signature: %s.", message)
}

// wrongSignature repeats the string that should have been signed, as users have quoted the service.
func wrongSignature(a signing.Authorization, canonical string) *refusal {
	return forbidden(invalidRequestSignature, "Unable to verify signature, signing String [%s]", a.Algorithm.StringToSign(canonical))
}

// strictSignature takes one spelling of everything that is signed, ours.
func strictSignature(r *http.Request, d destination, a signing.Authorization, canonical string, _ []byte, key *rsa.PublicKey) *refusal {
	if refused := checkSpelling(d); refused != nil {
		return refused
	}
	if r.Method == http.MethodGet && r.ContentLength != 0 {
		return badRequest(invalidRequest, "A GET has no body.")
	}
	var names []string
	for name := range r.Header {
		name = strings.ToLower(name)
		if name == "accept" || name == "content-type" || strings.HasPrefix(name, "x-amz-pay-") && name != strings.ToLower(headerSimulation) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if want := strings.Join(names, ";"); a.SignedHeaders != want {
		return badSignature("SignedHeaders must be " + want)
	}
	spelled := a.Algorithm.String() + " PublicKeyId=" + a.PublicKeyID + ", SignedHeaders=" + a.SignedHeaders +
		", Signature=" + base64.StdEncoding.EncodeToString(a.Signature)
	if r.Header.Get(headerAuthorization) != spelled {
		return badSignature("the authorization header is not spelled as documented")
	}
	if a.Verify(canonical, key) != nil {
		return wrongSignature(a, canonical)
	}
	return nil
}

// lenientSignature takes what the official SDKs sign. The mandatory headers and the
// idempotency key must be signed. Others may be unsigned, even two that decide what is done: the
// authorization token, which the PHP SDK does not sign, and the simulation code.
func lenientSignature(r *http.Request, _ destination, a signing.Authorization, canonical string, body []byte, key *rsa.PublicKey) *refusal {
	signed := strings.Split(strings.ToLower(a.SignedHeaders), ";")
	for _, name := range append(slices.Clone(mandatory), headerKey) {
		if len(r.Header.Values(name)) > 0 && !slices.Contains(signed, strings.ToLower(name)) {
			return badSignature("the header " + strings.ToLower(name) + " is not signed")
		}
	}
	if signing.Verify(r, body, key) != nil {
		return wrongSignature(a, canonical)
	}
	return nil
}
