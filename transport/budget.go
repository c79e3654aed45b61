package transport

import (
	"sync"
	"time"
)

const (
	defaultBudget = 100
	mostBudget    = 1_000_000

	refundPerAnswer = 0.1 // of a retry, for each call that was answered
	refundPerSecond = 0.1 // so that who calls seldom always has some
)

// budget is how many retries are left, so that an outage is not multiplied by the attempts of each call. A nil one has no end.
type budget struct {
	mu   sync.Mutex
	most float64
	left float64
	at   time.Time // when left was counted
}

func newBudget(most int) *budget {
	if most < 0 {
		return nil
	}
	return &budget{most: float64(most), left: float64(most), at: runtimeNow()}
}

// take takes one retry, if there is one.
func (b *budget) take() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := runtimeNow()
	b.left = min(b.most, b.left+max(0, now.Sub(b.at).Seconds())*refundPerSecond)
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// answered gives back what a call that was answered is worth.
func (b *budget) answered() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.most, b.left+refundPerAnswer)
}

// runtimeNow is the clock of waits, which no correction and no test's fixed clock moves.
func runtimeNow() time.Time {
	return time.Now() //nolint:forbidigo // what is measured is a wait, not a date
}
