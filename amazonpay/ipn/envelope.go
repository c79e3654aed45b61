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

// maxBody is the size of a body. A message of SNS has at most 256 KiB, and one of Amazon Pay far less.
const maxBody = 256 << 10

// maxMembers is how many members an object may have; those of SNS and Amazon Pay have a dozen.
const maxMembers = 100

const (
	typeNotification = "Notification"
	typeSubscribe    = "SubscriptionConfirmation"
	typeUnsubscribe  = "UnsubscribeConfirmation"
)

// envelope is a message of SNS, not verified.
type envelope struct {
	kind      string
	fields    map[string]string // by lower-case name
	topic     topic
	timestamp time.Time
	signature []byte
}

func (e envelope) field(name string) string { return e.fields[strings.ToLower(name)] }

// signed are the members that a signature covers, in the order of signing. Those marked with a
// question mark are left out where they are absent.
var signed = map[string][]string{
	typeNotification: {"Message", "MessageId", "Subject?", "Timestamp", "TopicArn", "Type"},
	typeSubscribe:    {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
	typeUnsubscribe:  {"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"},
}

// parseEnvelope reads a message, and checks the form of all that will be used.
func parseEnvelope(body []byte) (envelope, error) {
	if len(body) > maxBody {
		return envelope{}, refuse(ErrTooLarge, "it has %d bytes, and %d are allowed", len(body), maxBody)
	}
	fields, err := parseObject(body)
	if err != nil {
		return envelope{}, refuse(ErrMalformed, "%v", err)
	}
	e := envelope{kind: fields["type"], fields: fields}
	names, known := signed[e.kind]
	if !known {
		return e, refuse(ErrType, "%.40q is not known", e.kind)
	}
	for _, name := range append(names, "SignatureVersion", "Signature", "SigningCertURL") {
		if name, optional := strings.CutSuffix(name, "?"); !optional && e.field(name) == "" {
			return e, refuse(ErrMalformed, "the member %s is missing or empty, or is not a text", name)
		}
	}
	for _, name := range names { // a line end could move text from one to the next without a change of what was signed
		if name, _ = strings.CutSuffix(name, "?"); name != "Message" && strings.ContainsFunc(e.field(name), isControl) {
			return e, refuse(ErrMalformed, "the member %s has a line end or another control character", name)
		}
	}
	if e.topic, known = parseTopic(e.field("TopicArn")); !known {
		return e, refuse(ErrTopic, "%.80q is not the ARN of a topic", e.field("TopicArn"))
	}
	if e.timestamp, err = time.Parse(time.RFC3339, e.field("Timestamp")); err != nil {
		return e, refuse(ErrMalformed, "the member Timestamp is not a time such as 2006-01-02T15:04:05.000Z")
	}
	if e.signature, err = base64.StdEncoding.Strict().DecodeString(e.field("Signature")); err != nil {
		return e, refuse(ErrMalformed, "the member Signature is not base64")
	}
	return e, nil
}

// stringToSign is what was signed, if the message is true.
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

// parseObject reads the members of a JSON object that are texts, by their names in lower case: Amazon Pay's
// documents and relays of SNS differ in the case. Two members of one name are an error, since two readers of
// such an object may see two things.
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
			return nil, errors.New("it is not JSON")
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) { // ſ is an s to some readers, and to others not
			return nil, errors.New("the name of the member " + quote(name) + " is not ASCII")
		}
		if name = strings.ToLower(name); slices.Contains(seen, name) {
			return nil, errors.New("the member " + quote(name) + " stands there twice")
		}
		if seen = append(seen, name); len(seen) > maxMembers {
			return nil, fmt.Errorf("it has more than %d members", maxMembers)
		}
		value, err := d.Token()
		if err != nil {
			return nil, errors.New("it is not JSON")
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
		return nil, errors.New("it is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the JSON object")
	}
	return texts, nil
}

// skip reads on behind the end of the object or list whose beginning was read.
func skip(d *json.Decoder) error {
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return errors.New("it is not JSON")
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
