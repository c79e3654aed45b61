package webstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Notified is the object that a notification speaks of, as it is now: one of its members is set.
// It prints and logs its object's id only.
type Notified struct {
	ChargePermission *ChargePermission `log:"charge_permission_id=ChargePermissionID"`
	Charge           *Charge           `log:"charge_id=ChargeID"`
	Refund           *Refund           `log:"refund_id=RefundID"`
	Dispute          *Dispute          `log:"dispute_id=DisputeID"`
}

// ErrUnknownObjectType is that of a notification of a kind of object that this SDK does not know.
var ErrUnknownObjectType = errors.New("webstore: the object type is unknown")

// FetchNotified reads the object of an Instant Payment Notification, which has no state in it. objectType and
// objectID are those of the notification (ipn.Notification's ObjectType and ObjectID): CHARGE_PERMISSION, CHARGE, REFUND or
// CHARGEBACK, and the id of the object, which for a chargeback is a dispute. Another type is [ErrUnknownObjectType] before
// anything is sent; others are those of the call. Who waits for the object with a method of this Client is
// woken.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html
func (c *Client) FetchNotified(ctx context.Context, objectType, objectID string, opts ...amazonpay.CallOption) (*Notified, error) {
	var n Notified
	var err error
	switch objectType {
	case "CHARGE_PERMISSION":
		n.ChargePermission, err = c.GetChargePermission(ctx, objectID, opts...)
	case "CHARGE":
		n.Charge, err = c.GetCharge(ctx, objectID, opts...)
	case "REFUND":
		n.Refund, err = c.GetRefund(ctx, objectID, opts...)
	case "CHARGEBACK":
		n.Dispute, err = c.GetDispute(ctx, objectID, opts...)
	default:
		return nil, fmt.Errorf("%w: FetchNotified: objectType %.40q is not CHARGE_PERMISSION, CHARGE, REFUND or CHARGEBACK", ErrUnknownObjectType, objectType)
	}
	c.waiters.wake(objectID) // also where the reading failed: the object has changed
	if err != nil {
		return nil, err
	}
	return &n, nil
}
