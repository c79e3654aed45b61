package ipn

import (
	"container/list"
	"context"
	"sync"
)

// Progress is how far a message was handled before.
type Progress int

// What [Deduper.Begin] may answer.
const (
	// Begun says that the message is the caller's to handle.
	Begun Progress = iota
	// InProgress says that another request handles it at this moment.
	InProgress
	// Finished says that it was handled.
	Finished
)

// Deduper keeps a message that comes twice, as SNS's do now and then, from being handled twice. It has two phases: a message is
// a duplicate only after it was handled well. Who implements it on a database should let what has begun, and
// neither ended well nor failed, be begun again after a while, since a process may end in between. Its methods
// are called from several goroutines at once.
type Deduper interface {
	// Begin asks for a message, by its [Notification].MessageID.
	Begin(ctx context.Context, messageID string) (Progress, error)
	// Done says that a message that was begun was handled well.
	Done(ctx context.Context, messageID string) error
	// Failed says that it was not: it may be begun again.
	Failed(ctx context.Context, messageID string) error
}

// defaultKept is how many messages a MemoryDeduper remembers by default.
const defaultKept = 100_000

// MemoryDeduper is a [Deduper] for one process: it forgets everything with it.
type MemoryDeduper struct {
	most int

	mu    sync.Mutex
	begun map[string]bool
	done  map[string]bool
	order *list.List // of done, the oldest first
}

// NewMemoryDeduper returns a deduper that remembers the last messages that were handled, 100,000 where most is
// 0 or less.
func NewMemoryDeduper(most int) *MemoryDeduper {
	if most <= 0 {
		most = defaultKept
	}
	return &MemoryDeduper{most: most, begun: make(map[string]bool), done: make(map[string]bool), order: list.New()}
}

// Begin implements [Deduper]. It returns no error.
func (d *MemoryDeduper) Begin(_ context.Context, messageID string) (Progress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.done[messageID]:
		return Finished, nil
	case d.begun[messageID]:
		return InProgress, nil
	}
	d.begun[messageID] = true
	return Begun, nil
}

// Done implements [Deduper]. It returns no error.
func (d *MemoryDeduper) Done(_ context.Context, messageID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.begun, messageID)
	if d.done[messageID] {
		return nil
	}
	d.done[messageID] = true
	d.order.PushBack(messageID)
	if d.order.Len() > d.most {
		oldest, _ := d.order.Remove(d.order.Front()).(string)
		delete(d.done, oldest)
	}
	return nil
}

// Failed implements [Deduper]. It returns no error.
func (d *MemoryDeduper) Failed(_ context.Context, messageID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.begun, messageID)
	return nil
}
