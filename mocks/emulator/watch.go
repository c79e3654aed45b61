package emulator

import "sync"

// watchers are those who wait for the next change of anything.
type watchers struct {
	mu   sync.Mutex
	next chan struct{}
}

// watch returns a channel that is closed at the next change.
func (s *Server) watch() <-chan struct{} {
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	if s.watchers.next == nil {
		s.watchers.next = make(chan struct{})
	}
	return s.watchers.next
}

// changed wakes all watchers.
func (s *Server) changed() {
	s.watchers.mu.Lock()
	defer s.watchers.mu.Unlock()
	if s.watchers.next != nil {
		close(s.watchers.next)
		s.watchers.next = nil
	}
}
