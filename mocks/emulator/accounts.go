package emulator

import (
	"crypto/rand"
	"net/http"
	"strings"
	"time"
)

// account is one that a solution provider made for a merchant. It belongs to the provider
// whose key signed, whoever it acts for.
type account struct {
	ID        string
	Owner     scope
	Reference string
	Details   object
	Claimed   bool
	Stores    map[string]object
}

var businessAddress = members{
	"addressLine1": text(0), "addressLine2": text(0), "city": text(0), "stateOrRegion": text(0), "postalCode": text(0), "countryCode": text(0),
}

var phoneNumber = structure(members{"countryCode": text(0), "number": text(0), "extension": text(0)})

var businessType = oneOf("CORPORATE", "INDIVIDUAL")

var updateAccountMembers = members{
	"businessInfo": structure(members{
		"businessType": businessType, "countryOfEstablishment": text(0), "businessLegalName": text(0), "businessAddress": structure(businessAddress),
	}),
	"primaryContactPerson": structure(members{
		"personFullName": text(0), "residentialAddress": structure(businessAddress), "dateOfBirth": text(0),
	}),
}

var registerAccountMembers = updateAccountMembers.with(members{
	"uniqueReferenceId": text(0).needed(), "ledgerCurrency": oneOf("USD", "EUR", "GBP", "JPY"),
})

var person = structure(members{
	"personId": text(0), "personFullName": text(0), "residentialAddress": structure(businessAddress.with(members{"phoneNumber": phoneNumber})),
})

var updateMerchantAccountMembers = members{
	"uniqueReferenceId": text(0),
	"ledgerCurrency":    oneOf("JPY"),
	"businessInfo": structure(members{
		"email": text(0), "businessType": businessType, "businessLegalName": text(0), "businessCategory": text(0),
		"businessAddress":     structure(businessAddress.with(members{"phoneNumber": phoneNumber})),
		"businessDisplayName": text(0), "annualSalesVolume": price().orZero(), "countryOfEstablishment": text(0),
		"customerSupportInformation": structure(members{"customerSupportEmail": text(0), "customerSupportPhoneNumber": phoneNumber}),
	}),
	"beneficiaryOwners":    list(person),
	"primaryContactPerson": person,
	"integrationInfo":      structure(members{"ipnEndpointUrls": list(text(0))}),
	"stores": list(structure(members{
		"domainUrls": list(text(0)).needed(), "storeName": text(0), "privacyPolicyUrl": text(0),
		"storeStatus": structure(members{"state": text(0), "reasonCode": text(0)}),
	})),
	"merchantStatus": structure(members{"statusProvider": text(0), "state": text(0), "reasonCode": text(0)}),
}

var createAccountMembers = updateMerchantAccountMembers.with(members{"uniqueReferenceId": text(0).needed()})

var claimMembers = members{"uniqueReferenceId": text(0).needed()}

var storeMembers = members{
	"allowedOriginDomains": list(text(0)), "allowedRedirectURLs": list(text(0)), "storeName": text(0),
	"privacyPolicyUrl": text(0), "merchantLogoUrl": text(0),
}

// ofMerchantAccount reports a body that only createMerchantAccount can have: both operations go to one
// address, and one with what they share alone is taken for registerAmazonPayAccount.
func ofMerchantAccount(_ *http.Request, body []byte) bool {
	decoded, err := decode(body)
	if err != nil {
		return false
	}
	for name := range decoded {
		if _, other := registerAccountMembers[name]; !other {
			return true
		}
	}
	for name := range decoded.at("businessInfo") {
		if _, other := updateAccountMembers["businessInfo"].members[name]; !other {
			return true
		}
	}
	return false
}

// forMerchant reports what only updateMerchantAccount comes with: a token or an idempotency key.
func forMerchant(r *http.Request, _ []byte) bool {
	return r.Header.Get(headerAuthToken) != "" || r.Header.Get(headerKey) != ""
}

func (c *call) owner() scope { return scope{c.Region, c.caller.id, c.Env} }

// newAccount makes an account, or returns the one with the same reference.
func (w *world) newAccount(c *call) *account {
	reference := c.body.text("uniqueReferenceId")
	for _, known := range w.accounts {
		if known.Owner == c.owner() && known.Reference == reference {
			return known
		}
	}
	made := &account{
		ID:    newID(w.accounts, func() string { return "A" + rand.Text()[:13] }),
		Owner: c.owner(), Reference: reference, Details: c.body, Stores: make(map[string]object),
	}
	w.accounts[made.ID] = made
	return made
}

func (w *world) account(c *call) (*account, *refusal) {
	found := w.accounts[c.id]
	if found == nil || found.Owner != c.owner() {
		return nil, notFound("merchant account", c.id)
	}
	return found, nil
}

func (w *world) registerAccount(c *call) (int, object, *refusal) {
	return http.StatusCreated, w.newAccount(c).answer(), nil
}

func (w *world) createAccount(c *call) (int, object, *refusal) {
	return http.StatusCreated, w.newAccount(c).answer(), nil
}

func (a *account) answer() object {
	return object{"uniqueReferenceId": a.Reference, "merchantAccountId": a.ID}
}

func (w *world) updateAccount(c *call) (int, object, *refusal) {
	found, refused := w.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	found.Details.merge(c.body)
	return http.StatusNoContent, nil, nil
}

// needsDelegation refuses a call that a provider may make only with a token.
func needsDelegation(c *call) *refusal {
	if c.delegated {
		return nil
	}
	return refuse(http.StatusUnauthorized, unauthorizedAccess, "This operation needs an authorization token.")
}

func (w *world) updateMerchantAccount(c *call) (int, object, *refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := w.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	found.Details.merge(c.body)
	return http.StatusOK, found.answer(), nil
}

func (w *world) deleteAccount(c *call) (int, object, *refusal) {
	found, refused := w.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	delete(w.accounts, found.ID)
	return http.StatusAccepted, nil, nil
}

// claimAccount leads the merchant to a page of the emulator's, at which the account is claimed.
func (s *Server) claimAccount(c *call) (int, object, *refusal) {
	found, refused := s.world.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.Reference != c.body.text("uniqueReferenceId") {
		return 0, nil, invalid("uniqueReferenceId", "is not the account's")
	}
	if found.Claimed {
		return http.StatusOK, found.answer(), nil
	}
	c.location = s.presign(c, claimPages, found.ID, 24*time.Hour)
	return http.StatusSeeOther, found.answer(), nil
}

func (s *Server) giveAccount(w http.ResponseWriter, id string) error {
	s.mu.Lock()
	found := s.world.accounts[id]
	if found != nil {
		found.Claimed = true
		s.changed()
	}
	s.mu.Unlock()
	if found == nil {
		return storeError{http.StatusNotFound, "NoSuchKey", "The account is not there any more."}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("The account is yours.\n"))
	return nil
}

func (w *world) createStore(c *call) (int, object, *refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := w.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	id := "amzn1.application-oa2-client." + strings.ReplaceAll(newUUID(), "-", "")
	found.Stores[id] = c.body
	return http.StatusCreated, storeAnswer(id, c.body), nil
}

func (w *world) updateStore(c *call) (int, object, *refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := w.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	store := found.Stores[c.sub]
	if store == nil {
		return 0, nil, notFound("store", c.sub)
	}
	store.merge(c.body)
	return http.StatusOK, storeAnswer(c.sub, store), nil
}

func storeAnswer(id string, store object) object {
	o := store.pick("allowedOriginDomains", "allowedRedirectURLs", "storeName", "privacyPolicyUrl", "merchantLogoUrl")
	o["storeId"] = id
	return o
}
