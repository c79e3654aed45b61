package webstore

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// OtherOrderError reports a checkout session that is not known to belong to the order.
type OtherOrderError struct {
	Session *CheckoutSession // nil if Order is empty
	Order   string           // the expected merchant reference
	Found   string           // the session's merchant reference; empty if it has none
}

// Error names both orders.
func (e *OtherOrderError) Error() string {
	if e.Order == "" {
		return "webstore: merchantReferenceID is empty: pass the reference of the order"
	}
	if e.Found == "" {
		return fmt.Sprintf("webstore: the checkout session has no merchant reference to compare with order %.256q: set MerchantMetadata.MerchantReferenceID in the button's payload or with UpdateCheckoutSession", e.Order)
	}
	return fmt.Sprintf("webstore: the checkout session belongs to order %.256q, not to %.256q", e.Found, e.Order)
}

// GetCheckoutSessionOfOrder returns a session if its merchant reference
// (MerchantMetadata.MerchantReferenceID) is the order's, and an [*OtherOrderError] otherwise. Call
// it on the result page before [Client.CompleteCheckoutSession]: the session's id comes from the
// buyer's browser, which may present the session of another order, paid or not.
//
// Set the reference in the button's payload or with [Client.UpdateCheckoutSession]. A Completed
// session does not show it. It is then read from the charge or, if that has none, from the charge
// permission if it is [ChargePermissionTypeOneTime] or [ChargePermissionTypeRecurring]; other
// permissions serve many orders. If an order has several sessions, each of them is returned: see
// [Client.CompleteOrFetch].
func (c *Client) GetCheckoutSessionOfOrder(ctx context.Context, checkoutSessionID, merchantReferenceID string, opts ...amazonpay.CallOption) (*CheckoutSession, error) {
	if merchantReferenceID == "" { // which a session without a reference would match
		return nil, &OtherOrderError{}
	}
	session, err := c.GetCheckoutSession(ctx, checkoutSessionID, opts...)
	if err != nil {
		return nil, err
	}
	found := referenceOf(session.MerchantMetadata)
	if found == "" && session.ChargeID != "" {
		charge, err := c.GetCharge(ctx, session.ChargeID, opts...)
		if err != nil {
			return nil, err
		}
		found = referenceOf(charge.MerchantMetadata)
	}
	if found == "" && session.ChargePermissionID != "" {
		permission, err := c.GetChargePermission(ctx, session.ChargePermissionID, opts...)
		if err != nil {
			return nil, err
		}
		if kind := permission.ChargePermissionType; kind == ChargePermissionTypeOneTime || kind == ChargePermissionTypeRecurring { // another one may serve many orders, and has the reference of the last
			found = referenceOf(permission.MerchantMetadata)
		}
	}
	if found != merchantReferenceID {
		return nil, &OtherOrderError{Session: session, Order: merchantReferenceID, Found: found}
	}
	return session, nil
}

func referenceOf(m *MerchantMetadata) string {
	if m == nil {
		return ""
	}
	return m.MerchantReferenceID
}
