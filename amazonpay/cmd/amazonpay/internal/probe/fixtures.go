package probe

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// What the probes work on, and how it is made.

// unknownPermission and the like name nothing.
const (
	unknownPermission = "S01-0000000-0000000"
	unknownCharge     = unknownPermission + "-C000000"
	unknownSession    = "00000000-0000-4000-8000-000000000000"
	stampForm         = "20060102T150405Z"
)

// newKey returns an idempotency key.
func newKey() string { return rand.Text() }

func getPermission(id string) request {
	return get("GetChargePermission", "chargePermissions/{id}", id)
}

func getSession(id string) request {
	return get("GetCheckoutSession", "checkoutSessions/{id}", id)
}

// sessionBody is the least that a checkout session may have, and more.
func (r *run) sessionBody(more object) object {
	body := object{
		"webCheckoutDetails": object{"checkoutReviewReturnUrl": r.ReturnURL},
		"storeId":            r.StoreID,
	}
	maps.Copy(body, more)
	return body
}

// newSession makes a session with these members, which ends by itself. The answer may be a refusal.
func (r *run) newSession(ctx context.Context, more object) (answer, error) {
	return r.create(ctx, post("CreateCheckoutSession", "checkoutSessions", r.sessionBody(more)))
}

// checkout has a buyer go through a checkout, and returns the session and the URL to which the
// buyer came back.
func (r *run) checkout(ctx context.Context, purpose, product string, pays bool, payload object) (id string, back *url.URL, err error) {
	text, err := amazonpay.EncodeJSON(payload)
	if err != nil {
		return "", nil, err
	}
	button, err := r.client.ButtonSignature(text)
	if err != nil {
		return "", nil, err
	}
	back, err = r.Buyer(ctx, Checkout{Purpose: purpose, ProductType: product, Button: button, Pays: pays})
	if err != nil {
		return "", nil, err
	}
	query := back.Query()
	id = query.Get("amazonCheckoutSessionId")
	if id == "" {
		id = query.Get("checkoutSessionId")
	}
	if id == "" {
		return "", back, unclear("the buyer came back without a checkout session")
	}
	return id, back, nil
}

// returnQuery is what the return URL of a checkout has besides what the service adds.
const returnQuery = "probe=kept"

// back is the URL to which a buyer comes back.
func (r *run) back() string {
	if strings.Contains(r.ReturnURL, "?") {
		return r.ReturnURL + "&" + returnQuery
	}
	return r.ReturnURL + "?" + returnQuery
}

// paidAtOnce is the payload of a button with which the buyer pays in one go.
func (r *run) paidAtOnce(intent string, charge int64, more object) object {
	payment := object{"paymentIntent": intent, "chargeAmount": r.price(charge)}
	payload := object{
		"webCheckoutDetails": object{"checkoutResultReturnUrl": r.back(), "checkoutMode": "ProcessOrder"},
		"storeId":            r.StoreID,
		"paymentDetails":     payment,
	}
	for name, value := range more {
		if name == "paymentDetails" {
			inner, _ := value.(object)
			maps.Copy(payment, inner)
			continue
		}
		payload[name] = value
	}
	return payload
}

// limit is the total of the order of the main checkout, in the least units.
const limit = 40 * unit

// done is a checkout that was completed.
type done struct {
	session, permission, charge string
	back                        *url.URL
	complete                    request // can be sent again
}

// completed has a buyer pay, and completes the session.
func (r *run) completed(ctx context.Context, name, purpose string, payload, completion object) (done, error) {
	return share(r, name, func() (d done, err error) {
		if d.session, d.back, err = r.checkout(ctx, purpose, "PayOnly", true, payload); err != nil {
			return d, err
		}
		d.complete = post("CompleteCheckoutSession", "checkoutSessions/{id}/complete", completion, d.session).withKey(newKey())
		a, err := r.create(ctx, d.complete)
		if err != nil {
			return d, err
		}
		d.permission, d.charge = a.text("chargePermissionId"), a.text("chargeId")
		if d.permission == "" {
			return d, unclearAfter("the checkout could not be completed", a)
		}
		return d, nil
	})
}

