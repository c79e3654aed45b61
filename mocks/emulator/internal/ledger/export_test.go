package ledger

import "time"

// Forgotten returns the permissions that have something to do at this time, and those that nobody
// would look at when they next have.
func (l *Ledger) Forgotten(now time.Time) (ids []string) {
	for id, p := range l.Permissions {
		before := p.changes()
		if l.settle(p, now); p.changes() != before {
			ids = append(ids, id)
		}
		if next := p.next(); !next.IsZero() && (p.place == 0 || l.due[p.place-1] != p || p.due.After(next)) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (p *Permission) changes() int {
	n := p.Status.Count
	for _, ch := range p.Charges {
		n += ch.Status.Count
		for _, r := range ch.refunds {
			n += r.Status.Count
		}
	}
	return n
}
