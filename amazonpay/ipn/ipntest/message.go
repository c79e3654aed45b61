package ipntest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// The types of messages.
const (
	TypeNotification            = "Notification"
	TypeSubscriptionConfirm     = "SubscriptionConfirmation"
	TypeUnsubscribeConfirmation = "UnsubscribeConfirmation"
)

// Notification is what a notification of Amazon Pay holds. What is empty is left out, but for the version and
// the id, which are V2 and a random one, and the type, which is STATE_CHANGE.
type Notification struct {
	MerchantID          string `json:"MerchantID,omitzero"`
	ObjectType          string `json:"ObjectType,omitzero"` // CHARGE_PERMISSION, CHARGE, REFUND, CHARGEBACK
	ObjectID            string `json:"ObjectId,omitzero"`
	ChargePermissionID  string `json:"ChargePermissionId,omitzero"`
	NotificationType    string `json:"NotificationType,omitzero"` // STATE_CHANGE, ATTRIBUTE_CHANGE
	NotificationID      string `json:"NotificationId,omitzero"`
	NotificationVersion string `json:"NotificationVersion,omitzero"`
}

// Message is a message of SNS. What is empty is left out.
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

// JSON returns the message as it is posted.
func (m Message) JSON() []byte { return encode(m) }

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // texts alone
		panic("ipntest: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Notify returns a true message with a notification, signed by version 1 as SNS does by default. Change a member and
// [SNS.Sign] it again for another one.
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

// Confirmation returns a true message of type SubscriptionConfirmation or UnsubscribeConfirmation.
func (s *SNS) Confirmation(kind string, at time.Time) Message {
	token := newUUID()
	return s.Sign(Message{
		Type: kind, MessageID: newUUID(), Token: token, TopicARN: TopicARN, Message: "You have chosen to subscribe to the topic " + TopicARN + ".",
		SubscribeURL: "https://sns." + Region + ".amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + url.QueryEscape(TopicARN) + "&Token=" + token,
		Timestamp:    stamp(at), SignatureVersion: "1", SigningCertURL: s.CertificateURL(),
	})
}

// Sign returns the message with a signature over it as it is, by its SignatureVersion.
func (s *SNS) Sign(m Message) Message {
	m.Signature = s.sign(m.stringToSign(), m.SignatureVersion)
	return m
}

// stringToSign is as
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html has it.
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