// main is the checkout whose permission most probes charge.
func (r *run) main(ctx context.Context) (done, error) {
	return r.completed(ctx, "main", "a payment, of which most probes make their charges",
		r.paidAtOnce("Authorize", unit, object{"paymentDetails": object{"totalOrderAmount": r.price(limit)}}),
		object{"chargeAmount": r.price(unit), "totalOrderAmount": r.price(limit)})
}

// permission returns a Chargeable permission.
func (r *run) permission(ctx context.Context) (string, error) {
	if r.ChargePermissionID != "" {
		return r.ChargePermissionID, nil
	}
	d, err := r.main(ctx)
	return d.permission, err
}

// charge makes a charge of a permission, with these members.
func (r *run) charge(ctx context.Context, permission string, least int64, more object) (answer, error) {
	body := object{"chargePermissionId": permission, "chargeAmount": r.price(least)}
	maps.Copy(body, more)
	return r.create(ctx, post("CreateCharge", "charges", body).withKey(newKey()))
}

// authorized makes a charge that is Authorized, and returns its id.
func (r *run) authorized(ctx context.Context) (id string, err error) {
	permission, err := r.permission(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.charge(ctx, permission, unit, nil)
	if err == nil && a.text("statusDetails", "state") != "Authorized" {
		err = unclearAfter("no charge could be authorized", a)
	}
	return a.text("chargeId"), err
}

// captured makes a charge that is Captured, and returns its id.
func (r *run) captured(ctx context.Context, least int64) (id string, err error) {
	permission, err := r.permission(ctx)
	if err != nil {
		return "", err
	}
	a, err := r.charge(ctx, permission, least, object{"captureNow": true})
	if err == nil && a.text("statusDetails", "state") != "Captured" {
		err = unclearAfter("no charge could be captured", a)
	}
	return a.text("chargeId"), err
}

// balance returns what is left of a permission.
func (r *run) balance(ctx context.Context) (int64, error) {
	permission, err := r.permission(ctx)
	if err != nil {
		return 0, err
	}
	a, err := r.send(ctx, getPermission(permission))
	if err != nil {
		return 0, err
	}
	text := a.text("limits", "amountBalance", "amount")
	if text == "" {
		return 0, unclear("the permission shows no balance")
	}
	return minor(text, string(r.Currency)), nil
}

// reportType is the only type that a sandbox has.
const reportType = "_GET_FLAT_FILE_OFFAMAZONPAYMENTS_SANDBOX_SETTLEMENT_DATA_"

// order is a report or a schedule that was ordered.
type order struct {
	request request
	status  int
	id      string
}

func (r *run) reportBody() object {
	now := r.Now().UTC().Add(r.offset)
	return object{"reportType": reportType, "startTime": now.Add(-time.Hour).Format(stampForm), "endTime": now.Format(stampForm)}
}

// report orders the report that several probes look at.
func (r *run) report(ctx context.Context) (order, error) {
	return share(r, "report", func() (order, error) {
		q := post("CreateReport", "reports", r.reportBody()).withKey(newKey())
		a, err := r.create(ctx, q)
		if err == nil && (!a.ok() || a.text("reportId") == "") {
			err = unclearAfter("no report could be ordered", a)
		}
		return order{q, a.status, a.text("reportId")}, err
	})
}

// schedule makes a schedule, unless the account has one already, which must stay.
func (r *run) schedule(ctx context.Context) (order, error) {
	return share(r, "schedule", func() (order, error) {
		q := get("GetReportSchedules", "report-schedules")
		q.query = url.Values{"reportTypes": {reportType}}
		a, err := r.send(ctx, q)
		if err != nil {
			return order{}, err
		}
		listed, _ := a.at("reportSchedules")
		switch all, isList := listed.([]any); {
		case a.status != http.StatusOK || !isList:
			return order{}, unclearAfter("the schedules cannot be read", a)
		case len(all) > 0:
			return order{}, notRun("the account has a report schedule, which is left alone")
		}
		q = post("CreateReportSchedule", "report-schedules", object{
			"reportType": reportType, "scheduleFrequency": "P30D",
			"nextReportCreationTime": r.Now().UTC().AddDate(0, 0, 29).Format(stampForm),
		}).withKey(newKey())
		a, err = r.create(ctx, q)
		id := a.text("reportScheduleId")
		if err == nil && id == "" {
			err = unclearAfter("no schedule could be made", a)
		}
		return order{q, a.status, id}, err
	})
}
