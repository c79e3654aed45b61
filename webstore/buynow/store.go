package buynow

import (
	"context"
	"errors"
	"sync"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// The errors of a [Store].
var (
	ErrUnknownCheckout = errors.New("buynow: no checkout has this id")
	ErrConflict        = errors.New("buynow: the checkout has changed since it was loaded")
	ErrSessionClaimed  = errors.New("buynow: the checkout session belongs to another checkout")
)

// Status is how far a checkout is.
type Status string

// The statuses.
const (
	StatusOpen   Status = "open"   // nothing was charged, and the buyer can pay
	StatusBegun  Status = "begun"  // the finalization has begun, its result is not known
	StatusPaid   Status = "paid"   // final
	StatusFailed Status = "failed" // final: nothing was charged, and this checkout cannot be paid any more
)

// Checkout is one try to buy one cart, as a [Store] keeps it.
type Checkout struct {
	ID        string `json:"id"`
	Version   int64  `json:"version"` // 0 if it was never stored
	Reference string `json:"reference"`
	Status    Status `json:"status"`

	Cart             webstore.CartDetails `json:"cart,omitzero"`
	ShippingAddress  *amazonpay.Address   `json:"shippingAddress,omitzero"`
	DeliveryOptionID string               `json:"deliveryOptionId,omitzero"`
	Language         string               `json:"language,omitzero"`

	SessionID         string             `json:"sessionId,omitzero"`
	BillingAddress    *amazonpay.Address `json:"billingAddress,omitzero"`
	Buyer             *webstore.Buyer    `json:"buyer,omitzero"`
	PaymentDescriptor string             `json:"paymentDescriptor,omitzero"`

	Attempt   int  `json:"attempt,omitzero"`
	Tries     int  `json:"tries,omitzero"`
	Unsettled bool `json:"unsettled,omitzero"`

	ChargePermissionID string               `json:"chargePermissionId,omitzero"`
	ChargeID           string               `json:"chargeId,omitzero"`
	Pending            bool                 `json:"pending,omitzero"`
	ReasonCode         amazonpay.ReasonCode `json:"reasonCode,omitzero"`
	Told               bool                 `json:"told,omitzero"`
}

// Store keeps the checkouts.
type Store interface {
	// Load returns a checkout, or ErrUnknownCheckout.
	Load(ctx context.Context, checkoutID string) (Checkout, error)
	// Save stores c with version c.Version+1, if the stored version is c.Version (0: there is none),
	// and returns ErrConflict otherwise. If c.SessionID is set, it must belong to no other checkout:
	// ErrSessionClaimed.
	Save(ctx context.Context, c Checkout) error
}

// MemoryStore is a [Store] in memory.
type MemoryStore struct {
	mu        sync.Mutex
	checkouts map[string]Checkout
	sessions  map[string]string
}

// Load implements [Store].
func (s *MemoryStore) Load(_ context.Context, checkoutID string) (Checkout, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.checkouts[checkoutID]
	if !ok {
		return Checkout{}, ErrUnknownCheckout
	}
	return c, nil
}

// Save implements [Store].
func (s *MemoryStore) Save(_ context.Context, c Checkout) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checkouts[c.ID].Version != c.Version {
		return ErrConflict
	}
	if owner, ok := s.sessions[c.SessionID]; c.SessionID != "" && ok && owner != c.ID {
		return ErrSessionClaimed
	}
	if s.checkouts == nil {
		s.checkouts, s.sessions = map[string]Checkout{}, map[string]string{}
	}
	if c.SessionID != "" {
		s.sessions[c.SessionID] = c.ID
	}
	c.Version++
	s.checkouts[c.ID] = c
	return nil
}
