package ledger

import (
	"bytes"
	"slices"
	"time"
)

// The kinds of [Kept].
const (
	KindSession    = "checkout session"
	KindPermission = "charge permission"
	KindCharge     = "charge"
	KindRefund     = "refund"
	KindDispute    = "dispute"
	KindReport     = "report"
	KindSchedule   = "report schedule"
	KindFile       = "file"
	KindAccount    = "merchant account"
)

// Kept is an object of the ledger at one moment.
type Kept struct {
	Kind    string
	ID      string
	Scope   Scope
	Created time.Time // zero for files and accounts
	State   string
	Text    []byte // JSON: as the API answers with it
}

// Shown returns the object as the API shows it.
func (k Kept) Shown() Object {
	o, _ := Decode(k.Text) // our own text
	return o
}

// What [Kept.State] says of an open session beside its state.
const (
	SignedInState = "Open, the buyer has signed in"
	ApprovedState = "Open, approved by the buyer"
)

// latestKept is how many permissions, charges and refunds [Ledger.Objects] returns of each.
const latestKept = 1_000

// Last returns the last elements, at most so many.
func Last[T any](all []T, most int) []T { return all[max(0, len(all)-most):] }

// Objects returns the objects, brought up to date, newest first: all, but of permissions, charges
// and refunds, of which there may be a million, the latest 1,000 each. payPage is where buyers pay,
// up to the session's id.
func (l *Ledger) Objects(payPage string, now time.Time) []Kept {
	l.Age(now)
	var all []Kept
	keep := func(kind, id string, of Scope, created time.Time, state string, o Object) {
		all = append(all, Kept{kind, id, of, created, state, Encode(o)})
	}
	for _, s := range l.Sessions {
		state := s.Status.State
		switch {
		case state == Open && s.Approved:
			state = ApprovedState
		case state == Open && s.SignedIn:
			state = SignedInState
		}
		keep(KindSession, s.ID, s.Scope, s.Created, state, s.answer(&Call{PayPage: payPage, Now: now, Facts: l.facts}))
	}
	for _, p := range Last(l.MadePermissions, latestKept) {
		keep(KindPermission, p.ID, p.Scope, p.Created, p.Status.State, p.answer(now))
	}
	for _, ch := range Last(l.MadeCharges, latestKept) {
		keep(KindCharge, ch.ID, ch.Scope, ch.Created, ch.Status.State, ch.answer())
	}
	for _, r := range Last(l.MadeRefunds, latestKept) {
		keep(KindRefund, r.ID, r.Scope, r.Created, r.Status.State, r.answer())
	}
	for _, d := range l.Disputes {
		keep(KindDispute, d.ID, d.Scope, d.Created, d.Status.State, d.answer(&Call{Facts: l.facts}))
	}
	for _, r := range l.reports {
		keep(KindReport, r.ID, r.Scope, r.Created, r.Status, r.answer())
	}
	for _, s := range l.schedules {
		keep(KindSchedule, s.ID, s.Scope, s.Next, s.Frequency, s.answer())
	}
	for _, f := range l.Files {
		keep(KindFile, f.ID, f.Scope, time.Time{}, f.Kind, Object{"id": f.ID, "type": f.Kind, "size": len(f.Content)})
	}
	for _, a := range l.Accounts {
		state := "not claimed"
		if a.Claimed {
			state = "claimed"
		}
		stores := make(Object)
		for id, store := range a.Stores {
			stores[id] = store
		}
		o := Object{"merchantAccountId": a.ID, "claimed": a.Claimed, "stores": stores}
		o.Merge(a.Details)
		keep(KindAccount, a.ID, a.Owner, time.Time{}, state, o)
	}
	slices.SortFunc(all, func(a, b Kept) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return bytes.Compare(b.Text, a.Text)
	})
	return all
}
