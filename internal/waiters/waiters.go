// Package waiters lets one goroutine tell others that an object of the service has changed. An
// *amazonpay.Client has one [List], which all clients derived from it share.
package waiters

import "sync"

// OfClient returns the list of an *amazonpay.Client, and nil for anything else. Package amazonpay
// sets it: a method of the client would be an exported name that nobody else needs.
var OfClient = func(_ any) *List { return nil }

// List holds the goroutines that wait, by the id of the object. Its zero value is ready for use,
// and it is empty when nobody waits. On a nil List nobody is woken.
type List struct {
	mu   sync.Mutex
	byID map[string]map[chan struct{}]bool
}

// Join adds a waiter for an object. The channel receives a value each time [List.Wake] is called
// with the id, until leave is called.
func (l *List) Join(id string) (woken <-chan struct{}, leave func()) {
	if l == nil {
		return nil, func() {}
	}
	mine := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byID == nil {
		l.byID = make(map[string]map[chan struct{}]bool)
	}
	if l.byID[id] == nil {
		l.byID[id] = make(map[chan struct{}]bool)
	}
	l.byID[id][mine] = true
	return mine, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.byID[id], mine)
		if len(l.byID[id]) == 0 {
			delete(l.byID, id)
		}
	}
}

// Wake wakes all who wait for an object.
func (l *List) Wake(id string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for waiter := range l.byID[id] {
		select {
		case waiter <- struct{}{}:
		default: // it has not seen the last wake-up yet
		}
	}
}

// Len returns for how many objects somebody waits.
func (l *List) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.byID)
}
