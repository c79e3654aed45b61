package probe

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// checkoutProbes are about what a checkout with a buyer comes to.
func checkoutProbes() []Probe {
	needs := []Need{NeedBuyer}
	return []Probe{
		{
			Fact: "session.returnQuery", Claimed: "kept", Others: []string{"dropped"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "The query of a return URL is kept.",
			ask: func(ctx context.Context, r *run) (string, error) {
				d, err := r.main(ctx)
				if err != nil {
					return "", err
				}
				if strings.Contains(d.back.RawQuery, returnQuery) {
					return "kept", nil
				}
				return "dropped", nil
			},
		},
		{
			Fact: "idempotency.completeCheckoutSession", Claimed: honoured, Others: []string{ignored}, Source: docIdempotency, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "CompleteCheckoutSession honours the idempotency key.",
			ask: func(ctx context.Context, r *run) (string, error) {
				d, err := r.main(ctx)
				if err != nil {
					return "", err
				}
				again, err := r.create(ctx, d.complete)
				return repeated(again, "chargePermissionId", d.permission), err
			},
		},
		{
			Fact: "complete.canceled", Claimed: "422 CheckoutSessionCanceled", Others: []string{"400 CheckoutSessionCanceled", "422 InvalidCheckoutSessionStatus"},
			Source: plugin + ": 400; other lists: 422", Confidence: ConfidenceConflict, Needs: needs,
			Claim: "CompleteCheckoutSession of a payment that fails is CheckoutSessionCanceled, with 422.",
			ask:   askCanceled,
		},
		{
			Fact: "permission.overchargeLimit", Claimed: "greater", Others: []string{"900%", "order"}, Source: overchargeSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "With allowOvercharge the limit is the greater of 900 % of the order and 500 (70,000 yen).",
			ask:   askOvercharge,
		},
		recurringProbe("ids.recurring", "C", noSource, []string{"B", "S"},
			"The id of a recurring permission begins with C, in the sandbox.", askRecurringID),
		recurringProbe("recurring.expiry.months", "13", noSource, []string{"12", "18", "24"},
			"A recurring permission lives 13 months.", askRecurringMonths),
		recurringProbe("recurring.expiry.from", "lastCharge", noSource, []string{"confirmation"},
			"A charge extends the life of a recurring permission.", askRecurringFrom),
		{
			Fact: "ids.onFile", Claimed: "C", Others: []string{"B", "S"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "The id of a permission of type PaymentMethodOnFile begins with C, in the sandbox.",
			ask: func(ctx context.Context, r *run) (string, error) {
				d, err := r.onFile(ctx)
				return firstLetter(d.permission), err
			},
		},
		{
			Fact: "charge.redirectUrl", Claimed: isNull, Others: []string{"url", absent}, Source: dotnet, Confidence: ConfidenceLikely, Needs: needs,
			Claim: "webCheckoutDetails of a charge has amazonPayRedirectUrl.",
			ask:   askRedirectURL,
		},
		{
			Fact: "session.shippingAddressList", Claimed: absent, Others: []string{isNull, "list"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "shippingAddressList stands in multi-address sessions only.",
			ask:   askAddressList,
		},
		{
			Fact: "status.finalizeCheckoutSession.pending", Claimed: "202", Others: []string{"200"}, Source: noSource, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "FinalizeCheckoutSession with a pending authorization answers with 202.",
			ask:   askFinalize,
		},
		{
			Fact: "addressDetails.percentEncoded", Claimed: "decoded", Others: []string{"kept", refused}, Source: encodedSource, Confidence: ConfidenceLikely, Needs: needs,
			Claim: "addressDetails that is percent-encoded is decoded.",
			ask:   askAddress,
		},
		{
			Fact: "session.returnParameter.signIn", Claimed: "amazonCheckoutSessionId", Others: []string{"checkoutSessionId"}, Source: docSignInAndSetUp, Confidence: ConfidenceUncertain, Needs: needs,
			Claim: "A buyer who signed in and set up comes back with amazonCheckoutSessionId.",
			ask:   askSignIn,
		},
	}
}

func askCanceled(ctx context.Context, r *run) (string, error) {
	id, _, err := r.checkout(ctx, "a payment that will be declined", "PayOnly", true, r.paidAtOnce("Authorize", unit, nil))
	if err != nil {
		return "", err
	}
	if _, err := r.openSession(ctx, id); err != nil { // or it was canceled by the buyer
		return "", err
	}
	a, err := r.create(ctx, post("CompleteCheckoutSession", "checkoutSessions/{id}/complete",
		object{"chargeAmount": r.price(unit)}, id).withKey(newKey()).simulating("Declined"))
	if a.text("chargePermissionId") != "" {
		return "", unclearAfter("the payment was not declined", a)
	}
	return a.code(), err
}

func askOvercharge(ctx context.Context, r *run) (string, error) {
	const order = 20 * unit
	d, err := r.completed(ctx, "overcharge", "an order that may cost more later",
		r.paidAtOnce("Confirm", order, object{"paymentDetails": object{"allowOvercharge": true}}), object{"chargeAmount": r.price(order)})
	if err != nil {
		return "", err
	}
	a, err := r.send(ctx, getPermission(d.permission))
	if err != nil {
		return "", err
	}
	least := int64(500 * 100)
	if r.Currency == amazonpay.JPY {
		least = 70_000
	}
	switch found := minor(a.text("limits", "amountLimit", "amount"), string(r.Currency)); found {
	case least:
		return "greater", nil
	case 9 * order:
		return "900%", nil
	case order:
		return "order", nil
	case 0:
		return "", unclearAfter("the permission shows no limit", a)
	case order / 10, order / 4, order / 2, 2 * order, 3 * order, 5 * order, 10 * order:
		return fmt.Sprintf("%d%%", 100*found/order), nil
	default:
		return "another amount", nil // it may be anything
	}
}

func recurringProbe(fact, claimed, source string, others []string, claim string, ask func(context.Context, *run, done) (string, error)) Probe {
	return Probe{
		Fact: fact, Claimed: claimed, Others: others, Source: source, Confidence: ConfidenceUncertain, Needs: []Need{NeedBuyer}, Claim: claim,
		ask: func(ctx context.Context, r *run) (string, error) {
			more := recurring("Month", "1")
			d, err := r.completed(ctx, "recurring", "a recurring payment", r.paidAtOnce("Confirm", unit, more), object{"chargeAmount": r.price(unit)})
			if err != nil {
				return "", err
			}
			return ask(ctx, r, d)
		},
	}
}

func askRecurringID(_ context.Context, _ *run, d done) (string, error) {
	return firstLetter(d.permission), nil
}

// firstLetter is the first letter of an id, which says nothing of whose it is.
func firstLetter(id string) string {
	if id == "" || id[0] < 'A' || id[0] > 'Z' {
		return hidden
	}
	return id[:1]
}

func askRecurringMonths(ctx context.Context, r *run, d done) (string, error) {
	begin, end, err := r.life(ctx, d.permission)
	if err != nil {
		return "", err
	}
	const ends = 4 * 24 * time.Hour // by which the ends of two months differ
	for months := 1; months <= 60; months++ {
		if end.Sub(begin.AddDate(0, months, 0)).Abs() < ends {
			return strconv.Itoa(months), nil
		}
	}
	return fmt.Sprintf("%d days", int(end.Sub(begin).Hours()/24)), nil
}

// life returns when a permission began and when it expires.
func (r *run) life(ctx context.Context, permission string) (begin, end time.Time, err error) {
	a, err := r.send(ctx, getPermission(permission))
	if err != nil {
		return begin, end, err
	}
	begin, err = time.Parse(stampForm, a.text("creationTimestamp"))
	if err == nil {
		end, err = time.Parse(stampForm, a.text("expirationTimestamp"))
	}
	if err != nil {
		err = unclearAfter("the permission shows no expiry", a)
	}
	return begin, end, err
}

func askRecurringFrom(ctx context.Context, r *run, d done) (string, error) {
	_, before, err := r.life(ctx, d.permission)
	if err != nil {
		return "", err
	}
	if before.Equal(before.Truncate(24 * time.Hour)) {
		return "", unclear("the expiry is a day, so two of them do not differ")
	}
	if err := r.Wait(ctx, 3*time.Second); err != nil {
		return "", err
	}
	charged, err := r.charge(ctx, d.permission, unit, nil)
	if err != nil {
		return "", err
	}
	if !charged.ok() {
		return "", unclearAfter("the recurring permission could not be charged", charged)
	}
	_, after, err := r.life(ctx, d.permission)
	switch {
	case err != nil:
		return "", err
	case after.After(before):
		return "lastCharge", nil
	}
	return "confirmation", nil
}

// onFile has a buyer set up a payment method.
func (r *run) onFile(ctx context.Context) (done, error) {
	return r.completed(ctx, "onFile", "a payment method that is set up for later", object{
		"webCheckoutDetails":          object{"checkoutResultReturnUrl": r.back(), "checkoutMode": "ProcessOrder"},
		"storeId":                     r.StoreID,
		"chargePermissionType":        "PaymentMethodOnFile",
		"paymentMethodOnFileMetadata": object{"setupOnly": false},
		"paymentDetails":              object{"paymentIntent": "Confirm", "chargeAmount": r.price(unit)},
	}, object{"chargeAmount": r.price(unit)})
}

func askRedirectURL(ctx context.Context, r *run) (string, error) {
	d, err := r.onFile(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.charge(ctx, d.permission, unit, object{
		"chargeInitiator": "CITU", "channel": "Web", "webCheckoutDetails": object{"checkoutResultReturnUrl": r.ReturnURL},
	})
	if err != nil {
		return "", err
	}
	if !a.ok() {
		return "", unclearAfter("the payment method on file could not be charged", a)
	}
	switch value, there := a.at("webCheckoutDetails", "amazonPayRedirectUrl"); {
	case !there:
		return absent, nil
	case value == nil:
		return isNull, nil
	}
	return "url", nil
}

// signedIn has a buyer sign in and come back before paying, and returns the session.
func (r *run) signedIn(ctx context.Context) (string, error) {
	return share(r, "signed in", func() (string, error) {
		id, _, err := r.checkout(ctx, "a sign-in: come back without paying", "PayAndShip", false, object{
			"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.back(), "checkoutResultReturnUrl": r.back()}, "storeId": r.StoreID,
		})
		if err == nil {
			r.bin.keep(makesSession.kind, makesSession.stays, id)
		}
		return id, err
	})
}

func askAddressList(ctx context.Context, r *run) (string, error) {
	id, err := r.signedIn(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.openSession(ctx, id)
	if err != nil {
		return "", err
	}
	value, there := a.at("shippingAddressList")
	switch _, isList := value.([]any); {
	case !there:
		return absent, nil
	case isList:
		return "list", nil
	case value == nil:
		return isNull, nil
	}
	return hidden, nil
}

func askFinalize(ctx context.Context, r *run) (string, error) {
	id, err := r.signedIn(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.create(ctx, post("FinalizeCheckoutSession", "checkoutSessions/{id}/finalize", object{
		"paymentIntent": "Authorize", "canHandlePendingAuthorization": true, "chargeAmount": r.price(unit),
	}, id).withKey(newKey()).simulating("AuthorizationInitiated"))
	if err != nil {
		return "", err
	}
	if !a.ok() {
		return "", unclearAfter("the session could not be finalized", a)
	}
	charge, err := r.send(ctx, get("GetCharge", "charges/{id}", a.text("chargeId")))
	if err == nil && charge.text("statusDetails", "state") != "AuthorizationInitiated" {
		err = unclear("the authorization was not pending")
	}
	return strconv.Itoa(a.status), err
}

func askAddress(ctx context.Context, r *run) (string, error) {
	payload := r.paidAtOnce("Authorize", unit, object{"addressDetails": address(r.client.Region(), true)})
	first, err := r.create(ctx, post("CreateCheckoutSession", "checkoutSessions", payload))
	switch {
	case err != nil:
		return "", err
	case first.reason == invalidValue:
		payload["addressDetails"] = address(r.client.Region(), false)
		if plain, err := r.create(ctx, post("CreateCheckoutSession", "checkoutSessions", payload)); err != nil || !plain.ok() {
			return "", cmp.Or(err, unclearAfter("the same address, not encoded", plain))
		}
		return refused, nil
	case !first.ok():
		return first.code(), nil
	}
	id, _, err := r.checkout(ctx, "a payment with an address of the shop", "PayAndShip", true, payload)
	if err != nil {
		return "", err
	}
	r.bin.keep(makesSession.kind, makesSession.stays, id)
	a, err := r.send(ctx, getSession(id))
	switch line := a.text("shippingAddress", "addressLine1"); {
	case err != nil:
		return "", err
	case line == "":
		return "", unclearAfter("the session shows no address", a)
	case strings.Contains(line, "%20"):
		return "kept", nil
	}
	return "decoded", nil
}

// address is an address of nobody in a region's country, which may be percent-encoded.
func address(region amazonpay.Region, encoded bool) object {
	address := object{"name": "Probe Probe", "addressLine1": "1 Probe Street", "phoneNumber": "800 555 0100"}
	if encoded {
		for name, value := range address {
			text, _ := value.(string)
			address[name] = strings.ReplaceAll(text, " ", "%20")
		}
	}
	place := object{"city": "Seattle", "stateOrRegion": "WA", "postalCode": "98101", "countryCode": "US"}
	switch region {
	case amazonpay.RegionEU:
		place = object{"city": "Berlin", "postalCode": "10115", "countryCode": "DE"}
	case amazonpay.RegionJP:
		place = object{"city": "Chiyoda", "stateOrRegion": "Tokyo", "postalCode": "100-0001", "countryCode": "JP"}
	default:
	}
	maps.Copy(address, place)
	return address
}

func askSignIn(ctx context.Context, r *run) (string, error) {
	id, back, err := r.checkout(ctx, "a sign-in that sets up a payment method", "SignIn", true, object{
		"webCheckoutDetails": object{"signInReturnUrl": r.back()}, "storeId": r.StoreID, "signInScopes": []string{"name"},
	})
	if err != nil {
		return "", err
	}
	r.bin.keep(makesSession.kind, makesSession.stays, id)
	for name, values := range back.Query() {
		if len(values) == 1 && values[0] == id {
			return member(name), nil
		}
	}
	return "", unclear("the buyer came back without a checkout session")
}
