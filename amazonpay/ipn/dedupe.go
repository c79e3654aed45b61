package ipn

import (
	"container/list"
	"context"
	"sync"
)

// ClaimStatus is how far a message was handled before.
type ClaimStatus int

// What [Deduper.Begin] may answer.
const (
	// ClaimStatusBegun says that the message is the caller's to handle.
	ClaimStatusBegun ClaimStatus = iota
	// ClaimStatusInProgress says that another request handles it at this moment.
	ClaimStatusInProgress
	// ClaimStatusFinished says that it was handled.
	ClaimStatusFinished
)

// Claim says who has begun a message. [Verifier.Handler] makes a new random one for each call of [Deduper.Begin], and gives the
// same one to the Done or Failed that follows. It is printable ASCII of at most 64 bytes.
type Claim string

// Deduper keeps a message that comes twice, as SNS's do now and then, from being handled twice. It has two phases: a
// message is a duplicate only after it was handled well.
//
// A Deduper on a database should let a message that was begun, and neither done nor failed, be begun again after a while: the
// process may have ended in between. Such a process may also have been slow, and call Done or Failed later than
// that. It then has an old claim. Measure the while by the database's clock: the clocks of two processes may differ.
//
// The methods are called from several goroutines at once.
type Deduper interface {
	// Begin asks for a message, by its [Notification].MessageID. If it returns Begun, the claim holds the message.
	Begin(ctx context.Context, messageID string, claim Claim) (ClaimStatus, error)
	// Done says that a message was handled well. It is Finished from then on, even if another claim holds it by now.
	Done(ctx context.Context, messageID string, claim Claim) error
	// Failed says that it was not: it may be begun again. It does nothing unless this claim still holds the message.
	Failed(ctx context.Context, messageID string, claim Claim) error
}

// defaultKept is how many messages a MemoryDeduper remembers by default.
const defaultKept = 100_000

// MemoryDeduper is a [Deduper] for one process: it forgets everything with it.
type MemoryDeduper struct {
	most int

	mu    sync.Mutex
	begun map[string]Claim
	done  map[string]bool
	order *list.List // of done, the oldest first
}

// NewMemoryDeduper returns a deduper that remembers the last messages that were handled, 100,000 where most is
// 0 or less.
func NewMemoryDeduper(most int) *MemoryDeduper {
	if most <= 0 {
		most = defaultKept
	}
	return &MemoryDeduper{most: most, begun: make(map[string]Claim), done: make(map[string]bool), order: list.New()}
}

// Begin implements [Deduper]. It returns no error.
func (d *MemoryDeduper) Begin(_ context.Context, messageID string, claim Claim) (ClaimStatus, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done[messageID] {
		return ClaimStatusFinished, nil
	}
	if _, held := d.begun[messageID]; held {
		return ClaimStatusInProgress, nil
	}
	d.begun[messageID] = claim
	return ClaimStatusBegun, nil
}

// Done implements [Deduper]. It returns no error.
func (d *MemoryDeduper) Done(_ context.Context, messageID string, _ Claim) error {
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
func (d *MemoryDeduper) Failed(_ context.Context, messageID string, claim Claim) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if holder, held := d.begun[messageID]; held && holder == claim {
		delete(d.begun, messageID)
	}
	return nil
}
