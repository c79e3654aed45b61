package ipntest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// The message types of SNS.
const (
	TypeNotification             = "Notification"
	TypeSubscriptionConfirmation = "SubscriptionConfirmation"
	TypeUnsubscribeConfirmation  = "UnsubscribeConfirmation"
)

// Notification is the content of an Amazon Pay notification. [SNS.Notify] sets three fields if they
// are empty: the version to V2, the type to STATE_CHANGE, and the id to a random one. Other empty
// fields are omitted.
type Notification struct {
	MerchantID          string `json:"MerchantID,omitzero"`
	ObjectType          string `json:"ObjectType,omitzero"` // CHARGE_PERMISSION, CHARGE, REFUND, CHARGEBACK
	ObjectID            string `json:"ObjectId,omitzero"`
	ChargePermissionID  string `json:"ChargePermissionId,omitzero"`
	NotificationType    string `json:"NotificationType,omitzero"` // STATE_CHANGE, ATTRIBUTE_CHANGE
	NotificationID      string `json:"NotificationId,omitzero"`
	NotificationVersion string `json:"NotificationVersion,omitzero"`
}

// Message is an SNS message. Empty fields are omitted.
type Message struct {
	Type             string `json:"Type,omitzero"`
	MessageID        string `json:"MessageId,omitzero"`
	Token            string `json:"Token,omitzero"` // of confirmations
	TopicARN         string `json:"TopicArn,omitzero"`
	Subject          string `json:"Subject,omitzero"`
	Message          string `json:"Message,omitzero"`
	SubscribeURL     string `json:"SubscribeURL,omitzero"` // of confirmations
	Timestamp        string `json:"Timestamp,omitzero"`
	SignatureVersion string `json:"SignatureVersion,omitzero"`
	Signature        string `json:"Signature,omitzero"`
	SigningCertURL   string `json:"SigningCertURL,omitzero"`
	UnsubscribeURL   string `json:"UnsubscribeURL,omitzero"`
}

// JSON returns the message as SNS posts it.
func (m Message) JSON() []byte { return encode(m) }

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // cannot happen: there are only strings
		panic("ipntest: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Notify returns a genuine message with a notification. It has signature version 1, the default of
// SNS. To change it, set its fields and call [SNS.Sign].
func (s *SNS) Notify(n Notification, at time.Time) Message {
	if n.NotificationVersion == "" {
		n.NotificationVersion = "V2"
	}
	if n.NotificationType == "" {
		n.NotificationType = "STATE_CHANGE"
	}
	if n.NotificationID == "" {
		n.NotificationID = newUUID()
	}
	return s.Sign(Message{
		Type: TypeNotification, MessageID: newUUID(), TopicARN: TopicARN, Message: string(encode(n)), Timestamp: stamp(at), SignatureVersion: "1",
		SigningCertURL: s.CertificateURL(), UnsubscribeURL: "https://sns." + Region + ".amazonaws.com/?Action=Unsubscribe&SubscriptionArn=" + TopicARN,
	})
}

// Confirmation returns a genuine message of type [TypeSubscriptionConfirmation] or
// [TypeUnsubscribeConfirmation].
func (s *SNS) Confirmation(messageType string, at time.Time) Message {
	token := newUUID()
	return s.Sign(Message{
		Type: messageType, MessageID: newUUID(), Token: token, TopicARN: TopicARN, Message: "You have chosen to subscribe to the topic " + TopicARN + ".",
		SubscribeURL: "https://sns." + Region + ".amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + url.QueryEscape(TopicARN) + "&Token=" + token,
		Timestamp:    stamp(at), SignatureVersion: "1", SigningCertURL: s.CertificateURL(),
	})
}

// Sign returns the message with a new signature, made as its SignatureVersion says.
func (s *SNS) Sign(m Message) Message {
	m.Signature = s.sign(m.stringToSign(), m.SignatureVersion)
	return m
}

// stringToSign returns the text to sign, see
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html.
func (m Message) stringToSign() []byte {
	var b bytes.Buffer
	add := func(name, value string) { fmt.Fprintf(&b, "%s\n%s\n", name, value) }
	add("Message", m.Message)
	add("MessageId", m.MessageID)
	if m.Type == TypeNotification {
		if m.Subject != "" {
			add("Subject", m.Subject)
		}
		add("Timestamp", m.Timestamp)
	} else {
		add("SubscribeURL", m.SubscribeURL)
		add("Timestamp", m.Timestamp)
		add("Token", m.Token)
	}
	add("TopicArn", m.TopicARN)
	add("Type", m.Type)
	return b.Bytes()
}

func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
