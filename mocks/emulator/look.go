package emulator

import "bytes"

// Charge is a charge of the emulator.
type Charge struct {
	ID           string
	PermissionID string
	MerchantID   string
	Environment  string // live or sandbox
	State        string
	Reason       string // the reason code of the state; may be empty
	Amount       string // with the currency: 14.00 USD
	Captured     string // empty until it is
	Refunded     string // empty until it is
	// Reference is the shop's own: the merchantReferenceId of the charge or else of its permission,
	// or the merchantOrderId of a till.
	Reference string
}

// Charges returns all charges, oldest first. Use it to see that a retried request made one charge
// and not two.
func (s *Server) Charges() []Charge {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Age(s.Now())
	charges := make([]Charge, 0, len(s.world.MadeCharges))
	for _, ch := range s.world.MadeCharges {
		seen := Charge{
			ID: ch.ID, PermissionID: ch.PermissionID(), MerchantID: ch.Scope.MerchantID,
			Environment: string(ch.Scope.Env), State: ch.Status.State, Reason: ch.Status.Reason, Amount: ch.Amount.String(),
			Reference: ch.Reference(),
		}
		if ch.Captured.Currency != "" {
			seen.Captured = ch.Captured.String()
		}
		if ch.Refunded > 0 {
			seen.Refunded = ch.RefundedAmount().String()
		}
		charges = append(charges, seen)
	}
	return charges
}

// Refund is a refund of the emulator.
type Refund struct {
	ID           string
	ChargeID     string
	PermissionID string
	MerchantID   string
	Environment  string // live or sandbox
	State        string
	Reason       string // the reason code of the state; may be empty
	Amount       string // with the currency: 14.00 USD
	Reference    string // of the charge: a refund has none of its own
}

// Refunds returns all refunds, oldest first.
func (s *Server) Refunds() []Refund {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.Age(s.Now())
	refunds := make([]Refund, 0, len(s.world.MadeRefunds))
	for _, r := range s.world.MadeRefunds {
		of := r.Charge()
		refunds = append(refunds, Refund{
			ID: r.ID, ChargeID: of.ID, PermissionID: of.PermissionID(), MerchantID: r.Scope.MerchantID, Environment: string(r.Scope.Env),
			State: r.Status.State, Reason: r.Status.Reason, Amount: r.Amount.String(), Reference: of.Reference(),
		})
	}
	return refunds
}

// File returns the content of an uploaded file; ok is false if there is none.
func (s *Server) File(id string) (content []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.world.Files[id]
	if found == nil || found.Content == nil {
		return nil, false
	}
	return bytes.Clone(found.Content), true
}
