package ipn

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is the maximum size of a body in bytes. An SNS message has at most 256 KiB, and a
// notification of Amazon Pay far less.
const maxBody = 256 << 10

// maxMembers is the maximum number of members of an object. Messages of SNS and Amazon Pay have a
// dozen.
const maxMembers = 100

const (
	typeNotification = "Notification"
	typeSubscribe    = "SubscriptionConfirmation"
	typeUnsubscribe  = "UnsubscribeConfirmation"
)

// envelope is an SNS message that is not verified yet.
type envelope struct {
	kind      string
	fields    map[string]string // by lower-case name
	topic     topic
	timestamp time.Time
	signature []byte
}

func (e envelope) field(name string) string { return e.fields[strings.ToLower(name)] }

// signed lists the members that the signature covers, in signing order. A question mark marks an
// optional member.
var signed = map[string][]string{
	typeNotification: {"Message", "MessageId", "Subject?", "Timestamp", "TopicArn", "Type"},
	typeSubscribe:    {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
	typeUnsubscribe:  {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
}

// parseEnvelope reads a message and checks the form of every member that is used.
func parseEnvelope(body []byte) (envelope, error) {
	if len(body) > maxBody {
		return envelope{}, refuse(ErrTooLarge, "it has %d bytes, the maximum is %d", len(body), maxBody)
	}
	fields, err := parseObject(body)
	if err != nil {
		return envelope{}, refuse(ErrMalformed, "%v", err)
	}
	e := envelope{kind: fields["type"], fields: fields}
	names, known := signed[e.kind]
	if !known {
		return e, refuse(ErrType, "unknown type %.40q", e.kind)
	}
	for _, name := range append(names, "SignatureVersion", "Signature", "SigningCertURL") {
		if name, optional := strings.CutSuffix(name, "?"); !optional && e.field(name) == "" {
			return e, refuse(ErrMalformed, "member %s is missing, empty or not a string", name)
		}
	}
	for _, name := range names { // a line end could move text between members without changing the signed text
		if name, _ = strings.CutSuffix(name, "?"); name != "Message" && strings.ContainsFunc(e.field(name), isControl) {
			return e, refuse(ErrMalformed, "member %s contains a line end or another control character", name)
		}
	}
	if e.topic, known = parseTopic(e.field("TopicArn")); !known {
		return e, refuse(ErrTopic, "%.80q is not the ARN of an SNS topic", e.field("TopicArn"))
	}
	if e.timestamp, err = time.Parse(time.RFC3339, e.field("Timestamp")); err != nil {
		return e, refuse(ErrMalformed, "member Timestamp is not a time such as 2006-01-02T15:04:05.000Z")
	}
	if e.signature, err = base64.StdEncoding.Strict().DecodeString(e.field("Signature")); err != nil {
		return e, refuse(ErrMalformed, "member Signature is not base64")
	}
	return e, nil
}

// stringToSign returns the text that the signature covers.
func (e envelope) stringToSign() []byte {
	var b bytes.Buffer
	for _, name := range signed[e.kind] {
		name, _ = strings.CutSuffix(name, "?")
		if value, there := e.fields[strings.ToLower(name)]; there {
			b.WriteString(name + "\n" + value + "\n")
		}
	}
	return b.Bytes()
}

// parseObject returns the string members of a JSON object by their names in lower case: Amazon
// Pay's documentation and relays of SNS differ in letter case. A duplicate name is an error,
// because two parsers may read such an object differently.
func parseObject(text []byte) (map[string]string, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	texts := make(map[string]string)
	var seen []string
	for d.More() {
		token, err := d.Token()
		name, isName := token.(string)
		if err != nil || !isName {
			return nil, errors.New("it is not valid JSON")
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) { // some parsers take ſ for an s
			return nil, errors.New("the member name " + quote(name) + " is not ASCII")
		}
		if name = strings.ToLower(name); slices.Contains(seen, name) {
			return nil, errors.New("duplicate member " + quote(name))
		}
		if seen = append(seen, name); len(seen) > maxMembers {
			return nil, fmt.Errorf("it has more than %d members", maxMembers)
		}
		value, err := d.Token()
		if err != nil {
			return nil, errors.New("it is not valid JSON")
		}
		switch value := value.(type) {
		case string:
			texts[name] = value
		case json.Delim:
			if err := skip(d); err != nil {
				return nil, err
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, errors.New("it is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is data after the JSON object")
	}
	return texts, nil
}

// skip reads to the end of the object or array whose start has been read.
func skip(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return errors.New("it is not valid JSON")
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }
