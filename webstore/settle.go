package webstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// settleTime is how long the readings may take that settle a call.
const settleTime = 15 * time.Second

// isUncertain reports whether a call failed that may have done its work.
func isUncertain(err error) bool {
	call, ok := errors.AsType[*amazonpay.CallError](err)
	return ok && (call.Outcome == amazonpay.OutcomeUnknown || call.Outcome == amazonpay.OutcomeDone)
}

// settle reads the object of a call whose outcome is not certain, once, and returns it if it is as the call was to make
// it. Else, and where the outcome is certain, it returns nil: the call's own error stands.
func settle[T any](ctx context.Context, failed error, opts []amazonpay.CallOption, read func(context.Context, ...amazonpay.CallOption) (*T, error), isDone func(*T) bool) *T {
	if !isUncertain(failed) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	found, err := read(ctx, forReading(opts)...)
	if err != nil || found == nil || !isDone(found) {
		return nil
	}
	return found
}

// forReading are the options that a reading takes too.
func forReading(opts []amazonpay.CallOption) []amazonpay.CallOption {
	return slices.DeleteFunc(slices.Clone(opts), func(o amazonpay.CallOption) bool {
		return slices.Contains([]string{"WithIdempotencyKey", "WithUnsettled", "WithBodyField", "WithSimulationCode"}, o.String())
	})
}

// CompletionError says that a session is Completed, but not known to pay for what was asked: it was
// paid with another amount, its charge has failed since, was captured in part or refunded, or
// nothing shows what it was paid with. The outcome of the [*amazonpay.CallError] around it is
// refused, unknown if an object could not be read, and done if no object shows an amount, or only
// one that does not tell: in a form that is not understood ([amazonpay.Meta].Undecoded), or a limit
// that AllowOvercharge has raised. Do not deliver; read the objects, and let a person look.
type CompletionError struct {
	Session *CheckoutSession // as it was read
	Charge  *Charge          // nil if the session has made none, or it could not be read
	Asked   amazonpay.Price  // what the call was to complete the session with
	Found   amazonpay.Price  // what it was completed with; zero if nothing shows it

	rule    string
	err     error
	unclear bool // what would show it was not understood, or does not tell
}

// Error says what does not match.
func (e *CompletionError) Error() string {
	text := "the checkout session is Completed, but " + e.rule
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

// Unwrap returns why the charge or the charge permission could not be read, if that is the reason.
func (e *CompletionError) Unwrap() error { return e.err }

// settleSession finds out what became of a session that a call was to complete, which failed. It returns the session without an
// error only if it is Completed with what was asked for.
func (c *Client) settleSession(ctx context.Context, checkoutSessionID string, asked CompleteCheckoutSessionRequest, failed error, opts []amazonpay.CallOption) (*CheckoutSession, error) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	opts = forReading(opts)
	session, err := c.GetCheckoutSession(ctx, checkoutSessionID, opts...)
	if err != nil || session == nil {
		return nil, failed
	}
	switch state := session.StatusDetails.State; {
	case state == amazonpay.StateCompleted:
		unproved := c.prove(ctx, session, asked, opts)
		if unproved == nil {
			return session, nil
		}
		outcome := amazonpay.OutcomeRefused
		switch {
		case unproved.err != nil: // another reading may tell
			outcome = amazonpay.OutcomeUnknown
		case unproved.unclear, unproved.Found == (amazonpay.Price{}): // none will
			outcome = amazonpay.OutcomeDone
		}
		return nil, settled(failed, unproved, outcome)
	case state == amazonpay.StateCanceled, // and so it stays
		// Amazon is taken to decide the attempts at one session one after the other, so that none
		// is left after a decline.
		state == amazonpay.StateOpen && amazonpay.AdviseReason(reasonOf(failed)).IsDecline():
		return nil, settled(failed, nil, amazonpay.OutcomeRefused)
	}
	return nil, failed
}

