// Package bucket is a token bucket that is told the time: for rate limits and retry budgets, on any
// clock. A bucket is not safe for concurrent use; its owner locks.
package bucket

import "time"

// longestWait keeps the product of seconds and rate a [time.Duration].
const longestWait = 1e9 // seconds

// Bucket holds up to Size tokens and gets Rate more a second. Call [Bucket.Count] before changing
// either.
type Bucket struct {
	Size, Rate float64

	tokens float64
	at     time.Time // when tokens were counted
}

// New returns a bucket with these tokens in it.
func New(size, rate, tokens float64, now time.Time) Bucket {
	return Bucket{Size: size, Rate: rate, tokens: tokens, at: now}
}

// Count adds the tokens that have come since the last count, and returns how many there are. A
// clock that goes back adds none.
func (b *Bucket) Count(now time.Time) float64 {
	b.tokens = min(b.Size, b.tokens+max(0, now.Sub(b.at).Seconds())*b.Rate)
	b.at = now
	return b.tokens
}

// Take takes one token, if there is one.
func (b *Bucket) Take(now time.Time) bool {
	if b.Count(now) < 1 {
		return false
	}
	b.tokens--
	return true
}

// Give puts tokens in, up to Size.
func (b *Bucket) Give(tokens float64, now time.Time) {
	b.tokens = min(b.Size, b.Count(now)+tokens)
}

// Drain takes all tokens.
func (b *Bucket) Drain(now time.Time) {
	b.Count(now)
	b.tokens = 0
}

// Wait returns how long it takes until there are so many tokens: 0 if they are there.
func (b *Bucket) Wait(tokens float64, now time.Time) time.Duration {
	missing := tokens - b.Count(now)
	if missing <= 0 {
		return 0
	}
	return max(1, time.Duration(min(missing/b.Rate, longestWait)*float64(time.Second)))
}
