package webstore

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// ReportError reports that a report ended without a document.
type ReportError struct {
	Report *Report // as last read
}

// Error says how the report ended.
func (e *ReportError) Error() string {
	text := fmt.Sprintf("webstore: report %s is %s", e.Report.ReportID, e.Report.ProcessingStatus)
	if e.Report.ProcessingStatus == ReportStatusCancelled {
		text += ": by a call, or because it has no data"
	}
	return text
}

// WaitForReport reads a report until it is COMPLETED, and returns it. The pause between two reads
// grows from about a second to a minute. A report that is FAILED or CANCELLED, which also happens
// if there is no data, is returned as a [*ReportError]. If the status is unknown, it keeps waiting,
// unless the document is ready.
//
// A read that fails ends the wait with its [*amazonpay.CallError]. Reports take minutes. The wait
// ends with the context, whose cause is then in the error; set a deadline, since otherwise the wait
// may not end.
func (c *Client) WaitForReport(ctx context.Context, reportID string, opts ...amazonpay.CallOption) (*Report, error) {
	for wait := time.Second; ; wait = min(2*wait, maxPause) {
		report, err := c.GetReportByID(ctx, reportID, opts...)
		if err != nil {
			return nil, err
		}
		switch {
		case report.ProcessingStatus == ReportStatusFailed || report.ProcessingStatus == ReportStatusCancelled:
			return nil, &ReportError{report}
		case report.ProcessingStatus == ReportStatusCompleted && !understood(report.Meta, "reportDocumentId"):
			return nil, fmt.Errorf("webstore: report %s is COMPLETED, but its document id was not understood: see the Raw of its Meta", reportID)
		case report.ProcessingStatus == ReportStatusCompleted || report.ReportDocumentID != "":
			return report, nil
		}
		if cause := pause(ctx, jitter(wait)); cause != nil {
			return nil, fmt.Errorf("webstore: stopped waiting for report %s, last seen %s: %w", reportID, report.ProcessingStatus, cause)
		}
	}
}

// firstWait and mostWait are the pauses between two reads: first about a second, since some things
// are decided at once, then longer and longer.
const (
	firstWait = time.Second
	mostWait  = 5 * time.Minute
)

// WaitForCharge polls a charge until Amazon has decided, and returns it. It is then Authorized,
// Captured, Canceled or Declined, and its reason code says why. If the state is unknown, it keeps
// waiting. The charge may still change later: when its permission is closed, or after some weeks.
//
// The pause between two reads grows from about a second to five minutes. A notification about the
// charge ends it, if [Client.HandleNotification] of any Client with the same [amazonpay.Client]
// handles it. A read that fails ends the wait with its [*amazonpay.CallError]. The wait ends with
// the context, whose cause is then in the error. Without a deadline it may take a day, which is how
// long an authorization can be pending.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/asynchronous-processing.html
func (c *Client) WaitForCharge(ctx context.Context, chargeID string, opts ...amazonpay.CallOption) (*Charge, error) {
	return waitFor(ctx, c, "charge", chargeID, func() (*Charge, amazonpay.State, error) {
		charge, err := c.GetCharge(ctx, chargeID, opts...)
		if err != nil {
			return nil, "", err
		}
		return charge, charge.StatusDetails.State, nil
	})
}

// WaitForRefund reads a refund until it is Refunded or Declined, and returns it. It waits and ends
// like [Client.WaitForCharge].
func (c *Client) WaitForRefund(ctx context.Context, refundID string, opts ...amazonpay.CallOption) (*Refund, error) {
	return waitFor(ctx, c, "refund", refundID, func() (*Refund, amazonpay.State, error) {
		refund, err := c.GetRefund(ctx, refundID, opts...)
		if err != nil {
			return nil, "", err
		}
		return refund, refund.StatusDetails.State, nil
	})
}

// WaitForChargePermission reads a charge permission until no charge is in progress, and returns it.
// It is then Chargeable, Closed, or NonChargeable for a reason that the buyer must resolve. It
// waits and ends like [Client.WaitForCharge].
func (c *Client) WaitForChargePermission(ctx context.Context, chargePermissionID string, opts ...amazonpay.CallOption) (*ChargePermission, error) {
	return waitFor(ctx, c, "charge permission", chargePermissionID, func() (*ChargePermission, amazonpay.State, error) {
		permission, err := c.GetChargePermission(ctx, chargePermissionID, opts...)
		if err != nil {
			return nil, "", err
		}
		state := permission.StatusDetails.State
		if !understood(permission.Meta, "statusDetails.reasons") { // a charge may be in progress
			state = amazonpay.StatePending
		}
		for _, r := range permission.StatusDetails.Reasons {
			if r.ReasonCode == amazonpay.ReasonCodeChargeInProgress && state == amazonpay.StateNonChargeable {
				state = amazonpay.StatePending
			}
		}
		return permission, state, nil
	})
}

// isDecided reports whether an object in this state does not wait for Amazon. An unknown state may
// be a wait.
func isDecided(state amazonpay.State) bool {
	return state.IsFinal() || state == amazonpay.StateAuthorized || state == amazonpay.StateChargeable || state == amazonpay.StateNonChargeable
}

// waitFor reads an object until its state is decided.
func waitFor[T any](ctx context.Context, c *Client, kind, id string, read func() (*T, amazonpay.State, error)) (*T, error) {
	woken, leave := c.waiters.Join(id)
	defer leave()
	for wait := firstWait; ; wait = min(2*wait, mostWait) {
		found, state, err := read()
		if err != nil {
			return nil, err
		}
		if isDecided(state) {
			return found, nil
		}
		if cause := pauseOr(ctx, jitter(wait), woken); cause != nil {
			return nil, fmt.Errorf("webstore: stopped waiting for %s %s, last seen %s: %w", kind, id, cmp.Or(state, "without a state"), cause)
		}
	}
}
