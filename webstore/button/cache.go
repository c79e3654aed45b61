package button

import "sync"

// key is the content of a button.
type key struct {
	kind    string
	action  UpgradeAction
	options Options
	payload string
}

// cache keeps buttons by content. It has two generations: when the young one is full, it becomes
// the old one, whose buttons are dropped unless somebody asks for them again before the next
// change.
type cache struct {
	mu         sync.Mutex
	young, old map[key]*entry
	size       int // of the young generation
}

// entry is a button, or the one call that makes it.
type entry struct{ make func() (*Button, error) }

// maxGeneration is the size of a generation in bytes. A button takes about four times its payload
// and the texts of its options, and overhead.
const (
	maxGeneration = 4 << 20
	overhead      = 4 << 10
)

// get returns the button for k. Of concurrent calls for one k, one calls sign, and all get its
// result. An error is not kept.
func (c *cache) get(k key, sign func() (*Button, error)) (*Button, error) {
	e := c.find(k, sign)
	made := false
	defer func() {
		if !made {
			c.drop(k, e)
		}
	}()
	b, err := e.make()
	made = err == nil
	return b, err
}

func (c *cache) find(k key, sign func() (*Button, error)) *entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.young[k]; e != nil {
		return e
	}
	e := c.old[k]
	if e == nil {
		e = &entry{make: sync.OnceValues(sign)}
	}
	cost := 4*(len(k.payload)+len(k.options.Label)+len(k.options.EstimatedOrderAmount.Amount)) + overhead
	if c.young == nil || c.size+cost > maxGeneration {
		c.young, c.old, c.size = make(map[key]*entry), c.young, 0
	}
	c.young[k] = e
	c.size += cost
	return e
}

func (c *cache) drop(k key, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, generation := range []map[key]*entry{c.young, c.old} {
		if generation[k] == e {
			delete(generation, k)
		}
	}
}
