package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"
	"unicode/utf8"
)

// object is a JSON object. Requests are checked against a table of members before
// anything looks into them, so that what they hold has the types the table names.
type object map[string]any

// at returns the object at name, or an empty one.
func (o object) at(name string) object {
	inner, _ := o[name].(object)
	return inner
}

func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

func (o object) flag(name string) bool {
	flag, _ := o[name].(bool)
	return flag
}

// time returns a timestamp that the table of members has checked; the zero time without one.
func (o object) time(name string) time.Time {
	at, _ := o[name].(time.Time)
	return at
}

// merge lays the members of changes over those of o, objects within objects.
func (o object) merge(changes object) {
	for name, value := range changes {
		inner, isObject := value.(object)
		old, wasObject := o[name].(object)
		if isObject && wasObject {
			merged := make(object)
			merged.merge(old)
			merged.merge(inner)
			value = merged
		}
		o[name] = value
	}
}

// pick returns the named members, those that are absent as null.
func (o object) pick(names ...string) object {
	picked := make(object, len(names))
	for _, name := range names {
		picked[name] = o[name]
	}
	return picked
}

func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil { // our own values: none can fail
		return []byte(`{"reasonCode":"InternalServerError","message":"The answer cannot be encoded."}`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// encodeAnswer writes the members of a session in the service's order, and others behind them.
func encodeAnswer(o object) []byte {
	ordered, rest := []byte{'{'}, maps.Clone(o)
	for _, name := range sessionMembers {
		if value, there := rest[name]; there {
			ordered = append(append(append(ordered, encode(name)...), ':'), encode(value)...)
			ordered = append(ordered, ',')
			delete(rest, name)
		}
	}
	if len(rest) == 0 {
		return append(bytes.TrimSuffix(ordered, []byte(",")), '}')
	}
	return append(ordered, encode(rest)[1:]...)
}

const maxDepth = 32

var (
	errTooDeep  = errors.New("it is nested too deeply")
	errNoObject = errors.New("it is not a JSON object")
	errTrailing = errors.New("there is something behind the object")
	errNotUTF8  = errors.New("it is not UTF-8")
)

// decode reads one JSON object. Unlike encoding/json it refuses members that are
// there twice and text that is not UTF-8. No body is an object without members.
func decode(body []byte) (object, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return object{}, nil
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
	decoded, ok := value.(object)
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
	decoded := make(object)
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string) // the decoder takes nothing else here
		if _, there := decoded[name]; there {
			return nil, fmt.Errorf("the member %q is there twice", name)
		}
		if decoded[name], err = decodeValue(d, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return decoded, err
}
