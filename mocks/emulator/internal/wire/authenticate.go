package wire

import (
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/signing"
)

// maxSigned is how many headers may be signed: each may be as long as all together.
const maxSigned = 64

// Authenticate identifies a request's sender and merchant, and fills in the evidence
// as it learns more.
func (g *Gate) Authenticate(r *http.Request, d Destination, body []byte, now time.Time, entry *Evidence) (*ledger.Call, *ledger.Refusal) {
	if refused := g.checkHeaders(r, d.Route, entry.Strict); refused != nil {
		return nil, refused
	}
	a, refused := g.readAuthorization(r.Header.Get(HeaderAuthorization))
	if refused != nil {
		return nil, refused
	}
	entry.PublicKeyID = a.PublicKeyID
	caller, env := g.Merchants.KeyOwner(a.PublicKeyID)
	if caller == nil {
		return nil, forbidden(ledger.InvalidAuthentication, "The public key id is not known. %s", g.About())
	}
	if strings.Count(a.SignedHeaders, ";") >= maxSigned {
		return nil, badHeader(HeaderAuthorization, "names too many headers")
	}
	if absent := absentSigned(r, a); len(absent) > 0 {
		return nil, ledger.BadRequest(ledger.MissingHeader, "The %s.", listed(absent, "is missing, which SignedHeaders names", "are missing, which SignedHeaders names"))
	}
	var err error
	if entry.CanonicalRequest, err = a.CanonicalRequest(r, signing.HashPayload(body)); err != nil {
		return nil, ledger.BadRequest(ledger.InvalidRequest, "The request cannot be read.")
	}
	if refused := g.checkSignature(r, d, a, body, caller, entry); refused != nil {
		return nil, refused
	}
	if refused := g.checkSimulationSigned(r, a); refused != nil {
		return nil, refused
	}
	entry.Verified = true
	if loose := unsigned(a, optional); !entry.Strict && len(loose) > 0 {
		entry.Notes = append(entry.Notes, "The "+listed(loose, "is unsigned or missing", "are unsigned or missing")+".")
	}

	if refused := checkKey(r, d.Route, entry.Strict); refused != nil {
		return nil, refused
	}
	if env, refused = environmentOf(d, env, entry.Strict || g.Facts.Is("path.environment", ledger.Refused)); refused != nil {
		return nil, refused
	}
	actedFor := caller
	if token := r.Header.Get(headerAuthToken); token != "" {
		if actedFor, refused = g.actedFor(token, caller, now); refused != nil {
			return nil, refused
		}
	}
	c := &ledger.Call{
		Scope:      ledger.Scope{Region: g.RegionOf(r.Host).Name, MerchantID: actedFor.ID, Env: env},
		Shop:       actedFor.Shop,
		Caller:     caller.ID,
		Strict:     entry.Strict,
		ID:         d.id,
		Sub:        d.sub,
		Delegated:  r.Header.Get(headerAuthToken) != "",
		PayPage:    g.PagesAt(r.Host) + g.PayPage,
		About:      g.About(),
		Simulation: r.Header.Get(headerSimulation),
		Facts:      g.Facts,
		Now:        now,
	}
	c.Delegate = func(merchantID, mwsToken string) (string, bool) {
		return g.delegate(c.Caller, merchantID, mwsToken, c.Now)
	}
	return c, nil
}

// checkSignature refuses a wrong signature, and diagnoses what was signed instead.
func (g *Gate) checkSignature(r *http.Request, d Destination, a signing.Authorization, body []byte, caller *Merchant, entry *Evidence) *ledger.Refusal {
	verify := lenientSignature
	if entry.Strict {
		verify = strictSignature
	}
	refused := verify(r, d, a, entry.CanonicalRequest, body, &caller.Key.PublicKey)
	if refused == nil || refused.Reason != ledger.InvalidRequestSignature || a.Verify(entry.CanonicalRequest, &caller.Key.PublicKey) == nil {
		return refused
	}
	g.Explaining.Lock()
	defer g.Explaining.Unlock()
	entry.Difference = diagnosis{a, entry.CanonicalRequest, body, caller, g.Merchants.All}.difference()
	refused.Message += g.seeWindow("the diagnosis of this signature", "#requests/"+entry.RequestID)
	return refused
}

// environmentOf returns the environment that the key id or the path names. A key id that names one
// goes with paths that begin with /v2/.
func environmentOf(d Destination, ofKey ledger.Environment, strict bool) (ledger.Environment, *ledger.Refusal) {
	switch {
	case ofKey == "" && d.env == "":
		return "", ledger.Refuse(http.StatusNotFound, ledger.ResourceNotFound, "With this public key id paths begin with /live/v2/ or /sandbox/v2/.")
	case ofKey == "":
		return d.env, nil
	case d.env != "" && (strict || d.env != ofKey):
		return "", ledger.Refuse(http.StatusNotFound, ledger.ResourceNotFound, "With this public key id paths begin with /v2/.")
	}
	return ofKey, nil
}