// settled is the error of a call after its outcome was found out; err replaces what went wrong, if it is not nil.
func settled(failed, err error, outcome amazonpay.Outcome) error {
	now := amazonpay.CallError{Meta: &amazonpay.Meta{}, Err: failed}
	if call, ok := errors.AsType[*amazonpay.CallError](failed); ok {
		now = *call
	}
	now.Outcome = outcome
	if err != nil {
		now.Err = err
	}
	return &now
}

func reasonOf(err error) amazonpay.ReasonCode {
	if api, ok := errors.AsType[*amazonpay.APIError](err); ok {
		return api.ReasonCode
	}
	return ""
}

// prove reads what a Completed session was paid with, and returns nil if that is what was asked
// for: the session's charge and, if it has none or a total of the order was asked for, the limit of
// its charge permission. It notes whether the charge is pending.
func (c *Client) prove(ctx context.Context, session *CheckoutSession, asked CompleteCheckoutSessionRequest, opts []amazonpay.CallOption) *CompletionError {
	e := &CompletionError{Session: session, Asked: asked.ChargeAmount}
	none := amazonpay.Price{}
	if e.unclear = !understood(session.Meta, "chargeId", "chargePermissionId"); e.unclear {
		e.rule = "the id of its charge or charge permission was not understood"
		return e
	}
	if session.ChargeID != "" {
		if e.Charge, e.err = c.GetCharge(ctx, session.ChargeID, opts...); e.err != nil {
			e.rule = "its charge " + session.ChargeID + " cannot be read"
			return e
		}
		e.Found = e.Charge.ChargeAmount
		e.unclear = !amountsUnderstood(e.Charge)
		switch state := e.Charge.StatusDetails.State; {
		case e.unclear:
			e.rule = "an amount of its charge " + session.ChargeID + " was not understood"
		case !samePrice(e.Found, asked.ChargeAmount):
			e.rule = fmt.Sprintf("with a charge of %s, where %s was asked for", e.Found, orNothing(asked.ChargeAmount))
		case isRefunded(e.Charge):
			e.rule = fmt.Sprintf("of its charge %s %s was refunded", session.ChargeID, e.Charge.RefundedAmount)
		case (state == amazonpay.StateCaptured || state == amazonpay.StateCaptureInitiated) && e.Charge.CaptureAmount != none && !samePrice(e.Charge.CaptureAmount, e.Found):
			e.rule = fmt.Sprintf("of its charge %s only %s was captured", session.ChargeID, e.Charge.CaptureAmount)
		case state != amazonpay.StateAuthorized && state != amazonpay.StateCaptured && !state.IsPending():
			e.rule = fmt.Sprintf("its charge %s is %s (%s)", session.ChargeID, state, e.Charge.StatusDetails.ReasonCode)
		default:
			session.Pending = state.IsPending()
		}
		if e.rule != "" {
			return e
		}
		if asked.TotalOrderAmount == none {
			return nil
		}
	}
	if asked.TotalOrderAmount != none {
		e.Asked = asked.TotalOrderAmount
	}
	if e.Asked == none && session.ChargePermissionID != "" { // a payment method was saved, and no more was asked for
		return nil
	}
	e.Found = none
	permission, err := c.GetChargePermission(ctx, session.ChargePermissionID, opts...)
	switch {
	case err != nil:
		e.rule, e.err = "its charge permission cannot be read", err
	case !understood(permission.Meta, "chargePermissionType", "limits.amountLimit"):
		e.rule, e.unclear = "the limit of its charge permission was not understood", true
	case permission.ChargePermissionType == ChargePermissionTypeOneTime && permission.Limits != nil && permission.Limits.AmountLimit != none:
		if e.Found = permission.Limits.AmountLimit; samePrice(e.Found, e.Asked) {
			return nil
		}
		e.rule = fmt.Sprintf("its charge permission is for %s, where %s was asked for", e.Found, e.Asked)
		overcharge := samePrice(e.Found, withOvercharge(e.Asked))
		if overcharge {
			e.rule += ", which is its limit with AllowOvercharge, and that of other orders"
		}
		e.unclear = overcharge || e.Charge != nil // whose amount was right: the buyer has paid it
	default:
		e.rule = fmt.Sprintf("nothing shows whether it was for %s: its charge permission %s has no limit of one order", e.Asked, session.ChargePermissionID)
	}
	return e
}

// withOvercharge is the limit of a charge permission whose session has AllowOvercharge: 9 times the
// order's amount, and no less than 500 USD, GBP or EUR or 70,000 JPY.
func withOvercharge(order amazonpay.Price) amazonpay.Price {
	minor, err := order.MinorUnits()
	if err != nil {
		return amazonpay.Price{}
	}
	var least int64
	switch order.CurrencyCode {
	case amazonpay.USD, amazonpay.GBP, amazonpay.EUR:
		least = 500_00
	case amazonpay.JPY:
		least = 70_000
	default:
	}
	limit, err := amazonpay.NewPrice(max(9*minor, least), order.CurrencyCode)
	if err != nil { // it has overflowed
		return amazonpay.Price{}
	}
	return limit
}

// isRefunded reports whether something of a charge was given back, or is about to be.
func isRefunded(charge *Charge) bool {
	refunded := charge.RefundedAmount
	return refunded != (amazonpay.Price{}) && !samePrice(refunded, amazonpay.Price{Amount: "0", CurrencyCode: refunded.CurrencyCode})
}

// isCaptured reports whether a charge is as a capture was to make it. A charge is captured once, so
// that no other capture can have taken the amount; of one that was refunded since, in part or in
// full, a person must see what it is for.
func isCaptured(charge *Charge, in *CaptureChargeRequest) bool {
	state := charge.StatusDetails.State
	return in != nil && (state == amazonpay.StateCaptured || state == amazonpay.StateCaptureInitiated) &&
		amountsUnderstood(charge) && samePrice(charge.CaptureAmount, in.CaptureAmount) && !isRefunded(charge)
}

// isCanceled reports whether a charge is as a cancellation was to make it, whoever canceled it.
func isCanceled(charge *Charge) bool { return charge.StatusDetails.State == amazonpay.StateCanceled }

// amountsUnderstood reports whether the amounts of a charge say what the answer says. An amount of
// an unknown form, such as {"value": "5.00"}, reads as nothing.
func amountsUnderstood(charge *Charge) bool {
	amounts := map[string]amazonpay.Price{
		"chargeAmount": charge.ChargeAmount, "captureAmount": charge.CaptureAmount, "refundedAmount": charge.RefundedAmount,
	}
	var members map[string]json.RawMessage
	if charge.Meta != nil {
		_ = json.Unmarshal(charge.Meta.Raw, &members) // it was decoded before
	}
	for name, amount := range amounts {
		if !understood(charge.Meta, name) {
			return false
		}
		for member, text := range members {
			var form struct {
				Amount json.RawMessage `json:"amount"`
			}
			if amount.Amount != "" || !strings.EqualFold(member, name) || string(text) == "null" {
				continue
			}
			if json.Unmarshal(text, &form) != nil || form.Amount == nil {
				return false
			}
		}
	}
	return true
}

// understood reports whether all of these members of an answer were decoded: a zero value says
// nothing of the others.
func understood(meta *amazonpay.Meta, members ...string) bool {
	return !slices.ContainsFunc(members, func(member string) bool { return !meta.Understood(member) })
}

// samePrice reports whether two prices are the same amount in the same currency; 14 and 14.00 are.
func samePrice(a, b amazonpay.Price) bool {
	m, err := a.MinorUnits()
	n, err2 := b.MinorUnits()
	if err != nil || err2 != nil {
		return a == b && a != (amazonpay.Price{})
	}
	return m == n && a.CurrencyCode == b.CurrencyCode
}

func orNothing(p amazonpay.Price) string {
	if p == (amazonpay.Price{}) {
		return "nothing"
	}
	return p.String()
}
