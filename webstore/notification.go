package webstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// Notification names the object that has changed. An *ipn.Notification is one.
type Notification interface {
	// Object returns the type of the object, such as CHARGE, and its id.
	Object() (objectType, objectID string)
}

// NotificationHandler says what to do when an object has changed. Each function receives the object
// as it is now; if it returns an error, Amazon sends the notification again. Charge,
// ChargePermission, Refund and Dispute are required, so that a forgotten type is noticed at once.
// To ignore a type, set a function that returns nil.
type NotificationHandler struct {
	Charge           func(ctx context.Context, charge *Charge) error
	ChargePermission func(ctx context.Context, permission *ChargePermission) error
	Refund           func(ctx context.Context, refund *Refund) error
	Dispute          func(ctx context.Context, dispute *Dispute) error // a chargeback or an A-to-z claim

	// Other receives notifications of other types, which this SDK cannot read. If it is nil,
	// HandleNotification returns [ErrUnknownObjectType] for them. A field for another type that a
	// later version adds may stay nil: its notifications then come here, as before.
	Other func(ctx context.Context, objectType, objectID string) error
}

// ErrUnknownObjectType reports a notification about a type of object that this SDK cannot read.
var ErrUnknownObjectType = errors.New("webstore: the type of the notification's object is unknown")

// HandleNotification reads the object that a notification is about, which the notification itself
// does not contain, and passes it to the function of handler for its type. Verify the notification
// first: package ipn does.
//
//	http.Handle("POST /ipn", verifier.Handler(func(ctx context.Context, n *ipn.Notification) error {
//		return shop.HandleNotification(ctx, n, handler)
//	}))
//
// It also wakes [Client.WaitForCharge] and its siblings that wait for the object, on every Client
// that shares its [amazonpay.Client].
//
// A missing function of handler is an error before anything is sent, whatever the type of the
// object. Otherwise the error is the call's or the function's own. A notification may come late,
// twice or in another order, so a function should compare the object with what the shop has stored.
//
// https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html
func (c *Client) HandleNotification(ctx context.Context, n Notification, handler NotificationHandler, opts ...amazonpay.CallOption) error {
	if err := handler.check(); err != nil {
		return notSent("HandleNotification", err)
	}
	if n == nil {
		return notSent("HandleNotification", &amazonpay.FieldError{Field: "notification", Rule: "is nil"})
	}
	objectType, id := n.Object()
	switch objectType {
	case "CHARGE":
		return handle(ctx, c, id, c.GetCharge, handler.Charge, opts)
	case "CHARGE_PERMISSION":
		return handle(ctx, c, id, c.GetChargePermission, handler.ChargePermission, opts)
	case "REFUND":
		return handle(ctx, c, id, c.GetRefund, handler.Refund, opts)
	case "CHARGEBACK":
		return handle(ctx, c, id, c.GetDispute, handler.Dispute, opts)
	}
	if handler.Other == nil {
		return fmt.Errorf("%w: %.40q", ErrUnknownObjectType, objectType)
	}
	return handler.Other(ctx, objectType, id)
}

// handle reads an object and passes it on.
func handle[T any](ctx context.Context, c *Client, id string, read func(context.Context, string, ...amazonpay.CallOption) (*T, error), changed func(context.Context, *T) error, opts []amazonpay.CallOption) error {
	object, err := read(ctx, id, opts...)
	c.waiters.Wake(id) // also if the reading failed: the object has changed
	if err != nil {
		return err
	}
	return changed(ctx, object)
}

// check reports the first function that is missing.
func (h NotificationHandler) check() error {
	var missing string
	switch {
	case h.Charge == nil:
		missing = "Charge"
	case h.ChargePermission == nil:
		missing = "ChargePermission"
	case h.Refund == nil:
		missing = "Refund"
	case h.Dispute == nil:
		missing = "Dispute"
	default:
		return nil
	}
	return &amazonpay.FieldError{Field: "NotificationHandler." + missing, Rule: "is nil: set a function, which may do nothing"}
}