// About describes the emulator in the refusal of an unknown id or key.
func (g *Gate) About() string {
	return "This is the Amazon Pay emulator, which knows none of Amazon's accounts: its key ids, keys, merchant ids and store ids are in the file amazonpay-emulator.json " +
		"that its command writes, and in Server.Description." + g.seeWindow("all that it holds", "")
}

// seeWindow names the window where the emulator has one, without the token: to whom it is shown is
// not known here.
func (g *Gate) seeWindow(what, fragment string) string {
	if g.Window == "" {
		return ""
	}
	return " See " + g.Window + fragment + " for " + what + "."
}

// readAuthorization explains why an authorization cannot be read, and names an algorithm that
// is not known.
func (g *Gate) readAuthorization(header string) (signing.Authorization, *ledger.Refusal) {
	a, err := signing.ParseAuthorization(header)
	if err == nil {
		return a, nil
	}
	const most = 64 // of a name; what is longer may be a secret
	if name, _, more := strings.Cut(strings.TrimSpace(header), " "); more && len(name) <= most {
		if _, unknown := signing.ParseAlgorithm(name); unknown != nil {
			return a, badHeader(HeaderAuthorization, fmt.Sprintf("begins with %q, which is no algorithm of this service: want %s or %s. %s", name, signing.PSSV1, signing.PSSV2, g.About()))
		}
	}
	return a, badHeader(HeaderAuthorization, fmt.Sprintf("cannot be read (%s): want {algorithm} PublicKeyId={id}, SignedHeaders={names}, Signature={base64}. %s",
		strings.TrimPrefix(err.Error(), "signing: "), g.About()))
}

// unsigned returns the headers that an authorization does not sign.
func unsigned(a signing.Authorization, names []string) (found []string) {
	signed := strings.Split(strings.ToLower(a.SignedHeaders), ";")
	for _, name := range names {
		if !slices.Contains(signed, strings.ToLower(name)) {
			found = append(found, name)
		}
	}
	return found
}

// absentSigned returns the headers that an authorization signs and the request lacks.
func absentSigned(r *http.Request, a signing.Authorization) (found []string) {
	for name := range strings.SplitSeq(a.SignedHeaders, ";") {
		if len(r.Header.Values(name)) == 0 && !strings.EqualFold(name, "host") {
			found = append(found, name)
		}
	}
	return found
}

func badSignature(message string) *ledger.Refusal {
	return forbidden(ledger.InvalidRequestSignature, "Unable to verify the signature: %s.", message)
}

// wrongSignature repeats the string that should have been signed, as users have quoted the service.
func wrongSignature(a signing.Authorization, canonical string) *ledger.Refusal {
	return forbidden(ledger.InvalidRequestSignature, "Unable to verify signature, signing String [%s]", a.Algorithm.StringToSign(canonical))
}

// strictSignature takes one spelling of everything that is signed, ours.
func strictSignature(r *http.Request, d Destination, a signing.Authorization, canonical string, _ []byte, key *rsa.PublicKey) *ledger.Refusal {
	if refused := checkSpelling(d); refused != nil {
		return refused
	}
	if r.Method == http.MethodGet && r.ContentLength != 0 {
		return ledger.BadRequest(ledger.InvalidRequest, "A GET has no body.")
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
	if r.Header.Get(HeaderAuthorization) != spelled {
		return badSignature("the authorization header is not spelled as documented")
	}
	if a.Verify(canonical, key) != nil {
		return wrongSignature(a, canonical)
	}
	return nil
}

// lenientSignature takes what the official SDKs and samples sign. Accept, content type, date and
// idempotency key must be signed where they are there. Others may be unsigned, even two that decide
// what is done: the authorization token, which the PHP SDK does not sign, and the simulation code.
func lenientSignature(r *http.Request, _ Destination, a signing.Authorization, canonical string, body []byte, key *rsa.PublicKey) *ledger.Refusal {
	loose := slices.DeleteFunc(unsigned(a, append(slices.Clone(mandatory), HeaderIdempotencyKey)), func(name string) bool {
		return slices.Contains(optional, name) || len(r.Header.Values(name)) == 0
	})
	if len(loose) > 0 {
		return badSignature(listed(loose, "is not signed", "are not signed"))
	}
	if signing.Verify(r, body, key) != nil {
		return wrongSignature(a, canonical)
	}
	return nil
}

// Evidence is what a request shows about its sender.
type Evidence struct {
	RequestID        string
	Strict           bool // it comes from this SDK
	PublicKeyID      string
	CanonicalRequest string
	Difference       string
	Verified         bool
	Notes            []string
}
