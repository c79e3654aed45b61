package transport

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"
)

// RetryPolicy says how often a request is repeated, and after which wait. The wait before retry n,
// counted from 0, is drawn evenly between MinWait and the smaller of MaxWait and 4·2ⁿ·MinWait, so
// that clients that failed together do not come back together.
type RetryPolicy struct {
	// MaxRetries is the number of attempts after the first, at most 100. 0 means 3, a negative
	// number none.
	MaxRetries int

	// MinWait and MaxWait bound the wait. Each is at most 24 hours. 0 means 250 ms and 8 s, or the
	// value of the other field if the default would contradict it.
	MinWait, MaxWait time.Duration

	// MaxRetryAfter is the longest wait that an answer may ask for with Retry-After. An answer that
	// asks for a longer one, or for a wait past the context's deadline, is returned at once. It is
	// at most 24 hours. 0 means 30 s.
	MaxRetryAfter time.Duration
}

func (p RetryPolicy) withDefaults() (RetryPolicy, error) {
	for i, wait := range []time.Duration{p.MinWait, p.MaxWait, p.MaxRetryAfter} {
		if wait < 0 || wait > 24*time.Hour {
			name := []string{"MinWait", "MaxWait", "MaxRetryAfter"}[i]
			return p, fmt.Errorf("transport: RetryPolicy.%s must be from 0 to 24 hours, not %v", name, wait)
		}
	}
	switch {
	case p.MaxWait != 0 && p.MinWait > p.MaxWait:
		return p, fmt.Errorf("transport: RetryPolicy.MinWait (%v) is above MaxWait (%v)", p.MinWait, p.MaxWait)
	case p.MaxRetries > 100:
		return p, fmt.Errorf("transport: RetryPolicy.MaxRetries is above 100 (%d)", p.MaxRetries)
	}
	p.MaxRetries = max(0, cmp.Or(p.MaxRetries, 3))
	p.MaxWait = cmp.Or(p.MaxWait, max(8*time.Second, p.MinWait))
	p.MinWait = cmp.Or(p.MinWait, min(250*time.Millisecond, p.MaxWait))
	p.MaxRetryAfter = cmp.Or(p.MaxRetryAfter, 30*time.Second)
	return p, nil
}

func (p RetryPolicy) wait(n int) time.Duration {
	ceiling := p.MaxWait
	if p.MinWait <= p.MaxWait>>(n+2) { // asked this way round, nothing overflows
		ceiling = p.MinWait << (n + 2)
	}
	return p.MinWait + rand.N(ceiling-p.MinWait+1)
}
