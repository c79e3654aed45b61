package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// bodyFlags say what a request has.
type bodyFlags struct {
	Input   string   `help:"File with the request as JSON, or - for standard input." predictor:"file" placeholder:"FILE" group:"request"`
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

// json returns the request as JSON. t is nil if its members are not known.
func (f bodyFlags) json(s *session, t reflect.Type) ([]byte, error) {
	text := []byte("{}")
	if f.Input != "" {
		var err error
		if text, err = s.read(f.Input); err != nil {
			return nil, err
		}
		err = isObject(text)
		if err == nil {
			err = checkTwice(text)
		}
		if err != nil {
			return nil, wrong("Write one JSON object.", "--input %s: %w", f.Input, err)
		}
	}
	given := map[string]bool{}
	for _, field := range f.Field {
		name, value, err := parseField(field, t)
		if err != nil {
			return nil, err
		}
		if given[name] {
			return nil, wrong("Give it once.", "-f %s is given twice", name)
		}
		given[name] = true
		if missing := elementBefore(text, name); missing != "" {
			return nil, wrong("Number the elements of a list from 0.", "-f %s: there is no %s", name, missing)
		}
		if text, err = sjson.SetRawBytes(text, name, value); err != nil {
			return nil, wrong("", "-f %s: %w", name, err)
		}
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

// checkTwice returns an error for a text that readers may understand in two ways: a member that an
// object has twice, of which some take the first and some the last, or bytes that are not UTF-8.
func checkTwice(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	var walk func(d *json.Decoder) error
	walk = func(d *json.Decoder) error {
		token, err := d.Token()
		if err != nil {
			return err
		}
		opened, ok := token.(json.Delim)
		if !ok {
			return nil
		}
		seen := map[string]bool{}
		for d.More() {
			if opened == '{' {
				token, err := d.Token()
				if err != nil {
					return err
				}
				name, _ := token.(string)
				if seen[name] {
					return fmt.Errorf("it has the member %q twice", name)
				}
				seen[name] = true
			}
			if err := walk(d); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	return walk(json.NewDecoder(bytes.NewReader(text)))
}

// elementBefore returns the element of a list that is missing before the one that a path names. The
// gap would be filled with empty elements.
func elementBefore(text []byte, path string) string {
	segments := strings.Split(path, ".")
	for i, segment := range segments {
		if n, err := strconv.Atoi(segment); err == nil && n > 0 {
			before := strings.Join(append(segments[:i:i], strconv.Itoa(n-1)), ".")
			if !gjson.GetBytes(text, before).Exists() {
				return before
			}
		}
	}
	return ""
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
