package ipn

import (
	"encoding/json"
	"strings"
	"time"
)

// ObjectType is the kind of object that a notification speaks of. Others than the constants may come.
type ObjectType string

// The object types of Amazon Pay.
const (
	ObjectTypeChargePermission ObjectType = "CHARGE_PERMISSION"
	ObjectTypeCharge           ObjectType = "CHARGE"
	ObjectTypeRefund           ObjectType = "REFUND"
	ObjectTypeChargeback       ObjectType = "CHARGEBACK" // a dispute: its id is one for webstore's GetDispute
)

// NotificationType is what has happened to the object. Others than the constants may come.
type NotificationType string

// The notification types of Amazon Pay.
const (
	NotificationTypeStateChange     NotificationType = "STATE_CHANGE"
	NotificationTypeAttributeChange NotificationType = "ATTRIBUTE_CHANGE"
)

// Notification is a verified Instant Payment Notification. It says that something has changed, and not
// what: read the object (webstore's HandleNotification), which also makes a notification that comes late, twice or
// in another order harmless.
//
// It mirrors https://developer.amazon.com/docs/amazon-pay-checkout/set-up-instant-payment-notifications.html.
type Notification struct {
	MerchantID         string
	ObjectType         ObjectType
	ObjectID           string
	ChargePermissionID string // may be empty
	NotificationType   NotificationType
	NotificationID     string // random, for tracking
	Version            string // of the notification: V2; not of the API

	MessageID string    // of SNS: the same when SNS sends the message again
	TopicARN  string    // of SNS
	Timestamp time.Time // when SNS took the message; the first time, if it sends it again

	// Raw is the notification as it came, for members that are not known here.
	Raw json.RawMessage
}

// parseNotification reads what the message of a notification holds.
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
	for _, needed := range []string{"MerchantID", "ObjectType", "ObjectId"} {
		if fields[strings.ToLower(needed)] == "" {
			return nil, refuse(ErrNotification, "the member %s is missing or empty, or is not a text", needed)
		}
	}
	return n, nil
}
