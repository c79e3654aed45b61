package demo

import (
	"context"
	"net/http"
	"sync"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Calls counts the calls to the emulators. It is safe for concurrent use.
type Calls struct {
	mu   sync.Mutex
	made map[string]*Count
}

// Count is how often an operation was called.
type Count struct {
	Calls     int
	Throttled int // answered with 429
	Failed    int // no answer, or 5xx
}

// Observe is an observer of the clients.
func (c *Calls) Observe(_ context.Context, e amazonpay.Event) {
	if e.Attempt == 0 {
		return // the whole call, after its attempts
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = make(map[string]*Count)
	}
	n := c.made[e.Operation]
	if n == nil {
		n = new(Count)
		c.made[e.Operation] = n
	}
	n.Calls++
	switch {
	case e.StatusCode == http.StatusTooManyRequests:
		n.Throttled++
	case e.StatusCode == 0 || e.StatusCode >= http.StatusInternalServerError:
		n.Failed++
	}
}

// Counts returns the counts of all operations, by their names.
func (c *Calls) Counts() map[string]Count {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := make(map[string]Count, len(c.made))
	for operation, n := range c.made {
		counts[operation] = *n
	}
	return counts
}
