package main

import (
	"context"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/webstore"
)

const goodCard = "1111"

// pay pays the order in its way. Each step is one that another worker may have done before.
func (j *job) pay(ctx context.Context) error {
	total, err := usd(j.amount)
	if err != nil {
		return err
	}
	switch j.kind {
	case web, buyNow:
		return j.payInSession(ctx, total)
	case till:
		return j.payAtTill(ctx, total)
	default:
		return j.payOnFile(ctx, total)
	}
}

// payOnFile charges the customer's saved payment method, and captures and refunds, or cancels.
func (j *job) payOnFile(ctx context.Context, total amazonpay.Price) error {
	permission, err := j.permission(ctx)
	if err != nil {
		return err
	}
	charge, err := j.createCharge(ctx, permission, total)
	if err != nil {
		return err
	}
	if j.kind == cancelled {
		return j.cancel(ctx, charge, "the order was cancelled")
	}
	if err := j.capture(ctx, charge, total); err != nil {
		return err
	}
	return j.giveBack(ctx, charge)
}

// permission is the customer's, who saves a payment method with the first order.
func (j *job) permission(ctx context.Context) (string, error) {
	w := &j.wallets[j.customer]
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.permission != "" {
		return w.permission, nil
	}
	var err error
	w.permission, err = j.save(ctx)
	return w.permission, err
}

// save has a customer save a payment method.
func (j *job) save(ctx context.Context) (permission string, err error) {
	session, err := do(ctx, j, "create session to save", func(ctx context.Context) (*webstore.CheckoutSession, error) {
		return j.shop.CreateCheckoutSession(ctx, &webstore.CreateCheckoutSessionRequest{
			StoreID: j.storeID, WebCheckoutDetails: resultPage, ChargePermissionType: webstore.PaymentMethodOnFile,
			PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)},
			PaymentDetails:              &webstore.PaymentDetails{PaymentIntent: webstore.Confirm},
		}, j.key("save", 1))
	})
	if err != nil {
		return "", err
	}
	_ = j.server.Buyer().Approve(session.CheckoutSessionID) // unless that was done before
	done, err := withKeys(ctx, j, "complete to save", func(ctx context.Context, key amazonpay.CallOption) (*webstore.CheckoutSession, error) {
		return j.shop.CompleteOrFetch(ctx, session.CheckoutSessionID, new(webstore.CompleteCheckoutSessionRequest), key)
	})
	if err != nil {
		return "", j.fail(err)
	}
	return done.ChargePermissionID, nil
}

var resultPage = &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"}

func (j *job) createCharge(ctx context.Context, permission string, total amazonpay.Price) (charge string, err error) {
	for n := 1; n <= mostKeys; n++ {
		var made *webstore.Charge
		if made, err = do(ctx, j, "create charge", func(ctx context.Context) (*webstore.Charge, error) {
			return j.shop.CreateCharge(ctx, &webstore.CreateChargeRequest{
				ChargePermissionID: permission, ChargeAmount: total, ChargeInitiator: webstore.MITU, Channel: webstore.ChannelWeb,
				MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: j.reference()},
			}, j.key("charge", n))
		}); err == nil {
			return made.ChargeID, nil
		}
		if !webstore.Decline(err).NewKey {
			break
		}
		if j.resumed { // the worker before may have got on with the next key: only that key can tell
			continue
		}
		read, readErr := do(ctx, j, "read permission", func(ctx context.Context) (*webstore.ChargePermission, error) {
			return j.shop.GetChargePermission(ctx, permission)
		})
		if readErr != nil {
			return "", readErr
		}
		if read.StatusDetails.State != amazonpay.StateChargeable {
			break
		}
	}
	_ = j.server.Buyer().ChangePaymentMethod(permission, goodCard) // the shop has asked for another card
	return "", j.fail(err)
}

// fail reports a decline; other errors stay as they are.
func (j *job) fail(err error) error {
	if isDecline(err) {
		return failure{err.Error()}
	}
	return err
}

// capture captures a charge, or cancels it where that is declined.
func (j *job) capture(ctx context.Context, charge string, total amazonpay.Price) error {
	_, err := withKeys(ctx, j, "capture", func(ctx context.Context, key amazonpay.CallOption) (*webstore.Charge, error) {
		return j.shop.CaptureCharge(ctx, charge, &webstore.CaptureChargeRequest{CaptureAmount: total}, key)
	})
	switch {
	case err == nil:
		j.result.charged = j.amount
		return nil
	case isDecline(err):
		return j.cancel(ctx, charge, err.Error())
	}
	return err
}

// cancel cancels a charge; where that is refused, because it was done before, the charge says so.
func (j *job) cancel(ctx context.Context, charge, why string) error {
	_, err := do(ctx, j, "cancel", func(ctx context.Context) (*webstore.Charge, error) {
		done, err := j.shop.CancelCharge(ctx, charge, &webstore.CancelChargeRequest{CancellationReason: "The order cannot be shipped"})
		if !amazonpay.HasReason(err, amazonpay.ReasonInvalidChargeStatus) {
			return done, err
		}
		read, readErr := j.shop.GetCharge(ctx, charge)
		if readErr == nil && read.StatusDetails.State == amazonpay.StateCanceled {
			return read, nil
		}
		return nil, err
	})
	if err != nil {
		return err
	}
	return failure{why}
}

