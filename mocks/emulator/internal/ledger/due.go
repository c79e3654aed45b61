package ledger

import (
	"container/heap"
	"time"
)

// dueHeap is the permissions that change by themselves one day, the next one first, so that the
// time passes without a look at each of a million.
type dueHeap []*Permission

func (h *dueHeap) Len() int           { return len(*h) }
func (h *dueHeap) Less(i, j int) bool { return (*h)[i].due.Before((*h)[j].due) }

func (h *dueHeap) Swap(i, j int) {
	all := *h
	all[i], all[j] = all[j], all[i]
	all[i].place, all[j].place = i+1, j+1
}

// Push is for package heap.
func (h *dueHeap) Push(x any) {
	p, _ := x.(*Permission) // nothing else is pushed
	*h = append(*h, p)
	p.place = len(*h)
}

// Pop is for package heap.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	p.place = 0
	return p
}

// watch notes when a permission, or what belongs to it, changes by itself, and that it may have
// changed just now. Whatever changes one of them calls it afterwards.
func (l *Ledger) watch(p *Permission) {
	if at := p.next(); !at.IsZero() {
		switch {
		case p.place == 0:
			p.due = at
			heap.Push(&l.due, p)
		case at.Before(p.due): // a later time is found out at the earlier one
			p.due = at
			heap.Fix(&l.due, p.place-1)
		}
	}
	if len(l.Endpoints) > 0 {
		l.touched = append(l.touched, p)
	}
}

// next returns when the permission, or what belongs to it, changes by itself; zero: never.
func (p *Permission) next() (first time.Time) {
	at := func(due time.Time) {
		if first.IsZero() || due.Before(first) {
			first = due
		}
	}
	if p.Status.State != Closed && !p.Expires.IsZero() {
		at(p.Expires)
	}
	for _, ch := range p.Charges {
		switch {
		case ch.isPending():
			at(ch.Status.Updated.Add(pendingFor))
		case ch.Status.State == Authorized:
			at(ch.Expires)
		}
		for _, r := range ch.refunds {
			if r.Status.State == RefundInitiated {
				at(r.Created.Add(pendingFor))
			}
		}
	}
	return first
}

// settleDue brings the permissions up to date that have changed by themselves.
func (l *Ledger) settleDue(now time.Time) {
	for len(l.due) > 0 && !l.due[0].due.After(now) {
		p, _ := heap.Pop(&l.due).(*Permission)
		l.settle(p, now)
	}
}
