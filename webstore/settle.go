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

// settleTime is how long the reads may take that settle a call.
const settleTime = 15 * time.Second

// isUncertain reports whether a call failed but may have done its work.
func isUncertain(err error) bool {
	call, ok := errors.AsType[*amazonpay.CallError](err)
	return ok && (call.Outcome == amazonpay.OutcomeUnknown || call.Outcome == amazonpay.OutcomeDone)
}

// settle reads, once, the object of a call with an uncertain outcome. It returns the object if
// isDone, and nil otherwise: then the error of the call stands.
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

// forReading returns the options of a call that a read can take too.
func forReading(opts []amazonpay.CallOption) []amazonpay.CallOption {
	return slices.DeleteFunc(slices.Clone(opts), func(o amazonpay.CallOption) bool {
		return slices.Contains([]string{"WithIdempotencyKey", "WithUnsettled", "WithBodyField", "WithSimulationCode"}, o.String())
	})
}

// CompletionError reports that a session is Completed, but is not known to have been paid as
// requested: it was paid with another amount, its charge has failed since, was captured in part or
// refunded, or nothing shows the amount.
//
// The outcome of the [*amazonpay.CallError] around it is refused. It is unknown if an object could
// not be read. It is done if no object shows the amount, because it was not understood
// ([amazonpay.Meta].Undecoded) or AllowOvercharge has raised the limit. Do not deliver. Read the
// objects, and have a person check them.
type CompletionError struct {
	Session *CheckoutSession // as read
	Charge  *Charge          // nil if there is none, or it could not be read
	Asked   amazonpay.Price  // the amount to complete the session with
	Found   amazonpay.Price  // the amount it was completed with; zero if nothing shows it

	rule    string
	err     error
	unclear bool // the amount was not understood, or the object does not show it
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

// settleSession finds out what happened to a session after a failed completion. It returns the
// session without an error only if it is Completed with what was asked for.
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
		case unproved.err != nil: // another read may show it
			outcome = amazonpay.OutcomeUnknown
		case unproved.unclear, unproved.Found == (amazonpay.Price{}): // no read will
			outcome = amazonpay.OutcomeDone
		}
		return nil, settled(failed, unproved, outcome)
	case state == amazonpay.StateCanceled, // for good
		// Assumed: Amazon decides the attempts of one session in order, so none is pending after a
		// decline.
		state == amazonpay.StateOpen && amazonpay.AdviseReason(reasonOf(failed)).IsDecline():
		return nil, settled(failed, nil, amazonpay.OutcomeRefused)
	}
	return nil, failed
}

// settled returns the error of a call after its outcome was found out. err, if it is not nil,
// replaces the cause.
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

// prove reads what a Completed session was paid with. It returns nil if that is what was asked for:
// by the session's charge and, if there is none or a total of the order was asked for, by the limit
// of its charge permission. It sets the session's Pending.
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
			e.rule = fmt.Sprintf("its charge is %s instead of %s", e.Found, orNothing(asked.ChargeAmount))
		case isRefunded(e.Charge):
			e.rule = fmt.Sprintf("%s of its charge %s was refunded", e.Charge.RefundedAmount, session.ChargeID)
		case (state == amazonpay.StateCaptured || state == amazonpay.StateCaptureInitiated) && e.Charge.CaptureAmount != none && !samePrice(e.Charge.CaptureAmount, e.Found):
			e.rule = fmt.Sprintf("only %s of its charge %s was captured", e.Charge.CaptureAmount, session.ChargeID)
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
	if e.Asked == none && session.ChargePermissionID != "" { // only a payment method was to be saved
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
		e.rule = fmt.Sprintf("its charge permission is for %s instead of %s", e.Found, e.Asked)
		overcharge := samePrice(e.Found, withOvercharge(e.Asked))
		if overcharge {
			e.rule += ", which can be the raised limit of AllowOvercharge"
		}
		e.unclear = overcharge || e.Charge != nil // the charge was right: the buyer has paid it
	default:
		e.rule = fmt.Sprintf("nothing shows whether it was for %s: charge permission %s has no limit for one order", e.Asked, session.ChargePermissionID)
	}
	return e
}

// withOvercharge returns the limit of a charge permission whose session has AllowOvercharge: 9
// times the order's amount, and at least 500 USD, GBP or EUR or 70,000 JPY.
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
	if err != nil { // overflow
		return amazonpay.Price{}
	}
	return limit
}

// isRefunded reports whether some of a charge was refunded, or is being refunded.
func isRefunded(charge *Charge) bool {
	refunded := charge.RefundedAmount
	return refunded != (amazonpay.Price{}) && !samePrice(refunded, amazonpay.Price{Amount: "0", CurrencyCode: refunded.CurrencyCode})
}

// isCaptured reports whether a charge is as a capture would have made it. A charge is captured
// once, so no other capture can have taken the amount. If some of it was refunded since, a person
// must find out why.
func isCaptured(charge *Charge, in *CaptureChargeRequest) bool {
	state := charge.StatusDetails.State
	return in != nil && (state == amazonpay.StateCaptured || state == amazonpay.StateCaptureInitiated) &&
		amountsUnderstood(charge) && samePrice(charge.CaptureAmount, in.CaptureAmount) && !isRefunded(charge)
}

// isCanceled reports whether a charge is canceled, whoever canceled it.
func isCanceled(charge *Charge) bool { return charge.StatusDetails.State == amazonpay.StateCanceled }

// amountsUnderstood reports whether the amounts of a charge are what the answer says. An object of
// an unknown form, such as {"value": "5.00"}, decodes to a zero amount and is not in
// Meta.Undecoded.
func amountsUnderstood(charge *Charge) bool {
	amounts := map[string]amazonpay.Price{
		"chargeAmount": charge.ChargeAmount, "captureAmount": charge.CaptureAmount, "refundedAmount": charge.RefundedAmount,
	}
	var members map[string]json.RawMessage
	if charge.Meta != nil {
		_ = json.Unmarshal(charge.Meta.Raw, &members) // valid: it was decoded before
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

// understood reports whether these members of an answer were decoded. The zero value of any other
// member says nothing.
func understood(meta *amazonpay.Meta, members ...string) bool {
	return !slices.ContainsFunc(members, func(member string) bool { return !meta.Understood(member) })
}

// samePrice reports whether two prices are equal, and not both missing: that would prove nothing.
func samePrice(a, b amazonpay.Price) bool { return a != (amazonpay.Price{}) && a.Equal(b) }

func orNothing(p amazonpay.Price) string {
	if p == (amazonpay.Price{}) {
		return "nothing"
	}
	return p.String()
}
