package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/examples/store/internal/data"
	"github.com/amazonpay-go/sdk/webstore"
)

// The kinds of work. The comments say what Target is.
const (
	workComplete = "complete" // the checkout session
	workCharge   = "charge"   // the charge permission, to charge a period or one click
	workCapture  = "capture"  // the charge
	workRefund   = "refund"   // the charge
	workCancel   = "cancel"   // the charge
	workClose    = "close"    // the charge permission
	workContest  = "contest"  // the dispute; Detail is the evidence
)

// made is what a call made or read. One of its fields is set.
type made struct {
	session    *webstore.CheckoutSession
	charge     *webstore.Charge
	refund     *webstore.Refund
	permission *webstore.ChargePermission
	dispute    *webstore.Dispute
}

// call makes the call of a piece of work. The request is made from the stored row alone, so that it
// is the same in every process. The first option is the idempotency key.
func (s *Shop) call(ctx context.Context, w *data.Work, opts ...amazonpay.CallOption) (m made, err error) {
	switch w.Kind {
	case workComplete:
		m.session, err = s.pay.CompleteOrFetch(ctx, w.Target, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: w.Amount}, opts...)
	case workCharge:
		m.charge, err = s.pay.CreateCharge(ctx, chargeRequest(w, s.metadata(w.OrderNumber)), opts...)
	case workCapture:
		m.charge, err = s.pay.CaptureOrFetch(ctx, w.Target, &webstore.CaptureChargeRequest{CaptureAmount: w.Amount}, opts...)
	case workRefund:
		m.refund, err = s.pay.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: w.Target, RefundAmount: w.Amount}, opts...)
	case workCancel:
		m.charge, err = s.pay.CancelOrFetch(ctx, w.Target, &webstore.CancelChargeRequest{CancellationReason: "The order was canceled"}, opts[1:]...)
	case workClose:
		m.permission, err = s.pay.CloseOrFetch(ctx, w.Target, &webstore.CloseChargePermissionRequest{ClosureReason: "Nothing more will be charged"}, opts[1:]...)
	case workContest:
		m.dispute, err = s.pay.ContestDispute(ctx, w.Target, &webstore.ContestDisputeRequest{
			MerchantEvidences: []webstore.Evidence{{EvidenceType: webstore.EvidenceTypeOther, EvidenceText: w.Detail}},
		}, opts...)
	default:
		err = fmt.Errorf("orders: the kind of work %q is unknown", w.Kind)
	}
	return m, err
}

// chargeRequest charges a saved payment method (Detail is "wallet") or a subscription's period.
func chargeRequest(w *data.Work, metadata *webstore.MerchantMetadata) *webstore.CreateChargeRequest {
	in := &webstore.CreateChargeRequest{ChargePermissionID: w.Target, ChargeAmount: w.Amount, MerchantMetadata: metadata}
	if w.Detail == detailWallet {
		in.ChargeInitiator, in.Channel = webstore.ChargeInitiatorCITU, webstore.ChannelWeb
	}
	return in
}

// read decides about work that Amazon advises to read: by the state of its object. If an earlier
// call may have done the work, and the object does not show it, a person must look.
func (s *Shop) read(ctx context.Context, w *data.Work, m *made, failed error) {
	if found, ok := errors.AsType[*webstore.FoundError](failed); ok {
		m.charge, m.permission = found.Charge, found.ChargePermission
	}
	completed, isCompleted := errors.AsType[*webstore.CompletionError](failed)
	switch {
	case isCompleted: // but it is not known to be paid as asked for
		m.charge = completed.Charge
		w.State = data.WorkCheck
		if !w.Unsettled && m.charge != nil && !isAlive(chargeOf(m.charge, 1)) {
			w.State, w.Failure = data.WorkRefused, string(m.charge.StatusDetails.ReasonCode)
		}
	case w.Kind == workComplete:
		session, err := s.pay.GetCheckoutSession(ctx, w.Target)
		switch {
		case err != nil: // remains open
		case session.StatusDetails.State == amazonpay.StateCanceled:
			w.State, w.Unsettled, w.Failure = data.WorkRefused, false, string(session.StatusDetails.ReasonCode)
		case session.StatusDetails.State == amazonpay.StateOpen && !w.Unsettled: // not paid yet, or declined
			w.State = data.WorkRefused
		case session.StatusDetails.State != amazonpay.StateOpen:
			w.State = data.WorkCheck
		}
	case w.Unsettled:
		w.State = data.WorkCheck
	default:
		w.State = data.WorkRefused
	}
}

// apply changes an order as finished work says.
func (s *Shop) apply(ctx context.Context, q data.Queries, o *data.Order, w *data.Work, m made) error {
	switch w.State {
	case data.WorkCheck:
		s.log.ErrorContext(ctx, "a person must look whether this was done", slog.String("work", w.Name), slog.String("reason", w.Failure))
		return q.AddEvent(ctx, o.Number, "check", w.Kind+": "+w.Failure)
	case data.WorkRefused:
		return s.applyRefusal(ctx, q, o, w, m)
	case data.WorkOpen, data.WorkDone:
	}
	switch w.Kind {
	case workComplete:
		return s.applySession(ctx, q, o, w, m.session)
	case workCharge:
		w.Result = m.charge.ChargeID
		o.ChargePermissionID = w.Target
		return s.applyCharge(ctx, q, o, chargeOf(m.charge, w.Period), "charged")
	case workCapture:
		return s.applyCharge(ctx, q, o, chargeOf(m.charge, 1), "captured")
	case workCancel:
		return s.applyCharge(ctx, q, o, chargeOf(m.charge, 1), "canceled")
	case workRefund:
		w.Result = m.refund.RefundID
		return applyRefund(ctx, q, o, m.refund)
	case workClose:
		o.Closed = true
		return errors.Join(q.DropWallet(ctx, w.Target), q.AddEvent(ctx, o.Number, "closed", w.Target))
	default: // workContest
		return applyDispute(ctx, q, o, m.dispute)
	}
}

