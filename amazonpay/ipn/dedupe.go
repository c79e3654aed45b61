package ipn

import (
	"container/list"
	"context"
	"sync"
)

// ClaimStatus says what [Deduper.Begin] found.
type ClaimStatus int

// The results of [Deduper.Begin].
const (
	// ClaimStatusBegun: the claim now holds the message, and the caller handles it.
	ClaimStatusBegun ClaimStatus = iota
	// ClaimStatusInProgress: another claim holds the message.
	ClaimStatusInProgress
	// ClaimStatusDone: the message was handled before.
	ClaimStatusDone
)

// Claim identifies one attempt to handle a message. [Verifier.Handler] generates a random claim for
// each call of [Deduper.Begin] and passes the same claim to the Done or Failed that follows. It
// consists of at most 64 bytes of printable ASCII.
type Claim string

// Deduper prevents that a message is handled twice. SNS sends some messages more than once. A
// message is a duplicate only after it was handled successfully: Begin, then Done or Failed.
//
// A Deduper on a database should release a message some time after Begin if neither Done nor Failed
// follows, because the process may have ended. That process may also just be slow, and call Done or
// Failed later with its old claim. Measure the time by the clock of the database, since the clocks
// of two processes may differ. The directory examples/ipnsql has an implementation.
//
// The methods must be safe for concurrent use.
type Deduper interface {
	// Begin claims a message, identified by its [Notification].MessageID.
	Begin(ctx context.Context, messageID string, claim Claim) (ClaimStatus, error)
	// Done marks a message as handled, even if another claim holds it by now.
	Done(ctx context.Context, messageID string, claim Claim) error
	// Failed releases a message, so that Begin can claim it again. It does nothing unless this claim
	// still holds the message.
	Failed(ctx context.Context, messageID string, claim Claim) error
}

// defaultKept is the default number of messages that a MemoryDeduper remembers.
const defaultKept = 100_000

// MemoryDeduper is a [Deduper] in memory, for a single process. Its content is lost when the
// process ends.
type MemoryDeduper struct {
	most int

	mu    sync.Mutex
	begun map[string]Claim
	done  map[string]bool
	order *list.List // of done, oldest first
}

// NewMemoryDeduper returns a deduper that remembers the last most messages that were handled. If
// most is 0 or negative, it remembers 100,000.
func NewMemoryDeduper(most int) *MemoryDeduper {
	if most <= 0 {
		most = defaultKept
	}
	return &MemoryDeduper{most: most, begun: make(map[string]Claim), done: make(map[string]bool), order: list.New()}
}

// Begin implements [Deduper]. It never returns an error.
func (d *MemoryDeduper) Begin(_ context.Context, messageID string, claim Claim) (ClaimStatus, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.done[messageID] {
		return ClaimStatusDone, nil
	}
	if _, held := d.begun[messageID]; held {
		return ClaimStatusInProgress, nil
	}
	d.begun[messageID] = claim
	return ClaimStatusBegun, nil
}

// Done implements [Deduper]. It never returns an error.
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

// Failed implements [Deduper]. It never returns an error.
func (d *MemoryDeduper) Failed(_ context.Context, messageID string, claim Claim) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if holder, held := d.begun[messageID]; held && holder == claim {
		delete(d.begun, messageID)
	}
	return nil
}
