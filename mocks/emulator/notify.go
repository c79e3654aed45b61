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
	"strings"
	"sync"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay/ipn/ipntest"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/ledger"
	"github.com/amazonpay-go/sdk/mocks/emulator/internal/wire"
)

const (
	answerTime     = 15 * time.Second // how long an endpoint may take
	coalesce       = 10 * time.Millisecond
	notifyInterval = time.Second // at which the clock is looked at
)

// processSNS is one for all emulators of a process, since its keys are slow to make.
var processSNS = sync.OnceValues(ipntest.New)

// snsHost serves the certificate that signs notifications.
const snsHost = "sns." + ipntest.Region + ".amazonaws.com"

// NotifyAt sends an Instant Payment Notification to a URL, http or https on loopback, at each
// change of state from now on: of a charge, charge permission or refund after it was made, and of a
// dispute, for all merchants and both environments. Like the service, it sends again if the answer
// was 5xx or did not come within 15 seconds: hourly, by the emulator's clock, for the next three
// hours.
//
// A stand-in for AWS SNS signs the messages. Its account is [Description].TopicAccount, and
// [Server.RoundTripper] leads to its certificate: pass both to ipn.NewVerifier (WithTopicAccounts,
// WithRoundTripper). The window and [Server.Notifications] show the result of each notification.
//
// It returns an error if the URL is not on loopback, or if the emulator does not listen or has
// ended.
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
	s.world.Notify(endpoint, s.Now())
	s.startNotifying()
	s.changed()
	return nil
}

// StopNotifying undoes [Server.NotifyAt] for a URL. Notifications that wait to be sent to it are
// dropped.
func (s *Server) StopNotifying(endpoint string) {
	_ = s.change(func(w *ledger.Ledger, _ time.Time) error {
		w.StopNotifying(endpoint)
		return nil
	})
}

// startNotifying starts the sender, once. The caller holds the lock.
func (s *Server) startNotifying() {
	if s.notifying {
		return
	}
	s.notifying = true
	s.listening.connected.Go(s.keepNotifying)
}

// keepNotifying sends notifications when they are due, until the emulator ends.
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

// due makes notifications of new changes, and returns the notifications to send now.
func (s *Server) due() []ledger.Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	ready, changed := s.world.Due(s.Now())
	if changed {
		s.changed()
	}
	return ready
}

// deliver posts a notification as SNS does. It returns what went wrong, empty for success, and
// whether to try again.
func deliver(ctx context.Context, sender *http.Client, d ledger.Delivery) (wrong string, again bool) {
	sns, err := processSNS()
	if err != nil {
		return err.Error(), true
	}
	m := sns.Notify(notification(d.Notification), d.Made)
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
	_, _ = io.CopyN(io.Discard, res.Body, wire.MaxBody)
	_ = res.Body.Close()
	if res.StatusCode/100 == 2 {
		return "", false
	}
	return fmt.Sprintf("status %d", res.StatusCode), res.StatusCode >= 500
}

// delivered records the result of sending a notification.
func (s *Server) delivered(messageID, wrong string, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.Delivered(messageID, wrong, again, s.Now()) { // else the emulator was reset
		s.changed()
	}
}

// Notification is a notification that the emulator sends or has sent.
type Notification struct {
	MessageID  string `json:"messageId"` // of SNS
	Endpoint   string `json:"endpoint"`
	ObjectType string `json:"objectType"` // CHARGE_PERMISSION, CHARGE, REFUND, CHARGEBACK
	ObjectID   string `json:"objectId"`
	State      string `json:"state"` // Pending, Delivered or Failed
	Reason     string `json:"reason"`
	Tries      int    `json:"tries"` // so far
}

// Notifications returns the notifications for the URLs of [Server.NotifyAt], oldest first. The last
// 1,000 finished ones are kept.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := make([]Notification, 0, len(s.world.Deliveries))
	for _, d := range s.world.Deliveries {
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

func notification(n ledger.Notice) ipntest.Notification {
	return ipntest.Notification{
		MerchantID: n.MerchantID, ObjectType: n.ObjectType, ObjectID: n.ObjectID, ChargePermissionID: n.ChargePermissionID,
		NotificationID: n.NotificationID,
	}
}
