package emulator

// Charge is a charge as it is in the emulator.
type Charge struct {
	ID           string
	PermissionID string
	MerchantID   string
	Environment  string // live or sandbox
	State        string
	Amount       string // with the currency: 14.00 USD
	Captured     string // empty until it is
	Refunded     string // empty until it is
}

// Charges returns all charges, oldest first: to see that a retried request made one
// and not two.
func (s *Server) Charges() []Charge {
	s.mu.Lock()
	defer s.mu.Unlock()
	var charges []Charge
	for _, ch := range s.world.madeCharges {
		seen := Charge{
			ID: ch.id, PermissionID: ch.permission.id, MerchantID: ch.scope.merchantID,
			Environment: string(ch.scope.env), State: ch.status.state, Amount: ch.amount.String(),
		}
		if ch.captured.currency != "" {
			seen.Captured = ch.captured.String()
		}
		if ch.refunded > 0 {
			seen.Refunded = money{ch.refunded, ch.captured.currency}.String()
		}
		charges = append(charges, seen)
	}
	return charges
}

// Refund is a refund as it is in the emulator.
type Refund struct {
	ID       string
	ChargeID string
	State    string
	Amount   string // with the currency: 14.00 USD
}

// Refunds returns all refunds, oldest first.
func (s *Server) Refunds() []Refund {
	s.mu.Lock()
	defer s.mu.Unlock()
	var refunds []Refund
	for _, r := range s.world.madeRefunds {
		refunds = append(refunds, Refund{ID: r.id, ChargeID: r.charge.id, State: r.status.state, Amount: r.amount.String()})
	}
	return refunds
}
