package buynow

import "sync"

// keyedLock lets one goroutine at a time work on a checkout. Other processes are kept apart by the
// version of the checkout.
type keyedLock struct {
	mu   sync.Mutex
	held map[string]*held
}

type held struct {
	mu    sync.Mutex
	users int // under the mutex of the keyedLock
}

// lock returns the function that unlocks.
func (k *keyedLock) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = make(map[string]*held)
	}
	h := k.held[key]
	if h == nil {
		h = new(held)
		k.held[key] = h
	}
	h.users++
	k.mu.Unlock()
	h.mu.Lock()
	return func() {
		h.mu.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if h.users--; h.users == 0 {
			delete(k.held, key)
		}
	}
}
