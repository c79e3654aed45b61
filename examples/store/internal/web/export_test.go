package web

import "time"

// What the tests look at inside.
var (
	Texts  = texts
	Format = format
	Policy = policy
)

// FailLogin counts a wrong password of an earlier time.
func (s *Site) FailLogin(at time.Time) { s.attempts.begin(at) }
