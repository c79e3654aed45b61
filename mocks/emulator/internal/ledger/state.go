package ledger

import (
	"cmp"
	"errors"
	"maps"
	"slices"
)

// State is the ledger as a file keeps it. What links objects to each other is left out of them, and
// made anew.
type State struct {
	Sessions    map[string]*Session
	Permissions map[string]*Permission
	ChargeOrder []string
	Refunds     []savedRefund // in the order in which they were made
	Till        map[tillReference]tillAnswer
	Periods     map[Scope]*period
	Settled     []*settlement
	Reports     []*Report
	Schedules   []*schedule
	Disputes    []savedDispute
	Files       map[string]*file
	Accounts    map[string]*account
	Endpoints   []string
	Deliveries  []*Delivery
}

type savedRefund struct {
	Charge string
	Refund *Refund
}

type savedDispute struct {
	Charge  string
	Dispute *Dispute
}

// Save returns everything that the ledger holds.
func (l *Ledger) Save() State {
	saved := State{
		Sessions: l.Sessions, Permissions: l.Permissions, Till: l.till, Periods: make(map[Scope]*period), Reports: l.reports,
		Schedules: l.schedules, Files: l.Files, Accounts: l.Accounts,
		Endpoints: l.Endpoints, Deliveries: l.Deliveries,
	}
	for of, b := range l.books {
		saved.Periods[of] = b.period
		saved.Settled = append(saved.Settled, b.settled...)
	}
	for _, ch := range l.MadeCharges {
		saved.ChargeOrder = append(saved.ChargeOrder, ch.ID)
	}
	for _, r := range l.MadeRefunds {
		saved.Refunds = append(saved.Refunds, savedRefund{r.charge.ID, r})
	}
	for _, d := range l.Disputes {
		saved.Disputes = append(saved.Disputes, savedDispute{d.charge.ID, d})
	}
	return saved
}

// Restore returns the ledger that was saved.
func Restore(saved State) (*Ledger, error) {
	l := New()
	for of, open := range saved.Periods {
		l.book(of).period = open
	}
	for _, s := range saved.Settled {
		b := l.book(s.Scope)
		b.settled = append(b.settled, s)
	}
	for id, p := range saved.Permissions {
		l.Permissions[id] = p
		for _, ch := range p.Charges {
			ch.permission = p
			l.Charges[ch.ID] = ch
		}
	}
	for _, id := range saved.ChargeOrder {
		if l.Charges[id] == nil {
			return nil, errors.New("damaged file: a charge is missing")
		}
		l.MadeCharges = append(l.MadeCharges, l.Charges[id])
		b := l.book(l.Charges[id].Scope)
		b.charges = append(b.charges, l.Charges[id])
	}
	for _, entry := range saved.Refunds {
		r := entry.Refund
		if r.charge = l.Charges[entry.Charge]; r.charge == nil {
			return nil, errors.New("damaged file: the charge of a refund is missing")
		}
		r.charge.refunds = append(r.charge.refunds, r)
		l.Refunds[r.ID] = r
		l.MadeRefunds = append(l.MadeRefunds, r)
		b := l.book(r.Scope)
		b.refunds = append(b.refunds, r)
	}
	for _, entry := range saved.Disputes {
		d := entry.Dispute
		if d.charge = l.Charges[entry.Charge]; d.charge == nil {
			return nil, errors.New("damaged file: the charge of a dispute is missing")
		}
		l.Disputes[d.ID] = d
	}
	maps.Copy(l.Sessions, saved.Sessions)
	maps.Copy(l.till, saved.Till)
	maps.Copy(l.Files, saved.Files)
	maps.Copy(l.Accounts, saved.Accounts)
	l.Endpoints, l.Deliveries = saved.Endpoints, saved.Deliveries
	l.reports, l.schedules = saved.Reports, saved.Schedules
	l.MadePermissions = slices.SortedFunc(maps.Values(l.Permissions), func(a, b *Permission) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	for _, p := range l.MadePermissions {
		l.watch(p)
	}
	return l, nil
}
