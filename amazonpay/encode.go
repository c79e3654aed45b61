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

// FieldError says which field of a request is wrong, and which rule it breaks.
// Nothing was sent.
type FieldError struct {
	Field string // the path of the JSON member, such as paymentDetails.chargeAmount.amount
	Rule  string
}

// Error returns the field and the rule.
func (e *FieldError) Error() string { return cmp.Or(e.Field, "the value") + ": " + e.Rule }

// EncodeJSON encodes a request or a button's payload as the SDK sends it: compact, UTF-8,
// with <, > and & as they are. Sign and send the same result; encoding twice may
// not give the same bytes for maps of your own types.
//
// Before that it checks what encoding would hide or the service would refuse, and
// returns a [*FieldError] for text that is not UTF-8, for a value whose Validate
// method objects, such as a [Price], and for a field whose pay tag is broken:
//
//   - required: it is neither absent nor blank.
//   - max=N: a text of at most N characters. The documentation counts "characters/bytes", the service characters: here a
//     character is a Unicode code point, so that no text is refused that the service may take.
//   - transaction: a [Price] that one charge, capture or refund can have: more than zero, and at most 150,000 USD, GBP or EUR, or
//     10,000,000 JPY.
func EncodeJSON(v any) ([]byte, error) {
	if broken := checkValue(reflect.ValueOf(v), 0); broken != nil { // a nil *FieldError would not be a nil error
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

// unquote decodes a JSON string. Most hold nothing that is escaped, and need no decoder.
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

// maxDepth ends the walk of a value that contains itself.
const maxDepth = 200

// checkValue returns the first rule that a value breaks. Field is the path from the value; it is put together on the way back,
// so that a value without a fault costs no text.
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

// validate asks a value that is neither a pointer nor an interface for its own rule.
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
		case f.max > 0 && value.Kind() == reflect.String && value.Len() > f.max: // no text has more characters than bytes
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

// within puts the name of what holds the field before its path. An embedded struct has none.
func (e *FieldError) within(name string) *FieldError {
	if name != "" && e.Field != "" && !strings.HasPrefix(e.Field, "[") {
		name += "."
	}
	e.Field = name + e.Field
	return e
}

// structField is what checkStruct needs to know of a field. name is empty for an
// embedded struct.
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
		if tag == "-" || !f.IsExported() && !f.Anonymous { // an embedded struct lends its exported fields
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
