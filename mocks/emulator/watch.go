package emulator

import "sync"

// watchers wait for the next event of one kind.
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

// changed wakes everyone waiting for a change of the state file's content, and everyone waiting for
// any change.
func (s *Server) changed() {
	s.changes.wake()
	s.news.wake()
}
