package emulator

import (
	"fmt"
	"time"
)

// WithStart sets the emulator's clock to a time, from which it runs on. [Server.Advance] moves it
// as usual, and requests may still have the dates of a clock that was not set. It overrides the
// clock of a state file. The year must be between 1970 and 2200.
func WithStart(at time.Time) Option {
	return func(c *config) error {
		if at.Year() < 1970 || at.Year() > 2200 { // Durations are too short for more
			return fmt.Errorf("emulator: WithStart: the year %d is not between 1970 and 2200", at.Year())
		}
		c.start = at
		return nil
	}
}

// Now returns the time on the emulator's clock: the time of [WithClock], moved by [Server.Advance].
func (s *Server) Now() time.Time { return s.clock().Add(time.Duration(s.ahead.Load())).UTC() }

// Advance moves the emulator's clock forward, and everything that is due by then happens: pending
// charges and refunds end, authorizations, sessions and permissions expire, reports appear.
// Requests may have the dates of the clock before or after the move, so that clients need not
// follow. A negative duration, or one beyond the year 9999, is an error.
func (s *Server) Advance(by time.Duration) error {
	if by < 0 {
		return fmt.Errorf("emulator: Advance: the duration %v is negative", by)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ahead := time.Duration(s.ahead.Load()); ahead+by < ahead || s.Now().Add(by).Year() > 9999 {
		return fmt.Errorf("emulator: Advance: %v goes beyond the year 9999", by)
	}
	s.ahead.Add(int64(by))
	s.world.Age(s.Now())
	s.changed()
	return nil
}
