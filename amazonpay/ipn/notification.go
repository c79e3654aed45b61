package ipn

import (
	"encoding/json"
	"strings"
	"time"
)

// ObjectType is the type of the object that a notification refers to. New values may appear.
type ObjectType string

// The object types of Amazon Pay.
const (
	ObjectTypeChargePermission ObjectType = "CHARGE_PERMISSION"
	ObjectTypeCharge           ObjectType = "CHARGE"
	ObjectTypeRefund           ObjectType = "REFUND"
	ObjectTypeChargeback       ObjectType = "CHARGEBACK" // a dispute: ObjectID is the id for webstore's GetDispute
)

// NotificationType says what happened to the object. New values may appear.
type NotificationType string

// The notification types of Amazon Pay.
const (
	NotificationTypeStateChange     NotificationType = "STATE_CHANGE"
	NotificationTypeAttributeChange NotificationType = "ATTRIBUTE_CHANGE"
)

// Notification is a verified Instant Payment Notification. It says which object has changed, but
// not how. Read the object to find out (webstore's HandleNotification does). Then a notification
// that arrives late, twice or out of order does no harm.
//
// See
// https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html.
type Notification struct {
	MerchantID         string
	ObjectType         ObjectType
	ObjectID           string
	ChargePermissionID string // may be empty
	NotificationType   NotificationType
	NotificationID     string // random, for tracking
	Version            string // of the notification format, V2; not of the API

	MessageID string    // assigned by SNS; the same if SNS sends the message again
	TopicARN  string    // of the SNS topic
	Timestamp time.Time // when SNS received the message; the same if SNS sends it again

	// Raw is the notification as received, including members that this package does not know.
	Raw json.RawMessage
}

// parseNotification reads the notification in the member Message.
func parseNotification(e envelope) (*Notification, error) {
	text := e.field("Message")
	fields, err := parseObject([]byte(text))
	if err != nil {
		return nil, refuse(ErrNotification, "%v", err)
	}
	n := &Notification{
		MerchantID:         fields["merchantid"],
		ObjectType:         ObjectType(fields["objecttype"]),
		ObjectID:           fields["objectid"],
		ChargePermissionID: fields["chargepermissionid"],
		NotificationType:   NotificationType(fields["notificationtype"]),
		NotificationID:     fields["notificationid"],
		Version:            fields["notificationversion"],
		MessageID:          e.field("MessageId"),
		TopicARN:           e.field("TopicArn"),
		Timestamp:          e.timestamp,
		Raw:                json.RawMessage(text),
	}
	for _, required := range []string{"MerchantID", "ObjectType", "ObjectId"} {
		if fields[strings.ToLower(required)] == "" {
			return nil, refuse(ErrNotification, "member %s is missing, empty or not a string", required)
		}
	}
	return n, nil
}
