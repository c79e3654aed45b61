package webstore

import (
	"context"
	"fmt"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// OtherOrderError says that a checkout session is not known to belong to an order.
type OtherOrderError struct {
	Session *CheckoutSession // as it was read; nil if Order is empty
	Order   string           // the merchant reference that was expected
	Found   string           // the merchant reference of the session; empty if nothing shows one
}

// Error names both references.
func (e *OtherOrderError) Error() string {
	if e.Order == "" {
		return "webstore: merchantReferenceID is empty: nothing was read, since a session without a reference would match"
	}
	if e.Found == "" {
		return fmt.Sprintf("webstore: nothing shows that the checkout session belongs to order %.256q: it has no merchant reference; set MerchantMetadata.MerchantReferenceID in the button's payload or by UpdateCheckoutSession", e.Order)
	}
	return fmt.Sprintf("webstore: the checkout session belongs to order %.256q, not to %.256q", e.Found, e.Order)
}

// GetCheckoutSessionOfOrder returns a session if its merchant reference
// (MerchantMetadata.MerchantReferenceID) is that of the order, and an [*OtherOrderError] otherwise.
// Call it on the result page before [Client.CompleteCheckoutSession]: the session's id comes from
// the buyer's browser, which may present a session of another order, paid or not. A Completed
// session does not show its reference; it is then read from its charge or, where that shows none,
// from the charge permission, if that is [ChargePermissionTypeOneTime] or [ChargePermissionTypeRecurring]: another serves many orders. Set
// the reference in the button's payload or by [Client.UpdateCheckoutSession]. Of several sessions
// of one order it returns each: see [Client.CompleteOrFetch].
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
		if kind := permission.ChargePermissionType; kind == ChargePermissionTypeOneTime || kind == ChargePermissionTypeRecurring { // another one may serve many orders, and names the last
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
