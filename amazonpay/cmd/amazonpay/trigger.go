package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/webstore"
)

// event is something that the buyer or Amazon does.
type event struct {
	name, help string
	path       string                           // of the control API
	make       func(t *theater) (string, error) // what it happens to; nil: it must be given
	reason     string                           // the default reason code
	takes      string                           // a member of the body: reasonCode or card
}

// of returns the path for an id.
func (e event) of(id string) string { return strings.Replace(e.path, "{id}", url.PathEscape(id), 1) }

var events = []event{
	{"session.sign-in", "the buyer signs in at the button", "sessions/{id}/signIn", (*theater).session, "", ""},
	{"session.approve", "the buyer approves the payment", "sessions/{id}/approve", (*theater).session, "", ""},
	{"session.abandon", "the buyer gives up at Amazon", "sessions/{id}/abandon", (*theater).session, "", ""},
	{"session.decline", "the payment fails at Amazon", "sessions/{id}/decline", (*theater).session, "", ""},
	{"session.change-card", "the buyer chooses a test card (--card)", "sessions/{id}/changeCard", (*theater).signedIn, "", "card"},
	{"session.expire", "a day passes without a payment", "sessions/{id}/expire", (*theater).session, "", ""},
	{"charge.authorized", "a pending authorization is authorized", "charges/{id}/resolve", (*theater).pending, "", ""},
	{"charge.declined", "a pending authorization is declined", "charges/{id}/decline", (*theater).pending, "SoftDeclined", "reasonCode"},
	{"charge.canceled", "Amazon cancels an authorization", "charges/{id}/cancel", (*theater).authorized, "AmazonCanceled", "reasonCode"},
	{"charge.expired", "an authorization expires after 30 days", "charges/{id}/expire", (*theater).authorized, "", ""},
	{"charge.disputed", "the buyer's bank files a chargeback", "charges/{id}/dispute", (*theater).captured, "", ""},
	{"refund.refunded", "a refund reaches the buyer", "refunds/{id}/resolve", (*theater).refund, "", ""},
	{"refund.declined", "a refund fails", "refunds/{id}/decline", (*theater).refund, "AmazonRejected", "reasonCode"},
	{"charge-permission.closed", "the buyer or Amazon closes a charge permission", "permissions/{id}/close", (*theater).permission, "BuyerClosed", "reasonCode"},
	{"charge-permission.suspended", "a charge permission cannot be charged for now", "permissions/{id}/suspend", (*theater).permission, "PaymentMethodExpired", "reasonCode"},
	{"charge-permission.expired", "a charge permission expires", "permissions/{id}/expire", (*theater).permission, "", ""},
	{"charge-permission.change-card", "the buyer gives it another test card (--card)", "permissions/{id}/changePaymentMethod", (*theater).permission, "", "card"},
	{"settlement", "Amazon settles what was captured; with --live a report appears, if anything was captured", "settle", nil, "", ""},
}

func eventNames() (names []string) {
	for _, e := range events {
		names = append(names, e.name)
	}
	return names
}

type triggerCommand struct {
	Event      string `arg:"" optional:"" help:"What happens; none lists all." predictor:"event"`
	ID         string `arg:"" optional:"" help:"What it happens to. Without it, all that is needed is made first."`
	ReasonCode string `help:"Reason code, such as HardDeclined." placeholder:"CODE"`
	Card       string `help:"Last digits of a test card, such as 4354." placeholder:"DIGITS"`
}

// Run makes an event happen.
func (c *triggerCommand) Run(s *session) error {
	if c.Event == "" {
		rows := [][]string{{"EVENT", "WHAT HAPPENS"}}
		for _, e := range events {
			rows = append(rows, []string{e.name, e.help})
		}
		s.table(rows)
		return nil
	}
	i := slices.IndexFunc(events, func(e event) bool { return e.name == c.Event })
	if i < 0 {
		return wrong("Run amazonpay emulator trigger to see all.", "there is no event %q", c.Event)
	}
	e := events[i]
	body, err := c.body(e)
	if err != nil {
		return err
	}
	t, err := s.theater()
	if err != nil {
		return err
	}
	id := c.ID
	if id == "" && e.make != nil {
		if id, err = e.make(t); err != nil {
			return fmt.Errorf("making what %s needs: %w", e.name, err)
		}
	}
	var answer map[string]any
	if err := t.control.post(s.ctx, e.of(id), body, &answer); err != nil {
		return err
	}
	if s.cli.JSON {
		t.made["event"] = e.name
		for name, value := range answer {
			t.made[name] = fmt.Sprint(value)
		}
		return s.printJSON(t.made)
	}
	if id != "" {
		s.printf("%s: %s, %s", e.name, oneLine(id), e.help)
	} else {
		s.printf("%s: %s", e.name, e.help)
	}
	for name, value := range answer {
		s.printf("  %s", oneLine(fmt.Sprint(name, " ", value)))
	}
	return nil
}

