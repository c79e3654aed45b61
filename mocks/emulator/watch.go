package emulator

import "sync"

// watchers are those who wait for the next of some event.
type watchers struct {
	mu   sync.Mutex
	next chan struct{}
}

// watch returns a channel that is closed at the next event.
func (w *watchers) watch() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next == nil {
		w.next = make(chan struct{})
	}
	return w.next
}

func (w *watchers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next != nil {
		close(w.next)
		w.next = nil
	}
}

// changed wakes those who wait for a change of what the state file holds, and those who wait for
// any change.
func (s *Server) changed() {
	s.changes.wake()
	s.news.wake()
}
