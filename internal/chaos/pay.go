package main

import (
	"context"
	"strings"

	"github.com/amazonpay-go/sdk/amazonpay"
	"github.com/amazonpay-go/sdk/delivery"
	"github.com/amazonpay-go/sdk/instore"
	"github.com/amazonpay-go/sdk/webstore"
)

const goodCard = "1111"

// pay pays the order in the way of its kind. A previous worker may have done any step before.
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

// payOnFile charges the customer's saved payment method, then captures and refunds, or cancels.
func (j *job) payOnFile(ctx context.Context, total amazonpay.Price) error {
	permission, err := j.permission(ctx)
	if err != nil {
		return err
	}
	charge, err := j.do(ctx, "create charge", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		made, err := j.shop.CreateCharge(ctx, &webstore.CreateChargeRequest{
			ChargePermissionID: permission, ChargeAmount: total, ChargeInitiator: webstore.ChargeInitiatorMITU, Channel: webstore.ChannelWeb,
			MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: j.reference(), CustomInformation: j.descriptor()},
		}, opts...)
		switch {
		case err == nil:
			return made.ChargeID, nil
		case amazonpay.HasReason(err, amazonpay.ReasonCodeInvalidChargePermissionStatus, amazonpay.ReasonCodeHardDeclined):
			_ = j.server.Buyer().ChangePaymentMethod(permission, goodCard) // the shop has asked for another card
		}
		return "", err
	})
	if err != nil {
		return err
	}
	if j.kind == cancelled {
		return j.cancel(ctx, charge, failure{"the order was cancelled"})
	}
	if err := j.capture(ctx, charge, total); err != nil {
		return err
	}
	return j.giveBack(ctx, charge)
}

// permission returns the customer's charge permission. The first order saves a payment method.
func (j *job) permission(ctx context.Context) (string, error) {
	w := &j.wallets[j.customer]
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.permission != "" {
		return w.permission, nil
	}
	var err error
	w.permission, err = j.savedWallet(ctx)
	return w.permission, err
}

// savedWallet lets a customer save a payment method.
func (j *job) savedWallet(ctx context.Context) (permission string, err error) {
	session, err := j.createSession(ctx, "create session to save", &webstore.CreateCheckoutSessionRequest{
		StoreID: j.storeID, WebCheckoutDetails: resultPage, ChargePermissionType: webstore.ChargePermissionTypePaymentMethodOnFile,
		PaymentMethodOnFileMetadata: &webstore.PaymentMethodOnFileMetadata{SetupOnly: new(true)},
		PaymentDetails:              &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentConfirm},
	})
	if err != nil {
		return "", err
	}
	_ = j.server.Buyer().Approve(session) // may have been done before
	return j.do(ctx, "complete to save", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		done, err := j.shop.CompleteOrFetch(ctx, session, new(webstore.CompleteCheckoutSessionRequest), opts...)
		if err != nil {
			return "", err
		}
		return done.ChargePermissionID, nil
	})
}

func (j *job) createSession(ctx context.Context, step string, in *webstore.CreateCheckoutSessionRequest) (string, error) {
	return j.do(ctx, step, func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		made, err := j.shop.CreateCheckoutSession(ctx, in, opts...)
		if err != nil {
			return "", err
		}
		return made.CheckoutSessionID, nil
	})
}

var resultPage = &webstore.WebCheckoutDetails{CheckoutResultReturnURL: "https://shop.example/result"}

// capture captures a charge, or cancels it if the capture is declined.
func (j *job) capture(ctx context.Context, charge string, total amazonpay.Price) error {
	_, err := j.do(ctx, "capture", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		return charge, errorOf(j.shop.CaptureCharge(ctx, charge, &webstore.CaptureChargeRequest{CaptureAmount: total, SoftDescriptor: j.descriptor()}, opts...))
	})
	if failed, ok := err.(failure); ok { //nolint:errorlint // do returns it as it is
		return j.cancel(ctx, charge, failed)
	}
	if err == nil {
		j.result.charged = j.amount
	}
	return err
}

// errorOf returns the error of a call and drops its answer.
func errorOf[T any](_ T, err error) error { return err }

// cancel cancels a charge and returns the reason.
func (j *job) cancel(ctx context.Context, charge string, why failure) error {
	if err := j.insist(ctx, "cancel", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		_, err := j.shop.CancelCharge(ctx, charge, &webstore.CancelChargeRequest{CancellationReason: "The order cannot be shipped"}, withoutKey(opts)...)
		if amazonpay.Advise(err).Step == amazonpay.StepRead {
			if read, readErr := j.shop.GetCharge(ctx, charge); readErr == nil && read.StatusDetails.State == amazonpay.StateCanceled {
				return charge, nil
			}
		}
		return charge, err
	}); err != nil {
		return err
	}
	return why
}

// withoutKey is for operations that take no idempotency key.
func withoutKey(opts []amazonpay.CallOption) []amazonpay.CallOption { return opts[1:] }

