package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
)

const (
	// maxTries is how often a notification is sent: at once, and hourly for the next three hours.
	maxTries   = 4
	retryAfter = time.Hour

	answerTime     = 15 * time.Second // how long an endpoint may take
	atOnce         = 8                // how many notifications are on the way to an endpoint at a time
	maxDeliveries  = 1_000            // that are over, and kept to be shown
	maxWaiting     = 10_000           // that wait to be sent, again or for the first time
	coalesce       = 10 * time.Millisecond
	notifyInterval = time.Second // at which the clock is looked at
)

// processSNS is one for all emulators of a process, since its keys are slow to make.
var processSNS = sync.OnceValues(ipntest.New)

// snsHost is where the certificate of the notifications is.
const snsHost = "sns." + ipntest.Region + ".amazonaws.com"

// delivery is a notification on its way to an endpoint.
type delivery struct {
	MessageID    string
	Endpoint     string
	Notification ipntest.Notification
	Env          environment
	Region       string
	At           time.Time // when it happened
	Made         time.Time // when SNS took it
	Next         time.Time // when it is sent
	Tries        int
	Status       status // Pending, Delivered or Failed
	flying       bool   // it is being sent
}

const (
	deliveryPending   = "Pending"
	deliveryDelivered = "Delivered"
	deliveryFailed    = "Failed"
)

// NotifyAt has the emulator send an Instant Payment Notification to a URL, of http or https on loopback, at each change
// of state from now on: of a charge, charge permission or refund after it was made, and of a dispute, for both merchants and
// environments. As the service does, it sends again what was answered with 5xx or not within 15 seconds: hourly, by the
// emulator's clock, for the next three hours.
//
// The messages are signed by a stand-in for AWS SNS, whose account is [Description].TopicAccount and whose certificate
// [Server.RoundTripper] leads to: give both to ipn.NewVerifier (WithTopicAccounts, WithRoundTripper). A URL that is not on
// loopback, and an emulator that does not listen, are errors. What has happened to each notification is in the window and
// in [Server.Notifications].
func (s *Server) NotifyAt(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return fmt.Errorf("emulator: NotifyAt: %q is not an http or https URL", endpoint)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("emulator: NotifyAt: %q is not on loopback", endpoint)
	}
	if s.listening == nil {
		return errors.New("emulator: NotifyAt: this emulator does not listen: use Start or Listen")
	}
	if _, err := processSNS(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.leaving:
		return errors.New("emulator: NotifyAt: this emulator has ended")
	default:
	}
	if slices.Contains(s.world.endpoints, endpoint) {
		return nil
	}
	if len(s.world.endpoints) == 0 { // nobody has heard of what came before
		s.world.age(s.Now())
		s.world.changes(func(ipntest.Notification, scope, time.Time) {})
	}
	s.world.endpoints = append(s.world.endpoints, endpoint)
	s.startNotifying()
	s.changed()
	return nil
}

// StopNotifying takes back a URL of [Server.NotifyAt]. What is on the way to it, or is to be sent again, is dropped.
func (s *Server) StopNotifying(endpoint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	w.endpoints = slices.DeleteFunc(w.endpoints, func(u string) bool { return u == endpoint })
	w.deliveries = slices.DeleteFunc(w.deliveries, func(d *delivery) bool { return d.Endpoint == endpoint && d.Status.State == deliveryPending })
	s.changed()
}

// startNotifying starts the sender, once. The caller holds the lock.
func (s *Server) startNotifying() {
	if s.notifying {
		return
	}
	s.notifying = true
	s.listening.connected.Go(s.keepNotifying)
}

// keepNotifying sends what is due, until the emulator ends.
func (s *Server) keepNotifying() {
	ctx, cancel := context.WithCancel(context.Background()) //nolint:forbidigo // it ends with the emulator, not with a request
	defer cancel()
	sender := &http.Client{
		Transport:     &http.Transport{DialContext: (&net.Dialer{Timeout: answerTime}).DialContext, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       answerTime,
	}
	s.listening.connected.Go(func() {
		<-s.leaving
		cancel()
	})
	for {
		changes := s.changes.watch()
		for _, d := range s.due() {
			s.listening.connected.Go(func() { // an endpoint that does not answer delays no other one
				outcome, again := deliver(ctx, sender, d)
				if ctx.Err() == nil {
					s.delivered(d.MessageID, outcome, again)
				}
			})
		}
		timer := time.NewTimer(notifyInterval)
		select {
		case <-changes:
			timer.Reset(coalesce) // many changes are looked at once
		case <-timer.C:
			timer.Reset(0)
		case <-s.leaving:
		}
		select {
		case <-timer.C:
		case <-s.leaving:
			timer.Stop()
			return
		}
	}
}

// due makes notifications of what has changed, and returns those whose time it is.
func (s *Server) due() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := s.world, s.Now()
	if len(w.endpoints) == 0 {
		return nil
	}
	w.age(now)
	var made []*delivery
	w.changes(func(n ipntest.Notification, of scope, at time.Time) {
		for _, endpoint := range w.endpoints {
			d := &delivery{MessageID: newUUID(), Endpoint: endpoint, Notification: n, Env: of.Env, Region: of.Region, At: at, Made: now, Next: now}
			d.Status.become(deliveryPending, "", now)
			made = append(made, d)
		}
	})
	slices.SortStableFunc(made, func(a, b *delivery) int { return a.At.Compare(b.At) })
	w.deliveries = append(w.deliveries, made...)
	if len(made) > 0 {
		w.trimDeliveries(now)
		s.changed()
	}
	flying := make(map[string]int)
	for _, d := range w.deliveries {
		if d.flying {
			flying[d.Endpoint]++
		}
	}
	var ready []delivery
	for _, d := range w.deliveries {
		if d.Status.State == deliveryPending && !d.flying && !d.Next.After(now) && flying[d.Endpoint] < atOnce {
			d.flying = true
			flying[d.Endpoint]++
			ready = append(ready, *d)
		}
	}
	return ready
}