// giveBack refunds a part, or nothing where that is declined for good.
func (j *job) giveBack(ctx context.Context, charge string) error {
	part, err := usd(j.refund)
	if err != nil {
		return err
	}
	_, err = withKeys(ctx, j, "refund", func(ctx context.Context, key amazonpay.CallOption) (*webstore.Refund, error) {
		return j.shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: charge, RefundAmount: part}, key)
	})
	if err == nil {
		j.result.given = j.refund
	}
	return unlessDecline(err)
}

// payInSession leads a checkout session to its end. The state of the session protects it: it is completed once.
func (j *job) payInSession(ctx context.Context, total amazonpay.Price) error {
	request := &webstore.CreateCheckoutSessionRequest{
		StoreID: j.storeID, WebCheckoutDetails: resultPage,
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: j.reference()},
		PaymentDetails:   &webstore.PaymentDetails{PaymentIntent: webstore.Authorize, ChargeAmount: total},
	}
	if j.kind == buyNow {
		request.PaymentDetails = nil
	}
	session, err := do(ctx, j, "create session", func(ctx context.Context) (*webstore.CheckoutSession, error) {
		return j.shop.CreateCheckoutSession(ctx, request, j.key("session", 1))
	})
	if err != nil {
		return err
	}
	id := session.CheckoutSessionID
	end := func(ctx context.Context, key amazonpay.CallOption) (*webstore.CheckoutSession, error) {
		return j.shop.CompleteOrFetch(ctx, id, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total}, key)
	}
	if j.kind == buyNow {
		_ = j.server.Buyer().SignIn(id) // unless that was done before
		end = func(ctx context.Context, key amazonpay.CallOption) (*webstore.CheckoutSession, error) {
			return j.finalizeOrFetch(ctx, id, total, key)
		}
	} else {
		_ = j.server.Buyer().Approve(id)
	}
	if session, err = withKeys(ctx, j, "complete", end); err != nil {
		return j.fail(err)
	}
	if err := j.capture(ctx, session.ChargeID, total); err != nil {
		return err
	}
	if err := j.ship(ctx, session.ChargePermissionID); err != nil {
		return err
	}
	if err := j.giveBack(ctx, session.ChargeID); err != nil {
		return err
	}
	return j.closePermission(ctx, session.ChargePermissionID)
}

// finalizeOrFetch finalizes a session, or returns what an earlier worker has made of it.
func (j *job) finalizeOrFetch(ctx context.Context, id string, total amazonpay.Price, key amazonpay.CallOption) (*webstore.CheckoutSession, error) {
	session, err := j.shop.FinalizeCheckoutSession(ctx, id, &webstore.FinalizeCheckoutSessionRequest{PaymentIntent: webstore.Authorize, ChargeAmount: total}, key)
	if !amazonpay.HasReason(err, amazonpay.ReasonInvalidCheckoutSessionStatus) {
		return session, err
	}
	read, readErr := j.shop.GetCheckoutSession(ctx, id)
	if readErr == nil && read.StatusDetails.State == amazonpay.StateCompleted {
		return read, nil
	}
	return nil, err
}

func (j *job) ship(ctx context.Context, permission string) error {
	_, err := do(ctx, j, "ship", func(ctx context.Context) (*delivery.TrackersResponse, error) {
		return j.trackers.DeliveryTrackers(ctx, &delivery.TrackersRequest{
			ChargePermissionID: permission, DeliveryDetails: []delivery.Details{{TrackingNumber: j.reference(), CarrierCode: "UPS"}},
		})
	})
	return err
}

// closePermission closes what is done with; a permission of which all was captured is closed by itself.
func (j *job) closePermission(ctx context.Context, permission string) error {
	_, err := do(ctx, j, "close", func(ctx context.Context) (*webstore.ChargePermission, error) {
		return j.shop.CloseChargePermission(ctx, permission, &webstore.CloseChargePermissionRequest{ClosureReason: "Shipped"})
	})
	return unlessDecline(err)
}

// payAtTill charges a buyer in a store. It never takes another reference id: that is what protects from a double charge.
func (j *job) payAtTill(ctx context.Context, total amazonpay.Price) error {
	scan, err := do(ctx, j, "scan", func(ctx context.Context) (*instore.MerchantScanResponse, error) {
		return j.till.MerchantScan(ctx, &instore.MerchantScanRequest{ScanData: j.scanData, ScanReferenceID: j.reference() + "-scan", MerchantCOE: "US", LedgerCurrency: amazonpay.LedgerUSD})
	})
	if err != nil {
		return err
	}
	charge, err := withKeys(ctx, j, "till charge", func(ctx context.Context, key amazonpay.CallOption) (*instore.ChargeResponse, error) {
		return j.till.Charge(ctx, &instore.ChargeRequest{
			ChargePermissionID: scan.ChargePermissionID, ChargeReferenceID: j.reference() + "-charge", ChargeTotal: total,
			Metadata: &instore.Metadata{CommunicationContext: &instore.CommunicationContext{MerchantOrderID: j.reference()}},
		}, key)
	})
	if err != nil {
		return j.fail(err)
	}
	j.result.charged = j.amount
	part, err := usd(j.refund)
	if err != nil {
		return err
	}
	_, err = withKeys(ctx, j, "till refund", func(ctx context.Context, key amazonpay.CallOption) (*instore.RefundResponse, error) {
		return j.till.Refund(ctx, &instore.RefundRequest{ChargeID: charge.ChargeID, RefundReferenceID: j.reference() + "-refund", RefundTotal: part}, key)
	})
	if err == nil {
		j.result.given = j.refund
	}
	return unlessDecline(err)
}
