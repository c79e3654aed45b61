package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/sjson"

	"github.com/amazonpay-go/sdk/amazonpay"
)

// maxInput is how much of a file or of standard input is read.
const maxInput = 10 << 20

// bodyFlags say what a request has.
type bodyFlags struct {
	Input   string   `help:"File with the request as JSON, or - for standard input." placeholder:"FILE" group:"request"`
	Field   []string `short:"f" sep:"none" help:"Member of the request: NAME=TEXT, or NAME:=JSON. NAME leads to a member within (chargeAmount.amount), and a price is one text (chargeAmount='14.00 USD')." placeholder:"NAME=TEXT" group:"request"`
	Members bool     `help:"List the members of the request, and send nothing." group:"request"`
}

// request returns the request as a value of its type. A member that the type does not have is an
// error: the service would refuse it.
func (f bodyFlags) request(s *session, t reflect.Type) (any, error) {
	text, err := f.json(s, t)
	if err != nil {
		return nil, err
	}
	in := reflect.New(t).Interface()
	return in, strictly(text, in, t.Name())
}

// strictly decodes a request of the named type.
func strictly(text []byte, in any, name string) error {
	var members any
	err := json.Unmarshal(text, &members)
	if err == nil {
		err = checkMembers(members, reflect.TypeOf(in), "")
	}
	if err == nil {
		err = json.Unmarshal(text, in)
	}
	if err != nil {
		return wrong("Run the command with --members to see what it takes; amazonpay call sends anything.", "%s: %s", name, explained(err))
	}
	return nil
}