// changes reports each change of state that nobody was told of yet, and counts it as told.
func (w *world) changes(tell func(n ipntest.Notification, of scope, at time.Time)) {
	each := func(s *status, first int, of scope, kind, id, permissionID string) {
		s.Told = max(s.Told, first, s.Count-len(s.History)) // what is forgotten cannot be told
		for ; s.Told < s.Count; s.Told++ {
			tell(ipntest.Notification{
				MerchantID: of.MerchantID, ObjectType: kind, ObjectID: id, ChargePermissionID: permissionID, NotificationID: newUUID(),
			}, of, s.History[len(s.History)-(s.Count-s.Told)].At)
		}
	}
	for _, p := range w.permissions {
		each(&p.Status, 1, p.Scope, "CHARGE_PERMISSION", p.ID, p.ID)
	}
	for _, ch := range w.madeCharges {
		each(&ch.Status, 1, ch.Scope, "CHARGE", ch.ID, ch.permission.ID)
	}
	for _, r := range w.madeRefunds {
		each(&r.Status, 1, r.Scope, "REFUND", r.ID, r.charge.permission.ID)
	}
	for _, d := range w.disputes {
		each(&d.Status, 0, d.Scope, "CHARGEBACK", d.ID, d.charge.permission.ID)
	}
}

// deliver posts a notification as SNS does. It returns what became of it, nothing where all is well, and whether it
// is worth another time.
func deliver(ctx context.Context, sender *http.Client, d delivery) (wrong string, again bool) {
	sns, err := processSNS()
	if err != nil {
		return err.Error(), true
	}
	m := sns.Notify(d.Notification, d.Made)
	m.MessageID = d.MessageID
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Endpoint, bytes.NewReader(sns.Sign(m).JSON()))
	if err != nil {
		return err.Error(), false
	}
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("User-Agent", "Amazon Simple Notification Service Agent")
	r.Header.Set("X-Amz-Sns-Message-Type", m.Type)
	r.Header.Set("X-Amz-Sns-Message-Id", m.MessageID)
	r.Header.Set("X-Amz-Sns-Topic-Arn", m.TopicARN)
	res, err := sender.Do(r)
	if err != nil {
		return err.Error(), true
	}
	_, _ = io.CopyN(io.Discard, res.Body, maxBody)
	_ = res.Body.Close()
	if res.StatusCode/100 == 2 {
		return "", false
	}
	return fmt.Sprintf("status %d", res.StatusCode), res.StatusCode >= 500
}

// delivered notes what became of a notification.
func (s *Server) delivered(messageID, wrong string, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, now := s.world, s.Now()
	i := slices.IndexFunc(w.deliveries, func(d *delivery) bool { return d.MessageID == messageID })
	if i < 0 { // the emulator was reset
		return
	}
	d := w.deliveries[i]
	d.flying = false
	d.Tries++
	switch {
	case wrong == "":
		d.Status.become(deliveryDelivered, "", now)
	case again && d.Tries < maxTries:
		d.Next = now.Add(retryAfter)
		d.Status.become(deliveryPending, wrong, now)
	default:
		d.Status.become(deliveryFailed, wrong, now)
	}
	w.trimDeliveries(now)
	s.changed()
}

// trimDeliveries forgets the oldest of those that are over, and gives up the oldest of those that wait, where there are too many.
func (w *world) trimDeliveries(now time.Time) {
	over, waiting := -maxDeliveries, -maxWaiting
	for _, d := range w.deliveries {
		if d.Status.State == deliveryPending {
			waiting++
		} else {
			over++
		}
	}
	w.deliveries = slices.DeleteFunc(w.deliveries, func(d *delivery) bool {
		if d.Status.State == deliveryPending {
			if waiting--; waiting >= 0 && !d.flying {
				d.Status.become(deliveryFailed, "too many are waiting", now)
			}
			return false
		}
		over--
		return over >= 0
	})
}

// Notification is one that the emulator sends, or has sent.
type Notification struct {
	MessageID  string `json:"messageId"` // of SNS
	Endpoint   string `json:"endpoint"`
	ObjectType string `json:"objectType"` // CHARGE_PERMISSION, CHARGE, REFUND, CHARGEBACK
	ObjectID   string `json:"objectId"`
	State      string `json:"state"` // Pending, Delivered or Failed
	Reason     string `json:"reason"`
	Tries      int    `json:"tries"` // so far
}

// Notifications returns what was sent, or is to be, to the URLs of [Server.NotifyAt], the oldest first. Of those that are
// over the last 1,000 are kept.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := make([]Notification, 0, len(s.world.deliveries))
	for _, d := range s.world.deliveries {
		sent = append(sent, Notification{
			d.MessageID, d.Endpoint, d.Notification.ObjectType, d.Notification.ObjectID, d.Status.State, d.Status.Reason, d.Tries,
		})
	}
	return sent
}

// isCertificate reports whether a request is for the certificate of the notifications.
func isCertificate(r *http.Request) bool {
	return strings.EqualFold((&url.URL{Host: r.Host}).Hostname(), snsHost) && strings.HasPrefix(r.URL.Path, "/SimpleNotificationService-")
}

// serveCertificate answers as SNS does.
func serveCertificate(w http.ResponseWriter, r *http.Request) {
	sns, err := processSNS()
	if err != nil || r.URL.Path != strings.TrimPrefix(sns.CertificateURL(), "https://"+snsHost) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(sns.CertificatePEM())
}
