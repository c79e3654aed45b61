package ledger

import (
	"crypto/rand"
	"strings"
	"time"
)

// account is an account that a solution provider made for a merchant. It belongs to the provider
// whose key signed, whoever it acts for.
type account struct {
	ID        string
	Owner     Scope
	Reference string
	Details   Object
	Claimed   bool
	Stores    map[string]Object
}

func (c *Call) owner() Scope { return Scope{c.Region, c.Caller, c.Env} }

// newAccount makes an account, or returns the one with the same reference.
func (l *Ledger) newAccount(c *Call) *account {
	reference := c.Body.Text("uniqueReferenceId")
	for _, known := range l.Accounts {
		if known.Owner == c.owner() && known.Reference == reference {
			return known
		}
	}
	made := &account{
		ID:    newID(l.Accounts, func() string { return "A" + rand.Text()[:13] }),
		Owner: c.owner(), Reference: reference, Details: c.Body, Stores: make(map[string]Object),
	}
	l.Accounts[made.ID] = made
	return made
}

func (l *Ledger) account(c *Call) (*account, *Refusal) {
	found := l.Accounts[c.ID]
	if found == nil || found.Owner != c.owner() {
		return nil, notFound("merchant account", c.ID)
	}
	return found, nil
}

// RegisterAccount makes an account of a merchant, or returns the one with the same reference.
func (l *Ledger) RegisterAccount(c *Call) (Code, Object, *Refusal) {
	return codeCreated, l.newAccount(c).answer(c), nil
}

// CreateAccount is RegisterAccount, with the members of CreateMerchantAccount.
func (l *Ledger) CreateAccount(c *Call) (Code, Object, *Refusal) {
	return codeCreated, l.newAccount(c).answer(c), nil
}

func (a *account) answer(c *Call) Object {
	o := Object{"uniqueReferenceId": a.Reference, "merchantAccountId": a.ID}
	if c.Facts.Is("accounts.createAnswer", "merchantAccountId") {
		delete(o, "uniqueReferenceId")
	}
	return o
}

// UpdateAccount changes the details of an account.
func (l *Ledger) UpdateAccount(c *Call) (Code, Object, *Refusal) {
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	found.Details.Merge(c.Body)
	return codeNoContent, nil, nil
}

// needsDelegation refuses a call that a provider may make only with a token.
func needsDelegation(c *Call) *Refusal {
	if c.Delegated {
		return nil
	}
	return Refuse(codeUnauthorized, UnauthorizedAccess, "This operation requires an authorization token.")
}

// UpdateMerchantAccount is UpdateAccount on behalf of the merchant.
func (l *Ledger) UpdateMerchantAccount(c *Call) (Code, Object, *Refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	found.Details.Merge(c.Body)
	return codeOK, found.answer(c), nil
}

// DeleteAccount deletes an account.
func (l *Ledger) DeleteAccount(c *Call) (Code, Object, *Refusal) {
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	delete(l.Accounts, found.ID)
	return codeAccepted, nil, nil
}

// ClaimAccount redirects the merchant to an emulator page that claims the account.
func (l *Ledger) ClaimAccount(c *Call) (Code, Object, *Refusal) {
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	if found.Reference != c.Body.Text("uniqueReferenceId") {
		return 0, nil, Invalid("uniqueReferenceId", "is not the account's")
	}
	if found.Claimed {
		return codeOK, found.answer(c), nil
	}
	c.Location = c.Presign(GrantClaim, found.ID, 24*time.Hour)
	return codeSeeOther, found.answer(c), nil
}

// CreateStore adds a store to an account.
func (l *Ledger) CreateStore(c *Call) (Code, Object, *Refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	id := "amzn1.application-oa2-client." + strings.ReplaceAll(NewUUID(), "-", "")
	found.Stores[id] = c.Body
	return codeCreated, storeAnswer(id, c.Body), nil
}

// UpdateStore changes a store.
func (l *Ledger) UpdateStore(c *Call) (Code, Object, *Refusal) {
	if refused := needsDelegation(c); refused != nil {
		return 0, nil, refused
	}
	found, refused := l.account(c)
	if refused != nil {
		return 0, nil, refused
	}
	store := found.Stores[c.Sub]
	if store == nil {
		return 0, nil, notFound("store", c.Sub)
	}
	store.Merge(c.Body)
	return codeOK, storeAnswer(c.Sub, store), nil
}

func storeAnswer(id string, store Object) Object {
	o := store.pick("allowedOriginDomains", "allowedRedirectURLs", "storeName", "privacyPolicyUrl", "merchantLogoUrl")
	o["storeId"] = id
	return o
}