// applySession stores what a completed session made.
func (s *Shop) applySession(ctx context.Context, q data.Queries, o *data.Order, w *data.Work, session *webstore.CheckoutSession) error {
	w.Result = session.ChargeID
	o.ChargePermissionID = session.ChargePermissionID
	charge := Charge{ChargeID: session.ChargeID, Period: 1, Amount: w.Amount, State: amazonpay.StateAuthorized}
	switch {
	case session.ChargeID == "":
		w.State = data.WorkCheck
		return q.AddEvent(ctx, o.Number, "check", "the session is completed, but has no charge")
	case session.Pending:
		charge.State = amazonpay.StateAuthorizationInitiated
	case w.Detail == detailCapture:
		charge.State, charge.Captured = amazonpay.StateCaptured, w.Amount
	}
	if o.Kind == KindWallet {
		if err := q.PutWallet(ctx, o.Customer, session.ChargePermissionID); err != nil {
			return err
		}
	}
	return s.applyCharge(ctx, q, o, charge, "charged")
}

// applyRefusal stores that work was not done. After a refused payment the order may be paid with
// another session.
func (s *Shop) applyRefusal(ctx context.Context, q data.Queries, o *data.Order, w *data.Work, m made) error {
	if m.charge != nil {
		if err := s.applyCharge(ctx, q, o, chargeOf(m.charge, 1), ""); err != nil {
			return err
		}
	}
	advice := amazonpay.AdviseReason(amazonpay.ReasonCode(w.Failure))
	pays := w.Kind == workComplete || w.Kind == workCharge && o.Kind == KindOneClick
	if w.Kind == workComplete && o.SessionID == w.Target {
		o.SessionID = ""
	}
	if pays {
		o.Status = StatusDeclined
		if w.Failure == string(amazonpay.ReasonCodeBuyerCanceled) || w.Failure == string(amazonpay.ReasonCodeInvalidCheckoutSessionStatus) {
			o.Status = StatusPlaced // the buyer has not tried to pay
		}
	}
	if pays || w.Kind == workCharge {
		o.Failure = w.Failure
	}
	name := w.Kind + " refused"
	if pays && advice.IsDecline() {
		name = "declined"
	}
	return q.AddEvent(ctx, o.Number, name, w.Failure)
}

// applyCharge stores a charge as it is now, and what it makes of the order's status. event is empty
// if there is nothing to tell but a change of the state.
func (s *Shop) applyCharge(ctx context.Context, q data.Queries, o *data.Order, c Charge, event string) error {
	before, err := q.Charges(ctx, o.Number)
	if err != nil {
		return err
	}
	isKnown := false
	for _, known := range before {
		if known.ChargeID != c.ChargeID {
			continue
		}
		if c.State == amazonpay.StateAuthorized && (known.State == amazonpay.StateCaptureInitiated || isOver(known)) {
			return nil // it was read before the charge was captured, canceled or declined
		}
		isKnown = true
		if event == "" && known.State != c.State {
			event = "charge " + string(c.State)
		}
	}
	if err := q.PutCharge(ctx, o.Number, &c); err != nil {
		return err
	}
	if event != "" {
		amount := c.Amount
		if event == "captured" {
			amount = c.Captured
		}
		if err := q.AddEvent(ctx, o.Number, event, amount.String()+" "+c.ChargeID); err != nil {
			return err
		}
	}
	if isKnown && o.Status == StatusCompleting {
		return nil // it is of a former payment: a declined one must not end the claim of the session that pays now
	}
	charges, err := q.Charges(ctx, o.Number)
	if err != nil {
		return err
	}
	setStatus(o, charges)
	return nil
}

// isOver reports whether the state of a charge does not change any more.
func isOver(c Charge) bool { return c.State == amazonpay.StateCaptured || !isAlive(c) }

// setStatus derives the status of an order from its charges of the first period: the one that
// holds or has taken money, or the newest. Clocks differ, so the newest alone may be one that was
// declined before.
func setStatus(o *data.Order, charges []Charge) {
	var newest Charge
	for _, c := range charges {
		if c.Period == 1 && (isAlive(c) || newest.ChargeID == "" || !isAlive(newest)) {
			newest = c
		}
	}
	switch newest.State {
	case amazonpay.StateAuthorizationInitiated, amazonpay.StateCaptureInitiated:
		o.Status, o.Failure = StatusPending, ""
	case amazonpay.StateAuthorized:
		o.Status, o.Failure = StatusAuthorized, ""
	case amazonpay.StateCaptured:
		o.Status, o.Failure = StatusPaid, ""
	case amazonpay.StateDeclined:
		o.Status, o.Failure = StatusDeclined, string(newest.Reason)
		o.SessionID = "" // another session may pay the order
	case amazonpay.StateCanceled:
		o.Status = StatusCanceled
	default: // no charge yet, or one whose state is not known: the status stays
	}
}

// chargeOf turns a charge of Amazon's into one of the shop's.
func chargeOf(c *webstore.Charge, period int) Charge {
	return Charge{
		ChargeID: c.ChargeID, Period: period, Amount: c.ChargeAmount, Captured: c.CaptureAmount, Refunded: c.RefundedAmount,
		State: c.StatusDetails.State, Reason: c.StatusDetails.ReasonCode,
	}
}
