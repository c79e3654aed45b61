package buynow

import (
	"context"
	"encoding/json"
	"sync"
)

// MemoryStore is a [Store] for tests and demos: it forgets everything when the process ends. The
// zero value is ready to use.
type MemoryStore struct {
	mu        sync.Mutex
	checkouts map[string][]byte // JSON by id, so that nobody shares what is stored
	owners    map[string]string // ids of checkouts by session
}

// Load implements [Store].
func (s *MemoryStore) Load(_ context.Context, checkoutID string) (Checkout, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(checkoutID)
}

func (s *MemoryStore) load(checkoutID string) (Checkout, error) {
	text, ok := s.checkouts[checkoutID]
	if !ok {
		return Checkout{}, ErrUnknownCheckout
	}
	var c Checkout
	err := json.Unmarshal(text, &c)
	return c, err
}

// Save implements [Store].
func (s *MemoryStore) Save(_ context.Context, c Checkout) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored, err := s.load(c.ID)
	if err != nil && c.Version != 0 || stored.Version != c.Version {
		return ErrConflict
	}
	if owner, claimed := s.owners[c.SessionID]; claimed && owner != c.ID {
		return ErrSessionClaimed
	}
	c.Version++
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if s.checkouts == nil {
		s.checkouts, s.owners = make(map[string][]byte), make(map[string]string)
	}
	delete(s.owners, stored.SessionID)
	if c.SessionID != "" {
		s.owners[c.SessionID] = c.ID
	}
	s.checkouts[c.ID] = text
	return nil
}