// checkMembers returns an error for the first member that a type does not have. The option of
// encoding/json that does so does not reach below a type that decodes itself.
func checkMembers(value any, t reflect.Type, path string) error {
	t = pointed(t)
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			if t.Kind() == reflect.Slice {
				if err := checkMembers(element, t.Elem(), fmt.Sprintf("%s.%d", path, i)); err != nil {
					return err
				}
			}
		}
	case map[string]any:
		known := membersOf(t)
		if len(known) == 0 {
			return nil
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			i := slices.IndexFunc(known, func(m member) bool { return m.name == name })
			if i < 0 {
				return fmt.Errorf("there is no member %q, but %s", at, namesOf(known))
			}
			if err := checkMembers(value[name], known[i].is, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func namesOf(members []member) string {
	var names []string
	for _, m := range members {
		names = append(names, m.name)
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

// json returns the request as JSON. t is nil if its members are not known.
func (f bodyFlags) json(s *session, t reflect.Type) ([]byte, error) {
	text := []byte("{}")
	if f.Input != "" {
		var err error
		if text, err = s.read(f.Input); err != nil {
			return nil, err
		}
		if err := isObject(text); err != nil {
			return nil, wrong("Write one JSON object.", "--input %s: %w", f.Input, err)
		}
	}
	for _, field := range f.Field {
		name, value, err := parseField(field, t)
		if err != nil {
			return nil, err
		}
		if text, err = sjson.SetRawBytes(text, name, value); err != nil {
			return nil, wrong("", "-f %s: %w", name, err)
		}
	}
	return text, nil
}

// read reads a file, or standard input for -.
func (s *session) read(name string) ([]byte, error) {
	from := s.in
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // the person names the file
		if err != nil {
			return nil, wrong("Give a file that exists, or - for standard input.", "%w", err)
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = errors.New("it has more than 10 MiB")
	}
	if err != nil {
		return nil, wrong("", "reading %s: %w", name, err)
	}
	return text, nil
}

// isObject returns what is wrong with a text that is not one JSON object.
func isObject(text []byte) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			before := text[:min(int(syntax.Offset), len(text))]
			return fmt.Errorf("line %d: %w", 1+bytes.Count(before, []byte("\n")), err)
		}
		return errors.New("it is not a JSON object")
	}
	if object == nil {
		return errors.New("it is not a JSON object")
	}
	return nil
}

// explained is an error of encoding/json in words of the API.
func explained(err error) string {
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("%s is a JSON %s, which does not fit", cmp.Or(mismatch.Field, "the request"), mismatch.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*(\.([A-Za-z][A-Za-z0-9_-]*|[0-9]{1,3}))*$`)

// parseField returns the path and the JSON of a member. The type of its value is that of the
// request's type, and a text if that is not known.
func parseField(field string, t reflect.Type) (name string, value []byte, err error) {
	name, text, ok := strings.Cut(field, "=")
	if !ok {
		return "", nil, wrong("Write -f NAME=TEXT or -f NAME:=JSON.", "-f %q has no =", field)
	}
	name, isJSON := strings.CutSuffix(name, ":")
	if !fieldName.MatchString(name) {
		return "", nil, wrong("Write -f NAME=TEXT, with dots between the names of members: chargeAmount.amount.", "-f %q: %q is not the name of a member", field, name)
	}
	if isJSON {
		if !json.Valid([]byte(text)) {
			return "", nil, wrong("Write -f "+name+"=TEXT for a text.", "-f %s: %q is not JSON", name, text)
		}
		return name, []byte(text), nil
	}
	var at reflect.Type
	if t != nil {
		if at, err = memberType(t, name); err != nil {
			return "", nil, err
		}
	}
	value, err = encodeAs(at, text)
	if err != nil {
		return "", nil, wrong("Run the command with --members to see what it takes.", "-f %s: %w", name, err)
	}
	return name, value, nil
}

// memberType finds the type of a member.
func memberType(t reflect.Type, path string) (reflect.Type, error) {
	at := t
	for segment := range strings.SplitSeq(path, ".") {
		at = pointed(at)
		next := reflect.Type(nil)
		switch at.Kind() {
		case reflect.Slice:
			if _, err := strconv.Atoi(segment); err == nil {
				next = at.Elem()
			}
		case reflect.Map:
			next = at.Elem()
		case reflect.Struct:
			for _, m := range membersOf(at) {
				if m.name == segment {
					next = m.is
				}
			}
		default:
		}
		if next == nil {
			return nil, wrong("Run the command with --members to see all.", "-f %s: %s has no member %q, but %s", path, at.Name(), segment, namesOf(membersOf(at)))
		}
		at = next
	}
	return pointed(at), nil
}

func pointed(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// member is a member of a request's type.
type member struct {
	name string
	is   reflect.Type
}

func membersOf(t reflect.Type) (all []member) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			all = append(all, member{name, field.Type})
		}
	}
	return all
}

var price = reflect.TypeFor[amazonpay.Price]()

// encodeAs encodes a text as the JSON of a type.
func encodeAs(t reflect.Type, text string) ([]byte, error) {
	if t == nil {
		return amazonpay.EncodeJSON(text)
	}
	switch {
	case t == price:
		amount, currency, ok := strings.Cut(strings.TrimSpace(text), " ")
		if !ok {
			return nil, errors.New("write a price as '14.00 USD'")
		}
		p, err := amazonpay.ParsePrice(amount, strings.TrimSpace(currency))
		if err != nil {
			return nil, err
		}
		return amazonpay.EncodeJSON(p)
	case t.Kind() == reflect.Bool:
		if text != "true" && text != "false" {
			return nil, errors.New("write true or false")
		}
		return []byte(text), nil
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return nil, errors.New("write a whole number")
		}
		return []byte(text), nil
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		return nil, errors.New("it is a list or an object: write NAME:=JSON")
	case t.Kind() == reflect.Struct && len(membersOf(t)) > 0:
		return nil, errors.New("it is an object: write its members (NAME.MEMBER=TEXT), or NAME:=JSON")
	case t.Kind() == reflect.Struct && allDigits.MatchString(text): // a time in Unix seconds
		return []byte(text), nil
	}
	return amazonpay.EncodeJSON(text)
}

var allDigits = regexp.MustCompile(`^-?[0-9]+$`)

// printMembers lists what a request takes.
func (s *session) printMembers(t reflect.Type) error {
	rows := [][]string{{"MEMBER", "TYPE"}}
	rows = appendMembers(rows, "", t, nil)
	s.table(rows)
	return nil
}

func appendMembers(rows [][]string, prefix string, t reflect.Type, above []reflect.Type) [][]string {
	for _, m := range membersOf(t) {
		is, suffix := pointed(m.is), ""
		if is.Kind() == reflect.Slice {
			is, suffix = pointed(is.Elem()), ".0"
		}
		name := prefix + m.name + suffix
		rows = append(rows, []string{name, typeName(is)})
		if is != price && !slices.Contains(above, is) {
			rows = appendMembers(rows, name+".", is, append(slices.Clone(above), is))
		}
	}
	return rows
}

func typeName(t reflect.Type) string {
	switch {
	case t == price:
		return "price: 14.00 USD"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "whole number"
	case t.Kind() == reflect.Map:
		return "object"
	case t.Kind() == reflect.Struct && len(membersOf(t)) > 0:
		return "object"
	case t.Kind() == reflect.Struct:
		return "time"
	case t.Kind() == reflect.String && t.Name() != "string":
		return "text: " + t.Name()
	}
	return "text"
}
