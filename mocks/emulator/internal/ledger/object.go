package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Object is a JSON object. Requests are checked against a table of members before
// anything looks into them, so that what they hold has the types the table names.
type Object map[string]any

// At returns the object at name, or an empty one.
func (o Object) At(name string) Object {
	inner, _ := o[name].(Object)
	return inner
}

// Text returns the text at name, or an empty one.
func (o Object) Text(name string) string {
	text, _ := o[name].(string)
	return text
}

func (o Object) flag(name string) bool {
	flag, _ := o[name].(bool)
	return flag
}

// time returns a timestamp that the table of members has checked; the zero time without one.
func (o Object) time(name string) time.Time {
	at, _ := o[name].(time.Time)
	return at
}

// Merge sets the members of changes in o, and merges objects within objects.
func (o Object) Merge(changes Object) {
	for name, value := range changes {
		inner, isObject := value.(Object)
		old, wasObject := o[name].(Object)
		if isObject && wasObject {
			merged := make(Object)
			merged.Merge(old)
			merged.Merge(inner)
			value = merged
		}
		o[name] = value
	}
}

// pick returns the named members; absent members are null.
func (o Object) pick(names ...string) Object {
	picked := make(Object, len(names))
	for _, name := range names {
		picked[name] = o[name]
	}
	return picked
}

// Encode returns v as JSON, without HTML escapes.
func Encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil { // our own values: none can fail
		return []byte(`{"reasonCode":"InternalServerError","message":"The answer cannot be encoded."}`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

const maxDepth = 32

var (
	errTooDeep  = errors.New("nested too deeply")
	errNoObject = errors.New("not a JSON object")
	errTrailing = errors.New("trailing data after the object")
	errNotUTF8  = errors.New("not valid UTF-8")
)

// Decode reads one JSON object. Unlike encoding/json it refuses members that are
// there twice and text that is not UTF-8. No body is an object without members.
func Decode(body []byte) (Object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return Object{}, nil
	}
	if !utf8.Valid(body) {
		return nil, errNotUTF8
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	value, err := decodeValue(decoder, 0)
	if err != nil {
		return nil, err
	}
	decoded, ok := value.(Object)
	if !ok {
		return nil, errNoObject
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errTrailing
	}
	return decoded, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errTooDeep
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		list := []any{}
		for d.More() {
			value, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	}
	return token, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	decoded := make(Object)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder takes nothing else here
		if _, there := decoded[name]; there {
			return nil, fmt.Errorf("duplicate member %q", name)
		}
		if decoded[name], err = decodeValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return decoded, err
}

// with returns a copy of o with the named members of from, if from has them.
func (o Object) with(from Object, names ...string) Object {
	joined := make(Object)
	joined.Merge(o)
	for _, name := range names {
		if value, there := from[name]; there {
			joined[name] = value
		}
	}
	return joined
}

// Trim removes the white space around texts.
func (o Object) Trim() {
	for name, value := range o {
		if text, ok := value.(string); ok {
			o[name] = strings.TrimSpace(text)
		}
	}
}

// MoneyAt reads a price that the table of members has checked; without one it is the
// zero value.
func (o Object) MoneyAt(name string) Money {
	price := o.At(name)
	m, _ := ParseMoney(price.Text("amount"), price.Text("currencyCode"))
	return m
}

// GobEncode writes an object as JSON: gob has no null.
func (o Object) GobEncode() ([]byte, error) { return Encode(o), nil }

// GobDecode reads what GobEncode wrote.
func (o *Object) GobDecode(text []byte) error {
	decoded, err := Decode(text)
	*o = decoded
	return err
}