// giveBack refunds part of a charge, or nothing if the refund is declined for good.
func (j *job) giveBack(ctx context.Context, charge string) error {
	part, err := usd(j.refund)
	if err != nil {
		return err
	}
	return j.refunded(j.do(ctx, "refund", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		made, err := j.shop.CreateRefund(ctx, &webstore.CreateRefundRequest{ChargeID: charge, RefundAmount: part, SoftDescriptor: j.descriptor()}, opts...)
		if err != nil {
			return "", err
		}
		return made.RefundID, nil
	}))
}

// refunded records a refund. A decline does no harm.
func (j *job) refunded(_ string, err error) error {
	if _, failed := err.(failure); failed { //nolint:errorlint // do returns it as it is
		return nil
	}
	if err == nil {
		j.result.given = j.refund
	}
	return err
}

// payInSession completes a checkout session. The state of the session prevents a second completion.
func (j *job) payInSession(ctx context.Context, total amazonpay.Price) error {
	request := &webstore.CreateCheckoutSessionRequest{
		StoreID: j.storeID, WebCheckoutDetails: resultPage,
		MerchantMetadata: &webstore.MerchantMetadata{MerchantReferenceID: j.reference()},
		PaymentDetails:   &webstore.PaymentDetails{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: total},
	}
	if j.kind == buyNow {
		request.PaymentDetails = nil
	}
	session, err := j.createSession(ctx, "create session", request)
	if err != nil {
		return err
	}
	if j.kind == buyNow {
		_ = j.server.Buyer().SignIn(session) // may have been done before
	} else {
		_ = j.server.Buyer().Approve(session)
	}
	ids, err := j.do(ctx, "complete", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		var done *webstore.CheckoutSession
		var err error
		if j.kind == buyNow {
			done, err = j.shop.FinalizeCheckoutSession(ctx, session, &webstore.FinalizeCheckoutSessionRequest{PaymentIntent: webstore.PaymentIntentAuthorize, ChargeAmount: total}, opts...)
		} else {
			done, err = j.shop.CompleteOrFetch(ctx, session, &webstore.CompleteCheckoutSessionRequest{ChargeAmount: total}, opts...)
		}
		if err != nil {
			return "", err
		}
		return done.ChargePermissionID + " " + done.ChargeID, nil
	})
	if err != nil {
		return err
	}
	permission, charge, _ := strings.Cut(ids, " ")
	if err := j.capture(ctx, charge, total); err != nil {
		return err
	}
	if err := j.ship(ctx, permission); err != nil {
		return err
	}
	if err := j.giveBack(ctx, charge); err != nil {
		return err
	}
	return j.closePermission(ctx, permission)
}

func (j *job) ship(ctx context.Context, permission string) error {
	return j.insist(ctx, "ship", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		return permission, errorOf(j.trackers.DeliveryTrackers(ctx, &delivery.TrackersRequest{
			ChargePermissionID: permission, DeliveryDetails: []delivery.Details{{TrackingNumber: j.reference(), CarrierCode: "UPS"}},
		}, opts...))
	})
}

// closePermission closes a permission. A permission that is fully captured closes by itself.
func (j *job) closePermission(ctx context.Context, permission string) error {
	return j.insist(ctx, "close", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		_, err := j.shop.CloseChargePermission(ctx, permission, &webstore.CloseChargePermissionRequest{ClosureReason: "Shipped"}, withoutKey(opts)...)
		if amazonpay.Advise(err).Step == amazonpay.StepRead {
			if read, readErr := j.shop.GetChargePermission(ctx, permission); readErr == nil && read.StatusDetails.State == amazonpay.StateClosed {
				return permission, nil
			}
		}
		return permission, err
	})
}

// payAtTill charges a buyer in a store. It always uses the same reference id, which prevents a
// double charge.
func (j *job) payAtTill(ctx context.Context, total amazonpay.Price) error {
	permission, err := j.do(ctx, "scan", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		scan, err := j.till.MerchantScan(ctx, &instore.MerchantScanRequest{ScanData: j.scanData, ScanReferenceID: j.reference() + "-scan", MerchantCOE: "US", LedgerCurrency: amazonpay.LedgerCurrencyUSD}, opts...)
		if err != nil {
			return "", err
		}
		return scan.ChargePermissionID, nil
	})
	if err != nil {
		return err
	}
	charge, err := j.do(ctx, "till charge", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		made, err := j.till.Charge(ctx, &instore.ChargeRequest{
			ChargePermissionID: permission, ChargeReferenceID: j.reference() + "-charge", ChargeTotal: total,
			Metadata: &instore.Metadata{CommunicationContext: &instore.CommunicationContext{MerchantOrderID: j.reference()}},
		}, opts...)
		if err != nil {
			return "", err
		}
		return made.ChargeID, nil
	})
	if err != nil {
		return err
	}
	j.result.charged = j.amount
	part, err := usd(j.refund)
	if err != nil {
		return err
	}
	return j.refunded(j.do(ctx, "till refund", func(ctx context.Context, opts ...amazonpay.CallOption) (string, error) {
		made, err := j.till.Refund(ctx, &instore.RefundRequest{ChargeID: charge, RefundReferenceID: j.reference() + "-refund", RefundTotal: part}, opts...)
		if err != nil {
			return "", err
		}
		return made.RefundID, nil
	}))
}
