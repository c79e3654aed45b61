package amazonpay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// FieldError names the field or option of a request that is invalid, and the rule that it breaks.
// Nothing was sent.
type FieldError struct {
	// Field is the path of a JSON member, such as paymentDetails.chargeAmount.amount, or the name of
	// an option.
	Field string
	// Rule is the rule that the field breaks.
	Rule string
}

// Error returns the field and the rule.
func (e *FieldError) Error() string { return cmp.Or(e.Field, "the value") + ": " + e.Rule }

// EncodeJSON encodes a request or the payload of a button as the SDK sends it: compact, in UTF-8,
// and without escaping <, > and &. Sign and send the same result, since encoding a second time may
// give other bytes.
//
// It returns a [*FieldError] for text that is not valid UTF-8, which encoding would change without
// notice, for a value whose Validate method returns an error, such as a [Price], and for a field
// that breaks a rule of its pay tag:
//
//   - required: the field is not empty or blank.
//   - max=N: the text has at most N characters. A character is a Unicode code point.
//   - transaction: the [Price] is possible for one charge, capture or refund: more than zero, and
//     at most 150,000 USD, GBP or EUR, or 10,000,000 JPY.
func EncodeJSON(v any) ([]byte, error) {
	// A nil *FieldError would not be a nil error.
	if broken := checkValue(reflect.ValueOf(v), 0); broken != nil {
		return nil, broken
	}
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// unquote decodes a JSON string. Most have no escapes and need no decoder.
func unquote(b []byte) (string, error) {
	if n := len(b); n >= 2 && b[0] == '"' && b[n-1] == '"' && !bytes.ContainsFunc(b[1:n-1], mayBeEscaped) {
		return string(b[1 : n-1]), nil
	}
	var text string
	err := json.Unmarshal(b, &text)
	return text, err
}

func mayBeEscaped(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }

type validator interface{ Validate() error }

var (
	rawMessageType = reflect.TypeFor[json.RawMessage]()
	marshalerType  = reflect.TypeFor[json.Marshaler]()
)

// maxDepth ends the walk through a value that contains itself.
const maxDepth = 200

// checkValue returns the first rule that a value breaks. The path of the field is built on the way
// back, so that a valid value costs no allocation for it.
func checkValue(v reflect.Value, depth int) *FieldError {
	if depth > maxDepth {
		return &FieldError{Rule: "is nested too deeply"}
	}
	if !v.IsValid() {
		return nil
	}
	if broken := validate(v); broken != nil {
		return broken
	}
	depth++
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return &FieldError{Rule: "is not valid UTF-8"}
		}
	case reflect.Pointer, reflect.Interface:
		return checkValue(v.Elem(), depth)
	case reflect.Slice, reflect.Array:
		return checkElements(v, depth)
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			if broken := checkValue(it.Key(), depth); broken != nil {
				return broken
			}
			if broken := checkValue(it.Value(), depth); broken != nil {
				return broken.within(fmt.Sprint(it.Key()))
			}
		}
	case reflect.Struct:
		return checkStruct(v, depth)
	}
	return nil
}

// validate calls the Validate method of a value that is neither a pointer nor an interface.
func validate(v reflect.Value) *FieldError {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface || !v.CanInterface() {
		return nil
	}
	own, ok := reflect.TypeAssert[validator](v)
	if !ok {
		return nil
	}
	err := own.Validate()
	if inner, ok := errors.AsType[*FieldError](err); ok {
		return &FieldError{Field: inner.Field, Rule: inner.Rule}
	}
	if err != nil {
		return &FieldError{Rule: err.Error()}
	}
	return nil
}

func checkElements(v reflect.Value, depth int) *FieldError {
	if v.Type() == rawMessageType && v.Len() > 0 && (!json.Valid(v.Bytes()) || !utf8.Valid(v.Bytes())) {
		return &FieldError{Rule: "is not valid JSON"}
	}
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil
	}
	for i := range v.Len() {
		if broken := checkValue(v.Index(i), depth); broken != nil {
			return broken.within("[" + strconv.Itoa(i) + "]")
		}
	}
	return nil
}

func checkStruct(v reflect.Value, depth int) *FieldError {
	if v.Type().Implements(marshalerType) {
		return nil // its fields are not its members
	}
	for _, f := range fieldsOf(v.Type()) {
		value := v.Field(f.index)
		switch empty := value.IsZero(); {
		case f.required && (empty || value.Kind() == reflect.String && strings.TrimSpace(value.String()) == ""):
			return &FieldError{Field: f.name, Rule: "is required"}
		case empty && f.omitted:
			continue
		case f.max > 0 && value.Kind() == reflect.String && value.Len() > f.max: // bytes are at least the characters
			if n := utf8.RuneCountInString(value.String()); n > f.max {
				return &FieldError{Field: f.name, Rule: fmt.Sprintf("has %d characters, more than %d", n, f.max)}
			}
		case f.transaction:
			if price, ok := reflect.TypeAssert[Price](value); ok && price.transactionRule() != "" {
				return &FieldError{Field: f.name, Rule: price.transactionRule()}
			}
		}
		if broken := checkValue(value, depth); broken != nil {
			return broken.within(f.name)
		}
	}
	return nil
}

// within puts the name of the outer field before the path. An embedded struct has no name.
func (e *FieldError) within(name string) *FieldError {
	if name != "" && e.Field != "" && !strings.HasPrefix(e.Field, "[") {
		name += "."
	}
	e.Field = name + e.Field
	return e
}

// structField is what checkStruct must know about a field. The name of an embedded struct is empty.
type structField struct {
	index       int
	name        string
	omitted     bool // omitzero: a zero value is not encoded
	required    bool
	transaction bool
	max         int
}

var structFields sync.Map // reflect.Type → []structField

func fieldsOf(t reflect.Type) []structField {
	if known, ok := structFields.Load(t); ok {
		fields, _ := known.([]structField)
		return fields
	}
	var fields []structField
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || !f.IsExported() && !f.Anonymous { // an embedded struct has promoted fields
			continue
		}
		field := structField{index: i, name: tag, omitted: strings.Contains(options, "omitzero") || strings.Contains(options, "omitempty")}
		if tag == "" && !f.Anonymous {
			field.name = f.Name
		}
		for rule := range strings.SplitSeq(f.Tag.Get("pay"), ",") {
			switch rule {
			case "required":
				field.required = true
			case "transaction":
				field.transaction = true
			}
			if limit, ok := strings.CutPrefix(rule, "max="); ok {
				field.max, _ = strconv.Atoi(limit)
			}
		}
		fields = append(fields, field)
	}
	structFields.Store(t, fields)
	return fields
}