func (c *triggerCommand) body(e event) (map[string]string, error) {
	given := map[string]string{"reasonCode": c.ReasonCode, "card": c.Card}
	for flag, value := range map[string]string{"--reason-code": c.ReasonCode, "--card": c.Card} {
		if value != "" && given[e.takes] != value {
			return nil, wrong("Leave it out.", "%s takes no %s", e.name, flag)
		}
	}
	value := given[e.takes]
	if value == "" {
		value = e.reason
	}
	switch {
	case e.takes == "":
		return nil, nil
	case value == "":
		return nil, wrong("Give --card with the last digits of a test card.", "%s needs a card", e.name)
	}
	return map[string]string{e.takes: value}, nil
}

// theater makes objects as the first merchant of an emulator.
type theater struct {
	s       *session
	control *control
	shop    *webstore.Client
	total   amazonpay.Price
	made    map[string]string // the ids, for --json
}

func (s *session) theater() (*theater, error) {
	control, err := s.control()
	if err != nil {
		return nil, err
	}
	client, err := s.clientOf(control.account)
	if err != nil {
		return nil, err
	}
	t := &theater{s: s, control: control, shop: webstore.New(client), made: map[string]string{}, total: amazonpay.USD.Price("14.00")}
	if client.Region() == amazonpay.RegionEU {
		t.total = amazonpay.EUR.Price("14.00")
	} else if client.Region() == amazonpay.RegionJP {
		t.total = amazonpay.JPY.Price("1400")
	}
	return t, nil
}

// session makes an open checkout session, with all that the buyer needs to approve it.
func (t *theater) session() (string, error) { return t.sessionWith(webstore.PaymentIntentAuthorize) }

func (t *theater) sessionWith(intent webstore.PaymentIntent) (string, error) {
	session, err := t.shop.CreateCheckoutSession(t.s.ctx, &webstore.CreateCheckoutSessionRequest{
		StoreID: t.control.account.storeID,
		WebCheckoutDetails: &webstore.WebCheckoutDetails{
			CheckoutReviewReturnURL: "https://shop.example/review", CheckoutResultReturnURL: "https://shop.example/result",
		},
		PaymentDetails: &webstore.PaymentDetails{
			PaymentIntent: intent, CanHandlePendingAuthorization: new(intent == webstore.PaymentIntentAuthorize), ChargeAmount: t.total,
		},
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: "order-" + time.Now().UTC().Format("150405.000")},
	})
	if err != nil {
		return "", err
	}
	t.made["checkoutSessionId"] = session.CheckoutSessionID
	return session.CheckoutSessionID, nil
}

// signedIn is a session whose buyer has signed in.
func (t *theater) signedIn() (string, error) {
	id, err := t.session()
	if err != nil {
		return "", err
	}
	return id, t.control.post(t.s.ctx, "sessions/"+id+"/signIn", nil, nil)
}

// completed is a session that was approved, with a test card, and completed.
func (t *theater) completed(intent webstore.PaymentIntent, card string) (*webstore.CheckoutSession, error) {
	ctx := t.s.ctx
	id, err := t.sessionWith(intent)
	if err != nil {
		return nil, err
	}
	if card != "" {
		if err := t.control.post(ctx, "sessions/"+id+"/signIn", nil, nil); err != nil {
			return nil, err
		}
		if err := t.control.post(ctx, "sessions/"+id+"/changeCard", map[string]string{"card": card}, nil); err != nil {
			return nil, err
		}
	}
	if err := t.control.post(ctx, "sessions/"+id+"/approve", nil, nil); err != nil {
		return nil, err
	}
	done, err := t.shop.CompleteCheckoutSession(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: t.total})
	if err != nil {
		return nil, err
	}
	t.made["chargePermissionId"], t.made["chargeId"] = done.ChargePermissionID, done.ChargeID
	return done, nil
}

func (t *theater) permission() (string, error) {
	done, err := t.completed(webstore.PaymentIntentAuthorize, "")
	if err != nil {
		return "", err
	}
	return done.ChargePermissionID, nil
}

func (t *theater) pending() (string, error) {
	done, err := t.completed(webstore.PaymentIntentAuthorize, "0701")
	if err != nil {
		return "", err
	}
	return done.ChargeID, nil
}

func (t *theater) authorized() (string, error) {
	done, err := t.completed(webstore.PaymentIntentAuthorize, "")
	if err != nil {
		return "", err
	}
	return done.ChargeID, nil
}

func (t *theater) captured() (string, error) {
	done, err := t.completed(webstore.PaymentIntentAuthorizeWithCapture, "")
	if err != nil {
		return "", err
	}
	return done.ChargeID, nil
}

func (t *theater) refund() (string, error) {
	id, err := t.captured()
	if err != nil {
		return "", err
	}
	refund, err := t.shop.CreateRefund(t.s.ctx, &webstore.CreateRefundRequest{ChargeID: id, RefundAmount: t.total})
	if err != nil {
		return "", err
	}
	t.made["refundId"] = refund.RefundID
	return refund.RefundID, nil
}
