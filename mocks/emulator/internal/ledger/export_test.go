package ledger

import "time"

// Unwatched returns the permissions that are overdue, or would be looked at too late or by nobody.
func (l *Ledger) Unwatched(now time.Time) (ids []string) {
	for id, p := range l.Permissions {
		next := p.next()
		if !next.IsZero() && (!next.After(now) || p.place == 0 || l.due[p.place-1] != p || p.due.After(next)) {
			ids = append(ids, id)
		}
	}
	return ids
}
