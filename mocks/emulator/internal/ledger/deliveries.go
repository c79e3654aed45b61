package ledger

import (
	"slices"
	"time"
)

// Delivery is a notification on its way to an endpoint.
type Delivery struct {
	MessageID    string
	Endpoint     string
	Notification Notice
	Env          Environment
	Region       string
	At           time.Time // when it happened
	Made         time.Time // when SNS took it
	Next         time.Time // when it is sent
	Tries        int
	Status       Status // Pending, Delivered or Failed
	flying       bool   // it is being sent
}

// trimDeliveries drops the oldest finished deliveries, and gives up the oldest waiting
// deliveries, if there are too many.
func (l *Ledger) trimDeliveries(now time.Time) {
	over, waiting := -maxDeliveries, -maxWaiting
	for _, d := range l.Deliveries {
		if d.Status.State == deliveryPending {
			waiting++
		} else {
			over++
		}
	}
	l.Deliveries = slices.DeleteFunc(l.Deliveries, func(d *Delivery) bool {
		if d.Status.State == deliveryPending {
			if waiting--; waiting >= 0 && !d.flying {
				d.Status.Become(deliveryFailed, "too many are waiting", now)
			}
			return false
		}
		over--
		return over >= 0
	})
}

// untold reports each change of state that has no notification yet, and counts it as told.
func (l *Ledger) untold(tell func(n Notice, of Scope, at time.Time)) {
	each := func(s *Status, first int, of Scope, kind, id, permissionID string) {
		s.Told = max(s.Told, first, s.Count-len(s.History)) // forgotten changes have no notification
		for ; s.Told < s.Count; s.Told++ {
			tell(Notice{
				MerchantID: of.MerchantID, ObjectType: kind, ObjectID: id, ChargePermissionID: permissionID, NotificationID: NewUUID(),
			}, of, s.History[len(s.History)-(s.Count-s.Told)].At)
		}
	}
	for _, p := range l.touched {
		each(&p.Status, 1, p.Scope, "CHARGE_PERMISSION", p.ID, p.ID)
		for _, ch := range p.Charges {
			each(&ch.Status, 1, ch.Scope, "CHARGE", ch.ID, p.ID)
			for _, r := range ch.refunds {
				each(&r.Status, 1, r.Scope, "REFUND", r.ID, p.ID)
			}
		}
	}
	l.touched = l.touched[:0]
	for _, d := range l.Disputes {
		each(&d.Status, 0, d.Scope, "CHARGEBACK", d.ID, d.charge.permission.ID)
	}
}

const (
	// maxTries is how often a notification is sent: at once, and hourly for the next three hours.
	maxTries   = 4
	retryAfter = time.Hour

	atOnce        = 8      // how many notifications are on the way to an endpoint at a time
	maxDeliveries = 1_000  // that are over, and kept to be shown
	maxWaiting    = 10_000 // that wait to be sent, again or for the first time
)

const (
	deliveryPending   = "Pending"
	deliveryDelivered = "Delivered"
	deliveryFailed    = "Failed"
)

// Notice is what a notification says.
type Notice struct {
	MerchantID         string
	ObjectType         string
	ObjectID           string
	ChargePermissionID string
	NotificationID     string
}

// Notify sends each later change of state to an endpoint.
func (l *Ledger) Notify(endpoint string, now time.Time) {
	if slices.Contains(l.Endpoints, endpoint) {
		return
	}
	if len(l.Endpoints) == 0 { // earlier changes have no notification
		l.Age(now)
		l.touched = slices.Clone(l.MadePermissions)
		l.untold(func(Notice, Scope, time.Time) {})
	}
	l.Endpoints = append(l.Endpoints, endpoint)
}

// StopNotifying drops an endpoint and its waiting notifications.
func (l *Ledger) StopNotifying(endpoint string) {
	l.Endpoints = slices.DeleteFunc(l.Endpoints, func(u string) bool { return u == endpoint })
	l.Deliveries = slices.DeleteFunc(l.Deliveries, func(d *Delivery) bool { return d.Endpoint == endpoint && d.Status.State == deliveryPending })
}

// Due makes notifications of new changes, and returns the notifications to send now, which are then
// on their way, and whether there are new ones.
func (l *Ledger) Due(now time.Time) (ready []Delivery, changed bool) {
	if len(l.Endpoints) == 0 {
		return nil, false
	}
	l.Age(now)
	var made []*Delivery
	l.untold(func(n Notice, of Scope, at time.Time) {
		for _, endpoint := range l.Endpoints {
			d := &Delivery{MessageID: NewUUID(), Endpoint: endpoint, Notification: n, Env: of.Env, Region: of.Region, At: at, Made: now, Next: now}
			d.Status.Become(deliveryPending, "", now)
			made = append(made, d)
		}
	})
	slices.SortStableFunc(made, func(a, b *Delivery) int { return a.At.Compare(b.At) })
	l.Deliveries = append(l.Deliveries, made...)
	if len(made) > 0 {
		l.trimDeliveries(now)
	}
	flying := make(map[string]int)
	for _, d := range l.Deliveries {
		if d.flying {
			flying[d.Endpoint]++
		}
	}
	for _, d := range l.Deliveries {
		if d.Status.State == deliveryPending && !d.flying && !d.Next.After(now) && flying[d.Endpoint] < atOnce {
			d.flying = true
			flying[d.Endpoint]++
			ready = append(ready, *d)
		}
	}
	return ready, len(made) > 0
}

// Delivered notes the result of sending a notification: what was wrong, if anything, and whether it
// is worth another time. It reports whether there still is such a notification.
func (l *Ledger) Delivered(messageID, wrong string, again bool, now time.Time) bool {
	i := slices.IndexFunc(l.Deliveries, func(d *Delivery) bool { return d.MessageID == messageID })
	if i < 0 {
		return false
	}
	d := l.Deliveries[i]
	d.flying = false
	d.Tries++
	switch {
	case wrong == "":
		d.Status.Become(deliveryDelivered, "", now)
	case again && d.Tries < maxTries:
		d.Next = now.Add(retryAfter)
		d.Status.Become(deliveryPending, wrong, now)
	default:
		d.Status.Become(deliveryFailed, wrong, now)
	}
	l.trimDeliveries(now)
	return true
}
